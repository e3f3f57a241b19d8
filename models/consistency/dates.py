"""Consistency of dates with the rest of their rows: order, time steps, weekdays, months and shifts.

Spreadsheets take the day of a date for its month where it may be one. Such dates are valid, and they destroy every
split by time. They show in rows that jump to and fro, and in columns that follow the calendar once day and month are
exchanged back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.consistency.calendar_names import month_numbers, shift_hours, weekday_numbers
from physics.arrays import BoolArray, IntArray

_MONTHS = 12
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Rows that are compared with the calendar at most, and values that a column of it has at most.
_MOST_ROWS = 20_000
_MOST_VALUES = 31
_DATES_A_KIND = 5

# What contradicts a date: so many rows, and such a share of all. It is the exchange of day and month that explains it
# where at most this share of it is left once they are exchanged.
_FEWEST = 10
_FEWEST_DATES = 3
_SHARE = 0.02
_LEFT = 0.1
_FEWEST_STEPS = 20
_FEWEST_IRREGULAR = 2


class CalendarExample(NamedTuple):
    """A cell that contradicts the date of its row."""

    cell: str
    when: pd.Timestamp

    def __str__(self) -> str:
        return f"'{self.cell}' on {self.when:%Y-%m-%d %H:%M}, a {_WEEKDAYS[self.when.weekday()]}"


@dataclass(frozen=True)
class Contradiction:
    """Contradictions of the dates of a table.

    Attributes
    ----------
    what : str
        The column, or `order of rows`.
    rows : int
        How many rows, of those compared, contradict.
    compared : int
        How many were compared.
    left : int
        How many contradict once day and month are exchanged where the day may be a month.
    example : CalendarExample or str
        One of them; of the order of rows as text.
    first : int
        Position of the first of them.
    """

    what: str
    rows: int
    compared: int
    left: int
    example: CalendarExample | str
    first: int

    @property
    def is_exchange(self) -> bool:
        """Return whether the exchange of day and month explains it."""
        return self.left <= _LEFT * self.rows

    def __str__(self) -> str:
        share = f"{self.rows / self.compared:.1%}"
        text = f"{self.what} contradicts {self.rows} of {self.compared} dates ({share}), such as {self.example}"
        return f"{text}; {self.left} once day and month are exchanged" if self.is_exchange else text


def exchanged(times: pd.Series) -> pd.Series:
    """Times with day and month exchanged where the day may be a month.

    Parameters
    ----------
    times : Series (n,) of datetime64
        Times; NaT stays.
    """
    there = times.notna() & (times.dt.day <= _MONTHS)
    known = times[there]
    parts = {"year": known.dt.year, "month": known.dt.day, "day": known.dt.month}
    swapped = times.copy()
    swapped[there] = (pd.to_datetime(pd.DataFrame(parts)) + (known - known.dt.normalize())).astype(times.dtype)
    return swapped


def irregular_steps(times: pd.Series, unit: IntArray) -> int:
    """Steps between the rows of a unit, in their order, that differ by more than half from the usual one.

    Parameters
    ----------
    times : Series (n,) of datetime64
        Times in the order of rows; rows of one time count as one.
    unit : int array (n,)
        Number of each row's unit.
    """
    return int(np.count_nonzero(_is_irregular(times, unit)[1]))


def _is_irregular(times: pd.Series, unit: IntArray) -> tuple[IntArray, BoolArray]:
    """Positions of the rows at the end of each step, and which steps are irregular."""
    order = np.argsort(unit, kind="stable")
    order = order[times.notna().to_numpy()[order]]
    seconds = times.to_numpy().astype("datetime64[us]").astype(np.int64)[order]
    steps = np.diff(seconds)
    is_step = (np.diff(unit[order]) == 0) & (steps != 0)
    steps = steps[is_step].astype(np.float64)
    if not len(steps):
        return np.empty(0, np.int64), np.empty(0, np.bool_)
    typical = float(np.median(steps))
    return order[1:][is_step], np.abs(steps - typical) > 0.5 * abs(typical)


def contradictions(times: pd.Series, columns: Mapping[str, pd.Series], unit: IntArray) -> list[Contradiction]:
    """Return the contradictions of the dates of a table, worst first.

    Parameters
    ----------
    times : Series (n,) of datetime64
        Times in the order of rows.
    columns : mapping of str to Series (n,)
        Other columns as they stand in the file.
    unit : int array (n,)
        Number of each row's unit.
    """
    other = exchanged(times)
    issues = [*_order(times, other, unit)]
    rows = np.flatnonzero(times.notna())
    rows = rows[:: max(1, len(rows) // _MOST_ROWS)]
    if len(rows):
        read, turned = times.iloc[rows].reset_index(drop=True), other.iloc[rows].reset_index(drop=True)
        for name, column in columns.items():
            issues += _of_column(name, column.iloc[rows].reset_index(drop=True), read, turned, rows)
    return sorted(issues, key=lambda one: (not one.is_exchange, -one.rows / one.compared))


def _order(times: pd.Series, other: pd.Series, unit: IntArray) -> Iterator[Contradiction]:
    """Rows that follow each other by steady steps once day and month are exchanged, and not as they are."""
    at, is_irregular = _is_irregular(times, unit)
    rows, left = int(is_irregular.sum()), irregular_steps(other, unit)
    if len(at) >= _FEWEST_STEPS and rows >= _FEWEST_IRREGULAR and left <= _LEFT * rows:
        first = int(at[is_irregular][0])
        before = int(at[np.flatnonzero(is_irregular)[0] - 1]) if is_irregular[1:].any() else first
        example = f"{times.iloc[first]:%Y-%m-%d %H:%M} after {times.iloc[before]:%Y-%m-%d %H:%M}"
        yield Contradiction("the order of rows", rows, len(at), left, example, first)


def _of_column(
    name: str, cells: pd.Series, times: pd.Series, other: pd.Series, rows: IntArray
) -> Iterator[Contradiction]:
    """Return the contradiction of one column with the calendar, by the names in it or by its values alone."""
    code, values = pd.factorize(cells)
    if not 2 <= len(values) <= _MOST_VALUES:
        return
    texts = [] if pd.api.types.is_numeric_dtype(cells.dtype) else [str(value) for value in values]
    for numbers, feature in ((weekday_numbers(texts), "weekday"), (month_numbers(texts), "month")):
        if numbers is not None:
            stated = np.array([numbers[text] for text in texts])[code]
            bad = (code >= 0) & (stated != _feature(times, feature))
            left = int(np.count_nonzero((code >= 0) & (stated != _feature(other, feature))))
            if times[bad].dt.normalize().nunique() >= _FEWEST_DATES:
                yield from _worth_saying(name, cells, times, bad, left, rows)
            return
    if (hours := shift_hours(texts)) is not None:
        yield from _of_shift(name, cells, times, hours, rows)
        return
    yield from _of_values(name, cells, times, other, rows)


def _of_values(
    name: str, cells: pd.Series, times: pd.Series, other: pd.Series, rows: IntArray
) -> Iterator[Contradiction]:
    """A column that follows weekday, month or day once day and month are exchanged, and not as they are.

    Of each date its first row counts: a value that is held for a day is one value, in however many rows it stands.
    """
    first = np.flatnonzero(~times.dt.normalize().duplicated())
    cells, times, other = (one.iloc[first].reset_index(drop=True) for one in (cells, times, other))
    code = pd.factorize(cells)[0]
    read, turned = [], []
    for feature in ("weekday", "month", "day"):
        kinds, other_kinds = _feature(times, feature), _feature(other, feature)
        if (code >= 0).sum() >= _DATES_A_KIND * max(len(np.unique(kinds)), len(np.unique(other_kinds))):
            read.append(_unlike_its_kind(code, kinds))
            turned.append(int(np.count_nonzero(_unlike_its_kind(code, other_kinds))))
    # What follows the month as dates are read follows the day once they are exchanged: the best of each counts.
    bad = min(read, key=np.count_nonzero, default=np.zeros(len(code), np.bool_))
    left = min(turned, default=0)
    if left <= _LEFT * np.count_nonzero(bad):
        yield from _worth_saying(name, cells, times, bad, left, rows[first])


def _feature(times: pd.Series, feature: str) -> IntArray:
    part = {"weekday": times.dt.day_of_week, "month": times.dt.month, "day": times.dt.day}[feature]
    return np.asarray(part, np.int64)


def _unlike_its_kind(code: IntArray, feature: IntArray) -> BoolArray:
    """Dates with another value than most of the same weekday, month or day."""
    there = code >= 0
    counts = np.zeros((int(feature.max()) + 1, int(code.max()) + 1), np.int64)
    np.add.at(counts, (feature[there], code[there]), 1)
    typical = counts.argmax(axis=1)
    unlike: BoolArray = there & (code != typical[feature])
    return unlike


def _of_shift(
    name: str, cells: pd.Series, times: pd.Series, hours: Mapping[str, tuple[int, int]], rows: IntArray
) -> Iterator[Contradiction]:
    """Yield shifts at hours outside their schedule, of rows faster than a day, without regard to the date."""
    hour = times.dt.hour.to_numpy()
    if len(np.unique(hour)) < 3:
        return
    first, last = (cells.map({text: window[i] for text, window in hours.items()}).to_numpy(np.float64) for i in (0, 1))
    inside = ((first <= hour) & (hour <= last)) | ((first <= hour + 24) & (hour + 24 <= last)) | np.isnan(first)
    yield from _worth_saying(name, cells, times, ~inside, int(np.count_nonzero(~inside)), rows)


def _worth_saying(
    name: str, cells: pd.Series, times: pd.Series, bad: BoolArray, left: int, rows: IntArray
) -> Iterator[Contradiction]:
    count = int(np.count_nonzero(bad))
    if count < max(_FEWEST, _SHARE * len(cells)):
        return
    first = int(np.flatnonzero(bad)[0])
    example = CalendarExample(str(cells.iloc[first]), times.iloc[first])
    yield Contradiction(name, count, len(cells), left, example, int(rows[first]))
