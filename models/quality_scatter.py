"""How reported contents scatter about what a model tells: one by one, all together, and against the grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from models.censoring import below_limit, drawn, log_size
from models.intervals import Conformal
from models.lot_losses import spread_about
from models.quality_grades import Limits

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

MOST_SCENARIOS = 400
_SCENARIO_SHARE = 0.25  # of the calibration lots at most; the others judge
_ROWS_AT_ONCE = 128
_LUCK = 20260101  # of the draws that stand for censored errors
_LEAST_WIDTH = 1e-6
_WIDEST = 0.9  # standard deviations of a kernel: with few scenarios there is little to smooth


@dataclass(frozen=True, eq=False)
class Chances:
    """What may become of n lots in G grades.

    Attributes
    ----------
    keeps : ndarray, shape (n, G)
        Probability that the contents keep each grade.
    best : ndarray, shape (n, G)
        Probability that each grade is the dearest that the contents keep.
    """

    keeps: FloatArray
    best: FloatArray


@dataclass(frozen=True, eq=False)
class Scatter:
    """Errors of E logarithms of contents on lots that the model had not learnt.

    Attributes
    ----------
    spread : ndarray, shape (E,)
        Standard deviation of each element's error.
    scenarios : ndarray, shape (s, E)
        Errors of some lots, all elements together, in units of `spread`; a censored one is drawn below its limit.
    joint : Conformal
        Largest error of each lot in units of `spread`.
    """

    spread: FloatArray
    scenarios: FloatArray
    joint: Conformal

    @classmethod
    def of(cls, reported: FloatArray, told: FloatArray) -> tuple[Self, IntArray]:
        """Scatter of reported contents about predicted logarithms, both shape (n, E), and the lots left to judge with.

        The lots whose errors become scenarios may not judge decisions that rest on these scenarios: each would find
        itself among them.
        """
        spread = np.array([spread_about(label, raw) for label, raw in zip(reported.T, told.T, strict=True)])
        luck = np.random.default_rng(_LUCK).random(reported.shape)
        error = (drawn(reported, told, spread, luck) - told) / spread
        judges = judging(len(told))
        scenarios = np.delete(error, judges, axis=0)
        # A lot without any content reported would count as one that every interval holds.
        known = ~np.isnan(reported).all(axis=1)
        joint = Conformal(np.sort(_largest_error(reported[known], told[known], spread)))
        return cls(spread, scenarios, joint), judges

    def bounds(self, told: FloatArray, coverage: float) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest content, shape (n, E) each, between which all contents of a lot lie together.

        Raises
        ------
        CoverageError
            See `Conformal.half_width`.
        """
        half = self.joint.half_width(coverage) * self.spread
        return np.exp(told - half), np.exp(told + half)

    @cached_property
    def _width(self) -> float:
        """Width of the kernel that smooths scenarios, in their standard deviations (Silverman's rule)."""
        return min(_WIDEST, float((4.0 / 3.0 / len(self.scenarios)) ** 0.2))

    def chances(self, told: FloatArray, limits: Limits) -> Chances:
        """What may become of lots whose contents' logarithms are told, shape (n, E)."""
        parts = list(self._parts(told, limits))
        return Chances(np.concatenate([keeps for keeps, _ in parts]), np.concatenate([best for _, best in parts]))

    def _parts(self, told: FloatArray, limits: Limits) -> Iterator[tuple[FloatArray, FloatArray]]:
        # Smoothing adds the kernel's variance to the scenarios', so these are drawn to their mean by as much.
        mean, drawn_to_it = self.scenarios.mean(axis=0), np.sqrt(1.0 - self._width**2)
        errors = (mean + drawn_to_it * (self.scenarios - mean)) * self.spread
        for first in range(0, max(1, len(told)), _ROWS_AT_ONCE):
            contents = np.exp(told[first : first + _ROWS_AT_ONCE, None, :] + errors)
            full = np.log(limits.fullness(contents)[..., :-1])
            width = np.maximum(self._width / drawn_to_it * full.std(axis=1, keepdims=True), _LEAST_WIDTH)
            keeps = np.append(ndtr(-full / width), np.ones((*full.shape[:2], 1)), axis=2)
            dearest = np.maximum.accumulate(keeps, axis=2)
            yield keeps.mean(axis=1), np.diff(dearest, axis=2, prepend=0.0).mean(axis=1)

    def log_sd(self, told: FloatArray, limits: Limits) -> FloatArray:
        """Standard deviation of the logarithm of what each limit bounds, shape (n, q), by its elements' shares."""
        contents = np.exp(told)
        shares = contents[:, None, :] * limits.elements / limits.values(contents)[:, :, None]
        covariance = np.outer(self.spread, self.spread) * self._correlation
        sd: FloatArray = np.sqrt(np.einsum("nqe,ef,nqf->nq", shares, covariance, shares))
        return sd

    @cached_property
    def _correlation(self) -> FloatArray:
        found = self.scenarios.T @ self.scenarios / len(self.scenarios)
        scale = np.sqrt(np.maximum(np.diag(found), 1e-12))
        correlation: FloatArray = found / np.outer(scale, scale)
        return correlation

    def state(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "spread": self.spread.tolist(),
            "scenarios": self.scenarios.tolist(),
            "joint": self.joint.scores.tolist(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `state` gave."""
        return cls(np.array(state["spread"]), np.array(state["scenarios"]), Conformal(np.array(state["joint"])))


def judging(lots: int) -> IntArray:
    """Which of so many calibration lots judge decisions; the errors of the others, evenly spread, are scenarios."""
    count = max(1, min(MOST_SCENARIOS, int(_SCENARIO_SHARE * lots)))
    scenarios = np.linspace(0, lots - 1, count).astype(np.intp)
    return np.setdiff1d(np.arange(lots), scenarios)


def _largest_error(reported: FloatArray, told: FloatArray, spread: FloatArray) -> FloatArray:
    """Largest error of each lot in units of the spread, shape (n,): how wide its intervals must be to hold all.

    A content below a limit is held where the interval reaches below that limit; a missing one is held by any.
    """
    error = (log_size(reported) - told) / spread
    needed = np.where(below_limit(reported), np.maximum(-error, 0.0), np.abs(error))
    return np.asarray(np.max(np.nan_to_num(needed), axis=1))
