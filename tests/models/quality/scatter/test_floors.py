"""Contents that a laboratory hardly sees: what they count in sums, and how far their intervals reach."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.quality.error_scenarios import ErrorScenarios, crossed_chances
from models.quality.grades import Limits
from models.quality.remedy import distances, nearest
from models.uncertainty.intervals import Conformal

FLOORS = np.array([0.05, 0.4, 0.4])


def limits(bound: float, members: tuple[float, float, float] = (1.0, 1.0, 1.0), way: float = 1.0) -> Limits:
    names, elements = ("sum",), np.array([members])
    return Limits(names, elements, np.array([bound]), np.array([way]), np.zeros(1, dtype=np.intp), 2)


def lots(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Reports and predicted logarithms: the first element is seen, the others lie a thousandfold below their limit."""
    rng = np.random.default_rng(seed)
    logs = np.column_stack([np.log(0.15) + 0.3 * rng.normal(size=n), np.full((n, 2), np.log(4e-4))])
    contents = np.exp(logs + np.array([0.3, 0.3, 0.3]) * rng.normal(size=(n, 3)))
    return np.where(contents < FLOORS, -FLOORS, contents), logs


def without_floors(scatter: ErrorScenarios) -> ErrorScenarios:
    return ErrorScenarios(scatter.spread, scatter.scenarios, scatter.weights, scatter.joint)


def test_limits_of_the_laboratory_are_those_of_the_newest_reports() -> None:
    reported, logs = lots(200, 1)
    reported[:100, 1] = -0.8
    scatter = ErrorScenarios.of(reported, logs)
    assert scatter.floors is not None
    assert scatter.unseen is not None
    assert scatter.floors.tolist() == pytest.approx(FLOORS.tolist(), rel=1e-12)
    assert scatter.unseen.tolist() == [False, True, True]
    seen = ErrorScenarios.of(np.abs(reported), logs)
    assert seen.floors is not None
    assert seen.floors.tolist() == [0.0, 0.0, 0.0]


def test_chances_of_a_sum_are_those_of_how_assays_count_it() -> None:
    """Limits of 0.4 twice leave 0.2 of a sum of 1 to the element that is seen."""
    whole, bound = lots(4000, 2), limits(1.0)
    reported, logs = whole[0][:2000], whole[1][:2000]
    scatter, new = ErrorScenarios.of(reported, logs), whole[1][2000:]
    within_grade = bound.kept(whole[0][2000:])[:, 0]
    assert 0.6 < within_grade.mean() < 0.8
    assert scatter.chances(new, bound).keeps[:, 0].mean() == pytest.approx(within_grade.mean(), abs=0.02)
    assert 1.0 - scatter.breaks(new, bound)[:, 0].mean() == pytest.approx(within_grade.mean(), abs=0.02)
    own = crossed_chances(reported, logs, bound).keeps[:, 0]
    assert own.mean() == pytest.approx(bound.kept(reported)[:, 0].mean(), abs=0.02)
    # As if nothing lay in what the laboratory cannot see, hardly a lot would break the sum.
    assert without_floors(scatter).chances(new, bound).keeps[:, 0].mean() > 0.999


def test_the_nearest_limit_counts_what_lies_below_a_limit_as_assays_do() -> None:
    scatter, bound = ErrorScenarios.of(*lots(300, 3)), limits(1.0)
    logs = np.log([[0.15, 4e-4, 4e-4], [0.3, 4e-4, 0.5]])
    assert scatter.likeliest(logs, bound)[:, 0].tolist() == pytest.approx([0.95, 1.2], rel=1e-12)
    result = nearest(logs, np.zeros(2, np.intp), distances(logs, scatter, bound), scatter, bound)
    assert [one.value for one in result] == pytest.approx([0.95, 1.2], rel=1e-12)
    assert [one.sigma > 0 for one in result] == [True, False]


def test_sums_that_these_limits_hardly_fill_and_least_ones_are_left_as_they_are() -> None:
    scatter = ErrorScenarios.of(*lots(300, 4))
    logs = lots(20, 5)[1]
    for bound in (limits(4.0), limits(0.1, way=-1.0), limits(0.5, (1.0, 0.0, 0.0))):
        plain = without_floors(scatter)
        np.testing.assert_array_equal(scatter.chances(logs, bound).keeps, plain.chances(logs, bound).keeps)
        np.testing.assert_array_equal(scatter.breaks(logs, bound), plain.breaks(logs, bound))
        np.testing.assert_array_equal(scatter.likeliest(logs, bound), plain.likeliest(logs, bound))


def test_of_what_was_hardly_seen_the_laboratorys_limit_may_be_reached() -> None:
    scatter, logs = ErrorScenarios.of(*lots(300, 6)), lots(5, 7)[1]
    low, high = scatter.bounds(logs, 0.9)
    plain = without_floors(scatter).bounds(logs, 0.9)
    np.testing.assert_array_equal(low[:, 0], plain[0][:, 0])
    assert (low[:, 1:] == 0.0).all()
    np.testing.assert_array_equal(high[:, 0], plain[1][:, 0])
    assert (high[:, 1:] >= FLOORS[1:]).all()


def test_one_report_in_ten_above_the_limit_is_enough_to_learn_from() -> None:
    reported, logs = lots(300, 8)
    reported[::10, 1] = 0.5
    scatter = ErrorScenarios.of(reported, logs)
    assert scatter.unseen is not None
    assert scatter.unseen.tolist() == [False, False, True]


def test_limits_come_back_from_json_and_older_models_know_none() -> None:
    scatter, bound = ErrorScenarios.of(*lots(100, 9)), limits(1.0)
    state, logs = json.loads(json.dumps(scatter.state(), allow_nan=False)), lots(9, 10)[1]
    back = ErrorScenarios.from_state(state)
    np.testing.assert_array_equal(back.chances(logs, bound).keeps, scatter.chances(logs, bound).keeps)
    np.testing.assert_array_equal(back.bounds(logs, 0.9), scatter.bounds(logs, 0.9))
    older = ErrorScenarios.from_state({name: state[name] for name in ("spread", "scenarios", "weights", "joint")})
    assert (older.floors, older.unseen) == (None, None)
    np.testing.assert_array_equal(older.bounds(logs, 0.9), without_floors(scatter).bounds(logs, 0.9))


def test_a_toy_of_one_scenario_by_hand() -> None:
    scatter = ErrorScenarios(
        np.ones(3), np.zeros((1, 3)), np.ones(1), Conformal(np.ones(1)), FLOORS, np.zeros(3, np.bool_)
    )
    logs = np.log([[0.1, 0.6, 0.1]])
    assert scatter.likeliest(logs, limits(1.0))[0, 0] == pytest.approx(0.1 + 0.6 + 0.4, rel=1e-12)
