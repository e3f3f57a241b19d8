"""Errors, kernels and chances of a few lots worked out by hand."""

import itertools
import math

import numpy as np
import pytest
from scipy.special import ndtr

from models.quality import error_scenarios as module
from models.quality.censoring import drawn
from models.quality.error_scenarios import ErrorScenarios, _ndtr, crossed_chances
from models.quality.grades import Limits
from models.uncertainty.intervals import Conformal

NAN = math.nan


def of(scenarios: list[list[float]], weights: list[float], spread: list[float]) -> ErrorScenarios:
    return ErrorScenarios(
        np.array(spread), np.array(scenarios), np.array(weights), Conformal(np.array([1.0, 2.0, 3.0, 4.0]))
    )


def limits(elements: list[list[float]], highest: list[float], grade: list[int], grades: int = 2) -> Limits:
    names = tuple(f"limit {i}" for i in range(len(highest)))
    return Limits(
        names, np.array(elements), np.array(highest), np.ones(len(grade)), np.array(grade, dtype=np.intp), grades
    )


@pytest.mark.parametrize(
    ("weights", "width"),
    [
        ([0.25] * 4, (1 / 3) ** 0.2),
        ([0.5, 0.25, 0.25], 0.5**0.2),
        ([0.01] * 100, (4 / 300) ** 0.2),
        # With two scenarios Silverman's rule says (2/3)^0.2 = 0.922, with one 1.06.
        ([0.5, 0.5], 0.9),
        ([1.0], 0.9),
    ],
)
def test_the_kernel_is_as_wide_as_silverman_says_and_never_wider_than_0_9(weights: list[float], width: float) -> None:
    assert of([[0.0]] * len(weights), weights, [1.0])._width == pytest.approx(width, rel=1e-12)


def test_chances_of_four_scenarios_by_hand() -> None:
    """Spread 0.5, errors -2, 0, 1, 3 by weights 0.1 to 0.4; limits e² of the first grade, e³ of the next."""
    errors, weights = np.array([-2.0, 0.0, 1.0, 3.0]), np.array([0.1, 0.2, 0.3, 0.4])
    scatter = of(errors[:, None].tolist(), weights.tolist(), [0.5])
    bound = limits([[1.0], [1.0]], [math.exp(2.0), math.exp(3.0)], [0, 1], 3)
    result = scatter.chances(np.array([[1.5]]), bound)
    h = (4 / 3 * 0.30) ** 0.2
    keeps = []
    for limit in (2.0, 3.0):
        full = 1.5 + 0.5 * errors - limit
        mean = float(np.sum(weights * full))
        sd = math.sqrt(float(np.sum(weights * (full - mean) ** 2)))
        drawn_in = mean + math.sqrt(1 - h**2) * (full - mean)
        keeps.append(ndtr(-drawn_in / (h * sd)))
    first, second = (float(np.sum(weights * one)) for one in keeps)
    np.testing.assert_allclose(result.keeps, [[first, second, 1.0]], rtol=1e-9)
    np.testing.assert_allclose(result.best, [[first, second - first, 1 - second]], rtol=1e-9)


def test_errors_that_are_all_alike_still_have_a_kernel() -> None:
    scatter = of([[0.0]] * 3, [0.5, 0.3, 0.2], [1.0])
    below, above = (np.array([[way * 1e-6]]) for way in (-1, 1))
    bound = limits([[1.0]], [1.0], [0])
    assert scatter.chances(below, bound).keeps[0, 0] == pytest.approx(ndtr(1.0), rel=1e-6)
    assert scatter.chances(above, bound).keeps[0, 0] == pytest.approx(ndtr(-1.0), rel=1e-6)


def test_many_lots_are_answered_in_parts_as_in_one() -> None:
    scatter = of([[-1.0], [0.5], [2.0]], [0.2, 0.5, 0.3], [0.4])
    bound = limits([[1.0]], [2.0], [0])
    logs = np.linspace(-1.0, 2.0, 300)[:, None]
    together = scatter.chances(logs, bound)
    assert together.keeps.shape == together.best.shape == (300, 2)
    for i in (0, 127, 128, 129, 255, 256, 299):
        np.testing.assert_allclose(together.keeps[i], scatter.chances(logs[i : i + 1], bound).keeps[0], rtol=1e-12)
    assert scatter.chances(logs[:0], bound).best.shape == (0, 2)


@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_the_spread_of_a_sum_by_hand(scale: float) -> None:
    """Errors agree with weight 0.8 and oppose each other with 0.2, so they go together by 0.6, whatever their size."""
    scenarios = [[scale, 1.0], [-scale, -1.0], [scale, -1.0], [-scale, 1.0]]
    scatter = of(scenarios, [0.4, 0.4, 0.1, 0.1], [0.3, 0.5])
    bound = limits([[1.0, 1.0], [0.0, 1.0]], [5.0, 5.0], [0, 0])
    result = scatter.log_sd(np.log([[2.0, 1.0]]), bound)
    one, other = 2 / 3 * 0.3, 1 / 3 * 0.5
    expected = math.sqrt(one**2 + other**2 + 2 * 0.6 * one * other)
    np.testing.assert_array_equal(bound.bounded[0], [[0.0, 1.0], [1.0, 1.0]])
    np.testing.assert_allclose(result, [[0.5, expected]], rtol=1e-12)


def test_an_element_without_any_error_goes_together_with_none() -> None:
    scatter = of([[0.0, 1.0], [0.0, -1.0]], [0.5, 0.5], [0.3, 0.5])
    np.testing.assert_allclose(scatter._correlation, [[0.0, 0.0], [0.0, 1.0]], atol=1e-12)


