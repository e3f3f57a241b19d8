"""Trials of a case: faults at random moments, then the comparison of records and table."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.faults.load import PROCESS
from benchmarks.gateway.cases import CASES, Setting
from benchmarks.gateway.compared import RecordedRow, WrittenScan, compared, journal, recorded_rows, rows_of
from benchmarks.gateway.network import Network
from benchmarks.gateway.programs import prepared, running
from benchmarks.gateway.table import SCAN, PlayedTable, read, simulated
from records.database import Database
from records.requests import recorded
from seeds.format.gateway import STALE_AFTER

SCANS = 10
PREDICT = 1.0  # s
DURATION = (4.0, 7.0)  # s of a fault: at least three intervals
PAUSE = (1.0, 4.0)  # s before a fault
PATIENCE = 60.0  # s until a fault is named, and until operation recovers
_POLL = 0.05  # s


@dataclass
class FaultResult:
    """Times of a case; what was lost is a `Comparison`.

    Attributes
    ----------
    units, times : int
        Number of pots, and of faults.
    named : list of float or None
        Time from each fault until the gateway has named it [s]; None if it has not.
    recovery : list of float or None
        Time from the end of each fault until the first record with fresh values of all pots [s]; None without one.
    """

    units: int
    times: int = 0
    named: list[float | None] = field(default_factory=list)
    recovery: list[float | None] = field(default_factory=list)


def run(
    name: str, work: Path, home: Path, units: int, times: int, tell: Callable[[str], None], periods: int = 90
) -> dict[str, Any]:
    """Repeat a fault.

    Parameters
    ----------
    name : str
        Name of the case.
    work : Path
        Folder for the table, and for the case.
    home : Path
        Home folder with a champion.
    units, times : int
        Number of pots, and of faults.
    tell : callable
        Takes lines of progress.
    periods : int
        Number of periods of the table.
    """
    file = work / f"table-{units}.json"
    simulated(file, units, periods)
    case, result = CASES[name], FaultResult(units)
    table = read(file, SCANS, float(int(time.time()) + 2))
    trial = prepared(work / name, home, file, table, PREDICT, case.is_at_broker)
    rng = random.Random(zlib.crc32(name.encode()))
    begins: list[float] = []
    ends: list[float] = []
    with Network(trial.plant.port) as network:
        trial.gateway.plant = network.port
        setting = Setting(trial, network, rng)
        with running(trial):
            since = table.scan_at(time.time())
            for _ in range(times):
                time.sleep(rng.uniform(*PAUSE))
                position, lasts = trial.gateway.log.stat().st_size, rng.uniform(*DURATION)
                begins.append(time.time())
                case.begin(setting)
                began = time.monotonic()
                result.named.append(_waited(lambda position=position: case.is_named(setting, position), began))
                time.sleep(max(0.0, began + lasts - time.monotonic()))
                case.end(setting)
                ends.append(time.time())
                end = ends[-1]
                _waited(lambda end=end: _has_recovered(table, trial.service.records, end), time.monotonic())
                result.times += 1
                tell(f"  {name} {result.times}: named after {result.named[-1]} s")
            time.sleep((SCANS + 5) * 1.0)  # the last period ends
            stop = table.scan_at(time.time()) - 4
        scans = [one for one in journal(trial.plant.journal) if one.number <= stop]
    rows = recorded_rows(trial.service.records)
    result.recovery = [_recovery(table, rows, end) for end in ends]
    over = [end + (PATIENCE if after is None else after) for end, after in zip(ends, result.recovery, strict=True)]
    scans = [marked(table, scan, begins, over, case.is_at_broker) for scan in scans]
    whole = compared(table, scans, trial.service.records, since - since % SCANS, frozenset(setting.removed))
    return asdict(result) | {name: value for name, value in asdict(whole).items() if name != "delays"}


def _waited(until: Callable[[], bool], since: float) -> float | None:
    """Time until something is so [s]; None if it is not in time."""
    while time.monotonic() - since < PATIENCE:
        if until():
            return time.monotonic() - since
        time.sleep(_POLL)
    return None


def marked(
    table: PlayedTable, scan: WrittenScan, begins: Sequence[float], ends: Sequence[float], is_at_broker: bool
) -> WrittenScan:
    """Mark a scan during a fault, or in the three publishing intervals before it.

    It may be read later, or never if it was sent to a broker.

    Parameters
    ----------
    table : PlayedTable
        Table that was written.
    scan : WrittenScan
        The scan.
    begins, ends : sequence of float
        Times of the beginning of each fault, and of the end of its recovery [s since 1970].
    is_at_broker : bool
        Whether plant and gateway meet at a broker.
    """
    at = table.time_of(scan.number).timestamp()
    is_read = all(not begin - STALE_AFTER * SCAN <= at <= end for begin, end in zip(begins, ends, strict=True))
    return replace(scan, is_read=is_read, is_complete=scan.is_complete and (is_read or not is_at_broker))


def _has_recovered(table: PlayedTable, url: str, end: float) -> bool:
    with closing(Database(url)) as database, database.read() as connection:
        for one in recorded(connection, PROCESS, newest_first=True):
            rows = rows_of(one)
            if rows[0].created < end:
                return False
            if _is_fresh(table, rows, end):
                return True
    return False


def _recovery(table: PlayedTable, rows: Iterable[RecordedRow], end: float) -> float | None:
    """Time from the end of a fault until the first record with fresh values [s]; None without one."""
    by_id: dict[str, list[RecordedRow]] = {}
    for row in rows:
        if row.created >= end:
            by_id.setdefault(row.id, []).append(row)
    times = [one[0].at - end for one in by_id.values() if _is_fresh(table, one, end)]
    return min(times, default=None)


def _is_fresh(table: PlayedTable, rows: list[RecordedRow], end: float) -> bool:
    """Return whether a request has the pots of the period, all with values of scans since a time."""
    numbers = [i for i, period in enumerate(table.periods) if table.written_start(period) == rows[0].start]
    if not numbers or len(rows) < len(set(table.units) & set(table.periods[numbers[0]].cells)):
        return False
    for row in rows:
        cells = table.periods[numbers[0]].cells.get(row.unit, {})
        for name in table.fast:
            last, quality = cells.get(name, (None, "bad"))
            if quality == "bad" or not isinstance(last, float):
                continue
            value = row.row[name]
            scan = None if value is None else table.scan_of(row.unit, name, value, numbers[0])
            if scan is None or scan < table.scan_at(end):
                return False
    return True
