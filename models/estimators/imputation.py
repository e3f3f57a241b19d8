"""Missing inputs of a row, replaced by their means given its other inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Self

import numpy as np

from models.uncertainty.distinct_rows import grouped
from models.uncertainty.missing_patterns import FEW_ROWS
from physics.arrays import BoolArray, FloatArray, IntArray

MOST_MISSING = 0.2
"""Share of the training rows: an input that more rows miss stays missing, as in training."""
RIDGE = 0.05
"""Added to the variance of each standardised input, so that inputs that go together stay apart."""

MOST_PATTERNS = 512
"""Patterns whose slopes are kept, the latest used: k x k / 4 numbers at most each."""
FARTHEST = 5.0
"""Largest deviation of an input from its mean that counts, in standard deviations."""
CONSTANT = 1e-9
"""Standard deviation, over the size of the mean, of an input that does not vary."""


class _Lines(NamedTuple):
    """Lines of the missing inputs of a pattern on the others.

    Attributes
    ----------
    missing : ndarray of int
        Places of the missing columns in `Imputation.columns`.
    mean : ndarray, shape (missing,)
        Their means in training, in their units.
    known : ndarray of int
        Places of the other columns.
    slopes : ndarray, shape (known, missing)
        Slopes of missing columns in their units on standardised known ones.
    """

    missing: IntArray
    mean: FloatArray
    known: IntArray
    slopes: FloatArray

    def means(self, near: FloatArray) -> FloatArray:
        """Return means of the missing columns given the others, shape (n, missing), from `Imputation._near`."""
        return np.asarray(self.mean + near[:, self.known] @ self.slopes)


@dataclass(frozen=True, eq=False)
class Imputation:
    """Conditional means of inputs, as of a normal distribution.

    Parameters
    ----------
    columns : ndarray of int, shape (p,)
        Inputs that are replaced, and that others are replaced by: numbers that training rarely missed.
    mean, scale : ndarray, shape (p,)
        Mean and standard deviation of each in training, in its unit.
    correlation : ndarray, shape (p, p)
        Correlations of the training rows, with RIDGE on the diagonal.

    Notes
    -----
    Estimators are fitted to rows that rarely miss an input, so that of a row that misses many they predict a mixture of
    what they know and of medians. The mean of a missing input, given those that are there, is the linear regression on
    them [1]_.

    References
    ----------
    .. [1] R. J. A. Little, D. B. Rubin (2019). Statistical Analysis with Missing Data, 3rd ed. Wiley. Section 11.2.
       doi:10.1002/9781119482260
    """

    columns: IntArray
    mean: FloatArray
    scale: FloatArray
    correlation: FloatArray

    def __post_init__(self) -> None:
        p = len(self.columns)
        if self.mean.shape != (p,) or self.scale.shape != (p,) or self.correlation.shape != (p, p):
            raise ValueError("mean, scale, correlation: expected one value, or row, for each of the columns")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.correlation).all() and (self.scale > 0).all()):
            raise ValueError("mean, correlation: expected finite numbers; scale: expected numbers above 0")

    @classmethod
    def of(cls, X: FloatArray, numeric: BoolArray) -> Self:
        """Fit to training inputs, shape (n, k), of which these are numbers, shape (k,)."""
        columns = np.flatnonzero(numeric & (np.isnan(X).mean(axis=0) <= MOST_MISSING))
        known = X[:, columns]
        mean, scale = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
        varies = scale > CONSTANT * np.abs(mean)
        columns, known, mean, scale = columns[varies], known[:, varies], mean[varies], scale[varies]
        present = (~np.isnan(known)).astype(np.float64)
        standard = np.nan_to_num((known - mean) / scale)
        correlation = standard.T @ standard / np.maximum(present.T @ present, 1.0)
        # Of pairs of columns with different rows each: without negative variances.
        values, vectors = np.linalg.eigh(correlation)
        positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
        return cls(columns, mean, scale, positive + RIDGE * np.eye(len(columns)))

    def filled(self, X: FloatArray) -> FloatArray:
        """Return inputs, shape (n, k), with each missing one replaced; X itself where none is missing."""
        missing = np.isnan(X[:, self.columns])
        if not missing.any():
            return X
        filled, near = X.copy(), self._near(X)
        if len(X) <= FEW_ROWS:
            for i in np.flatnonzero(missing.any(axis=1)).tolist():
                lines = self._lines(missing[i].tobytes())
                filled[i, self.columns[lines.missing]] = lines.means(near[i : i + 1])[0]
            return filled
        masks, parts = grouped(missing)
        order = np.concatenate(parts)  # rows of a pattern in one piece, which is several times as fast
        ordered, near = X[order], near[order]
        end = 0
        for mask, rows in zip(masks, parts, strict=True):
            begin, end = end, end + len(rows)
            if mask.any():
                lines = self._lines(mask.tobytes())
                ordered[begin:end, self.columns[lines.missing]] = lines.means(near[begin:end])
        filled[order] = ordered
        return filled

    def _near(self, X: FloatArray) -> FloatArray:
        """Return standardised inputs, shape (n, p), no farther from their means than FARTHEST."""
        standard = (X[:, self.columns] - self.mean) / self.scale
        return np.minimum(np.maximum(standard, -FARTHEST), FARTHEST)  # `clip` takes longer for few rows

    def change(self, X: FloatArray, estimate: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Return the change of predictions, of their shape, by replacing missing inputs."""
        return np.asarray(estimate(self.filled(X)) - estimate(X), dtype=np.float64)

    @cached_property
    def _lines(self) -> Callable[[bytes], _Lines]:
        """Lines of the missing inputs on the others, by mask of the columns."""

        @lru_cache(MOST_PATTERNS)
        def lines(pattern: bytes) -> _Lines:
            mask = np.frombuffer(pattern, dtype=np.bool_)
            missing, known = np.flatnonzero(mask), np.flatnonzero(~mask)
            # Both give the same slopes; the system of the fewer columns is the smaller one.
            if len(missing) < len(known):
                inverse = self._inverse[missing]
                slopes = -np.linalg.solve(inverse[:, missing], inverse[:, known]).T
            else:
                rows = self.correlation[known]
                slopes = np.linalg.solve(rows[:, known], rows[:, missing])
            return _Lines(missing, self.mean[missing], known, slopes * self.scale[missing])

        return lines

    @cached_property
    def _inverse(self) -> FloatArray:
        """Inverse of the correlations: slopes on all other columns, over the variance that these leave."""
        return np.asarray(np.linalg.inv(self.correlation))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.columns, self.mean, self.scale, self.correlation)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {name: getattr(self, name).tolist() for name in ("columns", "mean", "scale", "correlation")}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        columns = np.array(state["columns"], dtype=np.intp)
        mean, scale, correlation = (
            np.array(state[name], dtype=np.float64) for name in ("mean", "scale", "correlation")
        )
        return cls(columns, mean, scale, correlation.reshape(len(columns), len(columns)))
