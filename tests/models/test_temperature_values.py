"""Temperatures by hand: of two classes, of scores that say nothing, and at the bounds."""

import math

import numpy as np
import pytest

from models.estimators.temperature import fitted_temperature, softmax, tempered


def test_of_two_scores_and_three_right_in_four_the_temperature_is_found_by_hand() -> None:
    # softmax([s / T, 0]) is 3 / 4 where s / T = log 3.
    scores = np.array([[2.0, 0.0]] * 4)
    assert fitted_temperature(scores, [0, 0, 0, 1]) == pytest.approx(2.0 / math.log(3.0), rel=1e-4)
    # A prior of log 2 for the first class leaves s / T = log(3 / 2).
    prior = np.array([math.log(2.0), 0.0])
    assert fitted_temperature(scores, [0, 0, 0, 1], prior) == pytest.approx(2.0 / math.log(1.5), rel=1e-4)
    # The same prior for all classes changes nothing.
    assert fitted_temperature(scores, [0, 0, 0, 1], 5.0) == pytest.approx(2.0 / math.log(3.0), rel=1e-4)


def test_scores_that_are_always_wrong_get_the_hottest_and_always_right_the_coldest() -> None:
    scores = np.array([[0.05, 0.0], [0.05, 0.0]])
    assert fitted_temperature(scores, [1, 1]) == pytest.approx(50.0, rel=1e-3)
    assert fitted_temperature(scores, [0, 0]) == pytest.approx(0.02, rel=1e-3)


def test_a_prior_may_rule_a_class_out() -> None:
    scores = np.array([[2.0, 0.0, 9.0]] * 5)
    prior = np.array([0.0, 0.0, -math.inf])
    assert fitted_temperature(scores, [0, 0, 0, 1, 2], prior) == pytest.approx(2.0 / math.log(3.0), rel=1e-4)


def test_probabilities_of_scores_and_of_a_temperature() -> None:
    # e^log 3 : e^0 = 3 : 1; at the temperature 2 the root of it.
    np.testing.assert_allclose(softmax(np.array([[math.log(3.0), 0.0]])), [[0.75, 0.25]])
    np.testing.assert_allclose(tempered(np.array([[0.9, 0.1]]), 2.0), [[0.75, 0.25]])
    np.testing.assert_allclose(tempered(np.array([[0.75, 0.25, 0.0]]), 0.5), [[0.9, 0.1, 0.0]])
