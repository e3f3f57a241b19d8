"""Set-points: bounds, directions of tests, knobs set by hand."""

import numpy as np
import pandas as pd
import pytest

import seeds
from synthetic_data.engine.plan import Block, plan_run
from synthetic_data.plant.set_points import bounds, by_hand, in_force, signs, with_test


@pytest.fixture(scope="module")
def plan():
    """Two knobs of a tankhouse set by hand, one for two units in period 1, the other for one of them in period 3."""
    seed = seeds.load("copper_cathode")
    plain = plan_run(seed, units=6, years=0.2)
    frame = pd.DataFrame(
        {
            seed.key.name: [plain.unit_name(unit) for unit in (1, 4, 4)],
            seed.clock.name: [pd.Timestamp(plain.period_start(period)) for period in (1, 1, 3)],
            "glue_dose": [60.0, 70.0, np.nan],
            "chloride": [np.nan, np.nan, 50.0],
        }
    )
    return plan_run(seed, units=6, years=0.2, knobs=frame)


def test_knobs_by_hand_stand_in_their_periods_and_units(plan):
    found = by_hand(plan, Block(0, 0, 6), -1, 5)
    assert set(found) == {"glue_dose", "chloride"}
    glue = np.full((5, 6), np.nan)
    glue[2, 1], glue[2, 4] = 60.0, 70.0
    chloride = np.full((5, 6), np.nan)
    chloride[4, 4] = 50.0
    np.testing.assert_array_equal(found["glue_dose"], glue)
    np.testing.assert_array_equal(found["chloride"], chloride)


def test_a_block_sees_its_own_units(plan):
    found = by_hand(plan, Block(1, 3, 3), 1, 1)["glue_dose"]
    np.testing.assert_array_equal(found, [[np.nan, 70.0, np.nan]])


def test_plain_history_has_no_knobs_by_hand(plan):
    assert by_hand(plan_run(plan.seed, units=6, years=0.2), Block(0, 0, 6), 0, 3) == {}


def test_what_is_set_by_hand_goes_before_the_operators():
    found = in_force(np.array([1.0, 2.0, 3.0]), np.array([np.nan, 9.0, 0.0]))
    assert found.tolist() == [1.0, 9.0, 0.0]


def test_tests_go_up_and_down_alike_often():
    assert signs(np.array([0.0, 0.49, 0.5, 0.99])).tolist() == [-1.0, -1.0, 1.0, 1.0]
    many = signs(np.random.default_rng(1).random(100_000))
    assert set(many) == {-1.0, 1.0}
    assert many.mean() == pytest.approx(0.0, abs=0.015)


def test_bounds_are_those_of_the_knob_within_its_limits():
    seed = seeds.load("copper_cathode")
    for column in seed.by_role("knob"):
        low, high = bounds(seed, column.name)
        assert (low, high) == tuple(column.bounds)
        assert column.limits[0] <= low < high <= column.limits[1]


def test_a_set_point_with_its_test_stays_within_bounds_and_the_crew_goes_on_from_what_it_finds_set():
    wish, test = np.array([0.0, 5.0, 9.9, 5.0]), np.array([-0.5, 0.5, 0.5, 0.0])
    own, used = with_test(wish, test, 0.5, (1.0, 10.0), None)
    np.testing.assert_array_equal(used, own + test)
    assert used.min() >= 1.0
    assert used.max() <= 10.0
    given = np.array([np.nan, 7.0, 10.0, np.nan])
    kept, forced = with_test(wish, test, 0.5, (1.0, 10.0), given)
    np.testing.assert_array_equal(forced, [used[0], 7.0, 10.0, used[3]])
    np.testing.assert_array_equal(kept, [own[0], 6.5, 9.5, own[3]])
