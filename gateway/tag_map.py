"""Map of a process: which live tag has the values of which column of which unit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from seeds import Column, Seed
from seeds.format.tags import COLUMN, UNIT, MetricTag, TopicTag, filled, is_live, read_tag

Use = Literal["value", "label_time"]


@dataclass(frozen=True, slots=True)
class MappedTag:
    """Live tag of a column of a unit.

    Attributes
    ----------
    unit : str
        Name of the unit.
    column : Column
        The column.
    text : str
        Tag without placeholders.
    use : {"value", "label_time"}
        Whether it has the value of the column, or the start of the period that a target's value belongs to.
    """

    unit: str
    column: Column
    text: str
    use: Use = "value"

    @property
    def is_number(self) -> bool:
        """Return whether its values are numbers."""
        return self.use == "value" and self.column.is_number


@dataclass(frozen=True)
class TagMap:
    """All live tags of a process.

    Attributes
    ----------
    seed : Seed
        The process.
    units : tuple of str
        Names of its units.
    """

    seed: Seed
    units: tuple[str, ...]

    @cached_property
    def tags(self) -> tuple[MappedTag, ...]:
        """Tags of all units, in the order of units and columns."""
        labels = {column.name for column in self.seed.labels}
        mapped = []
        for unit in self.units:
            for column in live_columns(self.seed):
                mapped.append(MappedTag(unit, column, filled(form_of(self.seed, column), unit, column.name)))
                if column.name in labels:
                    text = filled(self.seed.gateway.label_time, unit, column.name)
                    mapped.append(MappedTag(unit, column, text, "label_time"))
        return tuple(mapped)

    @cached_property
    def by_text(self) -> dict[str, tuple[MappedTag, ...]]:
        """Columns and units that each tag has the values of; a shared tag has several."""
        grouped: dict[str, list[MappedTag]] = {}
        for tag in self.tags:
            grouped.setdefault(tag.text, []).append(tag)
        return {text: tuple(tags) for text, tags in grouped.items()}


def live_columns(seed: Seed) -> tuple[Column, ...]:
    """Columns with a live value: all but the key and those that are made from others."""
    return tuple(column for column in seed.columns if column.role != "key" and not column.is_made)


def form_of(seed: Seed, column: Column) -> str:
    """Tag of a column with its placeholders."""
    return column.tag if column.tag is not None and is_live(column.tag) else seed.gateway.tag


def factor_of(column: Column) -> float:
    """Factor from the unit of a live value to that of the column; 1 without a stated tag."""
    return column.scale if is_live(column.tag) else 1.0


def refresh_of(seed: Seed, column: Column) -> dt.timedelta:
    """Interval at which a live value is renewed."""
    return (column.refresh or seed.gateway.publishing).timedelta


def units_of(seed: Seed, offered: Iterable[str]) -> tuple[str, ...]:
    """Return the units of a process: those that the seed states, else those for which a tag is offered.

    Parameters
    ----------
    seed : Seed
        The process.
    offered : iterable of str
        Tags that the server offers.
    """
    if seed.key is None:
        return (seed.process.name,)
    if seed.gateway.units:
        return tuple(seed.gateway.units)
    forms = [form_of(seed, column).replace(COLUMN, column.name) for column in live_columns(seed)]
    patterns = [_pattern(form) for form in forms if UNIT in form]
    names = {match[1] for text in offered for pattern in patterns if (match := pattern.fullmatch(text))}
    return tuple(sorted(names, key=natural_order))


def _pattern(form: str) -> re.Pattern[str]:
    """Pattern of a tag with its unit; the same unit wherever the placeholder is repeated."""
    first, *others = (re.escape(part) for part in form.split(UNIT))
    name = "([^/]+)" if isinstance(read_tag(form), MetricTag | TopicTag) else "(.+)"  # a level of a topic
    return re.compile(first + name + r"\1".join(others))


def natural_order(text: str) -> list[tuple[int, int, str]]:
    """Key of an order in which P2 is before P10."""
    parts = re.split(r"(\d+)", text)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]
