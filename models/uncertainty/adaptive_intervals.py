"""Prediction intervals that follow the plant: outcomes that come in move their centre and their level."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.uncertainty.error_dispersion import ErrorDispersion
from models.uncertainty.intervals import CoverageError, rows_needed
from models.uncertainty.stored_arrays import freeze
from physics.arrays import FloatArray, IntArray

COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Coverages whose level is followed; others lie between them."""
WINDOW = 250
STEP = 0.02
RECENT = 20
SETTLED = 50.0
"""Outcomes of another plant, by weight, that move the offset of a transferred model before any makes a level."""
CHANCE = 2.0
"""Variances of a mean subtracted from the square of a shift, so that random variation is no shift."""
# Above a coverage of 90 % a step is this share of what may be missed: with 0.02 a single miss would make an interval of
# 99 % as wide as any known error, for a hundred outcomes.
STEP_SHARE = 0.2
_MEDIAN_OF_NORMAL = 0.6744897501960817  # of the size of a standard normal number


@dataclass(frozen=True, eq=False)
class IntervalLevel:
    """Current width of intervals, by adaptive conformal inference [1]_.

    Parameters
    ----------
    scores : ndarray, shape (n,), n <= WINDOW / weight
        What the newest answers were off by, the oldest first.
    missed : ndarray, shape (7,)
        For each of COVERAGES the share of scores that its interval may leave out now; 1 - coverage at the beginning.
    weight : float
        What one outcome counts for, above 0 and at most 1; below 1 where outcomes that arrive together err alike, see
        `weight_of`.

    Notes
    -----
    An outcome is compared with the interval of each of COVERAGES as it is when the outcome arrives. A miss lowers
    `missed` by the step times the coverage, a hit raises it by the step times one less the coverage: over T outcomes
    the share of misses is off 1 - coverage by at most (coverage + step) / (step T), whatever the plant does. The step
    is STEP times the weight, and of coverages above 90 % less. Outcomes
    beyond all scores of the window while the interval already is as wide as the largest of them are left out of this
    count: an interval is never wider than the largest error that is known, so that it stays finite, and returns soon.

    References
    ----------
    .. [1] I. Gibbs, E. Candès (2021). Adaptive conformal inference under distribution shift. Advances in Neural
       Information Processing Systems 34. arXiv 2106.00170.
    """

    scores: FloatArray
    missed: FloatArray
    weight: float = 1.0

    def __post_init__(self) -> None:
        scores, missed = (np.array(part, dtype=np.float64) for part in (self.scores, self.missed))
        if not 0 < self.weight <= 1:
            raise ValueError(f"weight: got {self.weight}, expected above 0 and at most 1")
        if scores.ndim != 1 or len(scores) > self.window or not np.isfinite(scores).all() or (scores < 0).any():
            raise ValueError(f"scores: expected at most {self.window} finite numbers >= 0")
        if missed.shape != (len(COVERAGES),) or not np.isfinite(missed).all():
            raise ValueError(f"missed: expected {len(COVERAGES)} finite numbers, one for each of {COVERAGES}")
        freeze(self, scores=scores, missed=missed)

    @classmethod
    def new(cls, weight: float = 1.0) -> Self:
        """Return the level before any outcome, each of which counts for `weight`."""
        return cls(np.empty(0), 1.0 - np.array(COVERAGES), weight)

    @property
    def window(self) -> int:
        """Number of stored outcomes: those that count for WINDOW."""
        return math.ceil(WINDOW / self.weight)

    @cached_property
    def _sorted(self) -> list[float]:
        return sorted(self.scores.tolist())

    @cached_property
    def _nodes(self) -> tuple[FloatArray, FloatArray]:
        """Coverages from 0 to 1 and what each may miss, falling: a higher coverage is never narrower."""
        missed = np.minimum.accumulate(np.minimum(self.missed, 1.0))
        return np.array([0.0, *COVERAGES, 1.0]), np.array([1.0, *missed, min(0.0, missed[-1])])

    def half_width(self, coverage: float) -> float:
        """Half width of the interval in the unit of the scores.

        Raises
        ------
        CoverageError
            No share above 0 and below 1, or one that the known outcomes are too few for.
        """
        needed = rows_needed(coverage)
        if len(self.scores) < needed:
            raise CoverageError(
                f"coverage {coverage:g} needs at least {needed} known outcomes, got {len(self.scores)} "
                f"(of the newest {self.window})"
            )
        return _half_width(self._sorted, float(np.interp(coverage, *self._nodes)))

    def taken(self, scores: FloatArray) -> Self:
        """Return the level after outcomes with these scores, shape (m,), applied sequentially."""
        window, ordered = self.scores.tolist(), list(self._sorted)
        missed, followed = self.missed.tolist(), [(*one, step * self.weight) for *one, step in _FOLLOWED]
        most = self.window
        for score in np.asarray(scores, dtype=np.float64).tolist():
            known = len(ordered)
            for i, (coverage, needed, step) in enumerate(followed):
                if known >= needed:
                    rank = _rank(missed[i], known)
                    miss = score > ordered[min(max(rank, 1), known) - 1]
                    # An interval that is at its end already would come back late if it were driven further.
                    if rank <= known if miss else rank >= 1:
                        missed[i] += step * (1.0 - coverage - miss)
            window.append(score)
            insort(ordered, score)
            if known >= most:
                del ordered[bisect_left(ordered, window.pop(0))]
        level = replace(self, scores=np.array(window), missed=np.array(missed))
        level.__dict__["_sorted"] = ordered  # which it would else sort again
        return level

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"scores": self.scores.tolist(), "missed": self.missed.tolist(), "weight": self.weight}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        scores, missed = (np.array(state[name], dtype=np.float64) for name in ("scores", "missed"))
        return cls(scores, missed, float(state["weight"]))


