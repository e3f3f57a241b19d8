"""Comparison of the records with the table: lost, duplicated and stale rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.faults.load import PROCESS
from benchmarks.gateway.table import SCAN, Cell, PlayedTable
from records.database import Database
from records.outcomes import in_effect
from records.requests import RecordedExchange, recorded
from seeds.format.gateway import STALE_AFTER

TOLERANCE = SCAN  # s between a request's values and its id, or between two clocks


@dataclass(frozen=True)
class RecordedRow:
    """Row of a recorded request.

    Attributes
    ----------
    id : str
        Id of the record.
    created, at : float
        Time of its id, and of its record [s since 1970].
    unit, start : str
        Unit and period.
    row : dict
        The row as it was sent.
    """

    id: str
    created: float
    at: float
    unit: str
    start: str
    row: dict[str, Any]


@dataclass(frozen=True)
class WrittenScan:
    """Scan of the server's journal.

    Attributes
    ----------
    number : int
        Its number.
    is_complete : bool
        Whether all values were written.
    bad : str
        Column that was bad; empty without one.
    is_read : bool
        Whether the gateway could read it without the history of changes.
    """

    number: int
    is_complete: bool
    bad: str
    is_read: bool = True


@dataclass
class Comparison:
    """Counts over all units and periods.

    Attributes
    ----------
    periods, outcomes : int
        Rows and outcomes that are expected.
    lost, duplicated, stale, lost_outcomes : int
        Rows that are missing or differ; rows of a period after one of a later period; stale or bad values that were
        sent as good; outcomes that are missing or differ.
    examples : list of str
        The first differences.
    delays : list of float
        Time from the end of a period to its recorded row [s].
    """

    periods: int = 0
    outcomes: int = 0
    lost: int = 0
    duplicated: int = 0
    stale: int = 0
    lost_outcomes: int = 0
    examples: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Note an example."""
        if len(self.examples) < 40:
            self.examples.append(text)


def journal(file: Path) -> list[WrittenScan]:
    """Read the journal of a server."""
    complete, scans = set(), {}
    for line in file.read_text(encoding="ascii").splitlines():
        word, number, *bad = line.split()
        scans[int(number)] = bad[0] if bad else ""
        if word == "end":
            complete.add(int(number))
    return [WrittenScan(number, number in complete, bad) for number, bad in sorted(scans.items())]


def recorded_rows(url: str) -> list[RecordedRow]:
    """Read the rows of all recorded requests, in the order of their creation and records."""
    rows = []
    with closing(Database(url)) as database, database.read() as connection:
        for one in recorded(connection, PROCESS):
            rows += rows_of(one)
    return sorted(rows, key=lambda row: (row.created, row.at))


def rows_of(request: RecordedExchange) -> list[RecordedRow]:
    """Return the rows of a recorded request; its id has the time at which the gateway created it."""
    created = int(request.id.replace("-", "")[:12], 16) / 1000
    return [
        RecordedRow(request.id, created, request.at / 1e6, row["unit"], row["period_start"], row)
        for row in json.loads(request.request_body)["rows"]
    ]


def compared(
    table: PlayedTable,
    scans: list[WrittenScan],
    url: str,
    since: int,
    removed: frozenset[tuple[str, str]] = frozenset(),
) -> Comparison:
    """Compare records with the table.

    Parameters
    ----------
    table : PlayedTable
        Table that the server offers.
    scans : list of WrittenScan
        Scans that it wrote.
    url : str
        Address of the records.
    since : int
        First scan that the gateway has read.
    removed : frozenset of (str, str)
        Units and columns whose node was removed for some time.
    """
    result = compared_rows(table, scans, recorded_rows(url), since, removed)
    _outcomes(table, scans, url, since, result)
    return result


def compared_rows(
    table: PlayedTable,
    scans: list[WrittenScan],
    rows: list[RecordedRow],
    since: int,
    removed: frozenset[tuple[str, str]] = frozenset(),
) -> Comparison:
    """Compare rows, in the order of their creation, with the table; see `compared`."""
    result = Comparison()
    by_period: dict[tuple[str, str], list[RecordedRow]] = defaultdict(list)
    newest: dict[str, str] = {}
    for row in rows:
        by_period[row.unit, row.start].append(row)
        if row.start < newest.get(row.unit, ""):
            result.duplicated += 1
            result.note(f"{row.id}: {row.unit}: period {row.start} after {newest[row.unit]}")
        newest[row.unit] = max(newest.get(row.unit, ""), row.start)
    for expected in _expected(table, scans, since):
        result.periods += 1
        own = by_period.get((expected.unit, expected.start), [])
        if not own:
            result.lost += 1
            result.note(f"{expected.unit}: period {expected.start}: no row")
        elif (text := expected.difference(own[-1].row, removed)) is not None:
            result.lost += 1
            result.note(f"{own[-1].id}: {expected.unit}: period {expected.start}: {text}")
        else:
            result.delays.append(own[-1].at - expected.end)
    numbers = {table.written_start(period): i for i, period in enumerate(table.periods)}
    ends = _ends(table, scans)
    for row in rows:
        _stale_cells(table, row, numbers.get(row.start), ends, result)
    return result


@dataclass(frozen=True)
class _Expected:
    """Row of a unit and period, with the cells that each column may have."""

    unit: str
    start: str
    end: float
    cells: dict[str, list[Cell]]

    def difference(self, row: dict[str, Any], removed: frozenset[tuple[str, str]]) -> str | None:
        """Text of the first column that differs; None if none does.

        A removed node may have no value, or the one before its end, whose age is counted elsewhere.
        """
        quality = row.get("data_quality", {})
        for name, allowed in self.cells.items():
            cell = (row[name], quality.get(name, "good"))
            if cell not in allowed and (self.unit, name) not in removed:
                return f"{name}: got {cell}: expected {' or '.join(map(str, allowed))}"
        return None


