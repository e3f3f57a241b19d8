"""Calibration of classes and contents of pieces by pattern of missing inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.estimators.temperature import fitted_temperature, tempered
from models.sorting.contents import spread
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
NEGLIGIBLE = 0.01
"""Root mean square change of class probabilities by all inputs that are ignored together."""
_COVERAGE = 0.9

Contents = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
"""Contents and variances, shape (n, E) each, from inputs, shape (n, k), and class probabilities, shape (n, K)."""


@dataclass(frozen=True, eq=False)
class PieceCalibration:
    """Calibration of pieces that miss some inputs.

    Attributes
    ----------
    temperature : float
        Of their class probabilities.
    factor : ndarray, shape (E,)
        Size of the relative errors of contents over that of pieces that miss nothing [1].
    ratio : float
        Width of the intervals of contents over that of pieces that miss nothing, mean of the elements [1].
    """

    temperature: float
    factor: FloatArray
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
    since the final classifier is surer of these pieces than of new ones.
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
    def of(cls, X: FloatArray, codes: FloatArray, errors: FloatArray, probabilities: Estimate) -> Self:
        """Keep evenly spaced pieces of all calibration pieces, and measure the effects of the inputs."""
        rows = evenly_spaced(len(X), MOST_PIECES)
        return cls(X[rows], codes[rows], errors[rows], MissingPatterns.of(X[rows], probabilities, NEGLIGIBLE))

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
        content, variance = contents(X, tempered(p, temperature))
        whole = self._sizes.of(b"whole", lambda: contents(self.X, tempered(scores(self.X), base))[0])
        own = spread(variance)
        size = _quantiles(np.abs(self.errors[rows] + content - whole[rows]) / own)
        present = self._sizes.of(b"present", lambda: self._present(scores, contents, base))
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = size / present[0]
        factor = np.where(np.isfinite(factor) & (factor > 0), factor, 1.0)
        ratio = float(np.exp(np.log(factor * own.mean(axis=0) / present[1]).mean())) if len(factor) else 1.0
        return PieceCalibration(temperature, factor, ratio)

    def _present(self, scores: Estimate, contents: Contents, base: float) -> FloatArray:
        """Quantiles of relative errors of pieces that miss nothing, and their mean spreads, shape (2, E)."""
        nothing = np.zeros((1, self.X.shape[1]), dtype=np.bool_)
        rows, X = self.patterns.blanked(self.X, nothing, FEWEST_PIECES)
        _, variance = contents(X, tempered(scores(X), base))
        own = spread(variance)
        return np.array([_quantiles(np.abs(self.errors[rows]) / own), own.mean(axis=0)])

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


def _quantiles(sizes: FloatArray) -> FloatArray:
    """Return the conformal quantile of 90 % of each column of sizes, (n, E), NaN of one without any."""
    quantiles = np.full(sizes.shape[1], np.nan)
    for e, column in enumerate(sizes.T):
        known = np.sort(column[~np.isnan(column)])
        if len(known):
            quantiles[e] = bounding_score(known, _COVERAGE)
    return quantiles
