"""How reported contents scatter about what a model tells: one by one, all together, and against the grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy.special import ndtr

from models.intervals import Conformal
from models.quality.censoring import below_limit, drawn, log_size
from models.quality.grades import Limits
from models.quality.losses import spread_about
from physics.arrays import FloatArray

_FOLDS = 3  # calibration lots are assessed by the errors of the other two thirds
_MOST_USUAL = 300
_RARE = 3.0  # standard deviations: lots with a larger error are scenarios each, of the usual ones some stand for all
_ROWS_AT_ONCE = 128
_RNG_SEED = 20260101  # of the draws that stand for censored errors
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
        Probability that each grade is the most valuable that the contents keep.
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
    weights : ndarray, shape (s,)
        Share of lots that each scenario stands for; they sum up to 1.
    joint : Conformal
        Largest error of each lot in units of `spread`.
    """

    spread: FloatArray
    scenarios: FloatArray
    weights: FloatArray
    joint: Conformal

    @classmethod
    def of(cls, reported: FloatArray, logs: FloatArray) -> Self:
        """Scatter of reported contents about predicted logarithms, both shape (n, E).

        Raises
        ------
        ValueError
            An element of which nothing was reported.
        """
        spread, errors = _errors(reported, logs)
        # A lot without any content reported would count as one that every interval covers.
        known = ~np.isnan(reported).all(axis=1)
        joint = Conformal(np.sort(_largest_error(reported[known], logs[known], spread)))
        return cls(spread, *_thinned(errors), joint)

    def bounds(self, logs: FloatArray, coverage: float) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest content, shape (n, E) each, between which all contents of a lot lie together.

        Raises
        ------
        CoverageError
            See `Conformal.half_width`.
        """
        return self.reach(logs, self.joint.half_width(coverage))

    def reach(self, logs: FloatArray, half: float) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest content, shape (n, E) each, so many spreads from what is likeliest."""
        return np.exp(logs - half * self.spread), np.exp(logs + half * self.spread)

    def needed(self, reported: FloatArray, logs: FloatArray) -> FloatArray:
        """How many spreads the intervals of each lot must reach to hold all its contents together, shape (n,)."""
        return _largest_error(reported, logs, self.spread)

    @cached_property
    def _width(self) -> float:
        """Width of the kernel that smooths scenarios, in their standard deviations (Silverman's rule)."""
        return min(_WIDEST, float((4.0 / 3.0 * np.sum(self.weights**2)) ** 0.2))

    def chances(self, logs: FloatArray, limits: Limits) -> Chances:
        """What may become of lots whose contents' logarithms are logs, shape (n, E)."""
        keeps, best = (np.concatenate(parts) for parts in zip(*self._parts(logs, limits), strict=True))
        # Weights sum up to 1 but for rounding: no chance is above it, and that the last grade is kept is none.
        keeps[:, -1] = 1.0
        return Chances(np.minimum(keeps, 1.0), np.minimum(best, 1.0))

    def breaks(self, logs: FloatArray, limits: Limits) -> FloatArray:
        """Probability of breaking each limit by itself, shape (n, q), of lots whose contents' logarithms are logs.

        Each is smoothed as the fullest limit of a grade is in `chances`.
        """
        found = np.empty((len(logs), len(limits.names)))
        for first in range(0, len(logs), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            contents = np.exp(logs[rows, None, :] + self.scenarios * self.spread)
            full, width = self._smoothed(np.log(limits.values(contents) / limits.highest))
            found[rows] = self._mean(ndtr(full / width))
        return np.minimum(found, 1.0)

    def _smoothed(self, full: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Scenarios of logarithms, shape (n, s, g), drawn to their mean, and the width of the kernel about them.

        Smoothing adds the kernel's variance to the scenarios', so these are drawn to their mean by as much.
        """
        mean = self._mean(full)[:, None]
        sd = np.sqrt(self._mean((full - mean) ** 2))[:, None]
        drawn_in = mean + np.sqrt(1.0 - self._width**2) * (full - mean)
        return drawn_in, np.maximum(self._width * sd, _LEAST_WIDTH)

    def _parts(self, logs: FloatArray, limits: Limits) -> Iterator[tuple[FloatArray, FloatArray]]:
        for first in range(0, max(1, len(logs)), _ROWS_AT_ONCE):
            contents = np.exp(logs[first : first + _ROWS_AT_ONCE, None, :] + self.scenarios * self.spread)
            full, width = self._smoothed(np.log(limits.fullness(contents)[..., :-1]))
            keeps = np.append(ndtr(-full / width), np.ones((*full.shape[:2], 1)), axis=2)
            best = np.maximum.accumulate(keeps, axis=2)
            yield self._mean(keeps), self._mean(np.diff(best, axis=2, prepend=0.0))

    def _mean(self, values: FloatArray) -> FloatArray:
        """Mean over scenarios, shape (n, G), of values of shape (n, s, G)."""
        found: FloatArray = np.einsum("s,nsg->ng", self.weights, values)
        return found

    def log_sd(self, logs: FloatArray, limits: Limits) -> FloatArray:
        """Standard deviation of the logarithm of what each limit bounds, shape (n, q), by its elements' shares."""
        contents = np.exp(logs)
        shares = contents[:, None, :] * limits.elements / limits.values(contents)[:, :, None]
        covariance = np.outer(self.spread, self.spread) * self._correlation
        sd: FloatArray = np.sqrt(np.einsum("nqe,ef,nqf->nq", shares, covariance, shares))
        return sd

    @cached_property
    def _correlation(self) -> FloatArray:
        found = self.scenarios.T @ (self.weights[:, None] * self.scenarios)
        scale = np.sqrt(np.maximum(np.diag(found), 1e-12))
        correlation: FloatArray = found / np.outer(scale, scale)
        return correlation

    def state(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "spread": self.spread.tolist(),
            "scenarios": self.scenarios.tolist(),
            "weights": self.weights.tolist(),
            "joint": self.joint.scores.tolist(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """From what `state` gave."""
        spread, scenarios, weights = (np.array(state[name]) for name in ("spread", "scenarios", "weights"))
        return cls(spread, scenarios, weights, Conformal(np.array(state["joint"])))


def crossed_chances(reported: FloatArray, logs: FloatArray, limits: Limits) -> Chances:
    """What may become of calibration lots, each by the errors of other lots than its own third, evenly spread.

    A lot that was assessed by its own error would find itself among the scenarios, so that it could not show what a
    decision on a new lot is worth. All lots can, this way, and all lend their errors to new ones.

    Parameters
    ----------
    reported, logs : ndarray, shape (n, E)
        As for `Scatter.of`, of at least two lots.
    limits : Limits
        Limits of the G grades.

    Returns
    -------
    Chances
        Of the n lots.
    """
    spread, errors = _errors(reported, logs)
    fold = np.arange(len(logs)) % _FOLDS
    keeps, best = np.empty((2, len(logs), limits.grades))
    for one in range(_FOLDS):
        others = Scatter(spread, *_thinned(errors[fold != one]), Conformal(np.empty(0)))
        found = others.chances(logs[fold == one], limits)
        keeps[fold == one], best[fold == one] = found.keeps, found.best
    return Chances(keeps, best)


def _errors(reported: FloatArray, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Spread of each element, shape (E,), and errors in units of it, shape (n, E), censored ones drawn."""
    empty = np.flatnonzero(np.isnan(reported).all(axis=0))
    if len(empty):
        raise ValueError(f"reported: elements {empty.tolist()} have no content in any calibration lot")
    spread = np.array([spread_about(label, raw) for label, raw in zip(reported.T, logs.T, strict=True)])
    uniforms = np.random.default_rng(_RNG_SEED).random(reported.shape)
    return spread, (drawn(reported, logs, spread, uniforms) - logs) / spread


def _thinned(errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Scenarios and their weights: every lot with a rare error, and as many usual ones as tell the rest."""
    rare = np.max(np.abs(errors), axis=1) > _RARE
    usual = errors[~rare]
    some = np.unique(np.linspace(0, len(usual) - 1, min(_MOST_USUAL, len(usual))).astype(np.intp))
    weights = [np.ones(int(rare.sum())), np.full(len(some), len(usual) / max(1, len(some)))]
    return np.concatenate([errors[rare], usual[some]]), np.concatenate(weights) / len(errors)


def _largest_error(reported: FloatArray, logs: FloatArray, spread: FloatArray) -> FloatArray:
    """Largest error of each lot in units of the spread, shape (n,): how wide its intervals must be to hold all.

    A content below a limit is held where the interval reaches below that limit; a missing one is held by any.
    """
    error = (log_size(reported) - logs) / spread
    needed = np.where(below_limit(reported), np.maximum(-error, 0.0), np.abs(error))
    return np.asarray(np.max(np.nan_to_num(needed), axis=1))