def _expected(table: PlayedTable, scans: list[WrittenScan], since: int) -> Iterator[_Expected]:
    """Yield the rows of the periods that have ended for their unit."""
    by_number: dict[int, list[WrittenScan]] = defaultdict(list)
    for scan in scans:
        by_number[scan.number // table.scans].append(scan)
    ended: dict[str, int] = {}
    passed: list[int] = []  # scans of periods without a complete one, each of which may have ended the one before
    for number, written in by_number.items():
        if not any(one.is_complete for one in written):
            passed += [one.number for one in written]
            continue
        # A pot that was out of service at the start has no nodes.
        running = set(table.units) & set(table.periods[number].cells)
        first = next(i for i, one in enumerate(written) if one.is_complete)
        ends = passed + [one.number for one in written[: first + 1]]
        passed = []
        for unit in sorted(running):
            if unit in ended and by_number[ended[unit]][-1].number >= since:
                yield _row(table, unit, ended[unit], by_number[ended[unit]], ends)
            ended[unit] = number


def _row(table: PlayedTable, unit: str, number: int, scans: list[WrittenScan], ends: list[int]) -> _Expected:
    complete = [one for one in scans if one.is_complete]
    last = [complete[-1], *(one for one in scans if one.number > complete[-1].number)]
    cells: dict[str, list[Cell]] = {}
    for column in table.inputs:
        sources = last if column.name in table.fast else complete[:1]
        refresh = SCAN if column.name in table.fast else table.scans * SCAN
        cells[column.name] = [
            cell
            for scan in sources
            for end in ends
            for cell in _allowed(table, unit, column.name, scan, (end - scan.number) * SCAN / refresh)
        ]
    if not complete[0].is_read:
        # A history of changes does not state that a value was measured again at the first scan.
        before, own = table.periods[max(number - 1, 0)].cells.get(unit, {}), table.periods[number].cells[unit]
        for name in cells.keys() - table.fast:
            if before.get(name) == own[name]:
                cells[name].append((None, "stale"))
    start = table.written_start(table.periods[number])
    return _Expected(unit, start, table.time_of(ends[-1]).timestamp(), cells)


def _allowed(table: PlayedTable, unit: str, name: str, scan: WrittenScan, age: float) -> Iterator[Cell]:
    """Yield the cells of a reading of an age [refresh intervals]: its status first, then its age."""
    value, quality = table.cell(unit, name, scan.number)
    if quality == "bad" or name == scan.bad:
        yield None, "bad"
        return
    if age > STALE_AFTER - 1:
        yield None, "stale"
    if age <= STALE_AFTER + 1:
        yield value, quality


def _ends(table: PlayedTable, scans: list[WrittenScan]) -> dict[int, float]:
    """Time of the first scan after each period [s since 1970]."""
    ends: dict[int, float] = {}
    for before, after in pairwise(scans):
        if before.number // table.scans != after.number // table.scans:
            ends[before.number // table.scans] = table.time_of(after.number).timestamp()
    return ends


def _stale_cells(
    table: PlayedTable, row: RecordedRow, number: int | None, ends: dict[int, float], result: Comparison
) -> None:
    """Count the values of a row that are older than three intervals, or that no scan had.

    Ages refer to the time of the request, or to the end of the period if that was before.
    """
    if number is None:
        result.stale += 1
        result.note(f"{row.id}: {row.unit}: the plant has no period {row.start}")
        return
    for name in table.fast:
        value, quality = row.row[name], row.row.get("data_quality", {}).get(name, "good")
        if not isinstance(value, float) or quality in ("stale", "bad"):
            continue
        scan = _scan_of(table, row.unit, name, value, number)
        time = min(row.created, ends.get(number, row.created))
        age = None if scan is None else time - table.time_of(scan).timestamp()
        if age is None or age > STALE_AFTER * SCAN + TOLERANCE:
            result.stale += 1
            text = "of no scan" if age is None else f"{age:.1f} s old"
            result.note(f"{row.id}: {row.unit}: {name} is {text}, sent as {quality}")


def _scan_of(table: PlayedTable, unit: str, name: str, value: float, number: int) -> int | None:
    """Scan of a value in its period, or in the latest one before it of the same unit."""
    while number >= 0:
        if unit in table.periods[number].cells and (scan := table.scan_of(unit, name, value, number)) is not None:
            return scan
        number -= 1
    return None


def _outcomes(table: PlayedTable, scans: list[WrittenScan], url: str, since: int, result: Comparison) -> None:
    """Compare outcomes in effect with the results of the laboratory that the server wrote."""
    targets = {column.name for column in table.seed.labels}
    expected: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    last = max(scan.number for scan in scans)
    for number in sorted({one.number // table.scans for one in scans if one.is_complete and one.number >= since}):
        if number == last // table.scans:
            continue  # its results may not have been read yet
        for unit, name, value, start in table.periods[number].results:
            if name in targets and unit in table.units:
                expected[unit, start][name] = value
    with closing(Database(url)) as database, database.read() as connection:
        known = in_effect(connection, PROCESS, list(expected))
    for slot, values in expected.items():
        for name, value in values.items():
            result.outcomes += 1
            if known.get(slot, {}).get(name) != value:
                result.lost_outcomes += 1
                result.note(f"outcome of {slot[0]} in {slot[1]}: got {known.get(slot)}: expected {value}")
