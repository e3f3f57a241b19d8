"""A set-point model as it is stored and priced."""

import json

import numpy as np
import pytest

from models.setpoints.errors import SetpointError
from models.setpoints.model import SetpointModel
from models.setpoints.recommender import recommend


def test_a_copy_from_its_state_advises_the_same(taught, line):
    again = SetpointModel.from_state(json.loads(json.dumps(taught.state())), line.seed)
    assert recommend(again, line.planned) == recommend(taught, line.planned)


def test_a_model_of_other_physics_is_not_read(taught, line):
    state = taught.state() | {"constants": ["another"]}
    with pytest.raises(SetpointError, match="other constants than at training time"):
        SetpointModel.from_state(state, line.seed)


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ({"power_price": -0.1}, r"prices.power_price: got -0.1: expected a number, 0 or more"),
        ({"power_price": float("nan")}, r"prices.power_price: got nan"),
        ({"gold_price": 1.0}, r"prices.gold_price: got a name that the seed lacks"),
    ],
)
def test_prices_that_cannot_be_are_named(taught, prices, message):
    with pytest.raises(SetpointError, match=message):
        taught.priced(prices)


def test_the_cost_of_moves_is_spread_over_the_days_of_their_outcome(taught):
    moves = {"voltage_setpoint": np.array([0.0, 0.05]), "excess_alf3_target": np.array([0.0, -0.5])}
    # 50 $/V and 10 $/wt% over three periods of 30 days
    np.testing.assert_allclose(taught.move_cost(moves), [0.0, (50 * 0.05 + 10 * 0.5) / 90])


def test_physics_is_told_which_share_of_a_move_is_still_there(taught):
    moves = {setpoint: np.array([-1.0, 1.0]) for setpoint in taught.response.SETPOINTS}
    for setpoint, held in taught.held(moves).items():
        share = taught.in_force(moves)[f"{setpoint} in force"]
        np.testing.assert_allclose(share, taught.hold[setpoint])
        np.testing.assert_allclose(held, share * moves[setpoint])


def test_constants_of_a_shared_setpoint_are_drawn_in_pairs_about_the_usual(taught):
    drawn = taught.shared_draws(32)
    assert drawn == taught.shared_draws(32)
    for one in taught.response.SHARED_CONSTANTS:
        logs = np.log([row[one.name] / one.value for row in drawn])
        np.testing.assert_allclose(logs[:16], -logs[16:])
        # of 16 independent draws the standard deviation is within 0.5 to 1.5 of the true one in 99 of 100 cases
        assert 0.5 * one.doubt < logs.std() < 1.5 * one.doubt