def test_intervals_reach_as_far_as_the_joint_error_by_hand() -> None:
    """Of four errors 1 to 4 the third, ceil(5 * 0.5), is promised to hold half of the lots."""
    low, high = of([[0.0, 0.0]], [1.0], [0.2, 0.5]).bounds(np.array([[0.0, 1.0]]), 0.5)
    np.testing.assert_allclose(np.log(low), [[-0.6, -0.5]], atol=1e-12)
    np.testing.assert_allclose(np.log(high), [[0.6, 2.5]], atol=1e-12)


def test_the_largest_error_of_a_lot_by_hand() -> None:
    reported = np.exp([[1.0, 0.5], [1.0, 0.5], [1.0, 0.5], [1.0, 0.5], [1.0, 0.5]])
    reported[1, 1] *= -1  # below e^0.5
    reported[2, 1] *= -1
    reported[3, 0] = NAN
    reported[4] = NAN
    logs = np.array([[0.6, 0.7], [0.9, 0.7], [0.9, 0.3], [0.0, 0.7], [0.0, 0.0]])
    result = module._largest_error(reported, logs, np.array([0.2, 0.1]))
    # 0.4 / 0.2 is as much as 0.2 / 0.1; a limit of 0.5 is 2 below 0.7 and does not matter to 0.3; 0.1 / 0.2.
    np.testing.assert_allclose(result, [2.0, 2.0, 0.5, 2.0, 0.0], rtol=1e-9)


def test_each_lot_by_hand_has_the_errors_of_the_lots_of_other_thirds() -> None:
    """Lots 0 and 3 are one third, 1 and 4, 2 and 5 the others; chances are those of a scatter without the own third."""
    rng = np.random.default_rng(4)
    logs = rng.standard_normal((6, 2))
    reported = np.exp(logs + 0.3 * rng.standard_normal((6, 2)))
    limits = Limits(("x",), np.array([[1.0, 0.0]]), np.array([1.5]), np.ones(1), np.array([0], dtype=np.intp), 2)
    result, whole = crossed_chances(reported, logs, limits), ErrorScenarios.of(reported, logs)
    for third in ([0, 3], [1, 4], [2, 5]):
        others = np.delete(np.arange(6), third)
        errors = (np.log(reported[others]) - logs[others]) / whole.spread
        alone = ErrorScenarios(whole.spread, errors, np.full(4, 0.25), whole.joint).chances(logs[third], limits)
        np.testing.assert_allclose(result.keeps[third], alone.keeps, rtol=1e-9)
        np.testing.assert_allclose(result.best[third], alone.best, rtol=1e-9)


def test_few_lots_are_scenarios_each() -> None:
    errors = np.array([[0.1, -0.2], [3.1, 0.0], [0.0, -3.0], [1.0, -9.0], [3.0, 3.0]])
    scenarios, weights = module._thinned(errors)
    # An error of just three deviations is no rare one; rare ones come first.
    assert scenarios.tolist() == errors[[1, 3, 0, 2, 4]].tolist()
    np.testing.assert_allclose(weights, [0.2] * 5, rtol=1e-12)


def test_of_many_usual_lots_three_hundred_stand_for_all() -> None:
    errors = np.linspace(-1.0, 1.0, 902)[:, None]
    errors[[100, 500]] = 4.0
    scenarios, weights = module._thinned(errors)
    assert len(scenarios) == len(weights) == 302
    np.testing.assert_allclose(weights[:2], 1 / 902, rtol=1e-12)
    np.testing.assert_allclose(weights[2:], 3 / 902, rtol=1e-12)
    typical = np.delete(errors, [100, 500])
    # Evenly over the 900: from the first to the last in 299 steps.
    assert (scenarios[2, 0], scenarios[-1, 0]) == (typical[0], typical[899])
    assert scenarios[2:, 0].tolist() == [typical[int(899 * i / 299 + 1e-9)] for i in range(300)]


def test_lots_that_are_all_rare_stand_for_themselves() -> None:
    scenarios, weights = module._thinned(np.array([[5.0], [-4.0]]))
    assert scenarios.tolist() == [[5.0], [-4.0]]
    assert weights.tolist() == [0.5, 0.5]


def test_errors_are_counted_in_units_of_each_elements_spread() -> None:
    rng = np.random.default_rng(3)
    logs = rng.standard_normal((30, 2))
    reported = np.exp(logs + [0.2, 0.5] * rng.standard_normal((30, 2)))
    reported[6, 0], reported[9, 1] = -reported[6, 0], NAN
    scatter = ErrorScenarios.of(reported, logs)
    uniforms = np.random.default_rng(20260101).random((30, 2))
    errors = (drawn(reported, logs, scatter.spread, uniforms) - logs) / scatter.spread
    assert np.abs(errors).max() < 3.0
    np.testing.assert_allclose(scatter.scenarios, errors, rtol=1e-12)
    assert len(scatter.joint.scores) == 30
    assert (np.diff(scatter.joint.scores) >= 0).all()


def test_a_normal_probability_does_not_depend_on_how_memory_is_laid_out() -> None:
    scores = np.random.default_rng(6).normal(0.0, 5.0, (30, 4, 9))
    scores[0, 0, :3] = np.nan, np.inf, -np.inf
    expected = ndtr(scores)
    for axes in itertools.permutations(range(3)):
        laid_out = np.ascontiguousarray(scores.transpose(axes)).transpose(np.argsort(axes))
        np.testing.assert_allclose(_ndtr(laid_out), expected, rtol=0, atol=1e-15)
