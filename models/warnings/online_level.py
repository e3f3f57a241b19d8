"""Online calibration of probabilities: outcomes known at a period's start move the log-odds level."""

from __future__ import annotations

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from physics.special import expit

FOLLOWED = 48  # periods whose outcomes count
LEVEL_DOUBT = 0.6  # standard deviation of how far log-odds have drifted, before any outcome is seen
_STEPS, _FARTHEST, _NEAR = 50, 1.0, 1e-10  # of Newton's method: number, largest step, convergence


def followed(
    log_odds: FloatArray, periods: IntArray, y: FloatArray, after: int, weight: float, requested: BoolArray
) -> FloatArray:
    """Return log-odds of requested rows, calibrated on the outcomes known at their period's start.

    Parameters
    ----------
    log_odds : ndarray, shape (n,)
        Of rows of a plant, by a model that follows nothing.
    periods : ndarray of int, shape (n,)
        Number of each row's period.
    y : ndarray, shape (n,)
        Whether an event came within the horizon: 1, 0, or NaN if unknown or excluded.
    after : int
        Periods after whose start that is known.
    weight : float
        Weight of each outcome [1]: units share common causes.
    requested : ndarray of bool, shape (n,)
        Rows to answer.

    Returns
    -------
    ndarray, shape (n,)
        Log-odds; those of rows that were not asked are left as they are.

    Notes
    -----
    The level of all rows of a period moves by the mode of its distribution after the outcomes of the last FOLLOWED
    periods, normal about 0 with LEVEL_DOUBT before them: a plant that has drifted as a whole is followed, a run of
    chance moves little. Both numbers were chosen on simulated plants that no published figure comes from.
    """
    moved, known = log_odds.copy(), np.isfinite(y)
    for period in np.unique(periods[requested]):
        use = known & (periods + after <= period) & (periods >= period - FOLLOWED)
        moved[requested & (periods == period)] += _level(log_odds[use], y[use], weight)
    return moved


def _level(log_odds: FloatArray, y: FloatArray, weight: float) -> float:
    """Return the correction of log-odds after outcomes, shape (m,)."""
    level = 0.0
    for _ in range(_STEPS):
        p = expit(log_odds + level)
        slope = weight * float(np.sum(y - p)) - level / LEVEL_DOUBT**2
        step = slope / (weight * float(np.sum(p * (1.0 - p))) + 1.0 / LEVEL_DOUBT**2)
        level += max(-_FARTHEST, min(step, _FARTHEST))
        if abs(step) < _NEAR:
            break
    return level
