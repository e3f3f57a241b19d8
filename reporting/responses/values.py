"""Values that stand in one cell: numbers, texts, lists of them, and quantities with unit and interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reporting.html import Markup, escaped
from reporting.responses.numbers import number
from reporting.responses.types import SchemaPlace

SHOWN = 50
"""Rows of a table, and texts of a cell, that are shown; the page states how many are not."""
NOTHING = "-"
_QUANTITY = {"value", "unit"}
_INTERVAL = {"low", "high"}


def is_quantity(value: Any) -> bool:
    """Return whether a value is a number with its unit and at most its interval."""
    return (
        isinstance(value, Mapping)
        and _QUANTITY <= value.keys() <= _QUANTITY | _INTERVAL
        and not any(isinstance(one, Mapping | list) for one in value.values())
    )


def is_leaf(value: Any) -> bool:
    """Return whether a value fits into one cell."""
    if isinstance(value, list):
        return not any(isinstance(one, Mapping | list) for one in value)
    return not isinstance(value, Mapping) or is_quantity(value)


def unit_of(value: Any, place: SchemaPlace) -> str:
    """Unit of a leaf; empty where it has none."""
    return str(value["unit"]) if is_quantity(value) else place.unit


def value_cell(value: Any) -> Markup:
    """A leaf without its unit and interval."""
    if is_quantity(value):
        return plain(value["value"], _doubt(value))
    if isinstance(value, list):
        return _listed(value)
    return plain(value)


def interval_cell(value: Any) -> Markup:
    """The interval of a leaf; empty where it has none."""
    if not is_quantity(value) or not _INTERVAL <= value.keys() or value["low"] is None or value["high"] is None:
        return Markup()
    doubt = _doubt(value)
    return Markup(f"{plain(value['low'], doubt)} to {plain(value['high'], doubt)}")


def about_of(value: Any, place: SchemaPlace) -> str:
    """Description of a leaf, of a quantity with that of its value."""
    return "; ".join(filter(None, (place.about, place.field("value").about if is_quantity(value) else "")))


def range_of(value: Any, place: SchemaPlace) -> str:
    """Range of a leaf as its type states it."""
    return place.field("value").range if is_quantity(value) else place.range


def plain(value: Any, doubt: float | None = None) -> Markup:
    """A number, a text, a truth or nothing."""
    if value is None:
        return Markup(NOTHING)
    if isinstance(value, bool):
        return Markup("yes" if value else "no")
    if isinstance(value, int | float):
        return number(value, doubt)
    return escaped(value)


def left_out(count: int, kind: str) -> str:
    """Words for so many things that are not shown."""
    return f"{count:,} more {kind} {'is' if count == 1 else 'are'} left out"


def _listed(values: list[Any]) -> Markup:
    shown = "; ".join(map(plain, values[:SHOWN])) or NOTHING
    more = len(values) - SHOWN
    return Markup(shown + (f"; {left_out(more, 'of them')}" if more > 0 else ""))


def _doubt(value: Mapping[str, Any]) -> float | None:
    low, high = value.get("low"), value.get("high")
    if isinstance(low, int | float) and isinstance(high, int | float) and math.isfinite(high - low):
        return abs(high - low) / 2
    return None
