"""Warnings of the latest responses whose periods are not over, with the terms of ISA-18.2."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.state.process import ProcessState
from dashboard.state.units import UnitState
from records.database import now
from records.user_decisions import UserDecision
from seeds import Seed, WarningEvent

AlarmState = Literal["normal", "unacknowledged", "acknowledged", "shelved"]
MOST_FREQUENT = 10
"""Most frequent warnings that are listed."""
_HOUR = 3600 * 10**6  # microseconds


@dataclass(frozen=True)
class UnitWarning:
    """State of one event of a unit as the latest response for warnings has it.

    Attributes
    ----------
    process, unit : str
    seed : Seed
        The process, for the texts of its names.
    event : WarningEvent or None
        Event of the seed; None where the seed no longer has it.
    name : str
        Name of the event.
    state : str
        `normal` below the threshold; of an alarm whether a user has acknowledged or shelved it.
    probability, threshold : float or None
        [1]; None where the response refuses one.
    cause, refusal : str
        Main cause, and reason of no probability, as answered; empty for none.
    at, since : int
        Arrival of the request, and of the first one of the present alarm, 0 without one [microseconds since 1970, UTC].
    period, record : str
        Start of the period that it is about; id of the recorded response.
    decision : UserDecision or None
        Decision of a user that is in force.
    """

    process: str
    unit: str
    seed: Seed
    event: WarningEvent | None
    name: str
    state: AlarmState
    probability: float | None
    threshold: float | None
    cause: str
    refusal: str
    at: int
    since: int
    period: str
    record: str
    decision: UserDecision | None

    @property
    def is_alarm(self) -> bool:
        """Return whether an alarm is in effect that no user has shelved."""
        return self.state in ("unacknowledged", "acknowledged")

    @property
    def choice(self) -> dict[str, str]:
        """Subject of a user's decision, as forms send it."""
        return {"process": self.process, "unit": self.unit, "event": self.name, "record": self.record}


def of_unit(state: ProcessState, unit: UnitState) -> list[UnitWarning]:
    """Events of a unit whose periods are not over: alarms first, unacknowledged ones before others."""
    advice, seed = unit.warnings, state.seed
    if advice is None:
        return []
    known = {event.name: event for event in seed.warnings}
    own = []
    for name, one in advice.content.get("events", {}).items():
        horizon = int(one.get("horizon") or 1)
        if is_over(seed, advice.period, horizon, unit):
            continue
        since = unit.alarms[name].since
        decision = in_force(state.latest_decision(unit.name, name), since)
        own.append(
            UnitWarning(
                seed.process.name,
                unit.name,
                seed,
                known.get(name),
                name,
                _state(bool(one.get("alarm")), decision),
                one.get("probability"),
                one.get("threshold"),
                str(one.get("cause") or ""),
                str(one.get("refusal") or ""),
                advice.at,
                since,
                advice.period,
                advice.record,
                decision,
            )
        )
    return sorted(own, key=lambda one: (_ORDER.index(one.state), one.name))


def alarm_of(state: ProcessState, unit: UnitState, event: str) -> UnitWarning | None:
    """Alarm of an event of a unit, also a shelved one; None without one."""
    return next((one for one in of_unit(state, unit) if one.name == event and one.state != "normal"), None)


def in_force(decision: UserDecision | None, since: int) -> UserDecision | None:
    """Return a decision that is about the alarm which began at a time and has not ended; else None."""
    if decision is None or decision.action == "unshelve" or not decision.is_in_force(now()):
        return None
    return decision if decision.action == "shelve" or decision.at >= since > 0 else None


def _state(is_alarm: bool, decision: UserDecision | None) -> AlarmState:
    if not is_alarm:
        return "normal"
    if decision is None:
        return "unacknowledged"
    return "shelved" if decision.action == "shelve" else "acknowledged"


_ORDER: tuple[AlarmState, ...] = ("unacknowledged", "acknowledged", "shelved", "normal")


def is_over(seed: Seed, period: str, horizon: int, unit: UnitState) -> bool:
    """Return whether a unit has a prediction of a period that is later than all that a warning is about."""
    point = unit.point
    start, newest = _time(period), None if point is None else _time(point.period)
    if start is None or newest is None or seed.process.period is None:
        return False
    if (start.tzinfo is None) != (newest.tzinfo is None):
        return False
    return newest >= start + horizon * seed.period


def alarms(states: Mapping[str, ProcessState]) -> Iterator[UnitWarning]:
    """Alarms of all units, also shelved ones: unacknowledged ones first, then the most probable ones."""
    own = [
        one
        for state in states.values()
        for unit in state.units.values()
        for one in of_unit(state, unit)
        if one.state != "normal"
    ]
    processes = list(states)
    yield from sorted(
        own,
        key=lambda one: (
            _ORDER.index(one.state),
            processes.index(one.process),
            -_number(one.probability),
            one.unit,
            one.name,
        ),
    )


@dataclass(frozen=True)
class FrequentWarning:
    """Number of times that an event of a unit went into alarm within the last day."""

    seed: Seed
    unit: str
    name: str
    count: int


@dataclass(frozen=True)
class WarningRate:
    """Alarms that began within the last hour and the last day, and the most frequent ones first."""

    hour: int
    day: int
    frequent: Sequence[FrequentWarning]


def rate(states: Mapping[str, ProcessState]) -> WarningRate:
    """Rate of alarms of all units."""
    moment, hour, frequent = now(), 0, list[FrequentWarning]()
    for state in states.values():
        for unit in state.units.values():
            for name, course in unit.alarms.items():
                hour += course.count_after(moment - _HOUR)
                count = course.count_after(moment - 24 * _HOUR)
                if count:
                    frequent.append(FrequentWarning(state.seed, unit.name, name, count))
    frequent.sort(key=lambda one: (-one.count, one.seed.process.name, one.unit, one.name))
    return WarningRate(hour, sum(one.count for one in frequent), frequent[:MOST_FREQUENT])


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _time(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
