"""Limits on recommended set-points: on measured columns, or on quantities that physics computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from seeds.format.quantity import Name, Number, SeedPart, Text, Unit


class Constraint(SeedPart):
    """Limit on a `during` column or a quantity of physics, and the share of periods that may violate it.

    Attributes
    ----------
    column, quantity : str or None
        One of them names what is limited. Which quantities physics offers, such as superheat, is checked when
        set-points are trained.
    unit : str or None
        Unit of a quantity; a column has its own.
    at_most, at_least : float or None
        One of them is the limit [unit of the column or quantity].
    chance : float
        Highest probability with which a period may break the limit [1], above 0 and at most 0.5.
    source : str
        Where limit and chance come from.
    """

    column: Name | None = None
    quantity: Name | None = None
    unit: Unit | None = None
    at_most: Number | None = None
    at_least: Number | None = None
    chance: Annotated[Number, Field(gt=0, le=0.5)]
    source: Text

    @property
    def name(self) -> str:
        """The column or the quantity that is limited."""
        return str(self.column or self.quantity)

    @property
    def bound(self) -> float:
        """The limit, whichever side it is on [unit of the column or quantity]."""
        return float(self.at_least if self.at_most is None else self.at_most)  # type: ignore[arg-type]


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions of [[constraints]] and with columns; type errors are reported separately."""
    given = raw.get("constraints")
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    if rows and not any(row.get("role") == "setpoint" for row in columns.values()):
        yield "constraints: expected a column of role setpoint: nothing else is recommended"
    seen = set()
    for number, one in enumerate(rows):
        name = one.get("column") or one.get("quantity") or number
        yield from _own_faults(one, f"constraints.{name}")
        if isinstance(one.get("column"), str):
            yield from _column_faults(one, columns.get(one["column"]))
        side = (name, "at_most" in one)
        if side in seen:
            yield f"constraints.{name}: named twice with {'at_most' if side[1] else 'at_least'}: expected once"
        seen.add(side)


def _own_faults(one: Mapping[str, Any], place: str) -> Iterator[str]:
    for pair in (("column", "quantity"), ("at_most", "at_least")):
        named = [key for key in pair if key in one]
        if len(named) != 1:
            yield f"{place}: got {' and '.join(named) or f'neither {pair[0]} nor {pair[1]}'}: expected one of the two"
    if "column" in one and "unit" in one:
        yield f"{place}.unit: belongs to a quantity: a limit on a column is in the column's unit"
    if "quantity" in one and "column" not in one and "unit" not in one:
        yield f"{place}.unit: missing: a quantity needs one"


def _column_faults(one: Mapping[str, Any], column: Mapping[str, Any] | None) -> Iterator[str]:
    place = f"constraints.{one['column']}"
    if column is None or column.get("role") != "during" or column.get("values"):
        expected = "expected a number column of role during, or quantity = for what is no column"
        yield f"{place}.column: got '{one['column']}': {expected}"
        return
    for key in ("at_most", "at_least"):
        bound, low, high = one.get(key), column.get("low"), column.get("high")
        if not all(isinstance(end, int | float) for end in (bound, low, high)):
            continue
        if not low <= bound <= high:  # type: ignore[operator]
            yield f"{place}.{key}: got {bound:g}: expected {low:g} to {high:g} {column.get('unit')}"
