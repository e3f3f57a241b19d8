"""Objects and lists of a response as tables and sections, one below the other."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reporting.html import Markup, escaped, table
from reporting.responses.remarks import label, label_fields
from reporting.responses.types import SchemaPlace
from reporting.responses.values import (
    SHOWN,
    about_of,
    interval_cell,
    is_leaf,
    is_quantity,
    left_out,
    range_of,
    unit_of,
    value_cell,
)

DETAILED = 10
"""Rows of a list, and entries of a map, whose nested parts are shown."""
_WIDTH = 64  # characters of a table after the name of its rows: further columns go into another table below
_SHALLOW = 12  # leaves of an object that stands in a row of a table
_GAP = 3  # characters between two columns
_DEEPEST = 6  # heading of HTML
_EMPTY = "<p>None.</p>"
_TAG = re.compile("<[^>]*>")
Record = Mapping[str, Any]


def drawn(value: Any, place: SchemaPlace, depth: int, count: int | None = None) -> str:
    """A nested part of a response.

    Parameters
    ----------
    value : Mapping or list
        The part; of a long list the first `SHOWN` items.
    place : SchemaPlace
        Its type.
    depth : int
        Level of the headings in it.
    count : int, optional
        Length of the list where `value` is the beginning of it.
    """
    if isinstance(value, Mapping):
        return _object(value, place, depth)
    return _list(value, place.item, depth, len(value) if count is None else count)


def facts(record: Record, place: SchemaPlace) -> str:
    """Leaves of an object: a row each, with unit, interval, range and description."""
    rows = []
    for name, value in record.items():
        kind = place.field(name)
        named = Markup(escaped(name) + ("" if place.is_map else _about(about_of(value, kind))))
        rows.append(
            [named, value_cell(value), _unbroken(unit_of(value, kind)), interval_cell(value), range_of(value, kind)],
        )
    heads = ["name", "value", "unit", "interval", "range"]
    filled = [i for i in range(len(heads)) if i < 2 or any(row[i] for row in rows)]
    shared = _about(place.entry.about) if place.is_map else ""
    return shared + table([heads[i] for i in filled], [[row[i] for i in filled] for row in rows]) if rows else ""


def _object(record: Record, place: SchemaPlace, depth: int) -> str:
    if not record:
        return _EMPTY
    if _is_uniform(record):
        rows = [{"name": name, **one} for name, one in record.items()][:SHOWN]
        names = [row["name"] for row in rows]
        is_told_apart = len({place.field(name).about for name in names}) > 1
        meanings = _meanings([(name,) for name in names], place) if is_told_apart else ""
        return _table(rows, place.field(names[0]), len(record)) + meanings
    leaves = {name: one for name, one in record.items() if is_leaf(one)}
    parts = {name: one for name, one in record.items() if name not in leaves}
    few, more = dict(list(parts.items())[:DETAILED]) if place.is_map else parts, 0
    if place.is_map:
        leaves, more = dict(list(leaves.items())[:SHOWN]), max(0, len(leaves) - SHOWN) + len(parts) - len(few)
    drawn_parts = "".join(_part(name, one, place.field(name), depth) for name, one in few.items())
    return facts(leaves, place) + drawn_parts + _left_out(more, "entries")


def _part(name: str, value: Any, place: SchemaPlace, depth: int) -> str:
    return _heading(name, place.about, depth) + drawn(value, place, depth + 1)


def _list(items: Sequence[Any], place: SchemaPlace, depth: int, count: int) -> str:
    if not items:
        return _EMPTY
    if not all(isinstance(one, Mapping) for one in items):  # as no type of ours has it, but an older one may
        parts = (f"<p>{value_cell(one)}</p>" if is_leaf(one) else drawn(one, place, depth) for one in items[:SHOWN])
        return "".join(parts) + _left_out(count - SHOWN, "items")
    shown = items[:SHOWN]
    if count == 1 and not all(map(is_leaf, shown[0].values())):
        return _object(shown[0], place, depth)
    deep = [{name: one for name, one in row.items() if not _is_shallow(one)} for row in shown]
    flat = [{name: one for name, one in row.items() if _is_shallow(one)} for row in shown]
    details = "".join(
        _heading(label(row, i), "", depth) + "".join(_part(n, one, place.field(n), depth + 1) for n, one in own.items())
        for i, (row, own) in enumerate(zip(shown[:DETAILED], deep, strict=False))
        if own
    )
    hidden = count - DETAILED if any(deep) else 0
    return _table(flat, place, count) + details + _left_out(hidden, "rows with their details")


def _table(rows: Sequence[Record], place: SchemaPlace, count: int) -> str:
    """Rows of leaves, in several tables where they are wide, and the meaning of the columns below.

    Columns in which no row has anything are left out.
    """
    named_by = label_fields(rows[0])
    leaves = [dict(_leaves(row)) for row in rows]
    paths = dict.fromkeys(path for row in leaves for path in row if path[0] not in named_by)
    columns = [_Column(path, leaves, place.at(path)) for path in paths if any(_is_any(row.get(path)) for row in leaves)]
    labels = [label(row, i, named_by) for i, row in enumerate(rows)]
    tables_html = ""
    for group in _side_by_side(columns) or [[]]:
        heads = [", ".join(named_by) or "row", *(column.head for column in group)]
        cells = [[name, *(column.cells[i] for column in group)] for i, name in enumerate(labels)]
        tables_html += table(heads, cells, [i for i, column in enumerate(group, 1) if column.has_numbers])
    shown = [*((name,) for name in named_by), *(column.path for column in columns)]
    return tables_html + _left_out(count - len(rows), "rows") + _meanings(shown, place)


def _leaves(row: Record) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Leaves of a row and of its shallow objects, by their paths."""
    for name, value in row.items():
        if is_leaf(value):
            yield (name,), value
        else:
            yield from (((name, part), one) for part, one in value.items())


