"""Size of a model's errors as a function of its prediction, for intervals of local width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from physics.arrays import FloatArray, IntArray

MOST_GROUPS = 10
FEWEST_ROWS = 20  # of a group
LEAST = 0.1  # a group that hardly errs by chance must not make its intervals a point


@dataclass(frozen=True, eq=False)
class ErrorScale:
    """Mean absolute error over predicted value, in units of the overall one.

    Parameters
    ----------
    at : ndarray, shape (g,)
        Predicted values, rising [target's unit].
    factor : ndarray, shape (g,)
        Size of the errors there over that of all [1], straight between, level beyond the ends.
    """

    at: FloatArray
    factor: FloatArray

    def __post_init__(self) -> None:
        at, factor = (np.array(part, dtype=np.float64) for part in (self.at, self.factor))
        if at.ndim != 1 or not len(at) or at.shape != factor.shape or not np.isfinite(at).all():
            raise ValueError("at, factor: expected as many finite numbers, at least one")
        if (np.diff(at) <= 0).any() or not np.isfinite(factor).all() or (factor <= 0).any():
            raise ValueError("at: expected rising numbers; factor: expected numbers above 0")
        object.__setattr__(self, "at", at)
        object.__setattr__(self, "factor", factor)

    @classmethod
    def even(cls) -> Self:
        """The same everywhere."""
        return cls(np.zeros(1), np.ones(1))

    @classmethod
    def of(cls, predicted: FloatArray, errors: FloatArray) -> Self:
        """Fit to predictions and their errors, shape (n,) each [target's unit].

        Rows are grouped by predicted value, at most MOST_GROUPS groups of at least FEWEST_ROWS. The mean absolute
        error of a group is drawn to that of all by as much as chance alone moves it (empirical Bayes [1]_): where
        groups do not differ significantly, errors are the same everywhere.

        References
        ----------
        .. [1] B. Efron, C. Morris (1975). Data analysis using Stein's estimator and its generalizations. J. Am. Stat.
           Assoc. 70, 311-319. doi:10.1080/01621459.1975.10479864
        """
        size = np.abs(errors)
        groups = min(MOST_GROUPS, len(size) // FEWEST_ROWS)
        if groups < 2 or not size.any():
            return cls.even()
        edges = np.unique(np.quantile(predicted, np.linspace(0, 1, groups + 1)[1:-1]))
        group = np.searchsorted(edges, predicted, side="left")
        parts = [group == number for number in np.unique(group)]
        mean = np.array([size[part].mean() for part in parts])
        sampling_variance = np.array([size[part].var() / part.sum() for part in parts])
        weight = np.array([part.mean() for part in parts])
        overall = float(size.mean())
        between = max(0.0, float(weight @ ((mean - overall) ** 2 - sampling_variance)))
        if between == 0.0:
            return cls.even()
        drawn = overall + between / (between + sampling_variance) * (mean - overall)
        return cls(np.array([predicted[part].mean() for part in parts]), np.maximum(drawn / overall, LEAST))

    def __call__(self, predicted: FloatArray) -> FloatArray:
        """Size of the errors where this is predicted, shape (n,), over that of all [1]."""
        return np.interp(predicted, self.at, self.factor)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"at": self.at.tolist(), "factor": self.factor.tolist()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(np.array(state["at"]), np.array(state["factor"]))


def by_others(predicted: FloatArray, errors: FloatArray, block: IntArray) -> FloatArray:
    """Size of the errors at each row by the rows of all other blocks, shape (n,) [1].

    No row has a say in the scale of its own score, which a conformal interval needs; 1 where there is no other block.
    """
    factors = np.ones(len(predicted))
    for number in np.unique(block):
        others = block != number
        if others.any():
            factors[~others] = ErrorScale.of(predicted[others], errors[others])(predicted[~others])
    return factors
