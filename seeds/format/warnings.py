"""Early warnings of a plant: events of coming periods, costs of a missed event and of an alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from seeds.format.language import ActionPart, TitledPart
from seeds.format.quantity import Name, Number, Quantity, Text

COUNTS = ("at_least", "at_most", "below_usual", "above_usual")
MONEY = "$"


class WarningEvent(TitledPart, ActionPart):
    """An event that a unit is warned of: what counts as one, how far ahead, and its costs.

    Attributes
    ----------
    name, title : str
        The name in answers and metrics, and what people call it.
    column : str
        A number column of role `during` or `target`, whose value in a period says whether there was one.
    at_least, at_most : float or None
        A period counts from this value on, or up to it [the column's unit].
    below_usual, above_usual : float or None
        A period counts when its value lies so far below, or above, what the unit usually had [the column's unit]: the
        mean of its last periods that are available when the period starts.
    horizon : int
        Periods ahead, the period to come included, in any of which it counts.
    miss_cost : Quantity
        What an event costs more where no alarm was raised [$].
    alarm_cost : Quantity
        What following an alarm costs, whether or not an event comes [$].
    source : str
        Where the limit comes from.
    operator_action, operator_action_zh : str or None
        What an operator does about an alarm, as pages show it.
    """

    name: Name
    column: Name
    at_least: Number | None = None
    at_most: Number | None = None
    below_usual: Annotated[Number, Field(gt=0)] | None = None
    above_usual: Annotated[Number, Field(gt=0)] | None = None
    horizon: Annotated[int, Field(ge=1)] = 1
    miss_cost: Quantity
    alarm_cost: Quantity
    source: Text

    @property
    def counts(self) -> str:
        """Kind of the event's definition, one of COUNTS."""
        return next(way for way in COUNTS if getattr(self, way) is not None)

    @property
    def size(self) -> float:
        """The limit, or how far from the usual [the column's unit]."""
        return float(getattr(self, self.counts))

    @property
    def is_relative(self) -> bool:
        """Return whether the event is defined relative to the unit's usual value."""
        return self.counts in ("below_usual", "above_usual")

    @property
    def threshold(self) -> float:
        """Probability from which an alarm costs less than it saves [1]."""
        return self.alarm_cost.value / self.miss_cost.value

    def in_words(self, unit: str | None) -> str:
        """Definition of the event as text; `unit` is the column's."""
        way = {
            "at_least": "at least {}",
            "at_most": "at most {}",
            "below_usual": "{} or more below what the unit usually has",
            "above_usual": "{} or more above what the unit usually has",
        }[self.counts]
        within = "" if self.horizon == 1 else f" in one of {self.horizon} periods"
        return f"{self.column} {way.format(f'{self.size:g} {unit}')}{within}"


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions within [[warnings]] and with other parts; type errors are reported separately."""
    given = raw.get("warnings")
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    if not rows:
        return
    yield from _process_faults(raw, columns)
    names = [one.get("name") for one in rows]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"warnings.{name}: named {names.count(name)} times"
    for number, one in enumerate(rows):
        yield from _own_faults(one, f"warnings.{one.get('name', number)}", columns)


def _process_faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    process = raw.get("process")
    task = process.get("task") if isinstance(process, dict) else None
    roles = [row.get("role") for row in columns.values()]
    if task != "regression":
        yield f"warnings: got task '{task}': expected a process of the task regression"
    for role in ("key", "time"):
        if role not in roles:
            yield f"warnings: expected a column of role {role}: units are warned, period by period"


def _own_faults(one: Mapping[str, Any], place: str, columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    named = [way for way in COUNTS if way in one]
    if len(named) != 1:
        yield f"{place}: got {' and '.join(named) or 'nothing that counts'}: expected one of {', '.join(COUNTS)}"
    column = columns.get(str(one.get("column")))
    if column is None or column.get("role") not in ("during", "target") or column.get("values"):
        expected = "expected a number column of role during or target"
        yield f"{place}.column: got '{one.get('column')}': {expected}"
    else:
        yield from _range_faults(one, place, column)
    costs = [one.get(key) for key in ("miss_cost", "alarm_cost")]
    for key, cost in zip(("miss_cost", "alarm_cost"), costs, strict=True):
        if isinstance(cost, dict):
            if cost.get("unit") != MONEY:
                yield f"{place}.{key}.unit: got '{cost.get('unit')}': expected '{MONEY}', of one unit and period"
            if isinstance(cost.get("value"), int | float) and cost["value"] <= 0:
                yield f"{place}.{key}.value: got {cost['value']:g}: expected more than 0"
    miss, alarm = (cost.get("value") if isinstance(cost, dict) else None for cost in costs)
    if isinstance(miss, int | float) and isinstance(alarm, int | float) and 0 < miss <= alarm:
        expected = f"less than the miss_cost of {miss:g}: else no alarm is ever worth it"
        yield f"{place}.alarm_cost.value: got {alarm:g}: expected {expected}"


def _range_faults(one: Mapping[str, Any], place: str, column: Mapping[str, Any]) -> Iterator[str]:
    low, high = column.get("low"), column.get("high")
    for key in ("at_least", "at_most"):
        bound = one.get(key)
        if all(isinstance(end, int | float) for end in (bound, low, high)) and not low <= bound <= high:  # type: ignore[operator]
            yield f"{place}.{key}: got {bound:g}: expected {low:g} to {high:g} {column.get('unit')}"
