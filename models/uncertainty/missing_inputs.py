"""Interval width by pattern of missing inputs, from blanked calibration rows."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Self

import numpy as np

from models.interfaces.answers import COVERAGE
from models.uncertainty.intervals import bounding_score
from models.uncertainty.missing_patterns import FEW_ROWS, Estimate, LatestUsed, MissingPatterns, evenly_spaced
from models.uncertainty.stored_arrays import decoded, encoded, freeze
from physics.arrays import BoolArray, FloatArray

MOST_ROWS = 1000
"""Calibration rows that are kept: the coverage of 90 % then has a standard deviation of 0.01."""
FEWEST_ROWS = 200
"""Rows that give a quantile; a pattern with fewer borrows from rows that miss more inputs."""
MOST_PATTERNS = 1024
"""Patterns whose scores are kept, the latest used: at most 8 MiB a target."""
MOST_NEW = 256
"""Patterns of one call that are computed each alone; rarer ones are computed in groups."""
NEGLIGIBLE = 0.05
"""Root mean square change of predictions, over the half width of 90 %, by all inputs that are ignored together."""


@dataclass(frozen=True, eq=False)
class MissingInputs:
    """Calibration rows that show how errors grow where inputs are missing.

    Parameters
    ----------
    X : ndarray, shape (r, k)
        Inputs of calibration rows; NaN is missing.
    predicted, errors : ndarray, shape (r,)
        Predictions by models that had not seen the rows, and label minus prediction [scale of the errors].
    patterns : MissingPatterns
        Inputs by the effect of their absence on predictions.

    Notes
    -----
    Conformal prediction with missing values [1]_: the inputs that a request misses are blanked in the calibration rows
    too, and the quantile of their errors is that of the request's interval. The rows that count are those of
    `MissingPatterns.blanked`, at least FEWEST_ROWS.

    The error of a blanked row is its out-of-time error plus the change of the final estimator's prediction.

    References
    ----------
    .. [1] M. Zaffran, A. Dieuleveut, J. Josse, Y. Romano (2023). Conformal prediction with missing values. Proc. 40th
       Int. Conf. on Machine Learning, PMLR 202, 40578-40604. arXiv 2306.02732.
    """

    X: FloatArray
    predicted: FloatArray
    errors: FloatArray
    patterns: MissingPatterns

    def __post_init__(self) -> None:
        X, predicted, errors = (np.array(one, dtype=np.float64) for one in (self.X, self.predicted, self.errors))
        self.patterns.check_rows(X, MOST_ROWS)
        if predicted.shape != (len(X),) or errors.shape != (len(X),) or not np.isfinite([predicted, errors]).all():
            raise ValueError("predicted, errors: expected one finite number a row")
        freeze(self, X=X, predicted=predicted, errors=errors)

    @classmethod
    def of(cls, X: FloatArray, predicted: FloatArray, errors: FloatArray, estimate: Estimate) -> Self:
        """Keep evenly spaced rows of all calibration rows, and measure the effects of the inputs."""
        rows = evenly_spaced(len(X), MOST_ROWS)
        limit = NEGLIGIBLE * bounding_score(np.sort(np.abs(errors[rows])), COVERAGE)
        return cls(X[rows], predicted[rows], errors[rows], MissingPatterns.of(X[rows], estimate, limit))

    @cached_property
    def _computed(self) -> LatestUsed[FloatArray]:
        return LatestUsed(MOST_PATTERNS)

    def inflation(self, X: FloatArray, coverage: float, estimate: Estimate, spread: Estimate) -> FloatArray:
        """Width of the interval of each row over that of a row with no input missing, shape (n,) [1].

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs; NaN is missing.
        coverage : float
            Share of labels that the intervals shall hold, above 0 and below 1.
        estimate : callable
            Predictions of the fitted estimator on the scale of the errors.
        spread : callable
            Size of the errors where this is predicted.

        Notes
        -----
        The widths are compared with those of calibration rows that miss no input, or the fewest. At most MOST_NEW
        patterns of a call are computed each alone, the most frequent first. All rows of a group of rarer patterns have
        the quantile of the errors of calibration rows that are blanked by its patterns in turn.
        """
        absent = np.isnan(X)
        if not absent.any():
            return np.ones(len(X))
        if len(X) > FEW_ROWS:
            return self._inflation(X, coverage, estimate, spread)
        factors, share = np.ones(len(X)), struct.pack("d", coverage)

        def alone(i: int) -> float:
            return float(self._inflation(X[i : i + 1], coverage, estimate, spread)[0])

        for i in np.flatnonzero(absent.any(axis=1)).tolist():
            factors[i] = self._of_rows.of(absent[i].tobytes() + share, partial(alone, i))
        return factors

    @cached_property
    def _of_rows(self) -> LatestUsed[float]:
        """Factors of few rows, by missing inputs that count or not: without a division by pattern."""
        return LatestUsed(MOST_PATTERNS)

    def _inflation(self, X: FloatArray, coverage: float, estimate: Estimate, spread: Estimate) -> FloatArray:
        factors = np.ones(len(X))
        for masks, rows in self.patterns.divided(X, MOST_NEW):
            if masks.any():
                factors[rows] = self._factor(masks, coverage, estimate, spread)
        return factors

    def costs(self, estimate: Estimate, spread: Estimate) -> FloatArray:
        """Return the width of 90 % intervals without each input alone over that with all, shape (k,) [1]."""
        return self.patterns.costs(lambda masks: self._factor(masks, COVERAGE, estimate, spread))

    @cached_property
    def _factors(self) -> LatestUsed[float]:
        return LatestUsed(MOST_PATTERNS)

    def _factor(self, masks: BoolArray, coverage: float, estimate: Estimate, spread: Estimate) -> float:
        key = masks.tobytes() + struct.pack("d", coverage)
        return self._factors.of(key, lambda: self._computed_factor(masks, coverage, estimate, spread))

    def _computed_factor(self, masks: BoolArray, coverage: float, estimate: Estimate, spread: Estimate) -> float:
        nothing = np.zeros((1, masks.shape[1]), dtype=np.bool_)
        scores, present = (self._scores(one, estimate, spread) for one in (masks, nothing))
        fewest = min(len(scores), len(present))
        within = min(coverage, fewest / (fewest + 1))  # the share that the scores of both are enough for
        before = bounding_score(present, within)
        return bounding_score(scores, within) / before if before > 0 else 1.0

    def _scores(self, masks: BoolArray, estimate: Estimate, spread: Estimate) -> FloatArray:
        """Absolute errors over their size, rising, of the rows that count for patterns."""
        return self._computed.of(masks.tobytes(), lambda: self._blanked(masks, estimate, spread))

    def _blanked(self, masks: BoolArray, estimate: Estimate, spread: Estimate) -> FloatArray:
        rows, X = self.patterns.blanked(self.X, masks, FEWEST_ROWS)
        errors, predicted = self.errors[rows], self.predicted[rows]
        if masks.any():
            change = estimate(X) - self._computed.of(b"", lambda: estimate(self.X))[rows]
            errors, predicted = errors - change, predicted + change
        return np.sort(np.abs(errors) / spread(predicted))

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; numbers are little-endian float64 in base64."""
        numbers = np.column_stack([self.X, self.predicted, self.errors])
        return {**self.patterns.state(), "rows": encoded(numbers)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        patterns = MissingPatterns.from_state(state)
        numbers = decoded(state["rows"])
        numbers = numbers.reshape(-1, len(patterns.ignored) + 2)
        return cls(numbers[:, :-2], numbers[:, -2], numbers[:, -1], patterns)
