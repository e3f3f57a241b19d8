"""Warnings in effect: alarms of the latest responses whose periods are not over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.state.process import ProcessState
from dashboard.state.units import UnitState
from seeds import Seed, WarningEvent


@dataclass(frozen=True)
class UnitWarning:
    """State of one event of a unit as the latest response for warnings has it.

    Attributes
    ----------
    process, unit : str
    event : WarningEvent or None
        Event of the seed; None where the seed no longer has it.
    name : str
        Name of the event.
    is_alarm : bool
        Whether the probability is above the threshold.
    probability, threshold : float or None
        [1]; None where the response refuses one.
    cause, refusal : str
        Main cause, and reason of no probability, as answered; empty for none.
    at : int
        Arrival of the request [microseconds since 1970, UTC].
    period : str
        Start of the period that it is about.
    """

    process: str
    unit: str
    event: WarningEvent | None
    name: str
    is_alarm: bool
    probability: float | None
    threshold: float | None
    cause: str
    refusal: str
    at: int
    period: str


def of_unit(seed: Seed, unit: UnitState) -> list[UnitWarning]:
    """Events of a unit whose periods are not over, alarms first."""
    advice = unit.warnings
    if advice is None:
        return []
    known = {event.name: event for event in seed.warnings}
    own = []
    for name, one in advice.content.get("events", {}).items():
        horizon = int(one.get("horizon") or 1)
        if is_over(seed, advice.period, horizon, unit):
            continue
        own.append(
            UnitWarning(
                seed.process.name,
                unit.name,
                known.get(name),
                name,
                bool(one.get("alarm")),
                one.get("probability"),
                one.get("threshold"),
                str(one.get("cause") or ""),
                str(one.get("refusal") or ""),
                advice.at,
                advice.period,
            )
        )
    return sorted(own, key=lambda one: (not one.is_alarm, one.name))


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
    """Alarms of all units in effect, the most probable of each process first."""
    for state in states.values():
        own = [one for unit in state.units.values() for one in of_unit(state.seed, unit) if one.is_alarm]
        yield from sorted(own, key=lambda one: (-_number(one.probability), one.unit, one.name))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _time(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