_FOLLOWED = [(coverage, rows_needed(coverage), min(STEP, STEP_SHARE * (1 - coverage))) for coverage in COVERAGES]


def _rank(missed: float, n: int) -> int:
    """Return the rank of the score, of n ascending ones, that bounds the interval; above n if none does."""
    return math.ceil(round((1.0 - missed) * (n + 1), 9))  # rounded: 0.9 of 10 is the 9th, not the 10th


def _half_width(ordered: list[float], missed: float) -> float:
    rank = _rank(missed, len(ordered))
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def weight_of(errors: FloatArray, arrival: IntArray) -> float:
    """Return the effective number of independent outcomes per simultaneous one: 1 if uncorrelated [1].

    Units of one plant share its feed and its weather. Where m outcomes that arrive together share a chance whose part
    of the variance is r, they have as much information as m / (1 + (m - 1) r) independent ones [1]_. A
    shift of the plant that stays is no such chance: r comes from what the mean error of one arrival differs by from
    that of the arrival before, in the median.

    Parameters
    ----------
    errors : ndarray, shape (n,)
        Errors of answers, in one unit or as shares of their spread.
    arrival : ndarray of int, shape (n,)
        When each outcome arrived: the same number where they arrived together, a larger one later.

    Returns
    -------
    float
        Above 0, at most 1; 1 where there are fewer than 3 arrivals or no two outcomes arrived together.

    References
    ----------
    .. [1] L. Kish (1965). Survey Sampling. Wiley. Section 5.4, the effect of clusters.
    """
    _, which, counts = np.unique(arrival, return_inverse=True, return_counts=True)
    n, arrivals = len(errors), len(counts)
    if arrivals < 3 or arrivals == n:
        return 1.0
    means = np.bincount(which, errors) / counts
    alone = float(np.sum((errors - means[which]) ** 2)) / (n - arrivals)
    step = float(np.median(np.abs(np.diff(means)))) / _MEDIAN_OF_NORMAL
    shared = max(0.0, step**2 / 2 - alone * float(np.mean(1 / counts)))
    alike = shared / (shared + alone) if shared else 0.0
    return 1.0 / (1.0 + (float(counts @ counts) / n - 1.0) * alike)


