"""Set-points over stretches: by hand, tests of some units, ranges."""

import numpy as np
import pandas as pd
import pytest

import seeds
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.plant.operators import PlantSetpoints

BLOCK = UnitBlock(0, 0, 4)


@pytest.fixture(scope="module")
def plan():
    """A dose set by hand for one furnace in period 2."""
    seed = seeds.load("zinc_ingot")
    plain = plan_run(seed, units=4, years=0.05)
    frame = pd.DataFrame(
        {"furnace": ["M-002"], "heat_start": [pd.Timestamp(plain.period_start(2))], "srco3_dose": [3.0]}
    )
    return plan_run(seed, units=4, years=0.05, setpoints=frame)


@pytest.fixture
def set_points(plan):
    return PlantSetpoints(plan, BLOCK, ("srco3_dose", "nh4cl_dose"), 4, np.random.default_rng(1))


def test_setpoints_by_hand_are_rows_of_units(set_points):
    result = set_points.manual_setpoints(0, 5)
    expected = np.full((4, 5), np.nan)
    expected[1, 2] = 3.0
    assert list(result) == ["srco3_dose"]
    np.testing.assert_array_equal(result["srco3_dose"], expected)


def test_steps_of_tests_are_held_in_units_that_test(plan, set_points):
    set_points.testing = np.array([[True], [False], [True], [True]])
    p = MeltingHouseParameters.on_days(plan, np.zeros(10))
    result = set_points.tests(p, 10, np.random.default_rng(2))
    steps = np.random.default_rng(2).integers(-1, 2, (2, 4, 3)) * set_points.testing
    for name, own in zip(("srco3_dose", "nh4cl_dose"), steps, strict=True):
        expected = plan.plant.value(f"test_{name}") * np.repeat(own, 4, axis=1)[:, :10]
        np.testing.assert_allclose(result[name], expected, rtol=1e-12)
    assert (result["srco3_dose"][1] == 0.0).all()


def test_what_is_used_lies_in_range_and_is_the_hand_s_where_it_is_given(set_points):
    hand = set_points.manual_setpoints(0, 5)
    expected = np.tile(np.array([-1.0, 1.0, 2.0, 11.0, 4.0]), (4, 1))
    used = set_points.used("srco3_dose", expected, hand)
    assert used[0].tolist() == [0.0, 1.0, 2.0, 10.0, 4.0]
    assert used[1].tolist() == [0.0, 1.0, 3.0, 10.0, 4.0]
    assert set_points.used("srco3_dose", expected[:, :2], hand, slice(2, 4))[1].tolist() == [3.0, 1.0]
    assert set_points.used("nh4cl_dose", expected, hand)[1].tolist() == [0.05, 1.0, 2.0, 4.0, 4.0]
