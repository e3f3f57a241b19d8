"""Errors and coverage of numbers, worked out by hand."""

import numpy as np
import pytest

from models.interfaces.answers import Answer
from training.core.evaluate import coverage, mae, rmse, rmse_over_blocks


def test_errors_of_three_and_minus_four():
    error = np.array([3.0, -4.0])
    assert mae(error) == 3.5  # of 3 and 4
    assert rmse(error) == pytest.approx(np.sqrt(12.5))  # of 9 and 16
    assert {type(mae(error)), type(rmse(error))} == {float}


def test_blocks_count_by_ratio_and_the_newest_twice():
    """Blocks err 1, 2 and 8: logarithms to base 2 of 0, 1, 3 and 3 again, 7 fourths on the mean."""
    error, block = np.array([1.0, -1.0, 2.0, 8.0, -8.0, 8.0]), np.array([0, 0, 1, 2, 2, 2])
    assert rmse_over_blocks(error, block) == pytest.approx(2 ** (7 / 4))
    assert rmse_over_blocks(10 * error, block) == pytest.approx(10 * 2 ** (7 / 4))
    assert rmse_over_blocks(error[:2], block[:2]) == 1.0
    shuffled = np.random.default_rng(0).permutation(6)
    assert rmse_over_blocks(error[shuffled], block[shuffled]) == pytest.approx(2 ** (7 / 4))


def test_one_block_in_which_all_err_much_does_not_decide_alone():
    """The first is better in the oldest block, the second in both newer ones; their pooled RMSE says the opposite."""
    block = np.repeat(np.arange(3), 4)
    first, second = (np.array(each)[block] for each in ([9.0, 1.5, 1.5], [10.0, 1.0, 1.0]))
    assert rmse(first) < rmse(second)
    assert rmse_over_blocks(second, block) < rmse_over_blocks(first, block)


def test_a_block_without_an_error_does_not_outweigh_all_others():
    block = np.repeat(np.arange(3), 4)
    assert rmse_over_blocks(np.zeros(12), block) == 0.0
    result = rmse_over_blocks(np.array([0.0, 1.0, 1.0])[block], block)
    assert result == pytest.approx(0.01 ** (1 / 4))


def test_the_ends_of_an_interval_are_within_it():
    actual = np.array([0.9, 1.0, 2.0, 3.0, 3.1])
    answer = Answer(np.full(5, 2.0), np.full(5, 1.0), np.full(5, 3.0))
    assert coverage(actual, answer) == pytest.approx(0.6)
