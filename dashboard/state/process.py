"""State of one process, to which recorded exchanges are added in any order."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from dashboard.links import Reader, RecordedRows
from dashboard.state.alarms import AlarmCourse
from dashboard.state.units import LotDecision, Point, SortedLot, UnitResponse, UnitState, newer
from models.consistency.unit_names import unit_name
from records.recent import RecentExchange
from records.user_decisions import UserDecision
from seeds import Seed

PREDICTIONS, WARNINGS, RECOMMENDATIONS = "predictions", "warnings", "recommendations"
OPERATIONS = (PREDICTIONS, WARNINGS, RECOMMENDATIONS)
"""Operations whose responses pages show."""
MOST_UNITS = 2000
"""Units of a process in memory; the one that was silent longest gives way."""
MOST_LOTS = 50
"""Sorted lots of a process in memory."""
MOST_DECISIONS = 200
"""Lots with a decision of a process in memory."""
MOST_USER_DECISIONS = 1000
"""Newest decisions of users on a process in memory."""
_PARTS = {WARNINGS: "events", RECOMMENDATIONS: "setpoints"}
"""Field of a unit's part of a response that holds objects by name."""
EXPLANATIONS = ("explanation", "explanations")
"""Fields of a prediction that explain it: of one quantity, or of several by name."""


