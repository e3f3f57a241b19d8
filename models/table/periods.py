"""Aggregation of faster rows to periods: mean, deviation, extremes, last value or count."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.table.unit_errors import slip
from physics.arrays import IntArray
from seeds import Column, Seed

# Periods of whole weeks begin on a Monday, those of whole days at midnight.
_MONDAY = pd.Timestamp("1970-01-05")

# A period with fewer rows than this share of the usual number is worth a caution.
_SHARE = 0.5

# More readings of a column than this out of its range mean a wrong unit or range.
OUTSIDE_SHARE = 0.2


def latest_plan(seed: Seed) -> dt.date:
    """Return the last day on which a planned period may start; it may be in the future."""
    return dt.date.today() + dt.timedelta(days=math.ceil(seed.period / dt.timedelta(days=1)))


def first_not_begun(today: dt.date | None = None) -> pd.Timestamp:
    """Return the earliest start of a future period on a day; by default the clock's."""
    return pd.Timestamp(today or dt.date.today()) + pd.Timedelta(days=1)


class Periods(NamedTuple):
    """Rows made into periods.

    Attributes
    ----------
    values : dict of str to Series (m,)
        Each column's value of each period.
    first : int array (m,)
        Position of the first row of each period.
    cautions : list of str
        What was left out and what is thin, line by line.
    unfit : dict of str to tuple of str
        Columns with so many readings out of range that the file must be wrong: what was found and expected.
    """

    values: dict[str, pd.Series]
    first: IntArray
    cautions: list[str]
    unfit: dict[str, tuple[str, str]]


def regimes(start: npt.NDArray[np.datetime64], seed: Seed) -> npt.NDArray[np.object_]:
    """Name of the regime that each row lies in, as far as the seed knows them; empty before the first."""
    names = np.full(len(start), "", dtype=object)
    for regime in sorted(seed.plant.regimes if seed.plant else [], key=lambda one: one.start):
        names[start >= np.datetime64(regime.start)] = regime.name
    return names


def period_start(start: pd.Series, period: dt.timedelta) -> pd.Series:
    """Start of the period that each time lies in; whole days begin at midnight, whole weeks on a Monday."""
    return _MONDAY + (start - _MONDAY) // pd.Timedelta(period) * pd.Timedelta(period)


def into_periods(values: Mapping[str, pd.Series], seed: Seed, every: dt.timedelta) -> Periods:
    """Make periods of rows.

    A reading out of its column's range is left out of its period, unless the whole column is in another unit, which is
    a fault that the contract finds in the periods.

    Parameters
    ----------
    values : Mapping of str to Series (n,)
        Columns of the rows, in the seed's types and units, time among them.
    seed : Seed
        The process.
    every : timedelta
        How fast the rows are.

    Returns
    -------
    Periods
    """
    time = period_start(values[seed.clock.name], seed.period)
    names = [column.name for column in seed.identity]
    by = [time if name == seed.clock.name else values[name] for name in names]
    groups = pd.Series(np.arange(len(time))).groupby(by, sort=False)
    first, cautions, unfit = groups.min().to_numpy(), [], {}
    columns = {name: part for name, part in zip(names, _identity(by, first), strict=True)}
    number = groups.ngroup()
    for name, column in ((name, seed.column(name)) for name in values if name not in names):
        readings, count = _possible(values[name], column)
        if count:
            there = values[name].notna().sum()
            got = f"{count} of {there} readings outside {column.range_text}"
            if count > OUTSIDE_SHARE * there:
                unfit[name] = got, f"at most {OUTSIDE_SHARE:.0%} of a column's readings"
            else:
                cautions.append(f"{name}: {got} were left out of their periods")
        columns[name] = _value(readings, number, statistic_of(column, seed)).astype(values[name].dtype)
    rows = groups.size().to_numpy()
    cautions.insert(0, f"{len(time)} rows of {_span(every)} became {len(first)} periods of {_span(seed.period)}")
    return Periods(columns, first, [*cautions, *_thin(rows), *_several_labels(values, number, seed)], unfit)


def statistic_of(column: Column, seed: Seed) -> str:
    """Return the statistic of a column's period value: the seed's choice, or its kind's default."""
    if column.statistic is not None:
        return column.statistic
    if not column.is_number or column.censored:
        return "last"
    return "max" if column.name in seed.defects else "mean"


def _identity(by: list[pd.Series], first: IntArray) -> list[pd.Series]:
    return [pd.Series(part.array[first]) for part in by]


