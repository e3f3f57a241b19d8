"""Scenarios of prediction errors of contents: intervals, joint coverage, and probabilities of grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.quality.censoring import below_limit, drawn, log_size
from models.quality.grades import Limits
from models.quality.losses import spread_about
from models.uncertainty.intervals import Conformal
from physics.arrays import BoolArray, FloatArray
from physics.special import ndtr

_FOLDS = 3  # calibration lots are assessed by the errors of the other two thirds
_MOST_USUAL = 300
_RARE = 3.0  # standard deviations: lots with a larger error are scenarios each, of the usual ones some stand for all
_ROWS_AT_ONCE = 32  # a block of this size stays in a core's own memory
# Beyond these the normal distribution is 1 and 0 to the last bit; half of all scores lie there.
_SURELY, _NEVER = 8.3, -38.6
_RNG_SEED = 20260101  # of the draws that stand for censored errors
_LEAST_WIDTH = 1e-6
_WIDEST = 0.9  # standard deviations of a kernel: with few scenarios there is little to smooth
_UNSEEN = 0.95  # share of reports below the laboratory's limit from which on no number has taught what lies below it
_MATTERS = 0.25  # of a sum's bound: laboratory's limits that fill less of it are lost in the errors of what is summed


@dataclass(frozen=True, eq=False)
class Chances:
    """Probabilities of n lots by G grades.

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
class ErrorScenarios:
    """Errors of E logarithms of contents on lots outside the training rows.

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
    floors : ndarray, shape (E,), optional
        The laboratory's limit of each element as of the newest report below it; 0 where none was. Without it, as of
        models of older versions, no limit is known.
    unseen : ndarray of bool, shape (E,), optional
        Whether hardly a report of the element was a number.
    """

    spread: FloatArray
    scenarios: FloatArray
    weights: FloatArray
    joint: Conformal
    floors: FloatArray | None = None
    unseen: BoolArray | None = None

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
        unseen = below_limit(reported).sum(axis=0) >= _UNSEEN * (~np.isnan(reported)).sum(axis=0)
        return cls(spread, *_thinned(errors), joint, _floors(reported), unseen)

    def bounds(self, logs: FloatArray, coverage: float) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest content, shape (n, E) each, between which all contents of a lot lie together.

        Raises
        ------
        CoverageError
            See `Conformal.half_width`.
        """
        return self.reach(logs, self.joint.half_width(coverage))

    def reach(self, logs: FloatArray, half: float) -> tuple[FloatArray, FloatArray]:
        """Return lowest and highest content within so many standard deviations, shape (n, E) each.

        Of an element that was hardly ever seen no number shows how far below the laboratory's limit it lies: its
        interval begins at 0 and reaches that limit at least.
        """
        low, high = np.exp(logs - half * self.spread), np.exp(logs + half * self.spread)
        if self.unseen is not None:
            low = np.where(self.unseen, 0.0, low)
            high = np.where(self.unseen, np.maximum(high, self._limits), high)
        return low, high

    def needed(self, reported: FloatArray, logs: FloatArray) -> FloatArray:
        """Return the standard deviations needed to cover all contents of each lot together, shape (n,)."""
        return _largest_error(reported, logs, self.spread)

    @cached_property
    def _width(self) -> float:
        """Width of the kernel that smooths scenarios, in their standard deviations (Silverman's rule)."""
        return min(_WIDEST, float((4.0 / 3.0 * np.sum(self.weights**2)) ** 0.2))

    def chances(self, logs: FloatArray, limits: Limits) -> Chances:
        """Return probabilities of lots from logarithms of their contents, shape (n, E)."""
        keeps, best = np.full((2, len(logs), limits.grades), self.weights.sum())
        for rows in _parts(len(logs)):
            probabilities = _ndtr(self._scores(self._fullest(logs[rows], limits)))
            keeps[rows, :-1] = probabilities.swapaxes(0, 1) @ self.weights
            for grade in range(1, len(probabilities)):  # from here on: whether the lot keeps it or a more valuable one
                np.maximum(probabilities[grade], probabilities[grade - 1], out=probabilities[grade])
            best[rows, :-1] = probabilities.swapaxes(0, 1) @ self.weights
        # Weights sum up to 1 but for rounding: no chance is above it, and that the last grade is kept is none.
        keeps[:, -1] = 1.0
        best[:, 1:] = np.maximum(np.diff(best, axis=1), 0.0)
        return Chances(np.minimum(keeps, 1.0), np.minimum(best, 1.0))

    def breaks(self, logs: FloatArray, limits: Limits) -> FloatArray:
        """Return the probability of breaking each limit alone, shape (n, q), from logarithms, shape (n, E).

        Each is smoothed as the most utilised limit of a grade is in `chances`.
        """
        _, number = limits.bounded
        bound = (limits.way * np.log(limits.bound))[:, None, None]
        probabilities = np.empty((len(logs), len(limits.names)))
        for rows in _parts(len(logs)):
            full = self._bounded(logs[rows], limits, len(limits.members))[number] - bound
            probabilities[rows] = _ndtr(-self._scores(full)).swapaxes(0, 1) @ self.weights
        return np.minimum(probabilities, 1.0)

    def _fullest(self, logs: FloatArray, limits: Limits) -> FloatArray:
        """Return the log utilisation of each grade's tightest limit, shape (G - 1, n, s); broken above 0."""
        joined, first = limits.joined, len(limits.members)
        contents = self._bounded(logs, limits, first + len(joined.pairs))
        for row, (one, other) in enumerate(joined.pairs, first):
            np.maximum(contents[one], contents[other], out=contents[row])
        utilisation = np.empty((len(joined.of_grade), *contents.shape[1:]))
        full = np.empty(contents.shape[1:])
        for grade, ((row, highest), *others) in zip(utilisation, joined.of_grade, strict=True):
            np.subtract(contents[row], highest, out=grade)
            for row, highest in others:
                np.maximum(grade, np.subtract(contents[row], highest, out=full), out=grade)
        return utilisation

    def _bounded(self, logs: FloatArray, limits: Limits, rows: int) -> FloatArray:
        """Return logarithms of bounded quantities in each scenario, shape (rows, n, s), unset after row b.

        It is negative where the least is bounded, so that a larger number is nearer to the limit in each row. Each row
        is in one piece of memory, which makes arithmetic on it several times as fast.
        """
        bounded = np.empty((rows, len(logs), len(self.weights)))
        raised = self._raised(limits)
        for b, (own, members, way) in enumerate(zip(bounded, limits.members, limits.ways, strict=False)):
            if len(members) == 1:  # scenarios add the same to every lot
                np.add(logs[:, members[0], None], self._errors[members[0]], out=own)
            elif b in raised:
                own[:] = self._sum_raised(logs, members)
            else:
                # Lot by lot: the sum of one must not depend on how many lots come with it.
                np.matmul(np.exp(logs[:, None, members]), self._factors[members], out=own[:, None])
                with np.errstate(divide="ignore"):  # of what is 0
                    np.log(own, out=own)
            if way < 0:
                np.negative(own, out=own)
        return bounded

    def likeliest(self, logs: FloatArray, limits: Limits) -> FloatArray:
        """Return the most probable assay of each bounded content or sum, shape (n, b).

        A content below the laboratory's limit counts with that limit in a sum of which these limits fill much.
        """
        contents, sets = np.exp(logs), np.abs(limits.bounded[0])
        values: FloatArray = contents @ sets.T
        for b in self._raised(limits):
            values[:, b] = np.maximum(contents, self._limits) @ sets[b]
        return values

    def _raised(self, limits: Limits) -> list[int]:
        """Return the bounded sums, with upper limits, of which the laboratory's limits are a large part."""
        tightest = limits.by_grade.min(axis=0)
        sums = (b for b in limits.sums if limits.ways[b] > 0)
        return [b for b in sums if self._limits[limits.members[b]].sum() >= _MATTERS * tightest[b]]

    @cached_property
    def _limits(self) -> FloatArray:
        """The laboratory's limit of each element, shape (E,); 0 where none is known."""
        return np.zeros(len(self.spread)) if self.floors is None else self.floors

    def _sum_raised(self, logs: FloatArray, members: list[int]) -> FloatArray:
        """Return the logarithm of a sum in each scenario, shape (n, s), censored contents at their limit."""
        total = np.zeros((len(logs), len(self.weights)))
        for e in members:
            total += np.maximum(np.exp(logs[:, e, None]) * self._factors[e], self._limits[e])
        return np.log(total)

    @cached_property
    def _errors(self) -> FloatArray:
        """Errors of the logarithms in each scenario, shape (E, s)."""
        return np.ascontiguousarray((self.scenarios * self.spread).T)

    @cached_property
    def _factors(self) -> FloatArray:
        """Contents in each scenario over the most probable ones, shape (E, s)."""
        return np.exp(self._errors)

    def _scores(self, full: FloatArray) -> FloatArray:
        """Return the distance of logarithms below 0 in kernel widths, shape (g, n, s); overwrites `full`.

        Smoothing adds the kernel's variance to the scenarios', so these are drawn to their mean by as much.
        """
        mean = self._mean(full)
        full -= mean
        sd = np.sqrt(self._mean(np.square(full)))
        width = np.maximum(self._width * sd, _LEAST_WIDTH)
        full *= -np.sqrt(1.0 - self._width**2) / width
        full -= mean / width
        return full

    def _mean(self, values: FloatArray) -> FloatArray:
        """Mean over scenarios, shape (g, n, 1), of values of shape (g, n, s), lot by lot as in `_bounded`."""
        return (values.swapaxes(0, 1) @ self.weights).T[:, :, None]

    def log_sd(self, logs: FloatArray, limits: Limits) -> FloatArray:
        """Standard deviation of the logarithm of what is bounded, shape (n, b), by its elements' shares."""
        firsts, sums = [members[0] for members in limits.members], limits.sums
        sds = np.repeat(self._sd[None, firsts], len(logs), axis=0)
        parts = np.exp(logs)[:, None, :] * limits.bounded[0][sums]
        shares = parts / parts.sum(axis=2, keepdims=True)
        sds[:, sums] = np.sqrt(((shares @ self._covariance) * shares).sum(axis=2))
        return sds

    @cached_property
    def _sd(self) -> FloatArray:
        sd: FloatArray = np.sqrt(np.diag(self._covariance))
        return sd

    @cached_property
    def _covariance(self) -> FloatArray:
        covariance: FloatArray = np.outer(self.spread, self.spread) * self._correlation
        return covariance

    @cached_property
    def _correlation(self) -> FloatArray:
        products = self.scenarios.T @ (self.weights[:, None] * self.scenarios)
        scale = np.sqrt(np.maximum(np.diag(products), 1e-12))
        correlation: FloatArray = products / np.outer(scale, scale)
        return correlation

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "spread": self.spread.tolist(),
            "scenarios": self.scenarios.tolist(),
            "weights": self.weights.tolist(),
            "joint": self.joint.scores.tolist(),
            "floors": None if self.floors is None else self.floors.tolist(),
            "unseen": None if self.unseen is None else self.unseen.tolist(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        spread, scenarios, weights = (np.array(state[name]) for name in ("spread", "scenarios", "weights"))
        floors, unseen = state.get("floors"), state.get("unseen")
        return cls(
            spread,
            scenarios,
            weights,
            Conformal(np.array(state["joint"])),
            None if floors is None else np.array(floors, dtype=np.float64),
            None if unseen is None else np.array(unseen, dtype=np.bool_),
        )


def crossed_chances(reported: FloatArray, logs: FloatArray, limits: Limits) -> Chances:
    """Return cross-fitted probabilities of calibration lots: errors of lots outside their own third.

    A lot that was assessed by its own error would find itself among the scenarios, so that it could not show what a
    decision on a new lot is worth. In this way all lots are evaluated, and all provide errors to new ones.

    Parameters
    ----------
    reported, logs : ndarray, shape (n, E)
        As for `ErrorScenarios.of`, of at least two lots.
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
        others = ErrorScenarios(spread, *_thinned(errors[fold != one]), Conformal(np.empty(0)), _floors(reported))
        part = others.chances(logs[fold == one], limits)
        keeps[fold == one], best[fold == one] = part.keeps, part.best
    return Chances(keeps, best)


def _parts(lots: int) -> Iterator[slice]:
    return (slice(first, first + _ROWS_AT_ONCE) for first in range(0, lots, _ROWS_AT_ONCE))


def _ndtr(scores: FloatArray) -> FloatArray:
    """Normal distribution; only where it is neither 0 nor 1 it is computed, which is slow."""
    scores = np.ascontiguousarray(scores)
    clipped = np.clip(scores, 0.0, 1.0)  # what is missing stays so
    between = np.flatnonzero((scores > _NEVER) & (scores < _SURELY))
    clipped.reshape(-1)[between] = ndtr(scores.reshape(-1)[between])
    return clipped


def _floors(reported: FloatArray) -> FloatArray:
    """Return the laboratory's limit of each element by its last censored report, shape (E,); 0 if none."""
    floors = np.zeros(reported.shape[1])
    for e, below in enumerate(below_limit(reported).T):
        rows = np.flatnonzero(below)
        floors[e] = -reported[rows[-1], e] if len(rows) else 0.0
    return floors


def _errors(reported: FloatArray, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Spread of each element, shape (E,), and errors in units of it, shape (n, E), censored ones drawn."""
    empty = np.flatnonzero(np.isnan(reported).all(axis=0))
    if len(empty):
        raise ValueError(f"reported: elements {empty.tolist()} have no content in any calibration lot")
    spread = np.array([spread_about(label, raw) for label, raw in zip(reported.T, logs.T, strict=True)])
    uniforms = np.random.default_rng(_RNG_SEED).random(reported.shape)
    return spread, (drawn(reported, logs, spread, uniforms) - logs) / spread


def _thinned(errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return scenarios and weights: all lots with a rare error, and a sufficient sample of typical ones."""
    rare = np.max(np.abs(errors), axis=1) > _RARE
    typical = errors[~rare]
    sample = np.unique(np.linspace(0, len(typical) - 1, min(_MOST_USUAL, len(typical))).astype(np.intp))
    weights = [np.ones(int(rare.sum())), np.full(len(sample), len(typical) / max(1, len(sample)))]
    return np.concatenate([errors[rare], typical[sample]]), np.concatenate(weights) / len(errors)


def _largest_error(reported: FloatArray, logs: FloatArray, spread: FloatArray) -> FloatArray:
    """Return the largest error of each lot in standard deviations, shape (n,): joint half width needed.

    A content below a limit is held where the interval reaches below that limit; a missing one is held by any.
    """
    error = (log_size(reported) - logs) / spread
    needed = np.where(below_limit(reported), np.maximum(-error, 0.0), np.abs(error))
    return np.asarray(np.max(np.nan_to_num(needed), axis=1))
