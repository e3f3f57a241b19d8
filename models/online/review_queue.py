"""Online state of a model with a review queue: anomalous outcomes stay pending until accepted."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.online.reference_runs import FEWEST_ROWS, Bounds, OutcomeRun, ReferenceRuns
from models.uncertainty.adaptive_intervals import AdaptiveInterval, LevelOnlyInterval
from physics.arrays import FloatArray

MOST_LISTED = 100  # batches that wait and are named; of more the newest
MOST_KNOWN = 2000  # outcomes that new ones may be copies of; of more the newest


@dataclass(frozen=True, eq=False)
class Arrival:
    """Outcomes that arrived together.

    Parameters
    ----------
    batch : int
        Number by which a person accepts or withdraws them.
    errors : ndarray, shape (m,)
        Outcome minus prediction, the centre not added [scale of the model's errors].
    scores : ndarray, shape (m,)
        What the answers, with the centre as it was when they were given, were off by, over the size of errors there.
    outcomes : ndarray, shape (m,)
        What became known [scale of the model's errors].
    scale : ndarray, shape (m,)
        Size of the model's errors there, over that of all [1].
    said : ndarray, shape (m,), optional
        What was predicted of the outcomes [the same]; by default the outcomes less their errors.
    """

    batch: int
    errors: FloatArray
    scores: FloatArray
    outcomes: FloatArray
    scale: FloatArray
    said: FloatArray | None = None

    def state(self) -> list[Any]:
        """Return the state as JSON values."""
        parts = [self.errors, self.scores, self.outcomes, self.scale, *([] if self.said is None else [self.said])]
        return [self.batch, *(one.tolist() for one in parts)]

    @classmethod
    def from_state(cls, state: Sequence[Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(int(state[0]), *(np.array(one, dtype=np.float64) for one in state[1:]))


@dataclass(frozen=True)
class PendingBatch:
    """Outcomes of a batch that wait.

    Attributes
    ----------
    batch, outcomes : int
        Number of the batch, and how many of it wait.
    why : str
        What is odd about them, and about those that came in just before.
    """

    batch: int
    outcomes: int
    why: str


@dataclass(frozen=True, eq=False)
class OnlineState:
    """Online state of a model: outcomes applied so far and batches pending review.

    Outcomes are looked at in runs of FEWEST_ROWS and more. While a run has fewer, they are followed for the time being,
    unless its level already is anomalous. When it is complete, either all of it is applied permanently, or all of it
    waits, and what was followed for the time being is forgotten. It never changes: `taken` gives the next one.

    Parameters
    ----------
    sure : AdaptiveInterval
        Interval after the permanently applied outcomes.
    usual : ReferenceRuns or None
        Reference runs of outcomes; None if unknown, and each outcome is applied permanently on arrival.
    begun : tuple of Arrival
        Those of the run that is not complete, in order.
    waiting : tuple of PendingBatch
        What waits, in order, the newest MOST_LISTED.
    outcomes_waiting : int
        How many outcomes wait in all.
    known : ndarray, shape (k,), k <= MOST_KNOWN
        Outcomes that were applied permanently, the newest last [scale of the model's errors].
    outcomes : int
        Number of permanently applied outcomes.
    """

    sure: AdaptiveInterval
    usual: ReferenceRuns | None
    begun: tuple[Arrival, ...] = ()
    waiting: tuple[PendingBatch, ...] = ()
    outcomes_waiting: int = 0
    known: FloatArray = field(default_factory=lambda: np.empty(0))
    outcomes: int = 0

    @cached_property
    def adaptive(self) -> AdaptiveInterval:
        """Interval of the current responses."""
        return self.sure if self._odd else _with(self.sure, self.begun)

    @property
    def received(self) -> int:
        """Count of outcomes that `adaptive` rests on beyond those of the training."""
        return self.outcomes + (0 if self._odd else _count(self.begun))

    @cached_property
    def _odd(self) -> tuple[str, ...]:
        """Anomalies of the incomplete run."""
        if self.usual is None or not self.begun:
            return ()
        return self.usual.odd(run_of(self.begun, self.sure.centre, self.known))

    def taken(self, arrival: Arrival, accepted: bool = False) -> Self:
        """Return the state after simultaneous outcomes; reviewed and accepted ones are applied permanently."""
        if not len(arrival.errors):
            return self
        if accepted or self.usual is None:
            return self._with([arrival])
        later = replace(self, begun=(*self.begun, arrival))
        if _count(later.begun) < FEWEST_ROWS:
            return later
        if not later._odd:
            return replace(self._with(later.begun), begun=())
        reason = "; ".join(later._odd)
        more = [PendingBatch(one.batch, len(one.errors), reason) for one in later.begun]
        count = self.outcomes_waiting + sum(one.outcomes for one in more)
        return replace(later, begun=(), waiting=(*later.waiting, *more)[-MOST_LISTED:], outcomes_waiting=count)

    def _with(self, arrivals: Sequence[Arrival]) -> Self:
        """Return the state after permanent application of outcomes."""
        count = self.outcomes + _count(arrivals)
        return replace(self, sure=_with(self.sure, arrivals), known=_newest(self.known, arrivals), outcomes=count)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values, without parts stored with the model."""
        return {
            "adaptive": self.sure.state(),
            "begun": [one.state() for one in self.begun],
            "waiting": [[one.batch, one.outcomes, one.why] for one in self.waiting],
            "outcomes_waiting": self.outcomes_waiting,
            "known": self.known.tolist(),
            "outcomes": self.outcomes,
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], reference: ReferenceRuns | None, kind: type[AdaptiveInterval] = AdaptiveInterval
    ) -> Self:
        """Restore from a stored state, also of versions without a review queue, and the model's own parts."""
        return cls(
            kind.from_state(state["adaptive"]),
            reference,
            tuple(Arrival.from_state(one) for one in state.get("begun", ())),
            waiting_in(state),
            outcomes_waiting_in(state),
            np.array(state.get("known", ()), dtype=np.float64),
            int(state.get("outcomes", 0)),
        )


def waiting_in(state: Mapping[str, Any]) -> tuple[PendingBatch, ...]:
    """Return the pending batches in a state of `OnlineState.state`."""
    return tuple(PendingBatch(*one) for one in state.get("waiting", ()))


def outcomes_waiting_in(state: Mapping[str, Any]) -> int:
    """Return the number of pending outcomes in such a state."""
    return int(state.get("outcomes_waiting", 0))


def run_of(arrivals: Sequence[Arrival], centre: float, known: FloatArray) -> OutcomeRun:
    """Return consecutive arrivals as a run, with this centre added to their predictions."""
    errors, outcomes, scale = (
        np.concatenate([getattr(one, name) for one in arrivals]) for name in ("errors", "outcomes", "scale")
    )
    predicted = [one.said for one in arrivals if one.said is not None]
    return OutcomeRun(errors - centre, outcomes, scale, known, np.concatenate(predicted) if predicted else None)


def usual_of(arrivals: Sequence[Arrival], start: AdaptiveInterval) -> ReferenceRuns | None:
    """Return reference runs of outcomes that are all applied from a start on; None if too few."""
    collected, rows, before, centres = list[Bounds](), FEWEST_ROWS, 0, centres_along(arrivals, start)
    while (bounds := Bounds.of(runs := runs_of(arrivals, centres, rows))) is not None:
        if len(runs) != before:  # simultaneous outcomes may be longer than the requested length
            collected.append(bounds)
        rows, before = 2 * rows, len(runs)
    return ReferenceRuns(tuple(collected)) if collected else None


def centres_along(arrivals: Iterable[Arrival], start: AdaptiveInterval) -> list[float]:
    """Centre before each of outcomes that are all followed from a beginning on."""
    if isinstance(start, LevelOnlyInterval):  # what its level is on the way says nothing of a centre
        return [start.centre for _ in arrivals]
    states = itertools.accumulate(arrivals, lambda adaptive, one: _with(adaptive, [one]), initial=start)
    return [adaptive.centre for adaptive in states][:-1]


def runs_of(arrivals: Sequence[Arrival], centres: Sequence[float], rows: int) -> list[OutcomeRun]:
    """Return complete runs of at least so many outcomes, each with the centre before its first outcome."""
    runs, first, count, known = list[OutcomeRun](), 0, 0, np.empty(0)
    for end, arrival in enumerate(arrivals, start=1):
        count += len(arrival.errors)
        if count >= rows:
            run = arrivals[first:end]
            runs.append(run_of(run, centres[first], known))
            known, first, count = _newest(known, run), end, 0
    return runs


def _count(arrivals: Iterable[Arrival]) -> int:
    return sum(len(one.errors) for one in arrivals)


def _newest(known: FloatArray, arrivals: Iterable[Arrival]) -> FloatArray:
    return np.concatenate([known, *(one.outcomes for one in arrivals)])[-MOST_KNOWN:]


def _with(adaptive: AdaptiveInterval, arrivals: Iterable[Arrival]) -> AdaptiveInterval:
    for one in arrivals:
        adaptive = adaptive.taken(one.errors, one.scores)
    return adaptive
