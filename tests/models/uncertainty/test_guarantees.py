"""Counts of broken lots above which a promise is not kept, and of lots that show that it is."""

import numpy as np
import pytest
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value
from scipy.stats import binom, binomtest

from models.uncertainty.guarantees import (
    at_least,
    at_most,
    beyond_promise,
    lots_needed,
    off_promise,
    p_value,
    shown_after,
)


@pytest.mark.parametrize(
    ("broken", "lots", "beyond"), [(0, 20, False), (5, 100, False), (9, 100, False), (10, 100, True), (1, 1, False)]
)
def test_more_broken_lots_than_promised_must_be_beyond_chance(broken, lots, beyond):
    """Of 100 lots, each broken with 5 %: 9 or more by chance in 6.3 % of cases, 10 or more in 2.8 %."""
    assert beyond_promise(broken / lots, lots, 0.05 if lots > 1 else 0.06) == beyond


@pytest.mark.parametrize(
    ("covered", "rows", "off"), [(3, 8, False), (2, 8, False), (1, 8, True), (7, 8, False), (6, 8, False), (8, 8, True)]
)
def test_intervals_are_off_their_promise_on_either_side(covered, rows, off):
    """Of 8 rows, half covered by promise: none in 1, one in 8, two in 28 of 256 cases, and as many on the other side.

    One or fewer are 9 of 256, 3.5 %, more than a side's 2.5 %; of a promise of 60 % they are 0.9 %, and all 1.7 %.
    """
    assert off_promise(covered / rows, rows, 0.6) == off
    assert off_promise(covered / rows, rows, 0.5) == (covered == 8)


def test_the_binomial_is_that_of_scipy():
    for tries in (0, 1, 7, 60, 5000):
        for hits in {-1, 0, 1, tries // 3, tries - 1, tries, tries + 1}:
            for probability in (0.0, 0.003, 0.1, 0.5, 0.97, 1.0):
                assert at_most(hits, tries, probability) == pytest.approx(
                    binom.cdf(hits, tries, probability), rel=1e-12, abs=1e-300
                )
                assert at_least(hits, tries, probability) == pytest.approx(
                    binom.sf(hits - 1, tries, probability), rel=1e-12, abs=1e-300
                )


class TestLotsNeeded:
    @pytest.mark.parametrize(("alpha", "lots"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598), (0.001, 2995)])
    def test_published_numbers_for_no_bad_lot_at_95_percent(self, alpha: float, lots: int) -> None:
        """Wilks' sample sizes; 59 and 299 stand in every handbook of tolerance limits."""
        assert lots_needed(alpha, 0.95) == lots

    @pytest.mark.parametrize("alpha", [0.3, 0.05, 0.01])
    @pytest.mark.parametrize("confidence", [0.8, 0.9, 0.99])
    def test_one_lot_less_would_not_show_it(self, alpha: float, confidence: float) -> None:
        needed = lots_needed(alpha, confidence)
        assert p_value(0, needed, alpha) <= 1 - confidence
        assert p_value(0, needed - 1, alpha) > 1 - confidence


class TestPValue:
    @pytest.mark.parametrize(("bad", "released"), [(0, 299), (1, 473), (3, 300), (20, 400), (400, 400)])
    @pytest.mark.parametrize("alpha", [0.01, 0.05])
    def test_it_is_scipys_exact_binomial_test(self, bad: int, released: int, alpha: float) -> None:
        theirs = binomtest(bad, released, alpha, alternative="less").pvalue
        assert p_value(bad, released, alpha) == pytest.approx(theirs, rel=1e-9)

    def test_it_is_mapies_for_losses_of_0_and_1(self) -> None:
        bad, released = np.array([0, 1, 3, 8, 20]), np.array([299, 473, 300, 400, 400])
        # A hair below each share, since MAPIE rounds the number of bad lots up.
        rate = (bad - 1e-6).clip(0) / released
        theirs = compute_hoeffding_bentkus_p_value(rate, released, 0.05, binary=True)[:, 0]
        ours = [p_value(int(b), int(n), 0.05) for b, n in zip(bad, released, strict=True)]
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_good_lots_show_the_promise_at_the_first_look():
    """Half of 5 % is for the first look: 0.99 to the power of 368 is below that, of 367 above."""
    good = np.zeros(1000, dtype=bool)
    assert 0.99**367 > 0.025 > 0.99**368
    assert shown_after(good, 0.01, 0.95) == 368
    assert shown_after(good[:367], 0.01, 0.95) is None
    good[400] = True  # later than the look
    assert shown_after(good, 0.01, 0.95) == 368


def test_a_bad_lot_at_the_first_look_leaves_the_second():
    lots = np.zeros(2000, dtype=bool)
    lots[3] = True
    assert shown_after(lots, 0.01, 0.95) == 736
    assert shown_after(lots[:735], 0.01, 0.95) is None
    assert shown_after(np.ones(2000, dtype=bool), 0.01, 0.95) is None


def test_a_plant_that_breaks_the_promise_shows_it_no_more_often_than_the_error_allowed():
    rng = np.random.default_rng(12)
    shown = [shown_after(rng.random(6000) < 0.01, 0.01, 0.95) is not None for _ in range(4000)]
    assert np.mean(shown) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 4000)
    assert np.mean(shown) > 0.01  # and is no empty word
