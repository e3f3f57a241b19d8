"""Signals as standard scores, with gaps filled and long tails drawn in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.table.inputs import medians
from physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class StandardScale:
    """Arsinh of a signal's distance from its median, in units of its spread.

    Near the median arsinh is a straight line, far from it a logarithm with a sign: signals of light and of mass have
    tails that would rule any sum of squares.

    Parameters
    ----------
    median : ndarray, shape (k,)
        Replacement of a missing value, in the signal's unit.
    spread : ndarray, shape (k,)
        Half of the distance between the quartiles, in the signal's unit.
    """

    median: FloatArray
    spread: FloatArray

    @classmethod
    def of(cls, X: FloatArray) -> Self:
        """Fit on X, shape (n, k); a column without values or variation has the spread 1 or its deviation."""
        median = medians(X, np.zeros(X.shape[1]))
        filled = np.where(np.isnan(X), median, X)
        low, high = np.percentile(filled, (25, 75), axis=0)
        spread = (high - low) / 2
        spread = np.where(spread > 0, spread, filled.std(axis=0))
        return cls(median, np.where(spread > 0, spread, 1.0))

    def scores(self, X: FloatArray) -> FloatArray:
        """Standard scores, shape (n, k): 0 at the median and where a value is missing, never NaN."""
        return np.asarray(np.arcsinh((np.where(np.isnan(X), self.median, X) - self.median) / self.spread))

    def state(self) -> dict[str, Any]:
        """Return the parameters as JSON values."""
        return {"median": self.median.tolist(), "spread": self.spread.tolist()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Scale from what `state` gave."""
        return cls(*(np.array(state[name], dtype=np.float64) for name in ("median", "spread")))
