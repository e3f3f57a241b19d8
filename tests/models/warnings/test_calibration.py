"""Scores become probabilities that come true as often as they say."""

import numpy as np
import pytest
from scipy.special import expit

from models.warnings.calibration import Platt


def test_level_and_slope_are_found_again():
    rng = np.random.default_rng(5)
    score = 2 * rng.standard_normal(40_000)
    y = (rng.random(len(score)) < expit(-1.0 + 0.6 * score)).astype(float)
    fitted = Platt.fit(score, y, 1.0)
    assert (fitted.level, fitted.slope) == (pytest.approx(-1.0, abs=0.05), pytest.approx(0.6, abs=0.03))
    # With the level free the mean of the probabilities is the rate, whatever the slope.
    assert fitted(score).mean() == pytest.approx(y.mean(), abs=1e-3)


def test_a_score_that_says_the_opposite_is_silenced_and_not_turned_round():
    score = np.linspace(-3, 3, 2000)
    fitted = Platt.fit(score, (score < 0).astype(float), 1.0)
    assert fitted.slope == 0
    assert np.ptp(fitted(score)) == 0


def test_few_rows_leave_the_slope_near_one():
    score = np.array([-1.0, 1.0])
    assert Platt.fit(score, np.array([0.0, 1.0]), 0.1).slope == pytest.approx(1.0, abs=0.05)
