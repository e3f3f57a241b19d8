"""Units of a process: their period under way, finished periods, and results of the laboratory."""

from __future__ import annotations

import datetime as dt
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from gateway.finished import FINISHED, FinishedPeriods
from gateway.outbox import Outbox
from gateway.periods import (
    Cells,
    Period,
    PeriodRow,
    carry,
    parsed_start,
    row_of,
    sample_number,
    sampling_of,
    start_of,
    take,
    written_start,
)
from gateway.readings import Reading
from gateway.tag_map import MappedTag, TagMap, factor_of, form_of, live_columns
from seeds.format.tags import filled

_FIRST_START = dt.timedelta(seconds=5)  # after the first values of a unit
Pending = tuple[MappedTag, Reading]
Latest = dict[str, Pending]


@dataclass(frozen=True)
class Label:
    """Result of the laboratory.

    Attributes
    ----------
    unit : str
        Name of the unit.
    start : str
        Start of the period that it belongs to, as outcomes state it.
    column : str
        Target.
    value : float or str
        Its value.
    """

    unit: str
    start: str
    column: str
    value: float | str


class Unit:
    """State of one unit.

    Parameters
    ----------
    name : str
        Name of the unit.
    tags : TagMap
        Map of the process.
    outbox : Outbox
        Where finished periods and samples outlive a restart.
    """

    def __init__(self, name: str, tags: TagMap, outbox: Outbox) -> None:
        self.name, self._tags, self._outbox = name, tags, outbox
        self._process = tags.seed.process.name
        self.period: Period | None = None
        self.finished = FinishedPeriods([column.name for column in live_columns(tags.seed)])
        self._pending: list[Pending] = []
        self._label_starts: dict[str, deque[Reading]] = {}
        self._has_stated_start = False
        self._first_at: dt.datetime | None = None  # when the first values came
        self._stored = -1  # number of the latest stored sample
        self._unwritten: dict[str, Cells] = {}  # finished periods that the database does not have yet
        self._new_samples: list[int] = []
        self._latest_written: Latest = {}
        self.has_changed = False
        self._restore()

    def take(self, tag: MappedTag, reading: Reading) -> None:
        """Take a reading; it counts at the next `advance`."""
        self._pending.append((tag, reading))

    def advance(self, now: dt.datetime) -> tuple[list[PeriodRow], list[Label]]:
        """Count the readings in the order of their source times.

        Parameters
        ----------
        now : datetime
            Time in UTC.

        Returns
        -------
        list of PeriodRow
            Periods that have ended.
        list of Label
            Results of the laboratory that have arrived.
        """
        time_name = self._tags.seed.clock.name
        if self._awaits_start(time_name, now):
            return [], []
        pending, self._pending = self._pending, []
        # A new start of a period counts before the values of the same time, and that of a label before its value.
        pending.sort(key=lambda one: (one[1].at, one[0].use != "label_time", one[0].column.name != time_name))
        labels = {column.name for column in self._tags.seed.labels}
        rows: list[PeriodRow] = []
        arrived: list[Label] = []
        for tag, reading in pending:
            if tag.use == "label_time":
                self._label_starts.setdefault(tag.column.name, deque(maxlen=FINISHED)).append(reading)
            elif tag.column.name in labels:
                arrived += self._label(tag, reading)
            elif tag.column.name == time_name:
                rows += self._stated(reading)
            else:
                rows += self._value(tag, reading)
        if self.period is not None:
            carry(self.period, self._tags, now)
        return rows, arrived

    def _awaits_start(self, time_name: str, now: dt.datetime) -> bool:
        """Return whether the first values came before the stated start of their period."""
        labels = {column.name for column in self._tags.seed.labels}
        if self.period is not None or all(tag.column.name in labels for tag, _ in self._pending):
            return False
        if any(tag.column.name == time_name and reading.value is not None for tag, reading in self._pending):
            return False
        self._first_at = self._first_at or now
        return now - self._first_at < _FIRST_START

    def row(self, now: dt.datetime) -> PeriodRow | None:
        """Row of the period under way; None before the first reading."""
        return None if self.period is None else row_of(self.period, self._tags, self.name, now)

    def _stated(self, reading: Reading) -> Iterator[PeriodRow]:
        """A reading of the tag that states the start of the period."""
        start = parsed_start(str(reading.value)) if reading.value is not None else None
        if start is not None and not (self._has_stated_start and self._is_of_ended_period(reading)):
            self._has_stated_start = True
            yield from self._begin(start, reading.at)

    def _value(self, tag: MappedTag, reading: Reading) -> Iterator[PeriodRow]:
        if self.period is None and (reading.value is None or tag.column.role == "late"):
            return  # a unit out of service has no period; late values belong to earlier ones
        if not self._has_stated_start:
            yield from self._begin(start_of(self._tags.seed, reading.at), reading.at)
        if self._is_of_ended_period(reading):
            return
        assert self.period is not None
        take(self.period, self._tags, tag, reading)
        self.has_changed = True
        if reading.is_historical and (every := sampling_of(self._tags.seed)) is not None:
            self._stored = min(self._stored, sample_number(reading.at, every) - 1)

    def _is_of_ended_period(self, reading: Reading) -> bool:
        """Return whether a reading waited for a connection until its period was over."""
        if not reading.is_historical or self.period is None:
            return False
        if self._has_stated_start:
            return self.period.since is None or reading.at < self.period.since
        return start_of(self._tags.seed, reading.at) < self.period.start

    def _begin(self, start: dt.datetime, at: dt.datetime) -> Iterator[PeriodRow]:
        """Begin a period if it is a new one, and end the one before."""
        if self.period is None:
            self.period = Period(start, since=at)
            self.finished.drop_from(written_start(self._tags.seed, start))
        elif start > self.period.start or (self._has_stated_start and start != self.period.start):
            row = row_of(self.period, self._tags, self.name, at)
            is_new = self._finish(row)
            self.period, self._stored = self.period.next(start, at), -1
            self.has_changed = True
            if is_new:
                yield row

    def _label(self, tag: MappedTag, reading: Reading) -> Iterator[Label]:
        """Result of the laboratory, of its stated period or that of its source time."""
        if reading.value is None:
            return
        seed, stated = self._tags.seed, self._label_starts.get(tag.column.name)
        start = start_of(seed, reading.at)
        if stated:
            text = next((one.value for one in reversed(stated) if one.at <= reading.at), None)
            known = None if text is None else parsed_start(str(text))
            if known is None:
                return
            start = known
        value = reading.value * factor_of(tag.column) if isinstance(reading.value, float) else reading.value
        label = Label(self.name, written_start(seed, start), tag.column.name, value)
        if (cells := self.finished.change(label.start, label.column, value)) is not None:
            self._unwritten[label.start] = cells
        yield label

    def _finish(self, row: PeriodRow) -> bool:
        """Note a finished period; returns False for one that an earlier run has finished."""
        start = written_start(self._tags.seed, row.start)
        if start in self.finished:
            return False
        self.finished.drop_from(start)
        self.finished.add(start, row.cells)
        self._unwritten[start] = row.cells
        return True

    def write(self, database: Connection) -> None:
        """Write finished periods and samples in an open transaction; `note_written` follows if it succeeds."""
        where = (self._process, self.name)
        for start, cells in self._unwritten.items():
            row = (*where, start, json.dumps(cells))
            database.execute("INSERT OR REPLACE INTO finished VALUES (?, ?, ?, ?)", row)
            database.execute("DELETE FROM samples WHERE process = ? AND unit = ? AND start <= ?", (*where, start))
        if self._unwritten:
            database.execute(
                "DELETE FROM finished WHERE process = ? AND unit = ? AND start NOT IN "
                "(SELECT start FROM finished WHERE process = ? AND unit = ? ORDER BY start DESC LIMIT ?)",
                (*where, *where, FINISHED),
            )
        self._new_samples = self.complete_samples()
        if self._new_samples and self.period is not None:
            start = written_start(self._tags.seed, self.period.start)
            samples = [(*where, start, one, json.dumps(self.period.samples[one])) for one in self._new_samples]
            database.executemany("INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?)", samples)

    def note_written(self) -> None:
        """Note that the database has what `write` wrote."""
        self._unwritten.clear()
        if self._new_samples:
            self._stored = self._new_samples[-1]

    def complete_samples(self) -> list[int]:
        """Numbers of the samples that are complete and not stored yet."""
        if self.period is None or not self.period.samples:
            return []
        last = max(self.period.samples)
        return [number for number in sorted(self.period.samples) if self._stored < number < last]

    def write_state(self, database: Connection) -> None:
        """Write start and latest readings of the period under way in an open transaction.

        `note_state_written` follows if it succeeds.
        """
        if self.period is None or self.period.latest == self._latest_written:
            return
        latest = {
            name: (reading.value, reading.quality, reading.at.timestamp(), reading.reason)
            for name, (_, reading) in self.period.latest.items()
        }
        start = written_start(self._tags.seed, self.period.start)
        row = (self._process, self.name, start, json.dumps({"is_stated": self._has_stated_start, "latest": latest}))
        database.execute("INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)", row)

    def note_state_written(self) -> None:
        """Note that the database has what `write_state` wrote."""
        if self.period is not None:
            self._latest_written = dict(self.period.latest)

    def _restore(self) -> None:
        """Read what an earlier run has stored."""
        where = (self._process, self.name)
        with self._outbox.transaction() as database:
            query = "SELECT start, cells FROM finished WHERE process = ? AND unit = ? ORDER BY start"
            for start, cells in database.execute(query, where):
                self.finished.add(start, json.loads(cells))
            query = "SELECT start, content FROM states WHERE process = ? AND unit = ?"
            for start, content in database.execute(query, where):
                self._restore_state(start, json.loads(content))
            query = "SELECT start, number, cells FROM samples WHERE process = ? AND unit = ? ORDER BY start, number"
            for start, number, cells in database.execute(query, where):
                start_time = dt.datetime.fromisoformat(start)
                if self.period is None:
                    self.period = Period(start_time)
                elif self.period.start != start_time:
                    self.period = Period(start_time, latest=dict(self.period.latest))
                self.period.samples[number] = json.loads(cells)
                self._stored = number

    def _restore_state(self, start: str, content: dict[str, Any]) -> None:
        """Go on with the period that an earlier run has left."""
        self.period, self._has_stated_start = Period(dt.datetime.fromisoformat(start)), content["is_stated"]
        seed = self._tags.seed
        columns = {column.name: column for column in seed.columns}
        for name, (value, quality, at, reason) in content["latest"].items():
            if (column := columns.get(name)) is not None:  # the seed may have changed
                tag = MappedTag(self.name, column, filled(form_of(seed, column), self.name, name))
                time = dt.datetime.fromtimestamp(at, dt.UTC)
                self.period.latest[name] = tag, Reading(tag.text, value, quality, time, reason)
