"""Early-warning model: probability of each event by unit, alarm decision, and causes."""

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
from models.warnings.missing_inputs import EventRows
from models.warnings.online_level import followed
from models.warnings.scores import SCORES, Score
from physics.arrays import BoolArray, FloatArray, IntArray
from physics.special import expit
from seeds import Seed, WarningEvent
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

NONE_KNOWN = "no warning can be given: the unit has no input that this probability depends on"
MIN_AGE = 3  # periods of a unit without a gap, before it is warned


class WarningError(ValueError):
    """Warnings that cannot be fitted or predicted; the reason is one line."""


@dataclass(frozen=True, eq=False)
class EventModel:
    """Probability model of one event.

    Attributes
    ----------
    event : WarningEvent
        What counts as one.
    candidate : str
        Name of its score, one of `models.warnings.scores.SCORES`.
    score : Score
        Log-odds.
    platt : Platt
        Makes them probabilities.
    rows, events : int
        Rows that the score was trained on, and events among them.
    weight : float
        What each outcome counts for [1]; see `models.warnings.learning.row_weight`.
    missing : EventRows, optional
        Calibration rows for rows with missing inputs; without them these are calibrated as others.
    """

    event: WarningEvent
    candidate: str
    score: Score
    platt: Platt
    rows: int
    events: int
    weight: float
    missing: EventRows | None = None

    def log_odds(self, at: WarningFeatures) -> FloatArray:
        """Return log-odds of an event within the horizon, shape (n,), without online calibration.

        They are calibrated by the missing inputs of each row.
        """
        X = at.of(self.event)
        log_odds = self._scored(X)
        if self.missing is None:
            return log_odds
        return self.missing.calibrated(X, log_odds, self._scored, self.weight)

    def _scored(self, X: FloatArray) -> FloatArray:
        """Log-odds for rows that miss nothing, shape (n,), from inputs of the event."""
        return self.platt.log_odds(self.score(X))

    def probability(
        self, log_odds: FloatArray, periods: IntArray, y: FloatArray, requested: BoolArray, seed: Seed
    ) -> FloatArray:
        """Return the event probability within the horizon [1], shape (n,), calibrated on known outcomes.

        Log-odds are those of all of a plant's rows; see `models.warnings.online_level.followed`.
        """
        followed_odds = followed(log_odds, periods, y, outcome_after(self.event, seed), self.weight, requested)
        return np.asarray(expit(followed_odds))

    def alarm(self, probability: FloatArray) -> FloatArray:
        """Return whether the expected saving of an alarm exceeds its cost, shape (n,): 1 or 0."""
        return (probability > self.event.threshold).astype(np.float64)


@dataclass(frozen=True)
class EventWarning:
    """Warning of one event of a unit.

    Attributes
    ----------
    event : WarningEvent
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
        """Main cause of the probability; None if nothing raises it."""
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
        Seed of the process at training time.
    names : tuple of k str
        Columns that they trained on.
    events : dict of str to EventModel
        By the event's name.
    refused : dict of str to str
        Events without a fitted model, with reasons.
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
            `before` columns and set-points as planned; what it holds besides is not looked at.

        Returns
        -------
        list of UnitWarnings

        Raises
        ------
        WarningError
            The code computes columns other than the training columns.
        """
        grid = UnitPeriodGrid.of(table, self.seed)
        at = known(grid, self.seed)
        self.check(at)
        last = np.flatnonzero(np.append(at.units[1:] != at.units[:-1], True))
        warnings = [self._of_event(one, grid, at, last) for one in self.events.values()]
        starts = grid.starts[at.periods[last]]
        return [
            UnitWarnings(str(grid.units[at.units[row]]), starts[i], tuple(one[i] for one in warnings))
            for i, row in enumerate(last.tolist())
        ]

    def check(self, at: WarningFeatures) -> None:
        """Raise WarningError if columns differ from the training columns."""
        if at.names != self.names:
            strange = sorted(set(at.names) ^ set(self.names))
            raise WarningError(
                f"warnings: got columns outside the training columns: {', '.join(strange[:3])}; train again"
            )

    def _of_event(
        self, one: EventModel, grid: UnitPeriodGrid, at: WarningFeatures, rows: IntArray
    ) -> list[EventWarning]:
        requested = np.zeros(len(at.units), dtype=np.bool_)
        requested[rows] = True
        y = outcomes(one.event, grid, at, self.seed)
        probability = one.probability(one.log_odds(at), at.periods, y, requested, self.seed)[rows]
        at = at[rows]
        bound = limits(one.event, grid, self.seed)[at.units, at.periods]
        parts = one.platt.slope * one.score.parts(at.of(one.event))
        about = [name for name, use in zip(at.about, columns_of(one.event, at.names), strict=True) if use]
        causes = by_cause(self.seed, about, parts) or _by_column(about, parts)
        missing = one.missing
        unknown = np.zeros(len(rows), dtype=np.bool_) if missing is None else missing.none_known(at.of(one.event))
        contributions = []
        for i, age in enumerate(between(at.age)):
            refusal = _refusal(age, bound[i], one.event) or (NONE_KNOWN if unknown[i] else None)
            order = sorted(causes, key=lambda name, i=i: -abs(causes[name][i]))  # type: ignore[misc]
            contributions.append(
                EventWarning(
                    one.event,
                    float(bound[i]),
                    float(probability[i]) if refusal is None else float("nan"),
                    refusal is None and bool(probability[i] > one.event.threshold),
                    {name: float(causes[name][i]) for name in order} if refusal is None else {},
                    refusal,
                )
            )
        return contributions

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values, all but the seed."""
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
                    "missing": None if one.missing is None else one.missing.state(),
                }
                for name, one in self.events.items()
            },
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], seed: Seed) -> Self:
        """Restore from the values that `state` returned."""
        events = {event.name: event for event in seed.warnings}
        restored = {
            name: EventModel(
                events[name],
                one["candidate"],
                SCORES[one["candidate"]].from_state(one["score"]),
                Platt(float(one["level"]), float(one["slope"])),
                int(one["rows"]),
                int(one["events"]),
                float(one["weight"]),
                None if one.get("missing") is None else EventRows.from_state(one["missing"]),
            )
            for name, one in state["events"].items()
        }
        return cls(seed, tuple(state["names"]), restored, dict(state["refused"]))


def lead_time(event: WarningEvent, seed: Seed) -> float:
    """Return hours from an alarm at a period start to the latest time the plant's data show the event."""
    whole = (event.horizon - 1) * seed.period + known_after(event, seed)
    return whole.total_seconds() / 3600.0


def outcomes(event: WarningEvent, grid: UnitPeriodGrid, at: WarningFeatures, seed: Seed) -> FloatArray:
    """Return whether an event occurred, shape (n,): 1, 0, or NaN if unknown or no unit is warned."""
    return np.where(at.age >= MIN_AGE, counted(event, grid, seed)[grid.there], np.nan)


def _refusal(age: float, bound: float, event: WarningEvent) -> str | None:
    if age < MIN_AGE:
        return f"got {age:g} periods without a gap before this one: expected {MIN_AGE} or more"
    if not np.isfinite(bound):
        return f"{event.column} of fewer than {FEWEST_USUAL} of the last periods are known: no typical value"
    return None


def _by_column(about: Sequence[str], parts: FloatArray) -> dict[str, FloatArray]:
    """Return sums of parts over features of one column, if no physical cause is stated for these."""
    belongs = np.array(about)
    return {name: parts[:, belongs == name].sum(axis=1) for name in dict.fromkeys(about)}
