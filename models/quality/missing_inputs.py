"""Calibration of a grader by pattern of missing inputs, from blanked calibration lots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.interfaces.answers import COVERAGE
from models.quality.calibration import LotCalibration
from models.quality.error_scenarios import ErrorScenarios
from models.uncertainty.intervals import bounding_score
from models.uncertainty.missing_patterns import Estimate, LatestUsed, MissingPatterns, evenly_spaced
from models.uncertainty.stored_arrays import decoded, encoded, freeze
from physics.arrays import BoolArray, FloatArray, IntArray

MOST_LOTS = 4000
"""Calibration lots that are kept: enough to show that one in a hundred released lots breaks its grade."""
_MOST_OF_EFFECTS = 1000
"""Calibration lots from which the effects of inputs are measured."""
FEWEST_LOTS = 2000
"""Lots that calibrate a pattern; one with fewer borrows from lots that miss more inputs."""
MOST_PATTERNS = 128
"""Patterns whose calibration is kept, the latest used: at most 32 MiB."""
NEGLIGIBLE = 0.05
"""Root mean square change of any prediction by all inputs that are ignored together, over the joint half width."""
MOST_NEW = 16
"""Patterns of one call that are calibrated each alone: each calibration takes some tenths of a second."""
GROUPS = 4
"""Groups in which rarer patterns are calibrated."""
FEWEST_ALIKE = 2
"""Lots of a pattern that is calibrated alone, in a call of more than MOST_NEW patterns."""
LEAST_EFFECT = 0.1
"""Sum of the effects of missing inputs above which lots are calibrated by them: intervals are 5 % wider then."""

Calibrate = Callable[[FloatArray, FloatArray, FloatArray], LotCalibration]
"""Calibration from reported contents, defects and raw predictions of lots."""


@dataclass(frozen=True, eq=False)
class CalibrationLots:
    """Calibration lots by which a grader is calibrated for a pattern of missing inputs.

    Parameters
    ----------
    X : ndarray, shape (r, k)
        Inputs; NaN is missing.
    reported : ndarray, shape (r, E)
        Contents; -L is "below L", NaN none.
    defects : ndarray, shape (r, D)
        1, 0, or NaN if not inspected.
    raw : ndarray, shape (r, E + D)
        Logarithms of contents and log-odds of defects by models that had not seen the lots.
    patterns : MissingPatterns
        Inputs by the effect of their absence on predictions.

    Notes
    -----
    As `models.uncertainty.missing_inputs.MissingInputs`: inputs that a lot misses are blanked in calibration lots too,
    which then give scenarios, joint intervals, temperatures and release threshold as they do without missing inputs.
    """

    X: FloatArray
    reported: FloatArray
    defects: FloatArray
    raw: FloatArray
    patterns: MissingPatterns

    def __post_init__(self) -> None:
        parts = {name: np.array(getattr(self, name), dtype=np.float64) for name in ("X", "reported", "defects", "raw")}
        X, reported, defects, raw = parts.values()
        if any(one.ndim != 2 or len(one) != len(X) for one in parts.values()) or not 0 < len(X) <= MOST_LOTS:
            raise ValueError(f"X, reported, defects, raw: expected 1 to {MOST_LOTS} rows each")
        if raw.shape[1] != reported.shape[1] + defects.shape[1] or self.patterns.ignored.shape != X.shape[1:]:
            raise ValueError("raw: expected one column a content and defect; patterns: expected one value an input")
        if not np.isfinite(raw).all():
            raise ValueError("raw: expected finite numbers")
        freeze(self, **parts)

    @classmethod
    def of(
        cls,
        X: FloatArray,
        reported: FloatArray,
        defects: FloatArray,
        raw: FloatArray,
        estimate: Estimate,
        calibration: LotCalibration,
    ) -> Self:
        """Keep evenly spaced lots of all calibration lots, and measure the effects of the inputs.

        Effects are changes in units of each content's spread, and of the log-odds of a defect.
        """
        rows = evenly_spaced(len(X), MOST_LOTS)
        scale = np.concatenate([calibration.scatter.spread, np.ones(defects.shape[1])])
        limit = NEGLIGIBLE * float(np.quantile(calibration.scatter.joint.scores, COVERAGE))
        few = evenly_spaced(len(X), _MOST_OF_EFFECTS)
        patterns = MissingPatterns.of(X[few], lambda lots: estimate(lots) / scale, limit)
        return cls(X[rows], reported[rows], defects[rows], raw[rows], patterns)

    @cached_property
    def _computed(self) -> LatestUsed[tuple[LotCalibration, float]]:
        return LatestUsed(MOST_PATTERNS)

    @cached_property
    def _whole(self) -> LatestUsed[FloatArray]:
        return LatestUsed(1)

    def divided(self, X: FloatArray) -> list[tuple[BoolArray, IntArray]]:
        """Divide lots, shape (n, k), by pattern; see `MissingPatterns.divided`."""
        return self.patterns.divided(X, MOST_NEW, GROUPS, LEAST_EFFECT, FEWEST_ALIKE)

    def calibrated(
        self, masks: BoolArray, estimate: Estimate, calibrate: Calibrate, base: LotCalibration
    ) -> tuple[LotCalibration, float]:
        """Return the calibration for patterns, shape (p, k), and how much wider its joint intervals are.

        Widths are in units of the spreads, of 90 %, over those of the calibration for lots that miss nothing.
        """
        return self._computed.of(masks.tobytes(), lambda: self._blanked(masks, estimate, calibrate, base))

    def _blanked(
        self, masks: BoolArray, estimate: Estimate, calibrate: Calibrate, base: LotCalibration
    ) -> tuple[LotCalibration, float]:
        rows, raw = self._raw(masks, estimate)
        calibration = calibrate(self.reported[rows], self.defects[rows], raw)
        return calibration, bounding_score(calibration.scatter.joint.scores, COVERAGE) / self._present(base)

    def _raw(self, masks: BoolArray, estimate: Estimate) -> tuple[IntArray, FloatArray]:
        """Numbers and raw predictions of the calibration lots that count for patterns."""
        rows, X = self.patterns.blanked(self.X, masks, FEWEST_LOTS)
        if np.isnan(self.reported[rows]).all(axis=0).any():  # an element that these lots have no assay of
            rows, X = self.patterns.blanked(self.X, masks, len(self.X))
        return rows, self.raw[rows] + estimate(X) - self._whole.of(b"", lambda: estimate(self.X))[rows]

    def costs(self, estimate: Estimate, base: LotCalibration) -> FloatArray:
        """Return the joint intervals without each input alone over those with all, shape (k,) [1].

        Of 90 %, mean of the contents; neither temperatures nor release threshold are computed for them.
        """
        present = self._present(base)

        def ratio(masks: BoolArray) -> float:
            rows, raw = self._raw(masks, estimate)
            own = ErrorScenarios.of(self.reported[rows], raw[:, : self.reported.shape[1]])
            joint = bounding_score(own.joint.scores, COVERAGE) / present
            return joint * mean_ratio(own.spread, base.scatter.spread)

        return self.patterns.costs(ratio)

    def _present(self, base: LotCalibration) -> float:
        """Joint half width of 90 % of lots that miss nothing, in the spreads of these."""
        rows, _ = self.patterns.blanked(self.X, np.zeros((1, self.X.shape[1]), dtype=np.bool_), FEWEST_LOTS)
        rows = rows[~np.isnan(self.reported[rows]).all(axis=1)]
        needed = base.scatter.needed(self.reported[rows], self.raw[rows, : self.reported.shape[1]])
        return bounding_score(np.sort(needed), COVERAGE)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; numbers are little-endian float64 in base64."""
        numbers = np.column_stack([self.X, self.reported, self.defects, self.raw])
        outputs = [self.reported.shape[1], self.defects.shape[1]]
        return {**self.patterns.state(), "outputs": outputs, "rows": encoded(numbers)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        patterns, (elements, defects) = MissingPatterns.from_state(state), state["outputs"]
        sizes = len(patterns.ignored), elements, defects, elements + defects
        numbers = decoded(state["rows"]).reshape(-1, sum(sizes))
        X, reported, own_defects, raw = np.split(numbers, np.cumsum(sizes)[:-1], axis=1)
        return cls(X, reported, own_defects, raw, patterns)


def mean_ratio(spread: FloatArray, base: FloatArray) -> float:
    """Return the geometric mean of spreads over those of lots that miss nothing, shape (E,) each [1]."""
    return float(np.exp(np.log(spread / base).mean()))
