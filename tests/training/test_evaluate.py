"""Errors and coverage of numbers, worked out by hand."""

import numpy as np
import pytest

from models.answers import Answer
from training.evaluate import coverage, mae, rmse


def test_errors_of_three_and_minus_four():
    error = np.array([3.0, -4.0])
    assert mae(error) == 3.5  # of 3 and 4
    assert rmse(error) == pytest.approx(np.sqrt(12.5))  # of 9 and 16
    assert {type(mae(error)), type(rmse(error))} == {float}


def test_the_ends_of_an_interval_are_within_it():
    actual = np.array([0.9, 1.0, 2.0, 3.0, 3.1])
    answer = Answer(np.full(5, 2.0), np.full(5, 1.0), np.full(5, 3.0))
    assert coverage(actual, answer) == pytest.approx(0.6)
