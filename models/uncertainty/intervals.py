"""Prediction intervals by split conformal prediction, at a coverage chosen for each request."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from models.uncertainty.stored_arrays import freeze
from physics.arrays import FloatArray


class CoverageError(ValueError):
    """A coverage that is no share between 0 and 1, or that the calibration rows are too few for."""


@dataclass(frozen=True, eq=False)
class Conformal:
    """Absolute residuals of rows outside the training rows.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Absolute residuals, rising, in the target's unit; each over the size of errors there, where that is known.

    Notes
    -----
    For exchangeable rows the interval ``prediction ± half_width(c)`` holds a new label with a probability of at
    least c and below c + 1/(n + 1) (no ties). The half width is the ceil(c (n + 1))-th smallest score [1]_.

    References
    ----------
    .. [1] J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani, L. Wasserman (2018). Distribution-free predictive
       inference for regression. J. Am. Stat. Assoc. 113, 1094-1111. doi:10.1080/01621459.2017.1307116
    """

    scores: FloatArray

    def __post_init__(self) -> None:
        scores = np.array(self.scores, dtype=np.float64)
        if scores.ndim != 1 or not np.isfinite(scores).all() or (scores < 0).any() or (np.diff(scores) < 0).any():
            raise ValueError("scores: expected one dimension of finite numbers >= 0 in rising order")
        freeze(self, scores=scores)

    @classmethod
    def of(cls, measured: FloatArray, predicted: FloatArray, scale: FloatArray | float = 1.0) -> Conformal:
        """Calibrate on measured labels and the predictions for them, shape (n,) each, in the target's unit.

        `scale`, shape (n,), is the size of errors there over that of all [1]; an interval is then as many times wider.
        """
        return cls(np.sort(np.abs(measured - predicted) / scale))

    def half_width(self, coverage: float) -> float:
        """Half width of the interval [target's unit].

        Raises
        ------
        CoverageError
            Coverage outside (0, 1), or above n/(n + 1): then no finite interval is wide enough.
        """
        rank = rank_of(coverage, len(self.scores))
        if rank > len(self.scores):
            raise CoverageError(
                f"coverage {coverage:g} needs at least {rows_needed(coverage)} calibration rows, got {len(self.scores)}"
            )
        return float(self.scores[rank - 1])


@lru_cache
def rows_needed(coverage: float) -> int:
    """Fewest calibration rows that give a finite interval of this coverage."""
    share = share_of(coverage)
    return math.ceil(share / (1 - share))


@lru_cache
def rank_of(coverage: float, n: int) -> int:
    """Return the rank of the score, of n rising ones, that bounds the interval; above n if none does."""
    return math.ceil(share_of(coverage) * (n + 1))


def bounding_score(scores: FloatArray, coverage: float) -> float:
    """Return the score, of n rising ones, that bounds the interval; the largest if none does."""
    return float(scores[min(rank_of(coverage, len(scores)), len(scores)) - 1])


def share_of(coverage: float) -> Fraction:
    """Return a requested coverage as an exact fraction; CoverageError if it is not between 0 and 1."""
    if not 0 < coverage < 1:
        raise CoverageError(f"coverage {coverage!r}: expected a share above 0 and below 1")
    # The requested decimal, not its binary neighbour, whose rank may be one higher.
    return Fraction(repr(float(coverage)))