def _possible(values: pd.Series, column: Column) -> tuple[pd.Series, int]:
    """Return readings within the column's range, if it applies to readings, and the number excluded."""
    if not column.is_number or column.statistic in ("sd", "count") or slip(values, column) is not None:
        return values, 0
    low, high = column.limits
    sizes = values.abs() if column.censored else values
    outside = ((sizes < low) | (sizes > high)).to_numpy()
    return values.mask(outside), int(outside.sum())


def _value(readings: pd.Series, number: pd.Series, statistic: str) -> pd.Series:
    """Return a statistic of each period's readings, in order of the period numbers; missing ones skipped."""
    grouped = readings.groupby(number)
    if statistic == "count":
        return grouped.count().astype(np.float64)
    method = {"sd": "std"}.get(statistic, statistic)
    value: pd.Series = getattr(grouped, method)()
    return value.reset_index(drop=True)


def _span(length: dt.timedelta) -> str:
    for unit, name in ((dt.timedelta(days=1), "d"), (dt.timedelta(hours=1), "h"), (dt.timedelta(minutes=1), "min")):
        if length % unit == dt.timedelta(0):
            return f"{length // unit} {name}"
    return f"{length.total_seconds():g} s"


def _thin(rows: npt.NDArray[np.integer]) -> list[str]:
    """Return warnings on periods with far fewer rows than typical, such as an incomplete one."""
    few = np.count_nonzero(rows < _SHARE * np.median(rows))
    return [f"{few} of {len(rows)} periods have less than half the usual {np.median(rows):.0f} rows"] if few else []


def _several_labels(values: Mapping[str, pd.Series], number: pd.Series, seed: Seed) -> list[str]:
    """Targets that change within a period, whose label is then a mean or the last."""
    lines = []
    for column in seed.by_role("target"):
        if column.name not in values:
            continue
        kinds = values[column.name].groupby(number).nunique()
        several, labelled = int((kinds > 1).sum()), int((kinds > 0).sum())
        if several:
            how = "mean" if statistic_of(column, seed) == "mean" else "last one"
            lines.append(f"{column.name} has several values in {several} of {labelled} periods: the {how} counts")
    return lines


# A label is held over rows that are faster than it where its runs of equal values are this long at least, there are so
# many, and so many of them have one and the same length.
_HELD_ROWS = 3
_HELD_RUNS = 5
_HELD_ALIKE = 0.6


def held(seed: Seed, values: Mapping[str, pd.Series]) -> list[tuple[str, tuple[str, str]]]:
    """Targets whose value stands in runs of many rows, with what was found and what to say in the seed.

    Parameters
    ----------
    seed : Seed
        The process, whose table has a time.
    values : Mapping of str to Series (n,)
        Columns in the seed's types.
    """
    start, unit = values[seed.clock.name].to_numpy(), np.zeros(len(values[seed.clock.name]), np.int64)
    if seed.key is not None:
        unit = pd.factorize(values[seed.key.name])[0].astype(np.int64)
    order = np.lexsort((start, unit))
    start, unit = start[order], unit[order]
    targets = []
    for column in seed.by_role("target"):
        if column.name not in values or not column.is_number or column.name in seed.defects:
            continue
        label = values[column.name].to_numpy()[order]
        # What is below the laboratory's limit is reported alike lot after lot, and held over nothing.
        there = ~np.isnan(label) & ~(column.censored & (label < 0.0))
        lengths = _runs(label[there], unit[there])
        typical = int(np.median(lengths)) if len(lengths) else 0
        if len(lengths) < _HELD_RUNS or typical < _HELD_ROWS or np.mean(lengths == typical) < _HELD_ALIKE:
            continue
        step = pd.Timedelta(np.median(np.diff(start)[np.diff(unit) == 0])).to_pytimedelta()
        got = f"{len(lengths)} values that stand in {typical} rows each: {len(lengths)} labels, not {there.sum()}"
        expected = (
            f"one row a label: say [table] every = {_toml(step)} in the seed, and [process] period = "
            f"{_toml(step * typical)}"
        )
        targets.append((column.name, (got, expected)))
    return targets


def _toml(length: dt.timedelta) -> str:
    """A length of time as a seed writes it."""
    value, unit = _span(length).split()
    return f'{{ value = {value}, unit = "{unit}" }}'


def _runs(label: npt.NDArray[np.float64], unit: IntArray) -> npt.NDArray[np.intp]:
    """Lengths of the runs of equal labels of a unit, in rows."""
    if not len(label):
        return np.empty(0, np.intp)
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(label) != 0) | (unit[1:] != unit[:-1])]))
    return np.diff(np.concatenate([starts, [len(label)]]))