def _is_shallow(value: Any) -> bool:
    """Return whether a value is a leaf, or an object of a few leaves shown in one row."""
    if not isinstance(value, Mapping) or is_leaf(value):
        return is_leaf(value)
    return len(value) <= _SHALLOW and all(map(is_leaf, value.values()))


class _Column:
    """A column of a table: its head and its cells."""

    def __init__(
        self, path: tuple[str, ...], rows: Sequence[Mapping[tuple[str, ...], Any]], place: SchemaPlace
    ) -> None:
        values = [row.get(path) for row in rows]
        units = {unit_of(value, place) for value in values if value is not None}
        (unit,) = units if len(units) == 1 else ("",)
        self.path, self.has_numbers = path, any(map(_is_number, values))
        self.head = Markup(escaped(", ".join(path)) + (f" <small>[{escaped(unit)}]</small>" if unit else ""))
        self.cells = [_cell(value, unit) for value in values]
        self.width = max(len(_TAG.sub("", line)) for cell in (self.head, *self.cells) for line in cell.split("<small>"))


def _side_by_side(columns: Sequence[_Column]) -> list[list[_Column]]:
    """Columns by the table that they stand in."""
    groups: list[list[_Column]] = []
    left = 0
    for column in columns:
        left -= column.width + _GAP
        if left < 0 or not groups:
            groups.append([])
            left = _WIDTH - column.width - _GAP
        groups[-1].append(column)
    return groups


def _cell(value: Any, unit: str) -> Markup:
    """A leaf with its interval, and with its unit where the column has several."""
    interval = interval_cell(value)
    own = f" {escaped(value['unit'])}" if is_quantity(value) and value["unit"] != unit else ""
    return Markup(f"{value_cell(value)}{own}" + (f" <small>{interval}</small>" if interval else ""))


def _meanings(paths: Sequence[tuple[str, ...]], place: SchemaPlace) -> str:
    """Description and range of columns, as far as the type states them."""
    items = []
    for path in paths:
        kind = place.at(path)
        own = kind.field("value")  # of a quantity; nothing elsewhere
        words = [one for one in (kind.about, own.about, kind.range or own.range) if one]
        if words:
            items.append(f"<li>{escaped(', '.join(path))}: {escaped('; '.join(words))}</li>")
    return f'<ul class="about">{"".join(items)}</ul>' if items else ""


def _is_uniform(record: Record) -> bool:
    """Return whether all fields are objects of the same leaves, shown in one table."""
    kinds = [one for one in record.values() if isinstance(one, Mapping) and one and not is_leaf(one)]
    return (
        len(kinds) == len(record)
        and all(one.keys() == kinds[0].keys() and "name" not in one for one in kinds)
        and all(is_leaf(value) for one in kinds for value in one.values())
    )


def _is_any(value: Any) -> bool:
    return value is not None and value != []


def _is_number(value: Any) -> bool:
    return is_quantity(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _unbroken(text: str) -> Markup:
    return Markup(f'<span class="u">{html.escape(text)}</span>' if text else "")


def _heading(name: str, about: str, depth: int) -> str:
    level = min(depth, _DEEPEST)
    paragraph = f"<p>{html.escape(about)}</p>" if about else ""
    return f"<h{level}>{html.escape(name)}</h{level}>{paragraph}"


def _about(text: str) -> str:
    return f'<div class="about">{html.escape(text)}</div>' if text else ""


def _left_out(count: int, kind: str) -> str:
    return f"<p>{left_out(count, kind)}.</p>" if count > 0 else ""
