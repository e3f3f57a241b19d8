"""Missing inputs of a row, replaced by their means given its other inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
_SOLVED_TOGETHER = 256  # patterns: a system of each is in memory
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
        for of_mask, rows in zip(self._of_masks(masks), parts, strict=True):
            begin, end = end, end + len(rows)
            if of_mask is not None:
                ordered[begin:end, self.columns[of_mask.missing]] = of_mask.means(near[begin:end])
        filled[order] = ordered
        return filled

    def _near(self, X: FloatArray) -> FloatArray:
        """Return standardised inputs, shape (n, p), no farther from their means than FARTHEST."""
        standard = (X[:, self.columns] - self.mean) / self.scale
        return np.minimum(np.maximum(standard, -FARTHEST), FARTHEST)  # `clip` takes longer for few rows

    def change(self, X: FloatArray, estimate: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Return the change of predictions, of their shape, by replacing missing inputs."""
        return np.asarray(estimate(self.filled(X)) - estimate(X), dtype=np.float64)

    def _of_masks(self, masks: BoolArray) -> list[_Lines | None]:
        """Lines of patterns, shape (m, p); None of one that misses nothing."""
        if len(masks) <= MOST_PATTERNS:
            return [self._lines(mask.tobytes()) if mask.any() else None for mask in masks]
        results: list[_Lines | None] = [None] * len(masks)
        counts = masks.sum(axis=1)
        for count in np.unique(counts[counts > 0]).tolist():
            numbers = np.flatnonzero(counts == count)
            for first in range(0, len(numbers), _SOLVED_TOGETHER):
                block = numbers[first : first + _SOLVED_TOGETHER]
                for number, lines in zip(block.tolist(), self._solved(masks[block]), strict=True):
                    results[number] = lines
        return results

    def _solved(self, masks: BoolArray) -> Iterator[_Lines]:
        """Lines of patterns, shape (m, p), of which each misses as many columns."""
        missing, known = (np.nonzero(of)[1].reshape(len(masks), -1) for of in (masks, ~masks))
        # Both give the same slopes; the system of the fewer columns is the smaller one.
        if missing.shape[1] < known.shape[1]:
            left, right = (self._inverse[missing[:, :, None], of[:, None, :]] for of in (missing, known))
            slopes = -np.linalg.solve(left, right).swapaxes(1, 2)
        else:
            left, right = (self.correlation[known[:, :, None], of[:, None, :]] for of in (known, missing))
            slopes = np.linalg.solve(left, right)
        for own, others, one in zip(missing, known, slopes, strict=True):
            yield _Lines(own, self.mean[own], others, one * self.scale[own])

    @cached_property
    def _lines(self) -> Callable[[bytes], _Lines]:
        """Lines of the missing inputs on the others, by mask of the columns."""

        @lru_cache(MOST_PATTERNS)
        def lines(pattern: bytes) -> _Lines:
            return next(self._solved(np.frombuffer(pattern, dtype=np.bool_)[None]))

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
