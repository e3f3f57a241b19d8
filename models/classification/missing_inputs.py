"""Calibration of class probabilities by pattern of missing inputs, from blanked calibration rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.estimators.temperature import fitted_temperature, tempered
from models.interfaces.answers import COVERAGE
from models.uncertainty.intervals import Conformal, bounding_score
from models.uncertainty.missing_patterns import Estimate, LatestUsed, MissingPatterns, evenly_spaced
from models.uncertainty.stored_arrays import decoded, encoded, freeze
from physics.arrays import BoolArray, FloatArray

MOST_ROWS = 1000
"""Calibration rows that are kept."""
FEWEST_ROWS = 200
"""Rows that calibrate a pattern; one with fewer borrows from rows that miss more inputs."""
MOST_PATTERNS = 1024
"""Patterns whose calibration is kept, the latest used: at most 8 MiB."""
NEGLIGIBLE = 0.02
"""Root mean square change of the probability of any class by all inputs that are ignored together."""


@dataclass(frozen=True, eq=False)
class ClassCalibration:
    """Temperature of probabilities, and scores of sets; see `ClassificationModel`.

    `size` is the mean number of classes in a set of 90 % of the rows of its pattern.
    """

    temperature: float
    conformal: Conformal
    size: float


@dataclass(frozen=True, eq=False)
class CalibrationRows:
    """Calibration rows by which classes are calibrated for a pattern of missing inputs.

    Parameters
    ----------
    X : ndarray, shape (r, k)
        Inputs; NaN is missing.
    codes : ndarray, shape (r,)
        Numbers of the right classes.
    given : ndarray, shape (r,)
        Calibrated probability that models which had not seen the rows gave to the right class.
    patterns : MissingPatterns
        Inputs by the effect of their absence on probabilities.

    Notes
    -----
    As `models.uncertainty.missing_inputs.MissingInputs`. The final estimator was fitted to the rows and is surer of
    them than of new ones. So the temperature of a pattern is never below the usual one, and the right class of a
    blanked row has the lesser of its out-of-time probability and that of the final estimator for the blanked row.
    """

    X: FloatArray
    codes: FloatArray
    given: FloatArray
    patterns: MissingPatterns

    def __post_init__(self) -> None:
        X, codes, given = (np.array(one, dtype=np.float64) for one in (self.X, self.codes, self.given))
        self.patterns.check_rows(X, MOST_ROWS)
        if codes.shape != (len(X),) or given.shape != (len(X),) or not ((given >= 0) & (given <= 1)).all():
            raise ValueError("codes, given: expected one value a row; given: probabilities")
        freeze(self, X=X, codes=codes, given=given)

    @classmethod
    def of(cls, X: FloatArray, codes: FloatArray, given: FloatArray, probabilities: Estimate) -> Self:
        """Keep evenly spaced rows of all calibration rows, and measure the effects of the inputs."""
        rows = evenly_spaced(len(X), MOST_ROWS)
        return cls(X[rows], codes[rows], given[rows], MissingPatterns.of(X[rows], probabilities, NEGLIGIBLE))

    @cached_property
    def _computed(self) -> LatestUsed[ClassCalibration]:
        return LatestUsed(MOST_PATTERNS)

    def calibrated(self, masks: BoolArray, scores: Estimate, base_temperature: float) -> ClassCalibration:
        """Return the calibration for patterns, shape (p, k).

        Parameters
        ----------
        masks : ndarray of bool, shape (p, k)
            Missing inputs.
        scores : callable
            Probabilities of the final estimator before any temperature, shape (n, K).
        base_temperature : float
            Temperature for rows that miss nothing.
        """
        return self._computed.of(masks.tobytes(), lambda: self._blanked(masks, scores, base_temperature))

    def _blanked(self, masks: BoolArray, scores: Estimate, base_temperature: float) -> ClassCalibration:
        rows, X = self.patterns.blanked(self.X, masks, FEWEST_ROWS)
        p, codes = scores(X), self.codes[rows].astype(np.intp)
        with np.errstate(divide="ignore"):
            temperature = max(base_temperature, fitted_temperature(np.log(p), codes))
        p = tempered(p, temperature)
        right = p[np.arange(len(rows)), codes]
        conformal = Conformal(np.sort(1.0 - np.minimum(right, self.given[rows])))
        inside = 1.0 - p <= bounding_score(conformal.scores, COVERAGE)
        return ClassCalibration(temperature, conformal, float(np.maximum(inside.sum(axis=1), 1).mean()))

    def ratio(self, masks: BoolArray, scores: Estimate, base_temperature: float) -> float:
        """Return the size of sets of 90 % of patterns, shape (p, k), over that with all inputs [1]."""
        nothing = np.zeros((1, masks.shape[1]), dtype=np.bool_)
        own, whole = (self.calibrated(one, scores, base_temperature) for one in (masks, nothing))
        return own.size / whole.size

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; numbers are little-endian float64 in base64."""
        numbers = np.column_stack([self.X, self.codes, self.given])
        return {**self.patterns.state(), "rows": encoded(numbers)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        patterns = MissingPatterns.from_state(state)
        numbers = decoded(state["rows"])
        numbers = numbers.reshape(-1, len(patterns.ignored) + 2)
        return cls(numbers[:, :-2], numbers[:, -2], numbers[:, -1], patterns)
