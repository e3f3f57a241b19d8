"""Chance constraints."""

import numpy as np
import pytest
from scipy.stats import norm

from models.setpoints.limits import LIMIT_QUANTILES, violation_probability, within_ceiling
from seeds.format.constraints import Constraint

HOT = Constraint(column="bath_temperature", at_most=970.0, chance=0.05, source="assumed: a test")
COLD = Constraint(quantity="superheat", unit="K", at_least=6.0, chance=0.05, source="assumed: a test")
ERRORS = 3.0 * norm.ppf(np.clip(LIMIT_QUANTILES, 1e-4, 1 - 1e-4))


@pytest.mark.parametrize("away", [-6.0, -3.0, 0.0, 3.0, 6.0])
def test_a_chance_is_that_of_the_errors(away):
    above = violation_probability(HOT, np.array([970.0 + away]), ERRORS)
    below = violation_probability(COLD, np.array([6.0 - away]), ERRORS)
    assert above == pytest.approx(norm.cdf(away / 3.0), abs=0.005)
    assert below == pytest.approx(norm.cdf(away / 3.0), abs=0.005)


def test_a_move_may_not_make_a_break_likelier_than_allowed_or_than_planned():
    planned = np.array([[0.01, 0.20]])
    moves = np.array([[0.01, 0.20], [0.04, 0.15], [0.06, 0.25]])
    assert within_ceiling(moves, planned, HOT).tolist() == [[True, True], [True, True], [False, False]]