@dataclass(frozen=True, eq=False)
class AdaptiveInterval:
    """Recent errors of a model: shift of its predictions and width of its intervals.

    It never changes: `taken` gives the next one, so that threads may answer from one while another is made.

    Parameters
    ----------
    level : IntervalLevel
        Of scores: what answers were off by, after the centre was taken off.
    recent : tuple of (int, float)
        Count and sum of the errors (outcome minus prediction) [target's unit] that arrived together, the newest last;
        at most as many as count for WINDOW outcomes.
    dispersion : ErrorDispersion, optional
        Dispersion of errors among plants, of a model that serves another plant than that of its training: the mean
        error is shrunk by it. The first outcomes that count for SETTLED make no level.

    References
    ----------
    .. [1] B. Efron, C. Morris (1975). Data analysis using Stein's estimator and its generalizations. J. Am. Stat.
       Assoc. 70, 311-319. doi:10.1080/01621459.1975.10479864
    """

    level: IntervalLevel
    recent: tuple[tuple[int, float], ...]
    dispersion: ErrorDispersion | None = None

    @classmethod
    def new(cls, weight: float = 1.0, dispersion: ErrorDispersion | None = None) -> Self:
        """Return the interval before any outcome, each of which counts for `weight`."""
        return cls(IntervalLevel.new(weight), (), dispersion)

    @cached_property
    def centre(self) -> float:
        """Correction added to a prediction: the significant shift of its recent errors [target's unit].

        First the mean of the newest errors that count for WINDOW, then what the mean of those that count for RECENT
        lies off that. Of the square of each, CHANCE variances of such a mean are no shift: the rest over the square is
        the share of it that is taken (empirical Bayes [1]_). A mean is of all that arrived together with the oldest of
        its errors too, so that no order among outcomes of the same time counts; where fewer are known, the missing
        ones count as 0.
        """
        centre = self._of_plant()
        if not self.recent or not len(self.level.scores):
            return centre
        variance = float(np.mean(self.level.scores**2))  # of one outcome, wherever it is predicted
        for window in (WINDOW, RECENT) if self.dispersion is None else (RECENT,):
            mean, count = self._mean(window)
            shift = mean - centre
            beyond = shift**2 - CHANCE * variance / (count * self.level.weight)
            if beyond > 0.0:
                centre += shift * beyond / shift**2
        return centre

    def _of_plant(self) -> float:
        """Offset of another plant than that of the training; see `ErrorDispersion.offsets`."""
        if self.dispersion is None or not self.recent:
            return 0.0
        count, total = map(sum, zip(*self.recent, strict=True))
        return float(self.dispersion.shrunk(count, len(self.recent))[0]) * total / count

    def _mean(self, window: int) -> tuple[float, float]:
        """Mean of the newest errors that count for so many outcomes, and how many it is taken over."""
        needed, count, total = window / self.level.weight, 0, 0.0
        for batch, sum_of in reversed(self.recent):
            if count >= needed:
                break
            count, total = count + batch, total + sum_of
        over = max(needed, count)
        return total / over, over

    def taken(self, errors: FloatArray, scores: FloatArray) -> Self:
        """Return the interval after simultaneous outcomes.

        Parameters
        ----------
        errors : ndarray, shape (m,)
            Outcome minus prediction, the centre not added [target's unit].
        scores : ndarray, shape (m,)
            What the answers, with the centre as it was when they were given, were off by, in the unit of the scores.
        """
        if not len(errors):
            return self
        recent, needed = [*self.recent, (len(errors), float(np.sum(errors)))], WINDOW / self.level.weight
        known = sum(count for count, _ in recent)
        if self.dispersion is not None and (known - len(errors)) * self.level.weight < SETTLED:
            return replace(self, recent=tuple(recent))
        while known - recent[0][0] >= needed:
            known -= recent.pop(0)[0]
        return replace(self, level=self.level.taken(scores), recent=tuple(recent))

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        state = {"level": self.level.state(), "recent": [list(batch) for batch in self.recent]}
        return state if self.dispersion is None else state | {"dispersion": self.dispersion.state()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(
            IntervalLevel.from_state(state["level"]),
            tuple((int(count), float(total)) for count, total in state["recent"]),
            ErrorDispersion.from_state(state["dispersion"]) if "dispersion" in state else None,
        )


class LevelOnlyInterval(AdaptiveInterval):
    """Recent errors of a model whose intervals have a level and no centre."""

    @property
    def centre(self) -> float:
        """Nothing is added to a prediction."""
        return 0.0

    def taken(self, errors: FloatArray, scores: FloatArray) -> Self:
        """Return the interval after simultaneous outcomes; see `AdaptiveInterval.taken`."""
        return replace(self, level=self.level.taken(scores))
