"""Moves within reach, and what they cost, by values worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from training.setpoints.action_space import ActionSpace, SetpointTrialError

REACH = ActionSpace(
    ("a", "b"),
    steps=np.array([2.0, 1.0]),
    low=np.array([10.0, 0.0]),
    high=np.array([14.0, 5.0]),
    price=np.array([0.5, 2.0]),
)


def test_the_grid_holds_all_combinations_of_half_and_whole_steps():
    grid = REACH.grid
    assert grid.shape == (25, 2)
    assert (grid[0] == 0).all()
    assert {tuple(row) for row in grid} == {(a, b) for a in (-2, -1, 0, 1, 2) for b in (-1, -0.5, 0, 0.5, 1)}


def test_a_move_stays_within_reach_or_leads_back_to_it():
    plan = np.array([[13.0, 2.0], [15.0, 2.0]])  # the second lies beyond
    moves = np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 1.0], [-2.0, 0.0]])
    assert REACH.allowed(plan, moves).tolist() == [[True, True], [False, False], [True, False], [True, True]]


def test_a_move_costs_what_it_adds_to_the_plans_own():
    plan, last = np.array([[12.0, 2.0], [12.0, 2.0]]), np.array([[12.0, 2.0], [10.0, np.nan]])
    moves = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.5]])
    # The second unit's plan raises a by 2: one further costs more, one back costs less.
    expected = [[0.0, 0.0], [0.5, 0.5], [0.5 + 1.0, -0.5 + 1.0]]
    assert REACH.cost(plan, last, moves) == pytest.approx(np.array(expected))


def test_the_best_move_pays_more_than_it_costs():
    plan = np.array([[12.0, 2.0], [12.0, 2.0], [12.0, 2.0]])
    gain = np.zeros((25, 3))
    up = int(np.flatnonzero((REACH.grid == [2.0, 0.0]).all(axis=1))[0])
    gain[up] = [1.5, 0.9, np.nan]  # it costs 1
    moves, net = REACH.best(gain, plan, plan)
    assert moves.tolist() == [[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    assert net == pytest.approx([0.5, 0.0, 0.0])
    assert REACH.best(gain, plan, plan, periods=2)[1] == pytest.approx([1.0, 0.4, 0.0])


def test_reach_is_within_bounds_and_the_middle_of_history(potline):
    rows = np.linspace(0, 1, 101)
    history = pd.DataFrame(
        {
            "voltage_setpoint": 3.8 + 0.5 * rows,
            "excess_alf3_target": 11.0 + rows,
            "metal_level_target": 20.0 + 2.0 * rows,
        }
    )
    reach = ActionSpace.of(potline, history)
    low, high = (dict(zip(reach.names, ends.tolist(), strict=True)) for ends in (reach.low, reach.high))
    assert low["voltage_setpoint"] == 3.85  # its bound; history's 5 % is 3.825
    assert high["voltage_setpoint"] == 4.25
    assert (low["metal_level_target"], high["metal_level_target"]) == (pytest.approx(20.1), pytest.approx(21.9))
    assert dict(zip(reach.names, reach.price.tolist(), strict=True))["voltage_setpoint"] == pytest.approx(50 / 30)


def test_a_process_of_which_nothing_is_known_is_refused(toy_seed):
    with pytest.raises(SetpointTrialError, match=r"^toy_cells: a trial needs a model of its response to set-points$"):
        ActionSpace.of(toy_seed, pd.DataFrame())


def test_a_setpoint_without_a_cost_is_refused(potline):
    columns = [
        column.model_copy(update={"move_cost": None}) if column.name == "voltage_setpoint" else column
        for column in potline.columns
    ]
    bare = type(potline).model_construct(**(dict(potline) | {"columns": columns}))
    with pytest.raises(SetpointTrialError, match=r"set-point voltage_setpoint: move_cost: missing$"):
        ActionSpace.of(bare, pd.DataFrame())
