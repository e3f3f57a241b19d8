"""Chance in a figure: blocks are drawn whole, with fixed random numbers."""

import numpy as np
import pytest

from training.bootstrap import resampled_ratio


def test_each_draw_is_a_ratio_of_sums_over_as_many_blocks_as_there_are():
    """Blocks 0, 1 and 2 sum to 3, 3 and 12 above the line, and to 3, 1 and 2 below it."""
    top, bottom = np.array([1.0, 2.0, 3.0, 4.0, 8.0]), np.array([1.0, 2.0, 1.0, 1.0, 1.0])
    found = resampled_ratio(top, bottom, np.array([0, 0, 1, 2, 2]))
    assert found.shape == (4000,)
    drawn = np.random.default_rng(20260102).multinomial(3, [1 / 3, 1 / 3, 1 / 3], size=4000)
    a, b, c = drawn.T
    assert found == pytest.approx((3 * a + 3 * b + 12 * c) / (3 * a + 1 * b + 2 * c), rel=1e-12)
    assert (found.min(), found.max()) == (1.0, 6.0)  # three times block 0, and three times block 2


def test_the_ratio_of_a_single_block_knows_no_chance():
    found = resampled_ratio(np.array([1.0, 2.0]), np.array([4.0, 2.0]), np.array([0, 0]))
    assert (found == 0.5).all()


def test_a_draw_with_nothing_below_the_line_is_unknown_and_warns_nobody(recwarn):
    found = resampled_ratio(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([0, 1]))
    assert set(np.isnan(found)) == {False, True}
    assert set(found[~np.isnan(found)]) == {1.0}
    assert np.isnan(found).mean() == pytest.approx(0.25, abs=0.03)  # twice the block of zeros, of two
    infinite = resampled_ratio(np.array([2.0, 1.0]), np.array([0.0, 1.0]), np.array([0, 1]))
    assert set(infinite) == {1.0, 3.0, np.inf}
    assert not recwarn.list
