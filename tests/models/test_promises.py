"""When more lots are broken than a promise allows."""

import pytest
from scipy.stats import binom

from models.promises import at_least, at_most, beyond_promise, off_promise


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
            for chance in (0.0, 0.003, 0.1, 0.5, 0.97, 1.0):
                assert at_most(hits, tries, chance) == pytest.approx(
                    binom.cdf(hits, tries, chance), rel=1e-12, abs=1e-300
                )
                assert at_least(hits, tries, chance) == pytest.approx(
                    binom.sf(hits - 1, tries, chance), rel=1e-12, abs=1e-300
                )
