"""Set-points: bounds, directions of tests, set-points set by hand."""

import numpy as np
import pandas as pd
import pytest

import seeds
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.engine.simulator import simulator_of
from synthetic_data.plant.set_points import (
    MoveCosts,
    SetpointOperator,
    Setting,
    bounds,
    held_signs,
    in_force,
    manual_setpoints,
    signs,
    with_test,
)


@pytest.fixture(scope="module")
def plan():
    """Two set-points of a tankhouse set by hand, one for two units in period 1, the other for one in period 3."""
    seed = seeds.load("copper_cathode")
    plain = plan_run(seed, units=6, years=0.2)
    frame = pd.DataFrame(
        {
            seed.key.name: [simulator_of(plain.seed).unit_name(unit) for unit in (1, 4, 4)],
            seed.clock.name: [pd.Timestamp(plain.period_start(period)) for period in (1, 1, 3)],
            "glue_dose": [60.0, 70.0, np.nan],
            "chloride": [np.nan, np.nan, 50.0],
        }
    )
    return plan_run(seed, units=6, years=0.2, setpoints=frame)


def test_setpoints_by_hand_stand_in_their_periods_and_units(plan):
    result = manual_setpoints(plan, UnitBlock(0, 0, 6), -1, 5)
    assert set(result) == {"glue_dose", "chloride"}
    glue = np.full((5, 6), np.nan)
    glue[2, 1], glue[2, 4] = 60.0, 70.0
    chloride = np.full((5, 6), np.nan)
    chloride[4, 4] = 50.0
    np.testing.assert_array_equal(result["glue_dose"], glue)
    np.testing.assert_array_equal(result["chloride"], chloride)


def test_a_block_sees_its_own_units(plan):
    result = manual_setpoints(plan, UnitBlock(1, 3, 3), 1, 1)["glue_dose"]
    np.testing.assert_array_equal(result, [[np.nan, 70.0, np.nan]])


def test_plain_history_has_no_setpoints_by_hand(plan):
    assert manual_setpoints(plan_run(plan.seed, units=6, years=0.2), UnitBlock(0, 0, 6), 0, 3) == {}


def test_what_is_set_by_hand_goes_before_the_operators():
    result = in_force(np.array([1.0, 2.0, 3.0]), np.array([np.nan, 9.0, 0.0]))
    assert result.tolist() == [1.0, 9.0, 0.0]


def test_tests_go_up_and_down_alike_often():
    assert signs(np.array([0.0, 0.49, 0.5, 0.99])).tolist() == [-1.0, -1.0, 1.0, 1.0]
    many = signs(np.random.default_rng(1).random(100_000))
    assert set(many) == {-1.0, 1.0}
    assert many.mean() == pytest.approx(0.0, abs=0.015)


def test_bounds_are_those_of_the_setpoint_within_its_limits():
    seed = seeds.load("copper_cathode")
    for column in seed.by_role("setpoint"):
        low, high = bounds(seed, column.name)
        assert (low, high) == tuple(column.bounds)
        assert column.limits[0] <= low < high <= column.limits[1]


def test_a_set_point_with_its_test_stays_within_bounds_and_the_crew_goes_on_from_what_it_finds_set():
    target, test = np.array([0.0, 5.0, 9.9, 5.0]), np.array([-0.5, 0.5, 0.5, 0.0])
    own, used = with_test(target, test, 0.5, (1.0, 10.0), None)
    np.testing.assert_array_equal(used, own + test)
    assert used.min() >= 1.0
    assert used.max() <= 10.0
    given = np.array([np.nan, 7.0, 10.0, np.nan])
    own_given, forced = with_test(target, test, 0.5, (1.0, 10.0), given)
    np.testing.assert_array_equal(forced, [used[0], 7.0, 10.0, used[3]])
    np.testing.assert_array_equal(own_given, [own[0], 6.5, 9.5, own[3]])


def free(hand=None):
    tests = {"patrol_interval": np.array([[0.0, 2.0], [0.0, 2.0]])}
    return Setting(
        {"patrol_interval": (8.0, 24.0)},
        tests,
        {} if hand is None else {"patrol_interval": np.array(hand)},
        {"patrol_interval": 0.5},
    )


def test_a_crew_answers_what_it_saw_and_goes_slowly_back():
    crew, none = SetpointOperator("patrol_interval", np.array([12.0, 12.0]), np.array([0.5, 0.5])), np.zeros(2)
    first = crew.choose(-1.6, 0.35, 12.0, none, free(), 0)
    assert first.tolist() == [11.0, 13.0]  # 12 - 0.5 x 1.6 = 11.2, the test on top, in half hours
    crew.seen = np.zeros(2)
    second = crew.choose(-1.6, 0.35, 12.0, none, free(), 1)
    np.testing.assert_allclose(crew.target, 11.2 + 0.35 * 0.8)
    assert second.tolist() == [11.5, 13.5]
    crew.seen = np.array([50.0, -50.0])  # a log unit at most
    start, habit = crew.target.copy(), np.array([0.5, -0.25])
    crew.choose(-1.6, 0.35, 12.0, habit, free(), 1)
    np.testing.assert_allclose(crew.target, start + np.array([-1.6, 1.6]) + 0.35 * (12.0 - start) + habit)


def test_a_crew_goes_on_from_what_was_set_by_hand():
    crew, none = SetpointOperator("patrol_interval", np.array([12.0, 12.0]), np.zeros(2)), np.zeros(2)
    hand = free([[20.0, np.nan], [np.nan, 9.0]])
    assert crew.choose(-1.6, 0.35, 12.0, none, hand, 0).tolist() == [20.0, 14.0]
    assert crew.target.tolist() == [20.0, 12.0]
    assert crew.choose(0.0, 0.0, 12.0, none, hand, 1).tolist() == [20.0, 9.0]
    assert crew.target.tolist() == [20.0, 7.0]  # less the test on top
    untested = Setting(hand.bounds, {}, hand.hand, hand.steps)
    crew.choose(0.0, 0.0, 12.0, none, untested, 1)
    assert crew.target.tolist() == [20.0, 9.0]


def test_directions_are_held_and_go_on_in_the_next_stretch():
    uniforms, before = np.random.default_rng(2).random((2, 9, 4)), np.ones((2, 4))
    held, last = held_signs(before, 1, 3, uniforms)
    drawn = signs(uniforms)
    for i in range(2):
        expected = [before[i], before[i], *(drawn[i, t - (1 + t) % 3] for t in range(2, 9))]
        np.testing.assert_array_equal(held[i], expected)
    one, between = held_signs(before, 1, 3, uniforms[:, :4])
    two, end = held_signs(between, 5, 3, uniforms[:, 4:])
    np.testing.assert_array_equal(np.concatenate([one, two], axis=1), held)
    np.testing.assert_array_equal(end, last)


def test_moves_cost_by_their_size_and_from_one_stretch_to_the_next():
    seed = seeds.load("copper_electrorefining")
    costs, size = MoveCosts(seed), (3, 2)
    setpoints = {column.name: np.full(size, 10.0) for column in seed.by_role("setpoint")}
    setpoints["cell_flow"] = np.array([[30.0, 30.0], [33.0, 29.0], [33.0, 29.0]])  # 1 $ a litre a minute
    np.testing.assert_allclose(costs.of(setpoints, 7.0), np.array([[0.0, 0.0], [3.0, 1.0], [0.0, 0.0]]) / 7.0)
    setpoints["cell_flow"] = np.full(size, 31.0)
    np.testing.assert_allclose(costs.of(setpoints, 7.0)[0], np.array([2.0, 2.0]) / 7.0)
