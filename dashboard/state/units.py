"""Units and lots of a process as the newest recorded requests describe them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.state.alarms import AlarmCourse

MOST_POINTS = 120
"""Newest periods of a unit that are held in memory."""


@dataclass(frozen=True, slots=True)
class Point:
    """A predicted period of a unit.

    Attributes
    ----------
    period, slot : str
        Start of the period as it was sent, and as outcomes have it.
    number, at : int
        Number of the record among all; arrival of the request [microseconds since 1970, UTC].
    version : int
        Model of the prediction.
    readings : array of float
        Inputs in the order of the seed [unit of the column]; NaN for none and for texts.
    numbers : array of float
        Value, low and high of each quantity of the seed [its unit]; NaN for none.
    """

    period: str
    slot: str
    number: int
    at: int
    version: int
    readings: array[float]
    numbers: array[float]

    def quantity(self, number: int) -> array[float]:
        """Value, low and high of a quantity, by its number in the order of the seed [its unit]."""
        return self.numbers[3 * number : 3 * number + 3]


@dataclass(frozen=True, slots=True)
class UnitResponse:
    """Part of a recorded response that is of one unit: a prediction, its warnings, or a recommendation.

    Attributes
    ----------
    number, at : int
        Number of the record among all; arrival of the request [microseconds since 1970, UTC].
    record, period : str
        Id of the record; start of the period.
    content : Mapping
        The part as it was answered.
    """

    number: int
    at: int
    record: str
    period: str
    content: Mapping[str, Any]


@dataclass
class UnitState:
    """A unit: pot, section, cell, furnace.

    Attributes
    ----------
    name : str
    points : list of Point
        Its newest periods, the oldest first.
    latest, explained : UnitResponse or None
        Latest prediction, and the latest one that was answered with an explanation.
    warnings, recommendation : UnitResponse or None
        Latest of each.
    alarms : dict of str to AlarmCourse
        Course of each event.
    """

    name: str
    points: list[Point] = field(default_factory=list)
    latest: UnitResponse | None = None
    explained: UnitResponse | None = None
    warnings: UnitResponse | None = None
    recommendation: UnitResponse | None = None
    alarms: dict[str, AlarmCourse] = field(default_factory=dict)

    @property
    def point(self) -> Point | None:
        """Latest period; None before the first."""
        return self.points[-1] if self.points else None

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the records of its parts, 0 for none; they change with its content."""
        parts = (self.latest, self.explained, self.warnings, self.recommendation)
        return (sum(one.number for one in self.points), *(0 if one is None else one.number for one in parts))

    @property
    def at(self) -> int:
        """Arrival of the newest request of the unit [microseconds since 1970, UTC]; 0 before the first."""
        return max((one.at for one in (self.latest, self.warnings, self.recommendation) if one is not None), default=0)

    def add(self, point: Point) -> bool:
        """Add a period, of one period the newest record; return whether it is the last period."""
        place = bisect_left(self.points, point.slot, key=lambda one: one.slot)
        if place < len(self.points) and self.points[place].slot == point.slot:
            if self.points[place].number < point.number:
                self.points[place] = point
        else:
            self.points.insert(place, point)
            del self.points[:-MOST_POINTS]
        return self.points[-1] is point


def newer(before: UnitResponse | None, one: UnitResponse) -> UnitResponse:
    """Return the one of two parts whose record is newer."""
    return one if before is None or one.number > before.number else before


@dataclass
class SortedLot:
    """A lot of sorted pieces: their number and mass in each bin.

    Attributes
    ----------
    name : str
    at : int
        Arrival of its newest request [microseconds since 1970, UTC].
    pieces : Counter
        Pieces by bin.
    mass : Counter
        Mass by bin [g]; empty where rows state none.
    """

    name: str
    at: int = 0
    pieces: Counter[str] = field(default_factory=Counter)
    mass: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class LotDecision:
    """Decision on a lot before its assay, as it was answered.

    Attributes
    ----------
    number, at : int
        Number of the record among all; arrival of the request [microseconds since 1970, UTC].
    unit, period, slot : str
        Unit and start of the period, as sent and as outcomes have it.
    content : Mapping
        The prediction as it was answered.
    """

    number: int
    at: int
    unit: str
    period: str
    slot: str
    content: Mapping[str, Any]

    @property
    def decision(self) -> Mapping[str, Any]:
        """Action, grade and expected value."""
        decision: Mapping[str, Any] = self.content.get("decision") or {}
        return decision

    @property
    def action(self) -> str:
        """Action on the lot: release, downgrade or laboratory."""
        return str(self.decision.get("action", ""))
