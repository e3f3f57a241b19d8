"""Calibration of classes and contents of pieces by pattern of missing inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.estimators.temperature import fitted_temperature, tempered
from models.interfaces.answers import COVERAGE
from models.uncertainty.guarantees import BY_CHANCE, at_least
from models.uncertainty.intervals import bounding_score
from models.uncertainty.missing_patterns import Estimate, LatestUsed, MissingPatterns, evenly_spaced
from models.uncertainty.stored_arrays import decoded, encoded, freeze
from physics.arrays import BoolArray, FloatArray

MOST_PIECES = 1000
"""Calibration pieces that are kept."""
FEWEST_PIECES = 200
"""Pieces that calibrate a pattern; one with fewer borrows from pieces that miss more inputs."""
MOST_PATTERNS = 1024
"""Patterns whose calibration is kept, the latest used."""
NEGLIGIBLE_P = 0.02
"""Root mean square change of the probability of any class by all inputs that are ignored together."""
NEGLIGIBLE_CONTENT = 0.05
"""The same of any content, over the mean half width of its intervals [1]."""

Contents = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray, FloatArray]]
"""Contents, standard deviations of their errors and half widths of intervals, shape (n, E) each [wt%].

From inputs, shape (n, k), and class probabilities, shape (n, K). Intervals cover COVERAGE.
"""


@dataclass(frozen=True, eq=False)
class PieceCalibration:
    """Calibration of pieces that miss some inputs.

    Attributes
    ----------
    temperature : float
        Of their class probabilities.
    factor : ndarray, shape (E,)
        Size of the relative errors of contents over that of pieces that miss nothing [1].
    interval : ndarray, shape (E,)
        Width of intervals over that which this size and the predicted class give [1].
    ratio : float
        Width of the intervals of contents over that of pieces that miss nothing, mean of the elements [1].
    """

    temperature: float
    factor: FloatArray
    interval: FloatArray
    ratio: float


@dataclass(frozen=True, eq=False)
class CalibrationPatterns:
    """Calibration pieces by which pieces with missing inputs are calibrated.

    Parameters
    ----------
    X : ndarray, shape (r, k)
        Inputs; NaN is missing.
    codes : ndarray, shape (r,)
        Numbers of the right classes.
    errors : ndarray, shape (r, E)
        Contents less those of the laboratory, by lines fitted on older pieces [wt%]; NaN where there is none.
    patterns : MissingPatterns
        Inputs by the effect of their absence on class probabilities.

    Notes
    -----
    As `models.uncertainty.missing_inputs.MissingInputs`. The temperature of a pattern is never below the usual one,
    since the final classifier is surer of these pieces than of new ones. Intervals have quantiles of the predicted
    class, and a pattern that hides the class gives one class to all pieces. So the widths of a pattern are calibrated
    with these quantiles, apart from the variances of contents.
    """

    X: FloatArray
    codes: FloatArray
    errors: FloatArray
    patterns: MissingPatterns

    def __post_init__(self) -> None:
        X, codes, errors = (np.array(one, dtype=np.float64) for one in (self.X, self.codes, self.errors))
        self.patterns.check_rows(X, MOST_PIECES)
        if codes.shape != (len(X),) or errors.ndim != 2 or len(errors) != len(X):
            raise ValueError("codes, errors: expected one row a piece")
        freeze(self, X=X, codes=codes, errors=errors)

    @classmethod
    def of(
        cls, X: FloatArray, codes: FloatArray, errors: FloatArray, probabilities: Estimate, contents: Contents
    ) -> Self:
        """Keep evenly spaced pieces of all calibration pieces, and measure the effects of the inputs.

        An input counts that moves class probabilities or contents.
        """
        rows = evenly_spaced(len(X), MOST_PIECES)
        half = contents(X[rows], probabilities(X[rows]))[2].mean(axis=0)

        def moved(X: FloatArray) -> FloatArray:
            p = probabilities(X)
            return np.hstack([p / NEGLIGIBLE_P, contents(X, p)[0] / (NEGLIGIBLE_CONTENT * half)])

        return cls(X[rows], codes[rows], errors[rows], MissingPatterns.of(X[rows], moved, 1.0))

    @cached_property
    def _computed(self) -> LatestUsed[PieceCalibration]:
        return LatestUsed(MOST_PATTERNS)

    @cached_property
    def _sizes(self) -> LatestUsed[FloatArray]:
        return LatestUsed(2)

    def incomplete(self, X: FloatArray) -> int:
        """Return the number of pieces, of shape (n, k), that miss an input which counts."""
        return int(self.patterns.missing(X).any(axis=1).sum())

    def lack_more(self, incomplete: int, pieces: int) -> bool:
        """Return whether significantly more of the pieces miss inputs than in calibration."""
        return incomplete > 0 and at_least(incomplete, pieces, self._base_share) < BY_CHANCE

    @cached_property
    def _base_share(self) -> float:
        return self.incomplete(self.X) / len(self.X)

    def calibrated(self, masks: BoolArray, scores: Estimate, contents: Contents, base: float) -> PieceCalibration:
        """Return the calibration for patterns, shape (p, k).

        Parameters
        ----------
        masks : ndarray of bool, shape (p, k)
            Missing inputs.
        scores : callable
            Class probabilities before any temperature, shape (n, K).
        contents : callable
            Contents and their variances.
        base : float
            Temperature for pieces that miss nothing.
        """
        return self._computed.of(masks.tobytes(), lambda: self._blanked(masks, scores, contents, base))

    def _blanked(self, masks: BoolArray, scores: Estimate, contents: Contents, base: float) -> PieceCalibration:
        rows, X = self.patterns.blanked(self.X, masks, FEWEST_PIECES)
        p = scores(X)
        with np.errstate(divide="ignore"):
            temperature = max(base, fitted_temperature(np.log(p), self.codes[rows]))
        content, own, half = contents(X, tempered(p, temperature))
        whole = self._sizes.of(b"whole", lambda: contents(self.X, tempered(scores(self.X), base))[0])
        errors = np.abs(self.errors[rows] + content - whole[rows])
        own_present, half_present, width_present = self._sizes.of(
            b"present", lambda: self._present(scores, contents, base)
        )
        factor = _over(_quantiles(errors / own), own_present)
        wider = _over(_quantiles(errors / half), half_present)
        ratio = float(np.exp(np.log(wider * half.mean(axis=0) / width_present).mean())) if len(wider) else 1.0
        return PieceCalibration(temperature, factor, wider / factor, ratio)

    def _present(self, scores: Estimate, contents: Contents, base: float) -> FloatArray:
        """Quantiles of errors of pieces that miss nothing and their mean half widths, shape (3, E).

        Errors are relative to standard deviations, then to half widths.
        """
        nothing = np.zeros((1, self.X.shape[1]), dtype=np.bool_)
        rows, X = self.patterns.blanked(self.X, nothing, FEWEST_PIECES)
        _, own, half = contents(X, tempered(scores(X), base))
        errors = np.abs(self.errors[rows])
        return np.array([_quantiles(errors / own), _quantiles(errors / half), half.mean(axis=0)])

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; numbers are little-endian float64 in base64."""
        numbers = np.column_stack([self.X, self.codes, self.errors])
        return {**self.patterns.state(), "rows": encoded(numbers), "n": len(self.X)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        patterns = MissingPatterns.from_state(state)
        numbers = decoded(state["rows"])
        numbers, k = numbers.reshape(int(state["n"]), -1), len(patterns.ignored)
        return cls(numbers[:, :k], numbers[:, k], numbers[:, k + 1 :], patterns)


def _over(sizes: FloatArray, present: FloatArray) -> FloatArray:
    """Return sizes over those of pieces that miss nothing, shape (E,); 1 of an element without any."""
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = sizes / present
    return np.where(np.isfinite(factor) & (factor > 0), factor, 1.0)


def _quantiles(sizes: FloatArray) -> FloatArray:
    """Return the conformal quantile of 90 % of each column of sizes, (n, E), NaN of one without any."""
    quantiles = np.full(sizes.shape[1], np.nan)
    for e, column in enumerate(sizes.T):
        known = np.sort(column[~np.isnan(column)])
        if len(known):
            quantiles[e] = bounding_score(known, COVERAGE)
    return quantiles
