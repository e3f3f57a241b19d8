"""Laws of a cell group's answer to its set-points."""

import numpy as np
import pytest

from models.processes.lookup import response_of
from physics.winning.balances import ACID_PER_ZINC, feed_for_ratio
from seeds import load
from synthetic_data import replay
from tests.models.processes.rows import read_before

SEED = load("zinc_electrowinning")
response = response_of(SEED)
LINE = {"efficiency_doubt": 1.2}
CONSTANTS = LINE | {one.name: one.value for one in (*response.CONSTANTS, *response.SHARED_CONSTANTS)}
PRICES = {name: one.value for name, one in SEED.economics.items()}
CLEAN, POOR = 0, 1
STATE = {
    "line_current": np.array([100.0, 100.0]),
    "cell_temperature": np.array([38.0, 38.0]),
    "zinc_in_cell": np.array([55.0, 55.0]),
    "acid_in_cell": np.array([170.0, 170.0]),
    "glue_dose": np.array([0.2, 0.2]),
    "current_efficiency": np.array([92.0, 87.0]),
    "short_circuits": np.array([1.3, 1.3]),
    "cell_voltage": np.array([3.35, 3.40]),
    "feed_flow": np.array([1.08, 1.05]),
    "antimony": np.array([0.004, 0.009]),
    "cobalt": np.array([0.3, 0.3]),
    "nickel": np.array([0.1, 0.1]),
}


def after(warm=0.0, ratio=0.0, glue=0.0, current=None, **constants):
    moves = dict(zip(response.SETPOINTS, (warm, ratio, glue), strict=True))
    if current is not None:
        moves["line_current_target"] = current
    return response.respond(
        STATE, {setpoint: np.array([[size]]) for setpoint, size in moves.items()}, CONSTANTS | constants
    )


STILL = after()


def change(name, **moves):
    constants = {one.name: moves.pop(one.name) for one in response.CONSTANTS if one.name in moves}
    return (after(**moves, **constants)[name] - after(**constants)[name])[0]


def test_a_group_that_is_left_alone_stays_as_it_is():
    for name, values in STILL.items():
        np.testing.assert_allclose(values[0], STATE[name], rtol=1e-9)


def test_a_warmer_cell_makes_less_and_conducts_better():
    """Plants lose 0.25 to 0.30 points a kelvin at some 91 %; a group that makes more hydrogen loses more."""
    points = change("current_efficiency", warm=1.0, cooled=1.0)
    assert -0.40 < points[POOR] < points[CLEAN] < -0.18
    assert (change("cell_voltage", warm=1.0) < 0).all()
    np.testing.assert_allclose(change("cell_temperature", warm=1.0, cooled=1.0), 1.0)


def test_more_acid_for_the_zinc_follows_warks_law():
    """The loss to hydrogen is as acid over zinc: 0.2 of 3.09 more are 6.5 % more of 8 and of 13 points."""
    points = change("current_efficiency", ratio=0.2, titrated=1.0)
    share = 0.2 / (170.0 / 55.0)
    np.testing.assert_allclose(points, -share * (100.0 - STATE["current_efficiency"] - 1.3) * 0.95, rtol=0.25)
    assert (change("cell_voltage", ratio=0.2) < 0).all()


def test_all_sulphate_stays_when_the_ratio_moves():
    moved = after(ratio=0.2, titrated=1.0)
    whole = moved["zinc_in_cell"] + moved["acid_in_cell"] / ACID_PER_ZINC
    np.testing.assert_allclose(whole[0], STATE["zinc_in_cell"] + STATE["acid_in_cell"] / ACID_PER_ZINC, rtol=1e-12)
    np.testing.assert_allclose(moved["acid_in_cell"] / moved["zinc_in_cell"], 170.0 / 55.0 + 0.2, rtol=1e-12)


def test_less_acid_for_the_zinc_takes_more_feed():
    moved = after(ratio=-0.2, titrated=1.0)
    ratio = STATE["acid_in_cell"] / STATE["zinc_in_cell"]
    rise = feed_for_ratio(1.0, 150.0, ratio - 0.2) / feed_for_ratio(1.0, 150.0, ratio)
    rise = rise * moved["current_efficiency"][0] / STATE["current_efficiency"]
    np.testing.assert_allclose(moved["feed_flow"][0], rise * STATE["feed_flow"], rtol=1e-9)
    assert (moved["feed_flow"][0] > STATE["feed_flow"]).all()


def test_glue_helps_where_antimony_is_high_and_harms_where_it_is_low():
    points = change("current_efficiency", glue=0.05)
    assert points[POOR] > 0.0
    moves = {setpoint: np.array([[0.05 * (setpoint == "glue_dose")]]) for setpoint in response.SETPOINTS}
    pure = response.respond(STATE | {"antimony": np.zeros(2)}, moves, CONSTANTS)
    assert (pure["current_efficiency"][0] < STATE["current_efficiency"]).all()


