"""How reported contents scatter about what a model tells: joint intervals, and chances of grades."""

import json
import math

import numpy as np
import pytest
from scipy.stats import norm, qmc

from models.quality import error_scenarios as module
from models.quality.error_scenarios import ErrorScenarios, crossed_chances
from models.quality.grades import Limits
from models.quality.losses import UNTOLD_SPREAD
from models.uncertainty.intervals import Conformal, CoverageError

SD = np.array([0.3, 0.5, 0.2])
CORRELATION = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])
SHARED = np.linalg.cholesky(CORRELATION)
CENTRE = np.log([2.0, 1.0, 5.0])
LABORATORY = np.array([1.5, 1.0, 0.0])  # reports nothing below these


def lots(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """What a right model tells of lots, and what the laboratory reports: half the second element is below its limit."""
    predictions = CENTRE + 0.3 * rng.standard_normal((n, 3))
    contents = np.exp(predictions + rng.standard_normal((n, 3)) @ SHARED.T * SD)
    return np.where(contents < LABORATORY, -LABORATORY, contents), predictions


def limits(*bounds: tuple[list[float], float, int], grades: int = 2) -> Limits:
    elements, highest, grade = zip(*bounds, strict=True)
    return Limits(
        ("x",) * len(bounds),
        np.array(elements),
        np.array(highest),
        np.ones(len(grade)),
        np.array(grade, dtype=np.intp),
        grades,
    )


def of_equal_weight(spread: np.ndarray, scenarios: np.ndarray) -> ErrorScenarios:
    """Scatter with these errors; its joint intervals are of no interest."""
    return ErrorScenarios(spread, scenarios, np.full(len(scenarios), 1 / len(scenarios)), Conformal(np.ones(1)))


def normal(n: int, size: int = 1) -> ErrorScenarios:
    """Scatter with errors that fill a standard normal distribution evenly."""
    even = qmc.Sobol(size, rng=0).random(n) if size > 1 else ((np.arange(n) + 0.5) / n)[:, None]
    return of_equal_weight(np.full(size, 0.4), norm.ppf(even))


class TestJointIntervals:
    def test_they_hold_what_they_promise_over_many_calibrations(self) -> None:
        """Mean coverage lies between the promise and the promise plus 1/(n + 1), censored contents and all."""
        rng = np.random.default_rng(0)
        coverages = []
        for _ in range(150):
            scatter = ErrorScenarios.of(*lots(99, rng))
            reported, predictions = lots(400, rng)
            low, high = scatter.bounds(predictions, 0.9)
            inside = np.where(reported < 0, low <= -reported, (low <= reported) & (reported <= high))
            coverages.append(inside.all(axis=1).mean())
        sigma = np.std(coverages) / math.sqrt(150)
        assert np.mean(coverages) >= 0.9 - 3 * sigma
        assert np.mean(coverages) <= 0.9 + 1 / 100 + 3 * sigma

    def test_they_are_symmetric_on_log_scale_and_as_wide_as_each_element_scatters(self) -> None:
        scatter = ErrorScenarios.of(*lots(400, np.random.default_rng(1)))
        predictions = lots(5, np.random.default_rng(2))[1]
        low, high = scatter.bounds(predictions, 0.9)
        np.testing.assert_allclose(np.log(low) + np.log(high), 2 * predictions, rtol=1e-9)
        widths = (np.log(high) - np.log(low)) / scatter.spread
        np.testing.assert_allclose(widths, widths[0, 0], rtol=1e-9)
        np.testing.assert_allclose(scatter.spread, SD, rtol=0.12)

    def test_missing_contents_are_held_by_any_interval_and_lots_without_any_do_not_count(self) -> None:
        rng = np.random.default_rng(3)
        reported, predictions = lots(200, rng)
        plain = ErrorScenarios.of(reported, predictions)
        empty = ErrorScenarios.of(
            np.vstack([reported, np.full((50, 3), np.nan)]), np.vstack([predictions, predictions[:50]])
        )
        np.testing.assert_array_equal(empty.joint.scores, plain.joint.scores)
        reported[:, 2] = np.where(np.arange(200) % 2, reported[:, 2], np.nan)
        holed = ErrorScenarios.of(reported, predictions)
        assert len(holed.joint.scores) == 200

    def test_more_than_the_lots_can_promise_is_refused(self) -> None:
        scatter = ErrorScenarios.of(*lots(50, np.random.default_rng(4)))
        with pytest.raises(CoverageError, match=r"coverage 0\.99 needs at least 99 calibration rows, got 50"):
            scatter.bounds(CENTRE[None], 0.99)


class TestChances:
    @pytest.mark.parametrize("z", [-2.0, -1.0, 0.0, 1.0, 2.0])
    def test_of_one_limit_they_are_normal_probabilities(self, z: float) -> None:
        scatter = normal(400)
        predictions = np.array([[np.log(5.0) - 0.4 * z]])
        probabilities = scatter.chances(predictions, limits(([1.0], 5.0, 0)))
        assert probabilities.keeps[0, 0] == pytest.approx(norm.cdf(z), rel=0.01, abs=2e-4)
        assert 1 - probabilities.keeps[0, 0] == pytest.approx(norm.sf(z), rel=0.02)
        assert probabilities.keeps[0, 1] == 1.0

    @pytest.mark.parametrize("bias", [-0.5, 0.0, 0.5])
    def test_smoothing_moves_neither_mean_nor_spread(self, bias: float) -> None:
        """Over many sets of 60 scenarios of a model that errs by `bias` on average."""
        rng = np.random.default_rng(5)
        z = np.array([0.0, 1.0, 2.0, 3.0])
        predictions = np.log(5.0) - 0.4 * z[:, None]
        result = [
            of_equal_weight(np.array([0.4]), bias + rng.standard_normal((60, 1)))
            .chances(predictions, limits(([1.0], 5.0, 0)))
            .keeps[:, 0]
            for _ in range(1000)
        ]
        sigma = np.std(result, axis=0) / math.sqrt(1000)
        np.testing.assert_array_less(np.abs(np.mean(result, axis=0) - norm.cdf(z - bias)), 4 * sigma)

    def test_a_lot_farther_from_its_limit_is_safer_even_where_no_scenario_breaks_it(self) -> None:
        scatter = normal(400)
        predictions = np.log(5.0) - 0.4 * np.linspace(3.1, 5.0, 20)[:, None]
        broken = 1 - scatter.chances(predictions, limits(([1.0], 5.0, 0))).keeps[:, 0]
        assert (broken > 0).all()
        assert (np.diff(broken) < 0).all()

    def test_of_independent_elements_they_multiply(self) -> None:
        scatter = normal(512, 2)
        predictions = np.log([[5.0, 5.0]]) - 0.4
        both = scatter.chances(predictions, limits(([1.0, 0.0], 5.0, 0), ([0.0, 1.0], 5.0, 0))).keeps[0, 0]
        assert both == pytest.approx(norm.cdf(1) ** 2, abs=0.01)

    def test_of_elements_that_go_together_they_do_not(self) -> None:
        scatter = of_equal_weight(np.array([0.4, 0.4]), np.repeat(normal(400).scenarios, 2, axis=1))
        predictions = np.log([[5.0, 5.0]]) - 0.4
        both = scatter.chances(predictions, limits(([1.0, 0.0], 5.0, 0), ([0.0, 1.0], 5.0, 0))).keeps[0, 0]
        assert both == pytest.approx(norm.cdf(1), abs=0.002)

    def test_of_a_sum_they_are_those_of_a_long_simulation(self) -> None:
        rng = np.random.default_rng(7)
        scatter = of_equal_weight(SD[:2], rng.standard_normal((400, 2)) @ SHARED[:2, :2].T)
        contents = np.exp(CENTRE[:2] + rng.standard_normal((200_000, 2)) @ SHARED[:2, :2].T * SD[:2])
        for highest in (3.0, 4.0, 6.0):
            predictions = scatter.chances(CENTRE[None, :2], limits(([1.0, 1.0], highest, 0))).keeps[0, 0]
            truth = (contents.sum(axis=1) <= highest).mean()
            assert predictions == pytest.approx(truth, abs=3 * math.sqrt(truth * (1 - truth) / 400))

    def test_they_come_true_on_new_lots(self) -> None:
        """On average over calibrations: one set of 400 scenarios alone errs by 1/40 where the odds are even."""
        rng = np.random.default_rng(8)
        subset = limits(([1.0, 0, 0], 3.0, 0), ([0, 1.0, 0], 2.0, 0), ([1.0, 1.0, 0], 4.5, 0))
        gaps = []
        for _ in range(12):
            scatter = ErrorScenarios.of(*lots(1600, rng))
            reported, predictions = lots(1500, rng)
            p, within_grade = scatter.chances(predictions, subset).keeps[:, 0], subset.kept(reported)[:, 0]
            gaps.append([(within_grade - p)[part].mean() for part in np.array_split(np.argsort(p), 5)])
        sigma = np.std(gaps, axis=0) / math.sqrt(12)
        np.testing.assert_array_less(np.abs(np.mean(gaps, axis=0)), 3 * sigma + 0.01)

    def test_the_dearest_grade_that_is_kept_is_one_of_all(self) -> None:
        scatter = ErrorScenarios.of(*lots(400, np.random.default_rng(9)))
        predictions = lots(50, np.random.default_rng(10))[1]
        nested = limits(([1.0, 0, 0], 2.0, 0), ([0, 1.0, 0], 1.0, 0), ([1.0, 0, 0], 3.0, 1), grades=3)
        probabilities = scatter.chances(predictions, nested)
        np.testing.assert_allclose(probabilities.best.sum(axis=1), 1.0, rtol=1e-12)
        assert probabilities.best.min() >= 0
        np.testing.assert_allclose(probabilities.best[:, 0], probabilities.keeps[:, 0], rtol=1e-12)
        assert (np.diff(probabilities.keeps, axis=1) >= -1e-3).all()
        # A lower grade with the limits of the higher is the most valuable that is kept by no lot.
        same = scatter.chances(predictions, limits(([1.0, 0, 0], 2.0, 0), ([1.0, 0, 0], 2.0, 1), grades=3))
        np.testing.assert_allclose(same.best[:, 1], 0.0, atol=1e-12)

    def test_a_lot_does_not_depend_on_the_others(self) -> None:
        scatter = ErrorScenarios.of(*lots(400, np.random.default_rng(11)))
        predictions = lots(300, np.random.default_rng(12))[1]
        subset = limits(([1.0, 0, 0], 3.0, 0), ([1.0, 1.0, 0], 4.5, 0))
        alone = np.vstack([scatter.chances(predictions[i : i + 1], subset).best for i in range(len(predictions))])
        np.testing.assert_allclose(scatter.chances(predictions, subset).best, alone, rtol=1e-12)
        assert scatter.chances(predictions[:0], subset).keeps.shape == (0, 2)


class TestDistances:
    def test_of_one_element_it_is_its_own_spread(self) -> None:
        scatter = normal(256, 2)
        np.testing.assert_allclose(scatter.log_sd(np.zeros((1, 2)), limits(([1.0, 0.0], 5.0, 0))), 0.4, rtol=1e-9)

    @pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
    def test_of_a_sum_it_is_that_of_its_shares(self, correlation: float) -> None:
        shared = np.array([[1.0, 0.0], [correlation, math.sqrt(1 - correlation**2)]])
        scatter = of_equal_weight(np.full(2, 0.4), normal(4096, 2).scenarios @ shared.T)
        both = limits(([1.0, 1.0], 5.0, 0))
        expected = 0.4 * math.sqrt((1 + correlation) / 2)
        np.testing.assert_allclose(scatter.log_sd(np.zeros((1, 2)), both), expected, rtol=0.01)
        # Of two parts, one a hundred times the other, the large one is the sum.
        np.testing.assert_allclose(scatter.log_sd(np.log([[1.0, 0.001]]), both), 0.4, rtol=0.01)


class TestCalibration:
    def test_a_lot_is_assessed_by_the_errors_of_the_other_two_thirds(self) -> None:
        reported, predicted = lots(210, np.random.default_rng(13))
        subset = limits(([1.0, 0, 0], 3.0, 0), ([1.0, 1.0, 0], 4.5, 0))
        result = crossed_chances(reported, predicted, subset)
        moved = reported.copy()
        moved[::3] *= 2.0 * SD  # errors of the first third alone change: what scatters about them does not
        spread = ErrorScenarios.of(reported, predicted).spread
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "spread_about", lambda label, raw: next(given))
            given = iter(spread)
            again = crossed_chances(moved, predicted, subset)
        np.testing.assert_array_equal(again.keeps[::3], result.keeps[::3])
        assert (again.keeps[1::3] != result.keeps[1::3]).any()
        assert (again.keeps[2::3] != result.keeps[2::3]).any()

    def test_lots_that_are_assessed_so_find_themselves_in_no_scenario(self) -> None:
        """Chances of the calibration lots come true as those of new ones do, though rare errors make them."""
        rng, subset = np.random.default_rng(21), limits(([1.0, 0, 0], 4.0, 0))
        gaps, own = [], []
        for _ in range(60):
            reported, predicted = lots(300, rng)
            within_grade = subset.kept(reported)[:, 0]
            broken = within_grade == 0
            gaps.append((crossed_chances(reported, predicted, subset).keeps[:, 0] - within_grade).mean())
            all_of_them = ErrorScenarios.of(reported, predicted).chances(predicted, subset).keeps[:, 0]
            crossed = crossed_chances(reported, predicted, subset).keeps[:, 0]
            own.append((crossed - all_of_them)[broken].mean())
        sigma = np.std(gaps) / math.sqrt(60)
        assert abs(np.mean(gaps)) < 3 * sigma
        # A lot that breaks a grade, and lends its error to itself, looks less safe than a new one like it.
        assert np.mean(own) > 3 * np.std(own) / math.sqrt(60)

    def test_every_lot_lends_its_errors(self) -> None:
        reported, predicted = lots(210, np.random.default_rng(13))
        scatter = ErrorScenarios.of(reported, predicted)
        errors = (np.log(reported[:, 2]) - predicted[:, 2]) / scatter.spread[2]
        np.testing.assert_allclose(np.sort(scatter.scenarios[:, 2]), np.sort(errors), rtol=1e-9, atol=1e-12)

    def test_of_many_usual_lots_some_stand_for_all_and_each_rare_one_for_itself(self) -> None:
        rng = np.random.default_rng(20)
        reported, predictions = lots(9000, rng)
        reported[:900, 2] *= np.exp(8 * SD[2])  # one lot in ten
        scatter = ErrorScenarios.of(reported, predictions)
        assert len(scatter.scenarios) < 0.15 * 9000
        assert scatter.weights.sum() == pytest.approx(1.0, rel=1e-12)
        high = np.log(5.0) + 1.5
        everyone = (np.log(np.abs(reported)) - predictions)[:, 2]
        assert scatter.weights @ (scatter.scenarios[:, 2] * scatter.spread[2] > 1.0) == pytest.approx(
            np.mean(everyone > 1.0), rel=0.05
        )
        broken = 1 - scatter.chances(CENTRE[None], limits(([0, 0, 1.0], np.exp(high), 0))).keeps[0, 0]
        assert broken == pytest.approx(np.mean(everyone > 1.5), rel=0.25)

    def test_a_censored_error_is_drawn_below_its_limit_and_the_same_again(self) -> None:
        reported, predictions = lots(210, np.random.default_rng(14))
        one, other = ErrorScenarios.of(reported, predictions), ErrorScenarios.of(reported, predictions)
        np.testing.assert_array_equal(one.scenarios, other.scenarios)
        # Rare ones come first: lots are found again by their third element, which is never censored.
        lot, own = np.argsort(np.log(reported[:, 2]) - predictions[:, 2]), np.argsort(one.scenarios[:, 2])
        reported, predictions = reported[lot], predictions[lot]
        drawn, limit = predictions + one.scenarios[own] * one.spread, np.log(np.abs(reported))
        below = reported < 0
        assert below.sum() > 20
        assert (drawn[below] < limit[below]).all()
        np.testing.assert_allclose(drawn[~below], limit[~below], rtol=1e-9, atol=1e-12)

    def test_an_element_never_above_its_limit_is_kept_within_it(self) -> None:
        reported, predictions = lots(300, np.random.default_rng(15))
        reported[:, 1], predictions[:, 1] = -1.0, -3.0
        scatter = ErrorScenarios.of(reported, predictions)
        assert scatter.spread[1] == UNTOLD_SPREAD
        assert np.isfinite(scatter.scenarios).all()
        assert scatter.chances(predictions[:3], limits(([0, 1.0, 0], 1.0, 0))).keeps[:, 0].min() > 0.99

    @pytest.mark.parametrize("n", [1, 2, 7])
    def test_few_lots_give_numbers_all_the_same(self, n: int) -> None:
        scatter = ErrorScenarios.of(*lots(n, np.random.default_rng(16)))
        probabilities = scatter.chances(CENTRE[None], limits(([1.0, 0, 0], 2.0, 0)))
        assert np.isfinite(probabilities.keeps).all()
        assert np.isfinite(probabilities.best).all()

    def test_an_element_without_any_content_is_told(self) -> None:
        reported, predictions = lots(20, np.random.default_rng(17))
        reported[:, [0, 2]] = np.nan
        with pytest.raises(ValueError, match=r"reported: elements \[0, 2\] have no content in any calibration lot"):
            ErrorScenarios.of(reported, predictions)

    def test_it_comes_back_from_json(self) -> None:
        scatter = ErrorScenarios.of(*lots(100, np.random.default_rng(18)))
        back = ErrorScenarios.from_state(json.loads(json.dumps(scatter.state(), allow_nan=False)))
        subset, predictions = limits(([1.0, 1.0, 0], 4.0, 0)), lots(9, np.random.default_rng(19))[1]
        np.testing.assert_array_equal(
            back.chances(predictions, subset).keeps, scatter.chances(predictions, subset).keeps
        )
        np.testing.assert_array_equal(back.bounds(predictions, 0.9), scatter.bounds(predictions, 0.9))
        np.testing.assert_array_equal(back.log_sd(predictions, subset), scatter.log_sd(predictions, subset))
