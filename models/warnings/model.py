"""A model of early warnings: of each unit how probable an event is, whether to raise an alarm, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from models.processes.causes import OTHER, by_cause
from models.setpoints.situations import UnitPeriodGrid
from models.warnings.calibration import Platt
from models.warnings.events import FEWEST_USUAL, counted, known_after, limits, outcome_after
from models.warnings.features import WarningFeatures, columns_of, known
from models.warnings.online_level import followed
from models.warnings.scores import SCORES, Score
from physics.arrays import BoolArray, FloatArray, IntArray
from physics.special import expit
from seeds import Seed, WarningEvent
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

MIN_AGE = 3  # periods of a unit without a gap, before it is warned


class WarningError(ValueError):
    """No warnings can be learnt or given; the reason is one line."""


@dataclass(frozen=True, eq=False)
class EventModel:
    """How probable one event is.

    Attributes
    ----------
    event : Event
        What counts as one.
    candidate : str
        Name of its score, one of `models.warnings.scores.SCORES`.
    score : Score
        Log-odds.
    platt : Platt
        Makes them probabilities.
    rows, events : int
        Rows that the score has learnt, and events among them.
    weight : float
        What each outcome counts for [1]; see `models.warnings.learning.row_weight`.
    """

    event: WarningEvent
    candidate: str
    score: Score
    platt: Platt
    rows: int
    events: int
    weight: float

    def log_odds(self, at: WarningFeatures) -> FloatArray:
        """Log-odds of an event within the horizon, shape (n,), by what is in hand; they follow no outcome."""
        return self.platt.log_odds(self.score(at.of(self.event)))

    def probability(
        self, log_odds: FloatArray, periods: IntArray, y: FloatArray, asked: BoolArray, seed: Seed
    ) -> FloatArray:
        """Probability of an event within the horizon [1], shape (n,), as known outcomes have it where it is asked for.

        Log-odds are those of all of a plant's rows; see `models.warnings.online_level.followed`.
        """
        found = followed(log_odds, periods, y, outcome_after(self.event, seed), self.weight, asked)
        return np.asarray(expit(found))

    def alarm(self, probability: FloatArray) -> FloatArray:
        """Whether an alarm costs less than it saves, shape (n,): 1 or 0."""
        return (probability > self.event.threshold).astype(np.float64)


@dataclass(frozen=True)
class EventWarning:
    """What is said of one event of a unit.

    Attributes
    ----------
    event : Event
        What it is.
    limit : float
        Value from which a period counts [the column's unit]; NaN where the unit's usual is not known.
    probability : float
        That it comes within the horizon [1]; NaN where nothing is said.
    alarm : bool
        Whether an alarm costs less than it saves.
    causes : Mapping of str to float
        What raised the log-odds of the event above those of a usual row, or lowered them, the largest first.
    refusal : str or None
        Why nothing is said.
    """

    event: WarningEvent
    limit: float
    probability: float
    alarm: bool
    causes: Mapping[str, float]
    refusal: str | None = None

    @property
    def cause(self) -> str | None:
        """What raises its probability most; None where nothing does."""
        raising = {name: value for name, value in self.causes.items() if value > 0 and name != OTHER}
        return max(raising, key=lambda name: raising[name], default=None)


@dataclass(frozen=True)
class UnitWarnings:
    """Warnings of one unit for the period that starts then."""

    unit: str
    start: pd.Timestamp
    events: tuple[EventWarning, ...]


@dataclass(frozen=True, eq=False)
class WarningModel:
    """Models of all events of a process.

    Attributes
    ----------
    seed : Seed
        The process as it was when they learnt.
    names : tuple of k str
        Columns that they learnt from.
    events : dict of str to EventModel
        By the event's name.
    refused : dict of str to str
        Events that nothing was learnt of, and why.
    """

    seed: Seed
    names: tuple[str, ...]
    events: dict[str, EventModel]
    refused: dict[str, str]

    def warn(self, table: pd.DataFrame) -> list[UnitWarnings]:
        """Warnings of the newest row of each unit, in the order of the units' names.

        Parameters
        ----------
        table : DataFrame
            Rows of the seed's columns, one a unit and period. The newest of a unit is of the period to come: its
            `before` columns and knobs as planned; what it holds besides is not looked at.

        Returns
        -------
        list of UnitWarnings

        Raises
        ------
        WarningError
            The code computes other columns than when the models learnt.
        """
        grid = UnitPeriodGrid.of(table, self.seed)
        at = known(grid, self.seed)
        self.check(at)
        last = np.flatnonzero(np.append(at.units[1:] != at.units[:-1], True))
        found = [self._of_event(one, grid, at, last) for one in self.events.values()]
        starts = grid.starts[at.periods[last]]
        return [
            UnitWarnings(str(grid.units[at.units[row]]), starts[i], tuple(one[i] for one in found))
            for i, row in enumerate(last.tolist())
        ]

    def check(self, at: WarningFeatures) -> None:
        """Raise WarningError where columns are others than those learnt."""
        if at.names != self.names:
            strange = sorted(set(at.names) ^ set(self.names))
            raise WarningError(f"warnings: got other columns than were learnt: {', '.join(strange[:3])}; train again")

    def _of_event(
        self, one: EventModel, grid: UnitPeriodGrid, at: WarningFeatures, rows: IntArray
    ) -> list[EventWarning]:
        asked = np.zeros(len(at.units), dtype=np.bool_)
        asked[rows] = True
        y = outcomes(one.event, grid, at, self.seed)
        probability = one.probability(one.log_odds(at), at.periods, y, asked, self.seed)[rows]
        at = at[rows]
        bound = limits(one.event, grid, self.seed)[at.units, at.periods]
        parts = one.platt.slope * one.score.parts(at.of(one.event))
        about = [name for name, use in zip(at.about, columns_of(one.event, at.names), strict=True) if use]
        causes = by_cause(self.seed, about, parts) or _by_column(about, parts)
        found = []
        for i, age in enumerate(between(at.age)):
            refusal = _refusal(age, bound[i], one.event)
            order = sorted(causes, key=lambda name, i=i: -abs(causes[name][i]))  # type: ignore[misc]
            found.append(
                EventWarning(
                    one.event,
                    float(bound[i]),
                    float(probability[i]) if refusal is None else float("nan"),
                    refusal is None and bool(probability[i] > one.event.threshold),
                    {name: float(causes[name][i]) for name in order} if refusal is None else {},
                    refusal,
                )
            )
        return found

    def state(self) -> dict[str, Any]:
        """As JSON values, all but the seed."""
        return {
            "names": list(self.names),
            "refused": self.refused,
            "events": {
                name: {
                    "candidate": one.candidate,
                    "score": one.score.state(),
                    "level": one.platt.level,
                    "slope": one.platt.slope,
                    "rows": one.rows,
                    "events": one.events,
                    "weight": one.weight,
                }
                for name, one in self.events.items()
            },
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], seed: Seed) -> Self:
        """From what `state` gave."""
        events = {event.name: event for event in seed.warnings}
        found = {
            name: EventModel(
                events[name],
                one["candidate"],
                SCORES[one["candidate"]].from_state(one["score"]),
                Platt(float(one["level"]), float(one["slope"])),
                int(one["rows"]),
                int(one["events"]),
                float(one["weight"]),
            )
            for name, one in state["events"].items()
        }
        return cls(seed, tuple(state["names"]), found, dict(state["refused"]))


def lead_time(event: WarningEvent, seed: Seed) -> float:
    """Hours from an alarm, at the start of a period, until the plant's own data show the event at the latest."""
    whole = (event.horizon - 1) * seed.period + known_after(event, seed)
    return whole.total_seconds() / 3600.0


def outcomes(event: WarningEvent, grid: UnitPeriodGrid, at: WarningFeatures, seed: Seed) -> FloatArray:
    """Whether an event came to the grid's rows, shape (n,): 1, 0, or NaN where nobody knows or no unit is warned."""
    return np.where(at.age >= MIN_AGE, counted(event, grid, seed)[grid.there], np.nan)


def _refusal(age: float, bound: float, event: WarningEvent) -> str | None:
    if age < MIN_AGE:
        return f"got {age:g} periods without a gap before this one: expected {MIN_AGE} or more"
    if not np.isfinite(bound):
        return f"{event.column} of fewer than {FEWEST_USUAL} of the last periods is in hand: what is usual is not known"
    return None


def _by_column(about: Sequence[str], parts: FloatArray) -> dict[str, FloatArray]:
    """Sums of parts over what is made from one column, where nobody says which physics it stands for."""
    belongs = np.array(about)
    return {name: parts[:, belongs == name].sum(axis=1) for name in dict.fromkeys(about)}
