"""Crews: what they do for poor groups, tests, set-points set by hand."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.cell_house.operators import GROUP_SETPOINTS, NORMALS, choose, review
from synthetic_data.cell_house.parameters import CellHouseParameters
from synthetic_data.cell_house.state import build
from tests.synthetic_data.stated import typical_plant

SEED = typical_plant(load("zinc_electrowinning"))
P = CellHouseParameters.of(SEED)


def groups():
    return build(P, 3, np.random.default_rng(2))


def test_groups_below_their_usual_are_cooled_and_fed_and_poor_ones_glued():
    subset = groups()
    reported = {
        "current_efficiency": np.array([92.0, P.efficiency_wanted - 2.0, 60.0]),
        "shorts": np.array([1.0, 1.0, 4.0]),
    }
    assert subset.usual_efficiency == pytest.approx(P.efficiency_wanted)
    review(P, subset, reported, np.zeros((NORMALS, 3)))
    assert subset.temperature_target == pytest.approx(
        [P.temperature, P.temperature - 2.0 * P.review_temperature, P.temperature - P.poor_most * P.review_temperature]
    )
    assert subset.acid_zinc_target[1] == pytest.approx(P.acid_zinc_ratio - 2.0 * P.review_acid_zinc)
    assert subset.glue_dose[2] == pytest.approx(
        P.glue_dose + P.poor_most * P.review_glue + (4.0 - P.shorts_borne) * P.review_glue_shorts
    )


def test_a_group_that_stays_poor_is_cooled_no_longer():
    subset = groups()
    reported = {"current_efficiency": np.array([92.0, 90.0, 86.0]), "shorts": np.ones(3)}
    for _ in range(200):
        review(P, subset, reported, np.zeros((NORMALS, 3)))
    assert subset.usual_efficiency == pytest.approx(reported["current_efficiency"], abs=1e-6)
    assert subset.temperature_target == pytest.approx(P.temperature, abs=1e-4)
    assert subset.acid_zinc_target == pytest.approx(P.acid_zinc_ratio, abs=1e-4)
    assert (np.diff(subset.glue_dose) > 0.0).all()  # in the order in which they are poorer


def test_set_points_are_drawn_back():
    subset = groups()
    subset.temperature_target += 1.0
    reported = {"current_efficiency": np.full(3, 95.0), "shorts": np.zeros(3)}
    review(P, subset, reported, np.zeros((NORMALS, 3)))
    assert subset.temperature_target == pytest.approx(P.temperature + 1.0 - P.review_return)


def test_tests_are_added_and_bounds_kept():
    subset = groups()
    subset.temperature_target[:] = 60.0
    setpoints, tests = choose(P, subset, SEED, np.array([True, True, False]), np.array([[0.1, 0.9, 0.1]] * NORMALS), {})
    low, high = SEED.column("temperature_target").bounds
    assert setpoints["temperature_target"] == pytest.approx(
        [high - 2.0 * P.test_temperature, high, high - P.test_temperature]
    )
    assert tests["temperature_target_test"] == pytest.approx([-P.test_temperature, P.test_temperature, 0.0])
    assert set(setpoints) == set(GROUP_SETPOINTS)
    assert low < setpoints["temperature_target"].min()


def test_crews_go_on_from_what_was_set_by_hand():
    subset = groups()
    manual_setpoints = {"glue_dose": np.array([0.3, np.nan, np.nan])}
    setpoints, _ = choose(P, subset, SEED, np.zeros(3, dtype=bool), np.zeros((NORMALS, 3)), manual_setpoints)
    assert setpoints["glue_dose"] == pytest.approx([0.3, P.glue_dose, P.glue_dose])
    assert subset.glue_dose[0] == pytest.approx(0.3)
