"""Reference distribution of prediction errors, and the test for anomalous outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from physics.arrays import FloatArray

FEWEST_ROWS = 30  # of a run
FEWEST_RUNS = 5  # below which nothing is known of what runs are like
FACTOR = 2.0  # times the farthest run of the past is as far as a run may go
FEW = 4.0  # runs that count as one more time their farthest, since few have not seen much
LEVEL_FLOOR = 0.5  # of the usual spread
SPREAD_FLOOR = 0.7  # of the logarithm
LINK_FLOOR, LINK_CHANCE, LINK_LOST = 0.2, 3.0, 0.5  # by Fisher's z; standard deviations of few rows; share of the usual
ALIKE_FLOOR = 0.1
MEASURES = _LEVEL, _MEAN, _SPREAD, _LINK, _ALIKE, _COPIED = range(6)
_EITHER = (_LEVEL, _MEAN, _SPREAD)  # that may lie off on either side
_OF_FEW = (_LEVEL, _MEAN)  # that say something of fewer outcomes than FEWEST_ROWS
_SHARES = (_ALIKE, _COPIED)
_NEAR = 0.4  # of its reach, from which on a measure has a part in what is odd together
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class OutcomeRun:
    """Consecutive outcomes with their predictions.

    Parameters
    ----------
    errors : ndarray, shape (n,)
        Outcome minus prediction, what is added to predictions by then taken off [scale of the model's errors].
    outcomes : ndarray, shape (n,)
        What became known [the same].
    scale : ndarray, shape (n,)
        Size of the model's errors there, over that of all [1].
    known : ndarray, shape (k,)
        Outcomes that were known before, of whatever units.
    said : ndarray, shape (n,), optional
        What was predicted of the outcomes [the same]; by default the outcomes less their errors.
    """

    errors: FloatArray
    outcomes: FloatArray
    scale: FloatArray
    known: FloatArray
    said: FloatArray | None = None

    @property
    def measures(self) -> FloatArray:
        """Measures of the run, shape (6,).

        Level and mean: the median error, which is that of most rows, and the mean, which a centre follows. Spread: the
        logarithm of the middle half of the errors. Link: the correlation of outcomes with predictions, as Fisher's z.
        Alike and copied: the share of outcomes that are, bit by bit, another one's too of the FEWEST_ROWS that came in
        together with it, or were known before.
        """
        sized = self.errors / self.scale
        low, level, high = np.quantile(sized, (0.25, 0.5, 0.75))
        predicted = self.outcomes - self.errors if self.said is None else self.said
        spread, link = np.log(max(float(high - low), _LEAST)), _link(self.outcomes, predicted)
        copied = np.mean(np.isin(self.outcomes, self.known))
        return np.array([level, sized.mean(), spread, link, _alike(self.outcomes), copied])


def _alike(outcomes: FloatArray) -> float:
    """Share of repeats in parts of the same length, so that it does not grow with the number of outcomes."""
    size = min(len(outcomes), FEWEST_ROWS)
    parts = np.sort(outcomes[: len(outcomes) // size * size].reshape(-1, size), axis=1)
    same, none = np.diff(parts, axis=1) == 0, np.zeros((len(parts), 1), dtype=np.bool_)
    return float(np.mean(np.hstack([none, same]) | np.hstack([same, none])))


def _link(outcomes: FloatArray, predicted: FloatArray) -> float:
    if outcomes.std() <= _LEAST or predicted.std() <= _LEAST:
        return 0.0
    return float(np.arctanh(np.clip(np.corrcoef(outcomes, predicted)[0, 1], -0.9999, 0.9999)))


@dataclass(frozen=True, eq=False)
class Bounds:
    """Reference values of runs of about the same length, and their tolerances.

    A measure of a run may lie twice as far from the median of the past as the farthest of the past, and somewhat
    farther where runs of the past are few or the run has few rows: a plant that drifts, or whose rows depend on each
    other, is compared with its own drift, as labels are before training.

    Parameters
    ----------
    middle, reach : ndarray, shape (6,)
        Of each of `OutcomeRun.measures` the median of the past, and how far a run may lie from it.
    rows : float
        Outcomes of a run, as most had them.
    """

    middle: FloatArray
    reach: FloatArray
    rows: float

    def __post_init__(self) -> None:
        middle, reach = (np.array(part, dtype=np.float64) for part in (self.middle, self.reach))
        shape = (len(MEASURES),)
        if middle.shape != shape or reach.shape != shape or not np.isfinite([*middle, *reach, self.rows]).all():
            raise ValueError("middle, reach: expected six finite numbers each; rows: expected a finite number")
        if (reach <= 0).any() or self.rows <= 0:
            raise ValueError(f"reach, rows: got {reach.tolist()}, {self.rows}: expected numbers above 0")
        object.__setattr__(self, "middle", middle)
        object.__setattr__(self, "reach", reach)

    @classmethod
    def of(cls, runs: Sequence[OutcomeRun]) -> Self | None:
        """Return the bounds of reference runs; None if these are too few."""
        if len(runs) < FEWEST_RUNS:
            return None
        past, rows = np.array([run.measures for run in runs]), float(np.median([len(run.errors) for run in runs]))
        middle = np.median(past, axis=0)
        beyond = np.max(np.abs(past - middle), axis=0)
        beyond[_LINK] = np.max(middle[_LINK] - past[:, _LINK])
        reach = FACTOR * (1 + FEW / len(runs)) * beyond
        sampling = LINK_CHANCE / np.sqrt(max(rows - 3, 1))
        level, link = LEVEL_FLOOR * float(np.exp(middle[_SPREAD])), LINK_LOST * abs(middle[_LINK])
        floors = (level, level, SPREAD_FLOOR, max(LINK_FLOOR, sampling, link), ALIKE_FLOOR, ALIKE_FLOOR)
        return cls(middle, np.maximum(reach, floors), rows)

    def odd(self, run: OutcomeRun) -> tuple[str, ...]:
        """Return the anomalies of a run as text; empty if it is consistent with history.

        It is odd where its distance, counted in reaches and over all measures together, is above one: measures that are
        all near their bounds are odd too. Of fewer outcomes than FEWEST_ROWS level and mean alone say something.
        """
        n, measures = len(run.errors), run.measures
        thin = max(1.0, self.rows / n)
        reach = self.reach * thin**0.5
        reach[list(_SHARES)] *= thin**0.5
        off = (measures - self.middle) / reach
        off[_LINK] *= -1
        off = np.where(np.isin(MEASURES, _EITHER), np.abs(off), np.maximum(off, 0.0))
        if n < FEWEST_ROWS:
            off[[one for one in MEASURES if one not in _OF_FEW]] = 0.0
        # Level and mean are two ways to say the same.
        together = np.hypot.reduce([max(off[_LEVEL], off[_MEAN]), *off[_SPREAD:]])
        if together <= 1:
            return ()
        low, high = self.middle - reach, self.middle + reach
        lines = (
            f"the level is off by {measures[_LEVEL]:+.3g}, expected {low[_LEVEL]:+.3g} to {high[_LEVEL]:+.3g}",
            f"the mean is off by {measures[_MEAN]:+.3g}, expected {low[_MEAN]:+.3g} to {high[_MEAN]:+.3g}",
            f"errors spread over {np.exp(measures[_SPREAD]):.3g}, expected {np.exp(low[_SPREAD]):.3g} to "
            f"{np.exp(high[_SPREAD]):.3g}",
            f"a correlation of {np.tanh(measures[_LINK]):.2f} with what is predicted, expected at least "
            f"{np.tanh(low[_LINK]):.2f}",
            f"{measures[_ALIKE]:.0%} are also another row's, expected at most {high[_ALIKE]:.0%}",
            f"{measures[_COPIED]:.0%} were known before of other rows, expected at most {high[_COPIED]:.0%}",
        )
        least = 1.0 if off.max() > 1 else _NEAR
        named = [line for line, one in zip(lines, off, strict=True) if one > least]
        return tuple(named) if least == 1.0 else ("near its bound each, beyond it together", *named)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"middle": self.middle.tolist(), "reach": self.reach.tolist(), "rows": self.rows}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(np.array(state["middle"]), np.array(state["reach"]), float(state["rows"]))


@dataclass(frozen=True, eq=False)
class ReferenceRuns:
    """Reference runs of outcomes, from the online calibration of a model in training.

    Parameters
    ----------
    bounds : tuple of Bounds
        By the length of runs, rising, one at least: what a plant does in a day it does not do all month.
    """

    bounds: tuple[Bounds, ...]

    def odd(self, run: OutcomeRun) -> tuple[str, ...]:
        """Return the anomalies against reference runs of at most its length, longest first; see `Bounds.odd`."""
        fitting = [one for one in self.bounds if one.rows <= len(run.errors)]
        return next((anomalies for one in reversed(fitting or self.bounds[:1]) if (anomalies := one.odd(run))), ())

    def state(self) -> list[dict[str, Any]]:
        """Return the state as JSON values."""
        return [one.state() for one in self.bounds]

    @classmethod
    def from_state(cls, state: Sequence[Mapping[str, Any]]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(tuple(Bounds.from_state(one) for one in state))
