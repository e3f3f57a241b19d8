"""Rows of periods from readings, with the code that aggregates the rows of plant files."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gateway.live_values import live_value
from gateway.readings import Reading
from gateway.tag_map import MappedTag, TagMap
from models.table.periods import into_periods, period_start
from seeds import Column, Seed

Cells = dict[str, float | str | None]
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass
class Period:
    """A period of a unit that is under way.

    Attributes
    ----------
    start : datetime
        Its start, in the time of the plant without zone.
    samples : dict of int to dict
        Values by number of the sample, if values are sampled.
    latest : dict of str to (MappedTag, Reading)
        Latest reading of each column.
    since : datetime or None
        Source time of the reading that began it, in UTC; None if an earlier run saw that.
    """

    start: dt.datetime
    samples: dict[int, Cells] = field(default_factory=dict)
    latest: dict[str, tuple[MappedTag, Reading]] = field(default_factory=dict)
    since: dt.datetime | None = None

    def next(self, start: dt.datetime, since: dt.datetime) -> Period:
        """Following period; unchanged values are not reported again, so the latest readings continue."""
        return Period(start, latest=dict(self.latest), since=since)


@dataclass(frozen=True)
class PeriodRow:
    """Row of a unit and period.

    Attributes
    ----------
    unit : str
        Name of the unit.
    start : datetime
        Start of the period, without zone.
    cells : dict of str to float, str or None
        Values of the columns, in the units of the seed; None is missing.
    quality : dict of str to str
        Columns whose value is not good: uncertain, bad or stale.
    """

    unit: str
    start: dt.datetime
    cells: Cells
    quality: dict[str, str]


def sampling_of(seed: Seed) -> dt.timedelta | None:
    """Interval of samples that become rows; None if the latest value of a period counts."""
    every = seed.gateway.every or seed.table.every
    return None if every is None else every.timedelta


def start_of(seed: Seed, time: dt.datetime) -> dt.datetime:
    """Start of the period that a time in UTC lies in, in the time of the plant without zone.

    Whole days begin at midnight of the plant's standard time, whole weeks on a Monday.
    """
    zone, local = seed.table.zone, time
    if zone is not None:
        here = time.astimezone(zone)
        # Standard time all the year, as plant files are read: no hour occurs twice.
        local = here.replace(tzinfo=None) - (here.dst() or dt.timedelta(0))
    starts = period_start(pd.Series([pd.Timestamp(local.replace(tzinfo=None))]), seed.period)
    start: dt.datetime = starts[0].to_pydatetime()
    return start


def parsed_start(text: str) -> dt.datetime | None:
    """Start of a period that a tag states, without its zone; None if it is no time."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def written_start(seed: Seed, start: dt.datetime) -> str:
    """Start of a period as requests and outcomes state it."""
    return start.date().isoformat() if seed.is_daily and start.time() == dt.time() else start.isoformat()


def take(period: Period, tags: TagMap, tag: MappedTag, reading: Reading) -> None:
    """Take a reading into a period; the latest of each interval is its sample."""
    name, (_, latest) = tag.column.name, period.latest.get(tag.column.name, (tag, None))
    is_late = latest is not None and reading.at < latest.at
    if not is_late:
        period.latest[name] = tag, reading
    if (every := sampling_of(tags.seed)) is None or reading.value is None:
        return
    number = sample_number(reading.at, every)
    if is_late and latest is not None and sample_number(latest.at, every) == number:
        return
    period.samples.setdefault(number, {})[name] = live_value(tags, tag, reading, reading.at).value


def sample_number(at: dt.datetime, every: dt.timedelta) -> int:
    """Number of the sample that a time belongs to."""
    return math.floor((at - _EPOCH) / every)


def carry(period: Period, tags: TagMap, now: dt.datetime) -> None:
    """Begin the sample of a time with the latest values: a value that does not change is not reported."""
    every = sampling_of(tags.seed)
    if every is None or (number := sample_number(now, every)) in period.samples:
        return
    values = {name: live_value(tags, *latest, now).value for name, latest in period.latest.items()}
    period.samples[number] = {name: value for name, value in values.items() if value is not None}


def row_of(period: Period, tags: TagMap, unit: str, now: dt.datetime) -> PeriodRow:
    """Row of a period: from its samples by the statistic of each column, or from the latest values.

    Parameters
    ----------
    period : Period
        The period.
    tags : TagMap
        Map of the process.
    unit : str
        Name of the unit.
    now : datetime
        Time that ages refer to; the end of the period if it is over.
    """
    values = {name: live_value(tags, *latest, now) for name, latest in period.latest.items()}
    cells: Cells = {name: one.value for name, one in values.items()}
    quality = {name: one.quality for name, one in values.items() if one.quality != "good"}
    if period.samples and (every := sampling_of(tags.seed)) is not None:
        cells |= _aggregated(period, tags.seed, every)
        # The period has a value although the latest one is missing.
        quality = {name: one for name, one in quality.items() if one == "uncertain" or cells.get(name) is None}
    _reject_impossible(tags.seed, cells, quality)
    return PeriodRow(unit, period.start, cells, quality)


def _reject_impossible(seed: Seed, cells: Cells, quality: dict[str, str]) -> None:
    """Take values outside the physical range as bad: the service would refuse the rows of all units."""
    for name, value in cells.items():
        if isinstance(value, float) and seed.column(name).is_number:
            low, high = seed.column(name).limits
            size = abs(value) if seed.column(name).censored else value
            if not low <= size <= high:
                cells[name], quality[name] = None, "bad"


def _aggregated(period: Period, seed: Seed, every: dt.timedelta) -> Cells:
    """Values of the samples of one period by the code of plant files."""
    samples = [period.samples[number] for number in sorted(period.samples)]
    sampled = {name for cells in samples for name in cells}
    columns = [one for one in seed.columns if one.name in sampled and one.role not in ("key", "time")]
    if not columns:
        return {}
    table: dict[str, pd.Series] = {seed.clock.name: pd.Series([pd.Timestamp(period.start)] * len(samples))}
    if seed.key is not None:
        table[seed.key.name] = pd.Series([""] * len(samples), dtype=object)
    for column in columns:
        table[column.name] = _series(column, [cells.get(column.name) for cells in samples])
    # The stated start of a unit's period need not be one of the calendar: all samples belong to it.
    values = into_periods(table, seed, every).values
    return {column.name: _cell(values[column.name].iloc[0]) for column in columns}


def _series(column: Column, cells: list[float | str | None]) -> pd.Series:
    if column.is_number:
        return pd.Series([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    return pd.Series(cells, dtype=object)


def _cell(value: Any) -> float | str | None:
    if isinstance(value, str):
        return value
    return None if value is None or pd.isna(value) else float(value)
