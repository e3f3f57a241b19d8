"""Hourly values, such as prices, from intervals or a series, without gaps and duplicates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.interfaces.schedule import ScheduleError
from physics.arrays import FloatArray

SHORTEST, LONGEST = 24, 168  # h
STEPS = (60, 30)  # min
_OFFSET = "a time with its offset from UTC, such as 2026-08-03T06:00+08:00: without one an hour of summer time is two"


@dataclass(frozen=True)
class Hours:
    """Values of consecutive equal steps.

    Attributes
    ----------
    starts : tuple of datetime
        Start of each step, with its offset.
    minutes : int
        Length of a step.
    values : FloatArray
        One value a step.
    """

    starts: tuple[dt.datetime, ...]
    minutes: int
    values: FloatArray

    @property
    def step(self) -> float:
        """Length of a step [h]."""
        return self.minutes / 60.0


def read_hours(place: str, given: Sequence[Mapping[str, Any]], key: str, minutes: int) -> Hours:
    """Return steps of `{start, end, KEY}` or `{start, KEY}`; without an end each lasts until the next.

    The last one without an end lasts as long as the one before it.

    Parameters
    ----------
    place : str
        What faults call the list.
    given : sequence of mappings
        Intervals in the order of time; times are ISO 8601 with an offset.
    key : str
        Name of the value.
    minutes : int
        Length of a step: 60 or 30.

    Raises
    ------
    ScheduleError
        Every fault: a time without an offset or between two steps, a gap, an interval that overlaps the one before,
        a whole that is shorter than a day or longer than a week.
    """
    faults: list[tuple[str, object, str]] = []
    starts = [_time(f"{place}.{i}.start", one["start"], minutes, faults) for i, one in enumerate(given)]
    ends = [
        _time(f"{place}.{i}.end", one["end"], minutes, faults) if one.get("end") is not None else None
        for i, one in enumerate(given)
    ]
    if faults:
        raise ScheduleError(faults)
    known = [one for one in starts if one is not None]
    try:
        filled = _joined(place, known, ends, faults)
    except OverflowError:
        raise ScheduleError([(place, None, "times well within the calendar")]) from None
    hours = (filled[-1] - known[0]) / dt.timedelta(hours=1)
    if not faults and not SHORTEST <= hours <= LONGEST:
        faults.append((place, f"{hours:g} h", f"{SHORTEST} to {LONGEST} h"))
    if faults:
        raise ScheduleError(faults)
    step, moments, values = dt.timedelta(minutes=minutes), [], []
    for one, start, end in zip(given, known, filled, strict=True):
        count = round((end - start) / step)
        moments += [start + n * step for n in range(count)]
        values += [float(one[key])] * count
    return Hours(tuple(moments), minutes, np.array(values))


def matched(place: str, hours: Hours, to: Hours) -> FloatArray:
    """Return values of hours equal to others; ScheduleError if they start or end at other times."""
    faults: list[tuple[str, object, str]] = []
    if hours.starts[0] != to.starts[0]:
        faults.append((f"{place}.0.start", hours.starts[0].isoformat(), f"{to.starts[0].isoformat()}, as the tariff"))
    if hours.starts[-1] != to.starts[-1]:
        expected = f"an end of {len(to.starts) * to.step:g} h after the start, as the tariff"
        faults.append((place, f"{len(hours.starts) * hours.step:g} h", expected))
    if faults:
        raise ScheduleError(faults)
    return hours.values


def _time(place: str, text: str, minutes: int, faults: list[tuple[str, object, str]]) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        faults.append((place, text, _OFFSET))
        return None
    if moment.tzinfo is None:
        faults.append((place, text, _OFFSET))
    elif moment.timestamp() % (60 * minutes):
        faults.append((place, text, f"a start of a step of {minutes} min"))
    return moment


def _joined(
    place: str, known: list[dt.datetime], ends: list[dt.datetime | None], faults: list[tuple[str, object, str]]
) -> list[dt.datetime]:
    """End of each interval; faults where one does not follow the one before."""
    filled = _ends(place, known, ends, faults)
    for i, (start, end) in enumerate(zip(known, filled, strict=True)):
        if end <= start:
            faults.append((f"{place}.{i}.end", end.isoformat(), f"after its start, {start.isoformat()}"))
    for i, (end, start) in enumerate(zip(filled[:-1], known[1:], strict=True), start=1):
        if start > end:
            faults.append(
                (f"{place}.{i}.start", start.isoformat(), f"{_as(end, start)}: hours from there on are missing")
            )
        elif start < end:
            faults.append((f"{place}.{i}.start", start.isoformat(), f"{_as(end, start)}: hours before it stand twice"))
    return filled


def _ends(
    place: str, starts: list[dt.datetime], ends: list[dt.datetime | None], faults: list[tuple[str, object, str]]
) -> list[dt.datetime]:
    end_times = []
    for i, end in enumerate(ends):
        if end is not None:
            end_times.append(end)
        elif i + 1 < len(starts):
            end_times.append(starts[i + 1])
        elif i:
            end_times.append(starts[i] + (starts[i] - starts[i - 1]))
        else:
            faults.append((f"{place}.0.end", None, "an end: it is the only interval"))
            end_times.append(starts[0] + dt.timedelta(hours=SHORTEST))
    return end_times


def _as(moment: dt.datetime, like: dt.datetime) -> str:
    """A moment, in the offset of another."""
    return moment.astimezone(like.tzinfo).isoformat()