def test_more_current_makes_more_zinc_at_more_volts():
    """0.05 V for 10 kA: 500 to 550 A/m² by the worked sweep of voltages."""
    np.testing.assert_allclose(change("line_current", current=10.0), 10.0)
    volts = change("cell_voltage", current=10.0)
    assert ((0.04 < volts) & (volts < 0.06)).all()
    assert (np.abs(change("current_efficiency", current=5.0)) < 0.6).all()


def test_a_current_that_does_not_move_changes_nothing_to_the_last_bit():
    moved, same = after(warm=0.5, ratio=0.1), after(warm=0.5, ratio=0.1, current=0.0)
    for name, values in moved.items():
        np.testing.assert_array_equal(values, same[name])


def test_causes_add_up_to_the_gain():
    for moves in ({"warm": -0.5, "ratio": 0.1, "glue": 0.02}, {"warm": -0.5, "current": 2.0}):
        moved = after(**moves)
        gain = response.money(moved, PRICES) - response.money(STILL, PRICES)
        causes = response.causes(STILL, moved, PRICES)
        np.testing.assert_allclose(sum(causes.values()), gain, rtol=0.03, atol=0.1)
        assert ("another line current" in causes) == ("current" in moves)


def test_a_point_of_efficiency_is_worth_its_zinc():
    """29.3 kg a day at 100 kA, which no power is paid for but that of auxiliaries and its emission."""
    one = STILL | {"current_efficiency": STILL["current_efficiency"] + 1.0}
    value = response.money(one, PRICES) - response.money(STILL, PRICES)
    tonnes = 24.0 * 1.21971e-3 * 100.0 * 0.01
    carbon = 1e-3 * PRICES["grid_emission_factor"] * PRICES["carbon_price_indirect"]
    auxiliary = 100.0 * (PRICES["power_price"] + carbon)
    expected = tonnes * (PRICES["zinc_price"] - PRICES["feed_zinc_price"] - auxiliary - 0.2 * 3.0)
    np.testing.assert_allclose(value[0], expected, rtol=1e-3)


def test_power_is_current_times_voltage():
    np.testing.assert_allclose(response.power(STILL)[0], [0.335, 0.340])


def test_a_disturbed_state_is_another_efficiency_and_antimony_alone():
    result = response.disturbed(STATE, LINE, np.ones((2, 2)))
    assert {name for name in STATE if not np.array_equal(result[name], STATE[name])} == {
        "antimony",
        "current_efficiency",
    }


@pytest.mark.parametrize(
    ("setpoint", "size"), [("temperature_target", -1.0), ("acid_zinc_target", 0.1), ("line_current_target", 5.0)]
)
def test_the_simulated_house_answers_alike(setpoint, size):
    """Physics as assumed, before any history: the same signs, and sizes within a third of the plant's own."""
    keys, units = ["unit", "period_start"], 12
    table = replay(SEED, units=units, years=0.2).table
    plant = replay(SEED, units=units, years=0.2)
    setpoints = table[[*keys, *(column.name for column in SEED.by_role("setpoint"))]].copy()
    setpoints[setpoint] += size
    moved = replay(SEED, units=units, years=0.2, setpoints=setpoints).truth
    there = (moved.set_index(keys) - plant.truth.set_index(keys)).mean()
    columns = {name: table[name].to_numpy() for name in table if table[name].dtype == np.float64}
    hidden = {name: np.array([np.nanmean(values)]) for name, values in response.hidden(columns).items()}
    plan = {column.name: np.array([table[column.name].mean()]) for column in SEED.by_role("setpoint")}
    before = {name: np.array([table[name].mean()]) for name in response.BEFORE}
    state = response.state(hidden, plan, before, LINE)
    moves = {name: np.zeros((1, 1)) for name in response.SETPOINTS}
    still, then = (response.respond(state, moves | more, CONSTANTS) for more in ({}, {setpoint: np.array([[size]])}))
    for name in ("cell_temperature", "acid_in_cell", "zinc_in_cell", "cell_voltage", "current_efficiency"):
        own = (then[name] - still[name]).item()
        if abs(there[name]) > {"current_efficiency": 0.1, "cell_voltage": 0.003}.get(name, 0.6):
            assert own == pytest.approx(there[name], rel=1.0 / 3.0), name


def test_what_is_needed_before_a_period_is_what_is_computed_with():
    _, read = read_before(SEED, response, LINE)
    assert set(response.BEFORE) == read
