"""Flags, refusals and alarms of a response: what a reader sees first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reporting.html import table
from reporting.responses.types import SchemaPlace
from reporting.responses.values import SHOWN, left_out

_PLACES = 3  # that are named of each remark
_MOST_KINDS = 1000  # remarks that are counted, each with its own words


@dataclass
class Remarks:
    """Remarks of a response, equal ones counted together.

    Parameters
    ----------
    names : collection of str
        Fields that hold remarks: a text, texts, texts by name, or true.
    """

    names: Collection[str]
    _found: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _counts: dict[tuple[str, str], int] = field(default_factory=dict)
    _others: int = 0

    def add(self, value: Any, place: SchemaPlace, where: str = "") -> None:
        """Add the remarks in a part of the response at a place."""
        if isinstance(value, list):
            for i, one in enumerate(value):
                self.add_row(one, i, place.item, where)
        elif isinstance(value, Mapping):
            for name, one in value.items():
                if name in self.names:
                    for text in _texts(one, place.field(name)):
                        self._count(name, text, where)
                elif isinstance(one, Mapping | list):
                    self.add(one, place.field(name), _joined(where, name))

    def add_row(self, row: Any, number: int, place: SchemaPlace, where: str = "") -> None:
        """Add the remarks in a row of a list that is read row by row; see `add`."""
        self.add(row, place, _joined(where, label(row, number)))

    def _count(self, name: str, text: str, where: str) -> None:
        key = name, text
        if key not in self._counts and len(self._counts) >= _MOST_KINDS:
            self._others += 1
            return
        self._counts[key] = self._counts.get(key, 0) + 1
        places = self._found.setdefault(key, [])
        if len(places) < _PLACES:
            places.append(where)

    def drawn(self) -> str:
        """A table of them, or a line that says there are none."""
        if not self._counts:
            return "<p>None.</p>"
        shown = list(self._counts.items())[:SHOWN]
        rows = [[name, text, self._places(name, text, count)] for (name, text), count in shown]
        more = sum(self._counts.values()) - sum(count for _, count in shown) + self._others
        note = f"<p>{left_out(more, 'remarks')}.</p>" if more else ""
        return table(["kind", "remark", "of"], rows) + note

    def _places(self, name: str, text: str, count: int) -> str:
        named = [one for one in self._found[name, text] if one]
        more = count - len(self._found[name, text])
        return "; ".join(named) + (f" and {more:,} more" if more else "")


def label(row: Any, number: int, names: Collection[str] | None = None) -> str:
    """Name of a row of a list: those of its fields, by default its first texts, or its number from 0."""
    if not isinstance(row, Mapping):
        return f"row {number}"
    fields = label_fields(row) if names is None else names
    return ", ".join(str(row[name]) for name in fields if row.get(name) is not None) or f"row {number}"


def label_fields(row: Mapping[str, Any]) -> list[str]:
    """Fields that name a row: at most two texts that it begins with, its id only where it has no other."""
    leading = []
    for name, value in row.items():
        if not isinstance(value, str):
            break
        leading.append(name)
    return [name for name in leading if name != "id"][:2] or leading[:1]


def _texts(value: Any, place: SchemaPlace) -> Iterator[str]:
    """Remarks that a field holds."""
    if value is True:
        yield place.about.removeprefix("true: ").removeprefix("whether ") or "yes"
    elif isinstance(value, Mapping):
        yield from (f"{name}: {text}" for name, text in value.items())
    elif isinstance(value, list):
        yield from map(str, value)
    elif isinstance(value, str):
        yield value


def _joined(where: str, name: str) -> str:
    return ", ".join(filter(None, (where, name)))
