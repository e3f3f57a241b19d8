"""Chance in a figure: blocks are drawn whole, with fixed random numbers."""

import numpy as np
import pandas as pd
import pytest

from training.core.bootstrap import gain_bound, resampled_ratio, shared_bound


def test_each_draw_is_a_ratio_of_sums_over_as_many_blocks_as_there_are():
    """Blocks 0, 1 and 2 sum to 3, 3 and 12 above the line, and to 3, 1 and 2 below it."""
    top, bottom = np.array([1.0, 2.0, 3.0, 4.0, 8.0]), np.array([1.0, 2.0, 1.0, 1.0, 1.0])
    result = resampled_ratio(top, bottom, np.array([0, 0, 1, 2, 2]))
    assert result.shape == (4000,)
    drawn = np.random.default_rng(20260102).multinomial(3, [1 / 3, 1 / 3, 1 / 3], size=4000)
    a, b, c = drawn.T
    assert result == pytest.approx((3 * a + 3 * b + 12 * c) / (3 * a + 1 * b + 2 * c), rel=1e-12)
    assert (result.min(), result.max()) == (1.0, 6.0)  # three times block 0, and three times block 2


def test_the_ratio_of_a_single_block_knows_no_chance():
    result = resampled_ratio(np.array([1.0, 2.0]), np.array([4.0, 2.0]), np.array([0, 0]))
    assert (result == 0.5).all()


def test_a_draw_with_nothing_below_the_line_is_unknown_and_warns_nobody(recwarn):
    result = resampled_ratio(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([0, 1]))
    assert set(np.isnan(result)) == {False, True}
    assert set(result[~np.isnan(result)]) == {1.0}
    assert np.isnan(result).mean() == pytest.approx(0.25, abs=0.03)  # twice the block of zeros, of two
    infinite = resampled_ratio(np.array([2.0, 1.0]), np.array([0.0, 1.0]), np.array([0, 1]))
    assert set(infinite) == {1.0, 3.0, np.inf}
    assert not recwarn.list


def test_a_gain_counts_by_weight():
    gain, weight = np.tile([1.0, 4.0], 10), np.tile([3.0, 1.0], 10)
    mean, low = gain_bound(gain, np.arange(20) // 2, weight)
    assert (mean, low) == pytest.approx((1.75, 1.75))


def test_the_bound_is_the_twentieth_part_of_the_draws():
    """Ten blocks gain 0 to 9: with the drawing's own random numbers the means of its draws are sorted by hand."""
    gain = np.arange(10.0)
    drawn = np.random.default_rng(20260102).multinomial(10, np.full(10, 0.1), size=4000)
    means = np.sort(drawn @ gain / 10)
    mean, low = gain_bound(gain, np.arange(10))
    assert mean == 4.5
    drawn_low = means[199] + 0.95 * (means[200] - means[199])  # 5 % of 3999 steps is 199.95
    assert 2.9 < drawn_low < 3.1  # 4.5 less 1.645 standard deviations of 2.87 over the root of 10
    # Student's quantile of nine degrees of freedom is 1.833, and draws spread too little by the root of 9/10.
    assert low == pytest.approx(4.5 - 1.833 / 1.645 * np.sqrt(10 / 9) * (4.5 - drawn_low), rel=1e-3)


def test_chance_passes_eight_blocks_no_more_often_than_the_confidence_allows():
    """Of 600 gains that are none, 5 % would be 30; 48 would come by chance once in 1000 times."""
    rng = np.random.default_rng(8)
    passed = sum(gain_bound(rng.normal(size=8), np.arange(8))[1] > 0 for _ in range(600))
    assert 12 < passed < 48


def test_the_bound_is_that_of_the_mean_for_independent_blocks():
    gain = np.random.default_rng(5).normal(0.2, 1.0, 2000)
    mean, low = gain_bound(gain, np.arange(2000))
    assert mean == pytest.approx(gain.mean())
    assert low == pytest.approx(gain.mean() - 1.645 * gain.std() / np.sqrt(2000), abs=0.003)


@pytest.mark.long("judges hundreds of times")
@pytest.mark.parametrize(("periods", "apart"), [(4, "30D"), (40, "2D"), (16, "6h")])
def test_what_units_have_in_common_passes_no_more_often_than_the_confidence_allows(periods, apart):
    """Of 200 gains that are none 40 would pass at 80 %; 58 would come by chance once in 1000 times.

    What 40 units gain in common is drawn anew every ten days, or for each quarter of a shorter time.
    """
    days = pd.date_range("2024-01-01", periods=periods, freq=apart)
    since = days - days[0]
    run = np.asarray(since // min(pd.Timedelta(days=10), since.max() / 4 + pd.Timedelta(1, "us")))
    unit, when, rows = np.repeat(np.arange(40), periods), days[np.tile(np.arange(periods), 40)], 40 * periods
    rng, passed = np.random.default_rng(6), 0
    for _ in range(200):
        common = np.tile(rng.normal(0, 0.5, run.max() + 1)[run], 40)
        passed += shared_bound(common + rng.normal(0, 1, rows), unit, when, np.ones(rows), 0.8) > 0
    assert 15 < passed < 58


def test_the_bound_adds_what_runs_of_ten_days_have_in_common():
    """Nine units gain 2 in one run and 1 in the other: units are alike, and the two runs lie 1/2 off their mean.

    The variance of the mean over two runs is 2 (1/4^2 + 1/4^2) = 1/4; over the 18 of units in runs it is
    18/17 * 18 / 36^2 = 1/68. Student's quantile at 80 % for one degree of freedom is tan(0.3 pi).
    """
    when = pd.DatetimeIndex(["2024-01-01", "2024-01-11"] * 9)
    low = shared_bound(np.tile([2.0, 1.0], 9), np.repeat(np.arange(9), 2), when, np.ones(18), 0.8)
    assert low == pytest.approx(1.5 - np.tan(0.3 * np.pi) * np.sqrt(1 / 4 - 1 / 68))


def test_days_within_ten_are_one_run_where_there_are_four():
    """What comes and goes within each of four runs of ten days is not common to any of them."""
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    gain = np.tile([3.0, 1.0], 20)
    assert shared_bound(gain, np.arange(40) // 10, days, np.ones(40), 0.8) == pytest.approx(2.0)


def test_the_bound_counts_rows_by_weight():
    """By weights of 3 and 1 the runs gain 5 and 1: 4 on the mean; by 1 and 1, 3."""
    block = np.repeat(np.arange(8), 2)
    days = pd.DatetimeIndex(["2024-01-01", "2024-03-01"] * 8)
    gain = np.tile([5.0, 1.0], 8)
    result = {}
    for first in (1.0, 3.0):
        weight = np.tile([first, 1.0], 8)
        mean, _ = gain_bound(gain, block, weight)
        result[first] = mean, mean - shared_bound(gain, block, days, weight, 0.8)
    assert [mean for mean, _ in result.values()] == pytest.approx([3.0, 4.0])
    off = {1.0: (1.0, -1.0), 3.0: (0.75, -0.75)}  # of the mean, by run
    for first, (_, margin) in result.items():
        total = sum(one**2 for one in off[first])
        assert margin == pytest.approx(np.tan(0.3 * np.pi) * np.sqrt(2 * total - 16 / 15 * total / 8))


def test_one_period_shows_nothing_of_what_units_have_in_common():
    gain, unit, weight = np.arange(9.0), np.arange(9), np.ones(9)
    when = pd.DatetimeIndex(["2024-01-01"] * 9)
    assert shared_bound(gain, unit, when, weight, 0.8) == gain_bound(gain, unit, weight, 0.8)[1]
