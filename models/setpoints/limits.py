"""Chance constraints: probability that a period breaks a limit, and whether a move may raise it."""

from __future__ import annotations

import numpy as np

from physics.arrays import BoolArray, FloatArray
from seeds.format.constraints import Constraint

LIMIT_QUANTILES = np.linspace(0.0, 1.0, 401)
_SLACK = 1e-9


def violation_probability(constraint: Constraint, expected: FloatArray, errors: FloatArray) -> FloatArray:
    """Probability that a period breaks a limit.

    Parameters
    ----------
    constraint : Constraint
    expected : ndarray
        Mean of the period [unit of the constraint].
    errors : ndarray, shape (q,)
        Quantiles of what periods were off from their expected means, rising [its unit].

    Returns
    -------
    ndarray of the shape of `expected`
    """
    room = constraint.bound - expected
    below = np.searchsorted(errors, room, side="right" if constraint.at_most is not None else "left") / len(errors)
    return np.asarray(1.0 - below if constraint.at_most is not None else below, dtype=np.float64)


def within_ceiling(probabilities: FloatArray, planned: FloatArray, constraint: Constraint) -> BoolArray:
    """Return whether moves satisfy a limit: probability below the seed's bound or not above the plan's."""
    return np.asarray(probabilities <= np.maximum(constraint.chance, planned) + _SLACK)
