"""Table of a simulated potline; each value states the scan that it belongs to."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.faults.load import PROCESS
from gateway.periods import written_start
from gateway.plant.live_plant import LivePlant
from seeds import Column, Seed, load

FAST = 12
"""Number of columns with a new value at each scan; the others change once a period."""

SCAN = 1.0  # s
_YEARS = 3.0  # of history, as of the champion's plant
_STEP = 1e-5  # of a value, between two scans

Cell = tuple[float | str | None, str]
"""Value and quality: good, uncertain or bad."""


@dataclass(frozen=True)
class PlayedPeriod:
    """Period of the table.

    Attributes
    ----------
    start : datetime
        Its start in the time of the simulation.
    cells : dict of str to dict
        Value and quality by unit and column.
    results : list of (str, str, float, str)
        Unit, column, value and period of each result of the laboratory that arrives.
    """

    start: dt.datetime
    cells: dict[str, dict[str, Cell]]
    results: list[tuple[str, str, float, str]]


@dataclass(frozen=True)
class PlayedTable:
    """Table with the pace at which it is written.

    Attributes
    ----------
    periods : list of PlayedPeriod
        Periods in order.
    scans : int
        Number of scans of a period.
    begin : float
        Time of the first scan [s since 1970].
    """

    periods: list[PlayedPeriod]
    scans: int
    begin: float

    @cached_property
    def seed(self) -> Seed:
        """Return the seed of the process."""
        return load(PROCESS)

    @cached_property
    def inputs(self) -> tuple[Column, ...]:
        """Return the columns that requests state."""
        return tuple(column for column in self.seed.stated_inputs if not column.is_made)

    @cached_property
    def fast(self) -> frozenset[str]:
        """Return the names of the columns with a new value at each scan."""
        return frozenset(fast_columns(self.seed))

    @property
    def units(self) -> tuple[str, ...]:
        """Return the names of all units."""
        return tuple(self.periods[0].cells)

    def scan_at(self, at: float) -> int:
        """Return the number of the latest scan at a time [s since 1970]."""
        return math.floor((at - self.begin) / SCAN)

    def time_of(self, scan: int) -> dt.datetime:
        """Return the source time of a scan."""
        return dt.datetime.fromtimestamp(self.begin + scan * SCAN, dt.UTC)

    def period_of(self, scan: int) -> PlayedPeriod:
        """Return the period of a scan.

        Raises
        ------
        RuntimeError
            The table has ended.
        """
        if scan >= self.scans * len(self.periods):
            raise RuntimeError(f"scan {scan}: the table has {len(self.periods)} periods of {self.scans} scans")
        return self.periods[scan // self.scans]

    def written_start(self, period: PlayedPeriod) -> str:
        """Return the start of a period as requests state it."""
        return written_start(self.seed, period.start)

    def cell(self, unit: str, name: str, scan: int) -> Cell:
        """Return value and quality of a column at a scan; the last one has the value of the table."""
        value, quality = self.period_of(scan).cells[unit][name]
        if name not in self.fast or not isinstance(value, float):
            return value, quality
        return value + (self.scans - 1 - scan % self.scans) * self.step(name, value), quality

    def step(self, name: str, value: float) -> float:
        """Return the difference of two scans, away from the nearer limit."""
        low, high = self.seed.column(name).limits
        is_upper = math.isfinite(low) and math.isfinite(high) and value > (low + high) / 2
        return (-_STEP if is_upper else _STEP) * max(abs(value), 1.0)

    def scan_of(self, unit: str, name: str, value: float, number: int) -> int | None:
        """Return the scan of period `number` at which a fast column had a value; None if it never had."""
        last, _ = self.periods[number].cells[unit][name]
        if not isinstance(last, float):
            return None
        place = self.scans - 1 - round((value - last) / self.step(name, last))
        scan = number * self.scans + place
        return scan if 0 <= place < self.scans and self.cell(unit, name, scan)[0] == value else None


def fast_columns(seed: Seed) -> list[str]:
    """Return the names of the columns that are measured at each scan."""
    return [column.name for column in seed.by_role("during")][:FAST]


def simulated(file: Path, units: int, periods: int) -> None:
    """Simulate periods and write them to a file; one that exists is used again.

    All of them are over, since the service rejects outcomes of the future.
    """
    if file.exists():
        return
    seed = load(PROCESS)
    plant, earlier = LivePlant(seed, units, _YEARS), periods * seed.period
    written = []
    for _ in range(periods):
        period = plant.advance()
        cells: dict[str, dict[str, Any]] = {}
        for reading in period.readings:
            cells.setdefault(reading.unit, {})[reading.column] = [reading.value, reading.quality]
        results = [[one.unit, one.column, one.value, (one.start - earlier).isoformat()] for one in period.results]
        written.append({"start": (period.start - earlier).isoformat(), "cells": cells, "results": results})
    part = file.with_suffix(".part")
    part.write_text(json.dumps(written), encoding="utf-8")
    part.replace(file)


def read(file: Path, scans: int, begin: float) -> PlayedTable:
    """Read a table that `simulated` wrote."""
    periods = []
    for one in json.loads(file.read_text(encoding="utf-8")):
        cells = {unit: {name: (cell[0], cell[1]) for name, cell in row.items()} for unit, row in one["cells"].items()}
        results = [(unit, name, value, start) for unit, name, value, start in one["results"]]
        periods.append(PlayedPeriod(dt.datetime.fromisoformat(one["start"]), cells, results))
    return PlayedTable(periods, scans, begin)


def gateway_seed(text: str, seed: Seed, scans: int, predict: float) -> str:
    """Text of the seed with the intervals of predictions and of columns that change once a period."""
    refresh = f'refresh = {{ value = {scans * SCAN:g}, unit = "s" }}'
    fast = fast_columns(seed)
    for column in seed.columns:
        if column.role not in ("key", "time") and not column.is_made and column.name not in fast:
            head = f'name = "{column.name}"\nrole'
            if head not in text:
                raise RuntimeError(f"{column.name}: the seed has another form")
            text = text.replace(head, f'name = "{column.name}"\n{refresh}\nrole', 1)
    return text.replace("[[columns]]", f'[gateway]\npredict = {{ value = {predict:g}, unit = "s" }}\n\n[[columns]]', 1)