class ProcessState:
    """Newest rows, predictions, warnings and recommendations of a process.

    Parameters
    ----------
    seed : Seed
        The process.
    read : Reader
        Reads recorded requests for predictions.

    Attributes
    ----------
    units : dict of str to UnitState
    lots : dict of str to SortedLot
        Of a process that sorts; `units` is empty then.
    decisions : dict of tuple to LotDecision
        Of a process that grades lots, by unit and period.
    rows : int
        Predicted rows that were read.
    since, at : int
        Arrival of the oldest and the newest request for predictions [microseconds since 1970, UTC]; 0 before one.
    warned_at : int
        Arrival of the newest request for warnings [microseconds since 1970, UTC]; 0 before one.
    period : str
        Start of the newest predicted period as outcomes have it.
    outcomes_at : int
        Arrival of the newest outcomes [microseconds since 1970, UTC]; 0 before the first.
    user_decisions : dict of int to UserDecision
        Newest decisions of users by their number, in its order.
    revision : int
        Number of exchanges that were added.
    """

    def __init__(self, seed: Seed, read: Reader) -> None:
        self.seed, self._read = seed, read
        self.units: dict[str, UnitState] = {}
        self.lots: dict[str, SortedLot] = {}
        self.decisions: dict[tuple[str, str], LotDecision] = {}
        self.rows = self.since = self.at = self.warned_at = self.outcomes_at = 0
        self.period = ""
        self.user_decisions: dict[int, UserDecision] = {}
        self._latest_decisions: dict[tuple[str, str], UserDecision] = {}
        self.revision = 0
        names = [column.name for column in (*seed.identity, *seed.inputs)]
        self._key = None if seed.key is None else names.index(seed.key.name)
        self._time = None if seed.time is None else names.index(seed.time.name)
        self._first = len(seed.identity)
        self._mass = None if seed.lots is None else names.index(seed.sorting_rules.mass)
        self._quantities = tuple(seed.quantities)

    def add(self, exchange: RecentExchange) -> None:
        """Add an exchange; one that is not of `OPERATIONS` or cannot be read changes nothing."""
        self.revision += 1
        if exchange.operation == PREDICTIONS:
            self._add_rows(exchange, self._read(self.seed, exchange))
        elif exchange.operation in (WARNINGS, RECOMMENDATIONS):
            self._add_advice(exchange)

    def _add_rows(self, exchange: RecentExchange, rows: RecordedRows) -> None:
        self.rows += len(rows.predictions)
        self.since = min(self.since or exchange.at, exchange.at)
        self.at = max(self.at, exchange.at)
        slots = rows.slots or [("", "")] * len(rows.cells)
        for cells, raw, (_, slot) in zip(rows.cells, rows.predictions, slots, strict=True):
            prediction = msgspec.json.decode(raw)
            name = "" if self._key is None else unit_name(cells[self._key])
            if self._mass is not None:
                self._add_piece(name, exchange.at, prediction, cells[self._mass])
            else:
                self._add_row(name, exchange, cells, prediction, slot)

    def _add_piece(self, name: str, at: int, prediction: Mapping[str, Any], mass: Any) -> None:
        lot = self.lots.get(name)
        if lot is None:
            lot = self.lots[name] = SortedLot(name)
            if len(self.lots) > MOST_LOTS:
                del self.lots[min(self.lots, key=lambda each: (self.lots[each].at or at, each))]
        lot.at = max(lot.at, at)
        destination = str(prediction.get("bin", ""))
        lot.pieces[destination] += 1
        if isinstance(mass, int | float) and math.isfinite(mass):
            lot.mass[destination] += mass  # type: ignore[assignment]

    def _add_row(
        self,
        name: str,
        exchange: RecentExchange,
        cells: Sequence[Any],
        prediction: Mapping[str, Any],
        slot: str,
    ) -> None:
        unit = self._unit(name)
        period = "" if self._time is None else str(cells[self._time])
        numbers = self.numbers(prediction)
        own = cells[self._first :]
        readings = array("d", [value if type(value) is float else _number(value) for value in own])
        point = Point(period, slot or period, exchange.number, exchange.at, exchange.version, readings, numbers)
        response = UnitResponse(exchange.number, exchange.at, exchange.id, period, prediction)
        if unit.add(point):
            unit.latest = response
        if any(prediction.get(field) for field in EXPLANATIONS):
            unit.explained = newer(unit.explained, response)
        self.period = max(self.period, point.slot)
        if "decision" in prediction:
            self._add_decision(LotDecision(point.number, point.at, name, period, point.slot, prediction))

    def _add_decision(self, one: LotDecision) -> None:
        before = self.decisions.get((one.unit, one.slot))
        if before is None or before.number < one.number:
            self.decisions[one.unit, one.slot] = one
        if len(self.decisions) > MOST_DECISIONS:
            del self.decisions[min(self.decisions, key=lambda key: (self.decisions[key].slot, key))]

    def numbers(self, prediction: Mapping[str, Any]) -> array[float]:
        """Value, low and high of each quantity in a prediction; NaN for none."""
        numbers = array("d")
        nested = prediction.get("contents") or prediction.get("elements") or {}
        for quantity in self._quantities:
            one = prediction.get(quantity) or nested.get(quantity) or {}
            numbers.extend(_number(one.get(part)) for part in ("value", "low", "high"))
        return numbers

    def _add_advice(self, exchange: RecentExchange) -> None:
        content = msgspec.json.decode(exchange.response)
        given = content.get(exchange.operation) if isinstance(content, dict) else None
        if exchange.operation == WARNINGS:
            self.warned_at = max(self.warned_at, exchange.at)
        for one in _units_of(given, exchange.operation, self.seed):
            key, time = self.seed.key, self.seed.time
            name = "" if key is None else unit_name(str(one[key.name]))
            period = "" if time is None else str(one.get(time.name) or "")
            response = UnitResponse(exchange.number, exchange.at, exchange.id, period, one)
            unit = self._unit(name)
            if exchange.operation == WARNINGS:
                unit.warnings = newer(unit.warnings, response)
                for event, part in one[_PARTS[WARNINGS]].items():
                    course = unit.alarms.setdefault(event, AlarmCourse())
                    course.add(exchange.number, exchange.at, bool(part.get("alarm")))
            else:
                unit.recommendation = newer(unit.recommendation, response)

    def decide(self, decisions: Iterable[UserDecision]) -> bool:
        """Add decisions of users, in any order; return whether one was new."""
        new = {one.number: one for one in decisions if one.number not in self.user_decisions}
        if new:
            newest = sorted({**self.user_decisions, **new}.items())[-MOST_USER_DECISIONS:]
            self.user_decisions = dict(newest)
            self._latest_decisions = {(one.unit, one.event): one for one in self.user_decisions.values()}
        return bool(new)

    @property
    def decided(self) -> int:
        """Number of the newest decision of a user; 0 before the first."""
        return next(reversed(self.user_decisions), 0)

    def latest_decision(self, unit: str, event: str = "") -> UserDecision | None:
        """Latest decision of a user on an event, or on the recommendation; None before the first."""
        return self._latest_decisions.get((unit, event))

    def _unit(self, name: str) -> UnitState:
        unit = self.units.get(name)
        if unit is None:
            unit = self.units[name] = UnitState(name)
            if len(self.units) > MOST_UNITS:
                others = (each for each in self.units if each != name)
                del self.units[min(others, key=lambda each: self.units[each].at)]
        return unit


def _units_of(given: Any, operation: str, seed: Seed) -> Iterator[Mapping[str, Any]]:
    """Parts of a response that are of one unit each; operations on lines and lots have none."""
    for one in given if isinstance(given, list) else []:
        if not isinstance(one, dict) or (seed.key is not None and one.get(seed.key.name) is None):
            continue
        parts = one.get(_PARTS[operation])
        if isinstance(parts, dict) and all(isinstance(part, dict) for part in parts.values()):
            yield one


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
