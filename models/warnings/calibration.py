"""Calibration of scores to probabilities: a level and a slope from out-of-sample rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.special import expit

SLOPE_DOUBT = (
    0.5  # standard deviation of the slope about 1, before any row is seen: few events cannot turn a score round
)


@dataclass(frozen=True)
class Platt:
    """Probability of an event as 1 / (1 + exp(-(level + slope * score))).

    References
    ----------
    Platt 1999, Probabilistic outputs for support vector machines. Isotonic regression needs many events to be steadier
    than these two numbers.
    """

    level: float
    slope: float

    @classmethod
    def fit(cls, score: FloatArray, y: FloatArray, weight: float, rows: FloatArray | float = 1.0) -> Platt:
        """Fit on out-of-sample log-odds and occurrence of an event, shape (n,) each.

        Each row counts for `weight`, times `rows`, shape (n,).
        """
        from scipy.optimize import minimize

        def loss(at: FloatArray) -> float:
            z = at[0] + at[1] * score
            return float(
                weight * np.sum(rows * (np.logaddexp(0.0, z) - y * z)) + 0.5 * ((at[1] - 1.0) / SLOPE_DOUBT) ** 2
            )

        def slopes(at: FloatArray) -> FloatArray:
            off = weight * (rows * (expit(at[0] + at[1] * score) - y))
            return np.array([off.sum(), off @ score + (at[1] - 1.0) / SLOPE_DOUBT**2])

        optimum = minimize(
            loss, np.array([0.0, 1.0]), jac=slopes, bounds=[(None, None), (0.0, None)], method="L-BFGS-B"
        )
        return cls(float(optimum.x[0]), float(optimum.x[1]))

    def log_odds(self, score: FloatArray) -> FloatArray:
        """Calibrated log-odds, shape (n,), of a score's."""
        return self.level + self.slope * score

    def __call__(self, score: FloatArray) -> FloatArray:
        """Probability, shape (n,), of a score's log-odds."""
        return np.asarray(expit(self.log_odds(score)))
