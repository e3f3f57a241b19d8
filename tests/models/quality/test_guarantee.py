"""How sure a lot must be: the test against published arithmetic and MAPIE, and the promise on a law that is known."""

import math

import numpy as np
import pytest
from mapie.risk_control.fwer_control import control_fwer
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value

from models.quality import guarantee
from models.quality.decision import Costs, decide
from models.quality.guarantee import THRESHOLDS, threshold
from models.uncertainty.guarantees import GuaranteeError, lots_needed

# An assay so dear that a lot is released in the first grade where it may be and is likelier good than not.
COSTS = Costs(value=np.array([0.0, -1000.0]), assay=900.0, claim=1500.0, intended=0)
ALPHA, CONFIDENCE = 0.05, 0.95


def graded(broken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chances of two grades, of which the second takes every lot, by the chance to break the first."""
    return np.column_stack([1 - broken, np.ones(len(broken))]), np.column_stack([1 - broken, broken])


def reported(bad: np.ndarray) -> np.ndarray:
    return np.column_stack([1.0 - bad, np.ones(len(bad))])


class TestThreshold:
    def lots(self, n: int, rng_seed: int, worst: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(rng_seed)
        broken = worst * rng.random(n) ** 3
        return broken, (rng.random(n) < broken).astype(np.float64)

    @pytest.mark.parametrize("rng_seed", range(8))
    def test_it_is_the_last_that_mapies_fixed_sequence_rejects(self, rng_seed: int) -> None:
        broken, bad = self.lots(1000, rng_seed)
        unassayed = broken[:, None] <= THRESHOLDS
        sizes, wrong = unassayed.sum(axis=0), (unassayed & (bad[:, None] > 0)).sum(axis=0)
        # Two tests, each with half of the error allowed: from the surest lots, and from half of all that may go.
        ends = []
        for size in (2 * lots_needed(ALPHA, CONFIDENCE), sizes.max() // 2):
            start = int(np.argmax(sizes >= size))
            p = compute_hoeffding_bentkus_p_value(
                (wrong[start:] - 1e-6).clip(0) / sizes[start:], sizes[start:], ALPHA, binary=True
            )[:, 0]
            rejected = control_fwer(p, (1 - CONFIDENCE) / 2, "fixed_sequence")
            ends += [start + max(rejected)] if len(rejected) else []
        result = threshold(*graded(broken), reported(bad), COSTS, ALPHA, CONFIDENCE)
        if ends:
            # Of thresholds that release the same lots the strictest.
            assert result == THRESHOLDS[np.argmax(sizes == sizes[max(ends)])]
        else:
            assert math.isnan(result)

    def test_with_good_lots_alone_all_may_go_and_none_worse_than_they(self) -> None:
        broken, bad = self.lots(300, 0)
        result = threshold(*graded(broken), reported(0 * bad), COSTS, ALPHA, CONFIDENCE)
        assert result == THRESHOLDS[THRESHOLDS >= broken.max()][0]

    def test_with_bad_lots_alone_there_is_none(self) -> None:
        broken, bad = self.lots(300, 0)
        assert math.isnan(threshold(*graded(broken), reported(0 * bad + 1), COSTS, ALPHA, CONFIDENCE))

    def test_where_hardly_any_lot_would_go_there_is_none(self) -> None:
        """Ten lots are surely good, of the others each breaks its grade for all that is known."""
        broken = np.where(np.arange(300) < 10, 1e-6, 0.9)
        assert math.isnan(threshold(*graded(broken), reported(np.zeros(300)), COSTS, ALPHA, CONFIDENCE))

    def test_lots_that_go_in_the_last_grade_do_not_count(self) -> None:
        broken, bad = self.lots(400, 1)
        spoilt = np.ones(2000)
        result = threshold(*graded(broken), reported(bad), COSTS, ALPHA, CONFIDENCE)
        both, all_bad = np.append(broken, spoilt), np.append(bad, spoilt)
        assert (decide(*graded(both), COSTS, 0.5).grade[400:] == 1).all()
        assert threshold(*graded(both), reported(all_bad), COSTS, ALPHA, CONFIDENCE) == result

    def test_lots_that_nobody_assayed_do_not_count(self) -> None:
        broken, bad = self.lots(400, 2)
        result = threshold(*graded(broken), reported(bad), COSTS, ALPHA, CONFIDENCE)
        both, unknown = np.append(broken, np.full(500, 1e-6)), np.append(bad, np.full(500, np.nan))
        assert threshold(*graded(both), reported(unknown), COSTS, ALPHA, CONFIDENCE) == result

    def test_order_of_lots_does_not_matter(self) -> None:
        broken, bad = self.lots(500, 3)
        order = np.random.default_rng(0).permutation(500)
        one = threshold(*graded(broken), reported(bad), COSTS, ALPHA, CONFIDENCE)
        assert threshold(*graded(broken[order]), reported(bad[order]), COSTS, ALPHA, CONFIDENCE) == one

    def test_a_stricter_promise_has_a_stricter_threshold(self) -> None:
        broken, bad = self.lots(3000, 4)
        result = [
            threshold(*graded(broken), reported(bad), COSTS, alpha, confidence)
            for alpha, confidence in ((0.02, 0.99), (0.02, 0.9), (0.05, 0.9))
        ]
        assert result[0] < result[1] < result[2]

    @pytest.mark.parametrize("known", [0, 58])
    def test_too_few_lots_are_told_with_the_number_needed(self, known: int) -> None:
        broken, bad = self.lots(200, 5)
        bad[known:] = np.nan
        message = rf"^{known} lots to calibrate, expected 59 or more: that at most 5% of released lots .* 95% conf"
        with pytest.raises(GuaranteeError, match=message):
            threshold(*graded(broken), reported(bad), COSTS, ALPHA, CONFIDENCE)


class TestPromise:
    """Lots whose chance to break is told too low: the model is too sure, the promise must hold all the same."""

    LEVELS = (np.arange(20_000) + 0.5) / 20_000

    def told(self, level: np.ndarray) -> np.ndarray:
        return 0.4 * level**4

    def true(self, level: np.ndarray) -> np.ndarray:
        return np.minimum(1.0, 2.5 * self.told(level) ** 0.9)

    def true_rate(self, limit: float) -> float:
        """Share of bad lots among all that the law lets go at a threshold."""
        unassayed = self.told(self.LEVELS) <= limit
        return float(self.true(self.LEVELS[unassayed]).mean()) if unassayed.any() else 0.0

    @pytest.mark.long("calibrates a thousand times")
    def test_it_is_broken_in_no_more_calibrations_than_it_may(self) -> None:
        rng, repeats = np.random.default_rng(0), 1000
        result = []
        for _ in range(repeats):
            level = rng.random(500)
            bad = (rng.random(500) < self.true(level)).astype(np.float64)
            result.append(threshold(*graded(self.told(level)), reported(bad), COSTS, ALPHA, CONFIDENCE))
        limits = np.array(result)
        rates = {limit: self.true_rate(limit) for limit in np.unique(limits[~np.isnan(limits)])}
        broken = np.mean([rates.get(limit, 0.0) > ALPHA for limit in limits])
        sigma = math.sqrt(CONFIDENCE * (1 - CONFIDENCE) / repeats)
        assert broken <= 1 - CONFIDENCE + 3 * sigma
        # Nor is it kept by letting nothing go.
        assert broken > 0.005
        assert np.isnan(limits).mean() < 0.1
        assert np.mean([(self.told(self.LEVELS) <= limit).mean() for limit in limits if limit > 0]) > 0.4

    def test_taking_the_chances_at_their_word_would_break_it(self) -> None:
        released = decide(*graded(self.told(self.LEVELS)), COSTS, 0.5).grade == 0
        assert self.told(self.LEVELS[released]).mean() < 0.1
        at_word = [
            limit for limit in THRESHOLDS if self.told(self.LEVELS)[self.told(self.LEVELS) <= limit].mean() < ALPHA
        ]
        assert self.true_rate(max(at_word)) > 2 * ALPHA


class TestSteps:
    def test_thresholds_rise_from_a_hundred_thousandth_to_a_half_by_one_factor(self) -> None:
        assert len(THRESHOLDS) == 95
        assert (THRESHOLDS[0], THRESHOLDS[-1]) == pytest.approx((1e-5, 0.5), rel=1e-12)
        np.testing.assert_allclose(THRESHOLDS[1:] / THRESHOLDS[:-1], 50_000 ** (1 / 94), rtol=1e-9)

    @pytest.mark.parametrize(
        ("sizes", "starts"),
        [
            ([0, 59, 60, 117], [1]),  # half is fewer than are needed: as many as these
            ([0, 59, 60, 118], [1]),
            ([0, 99, 100, 118, 200], [2]),
            ([10, 117, 130, 235], [1]),
            ([10, 118, 130, 237], [1]),  # a second test begins at twice the needed, where half is more
            ([10, 118, 119, 238], [1, 2]),
            ([10, 118, 149, 150, 300], [1, 3]),
        ],
    )
    def test_where_tests_begin_is_read_off_the_number_of_released_lots(
        self, sizes: list[int], starts: list[int]
    ) -> None:
        assert guarantee._starts(np.array(sizes), 59) == starts

    def counts(self, *first: tuple[int, int]) -> list[tuple[int, int]]:
        return [*first, *[(1000, 900)] * (len(THRESHOLDS) - len(first))]

    def test_a_test_goes_on_to_the_first_threshold_that_shows_nothing(self) -> None:
        counts = self.counts((100, 0), (100, 0), (200, 0), (300, 30), (400, 0))
        assert guarantee._tested(counts, 0, 0.05, 0.05) == THRESHOLDS[2]
        # Of thresholds that release the same lots the strictest.
        assert guarantee._tested(counts[:1] + self.counts((100, 0))[:94], 0, 0.05, 0.05) == THRESHOLDS[0]
        assert guarantee._tested(counts, 1, 0.05, 0.05) == THRESHOLDS[2]
        assert math.isnan(guarantee._tested(counts, 3, 0.05, 0.05))
        # 0.95^100 = 0.0059
        assert math.isnan(guarantee._tested(counts, 0, 0.05, 0.0059))
        assert guarantee._tested(counts, 0, 0.05, 0.006) == THRESHOLDS[2]

    def test_an_error_just_as_large_as_allowed_is_allowed(self) -> None:
        """One lot that is good shows with an error of a half that at most half are bad."""
        assert guarantee._tested(self.counts((1, 0)), 0, 0.5, 0.5) == THRESHOLDS[0]

    def test_released_are_lots_that_go_in_a_grade_with_limits(self) -> None:
        """The chance to break the first of three grades, of which the last takes all; the second keeps what it can."""
        costs = Costs(value=np.array([0.0, -40.0, -150.0]), assay=100.0, claim=300.0, intended=0)
        keeps = np.array([[0.99, 1.0, 1.0], [0.5, 0.99, 1.0], [0.9, 1.0, 1.0], [0.2, 0.3, 1.0]])
        best = np.column_stack([keeps[:, 0], keeps[:, 1] - keeps[:, 0], 1 - keeps[:, 1]])
        retained = np.array([[1.0, 1, 1], [0, 0, 1], [0, 1, 1], [0, 0, 1]])
        # With 0.1 the third goes as prime too (-30 beats -40) and breaks it; the second breaks its own grade.
        sizes, bad = guarantee._released(keeps, best, retained, costs)
        first, second, last = np.searchsorted(THRESHOLDS, [0.009, 0.02, 0.11])
        assert (sizes[first], bad[first]) == (2, 0)  # both in the second grade, which they surely satisfy
        assert (sizes[second], bad[second]) == (3, 1)
        assert (sizes[last], bad[last]) == (3, 2)

    def test_just_as_many_good_lots_as_are_needed_are_enough(self) -> None:
        broken = np.full(59, 0.01)
        assert threshold(*graded(broken), reported(0 * broken), COSTS, 0.05, 0.95) >= 0.01
        with pytest.raises(GuaranteeError, match="58 lots to calibrate, expected 59 or more"):
            threshold(*graded(broken[1:]), reported(0 * broken[1:]), COSTS, 0.05, 0.95)
        # One that does not go at any threshold leaves too few.
        broken[0] = 0.9
        assert math.isnan(threshold(*graded(broken), reported(0 * broken), COSTS, 0.05, 0.95))

    def test_lots_whose_grade_is_unknown_do_not_count(self) -> None:
        broken = np.full(60, 0.01)
        retained = reported(0 * broken)
        retained[0, 0] = math.nan
        assert threshold(*graded(broken), retained, COSTS, 0.05, 0.95) >= 0.01
        retained[1, 1] = math.nan
        with pytest.raises(GuaranteeError, match="58 lots to calibrate"):
            threshold(*graded(broken), retained, COSTS, 0.05, 0.95)

    def test_the_words_of_too_few_lots(self) -> None:
        retained = np.ones((60, 2))
        guarantee.check_enough(retained, 0.05, 0.95)
        retained[3:, 1] = math.nan
        with pytest.raises(GuaranteeError) as raised:
            guarantee.check_enough(retained, 0.05, 0.95)
        assert str(raised.value) == (
            "3 lots to calibrate, expected 59 or more: that at most 5% of released lots break their grade cannot be "
            "shown with 95% confidence from fewer, even if all of them are good"
        )


def test_lots_are_counted_as_they_are_decided_at_each_threshold() -> None:
    rng, n = np.random.default_rng(12), 500
    costs = Costs(value=np.array([10.0, 0.0, -30.0, -900.0]), assay=25.0, claim=1500.0, intended=0)
    keeps = np.column_stack([np.sort(1.0 - 0.2 * rng.random((n, 3)) ** 4, axis=1), np.ones(n)])
    keeps[:20, 1] = keeps[:20, 0]  # as valuable as the first, of which none is better
    best = np.diff(np.column_stack([np.zeros(n), keeps]), axis=1)
    within = (rng.random((n, 4)) < 0.7).astype(np.float64)
    sizes, bad = guarantee._released(keeps, best, within, costs)
    for limit, size, wrong in zip(THRESHOLDS, sizes, bad, strict=True):
        grade = decide(keeps, best, costs, limit).grade
        released = np.flatnonzero((grade >= 0) & (grade < 3))
        assert (size, wrong) == (len(released), (within[released, grade[released]] == 0).sum())
    assert len(set(sizes.tolist())) > 20
    assert (np.diff(sizes) != 0).any()
