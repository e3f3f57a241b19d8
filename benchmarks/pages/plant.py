"""Potline of the measurement: simulated periods, and the rows that a plant sends of them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from benchmarks.gateway.programs import PATIENCE
from benchmarks.gateway.table import SCAN, PlayedTable, read, simulated

SCANS = 10  # of a period: each pot has another row every 10 s


def playable(work: Path, units: int, seconds: float, begin: float) -> tuple[Path, PlayedTable]:
    """Simulate a potline for the start of programs and two measurements; return file and table.

    Parameters
    ----------
    work : Path
        Folder of the file.
    units : int
        Number of pots.
    seconds : float
        Duration of a measurement [s].
    begin : float
        Time of the first scan [s since 1970].
    """
    periods = math.ceil((2 * seconds + 2 * PATIENCE) / (SCANS * SCAN))
    file = work / f"table-{units}-{periods}.json"
    simulated(file, units, periods)
    return file, read(file, SCANS, begin)


def line_body(table: PlayedTable, number: int) -> tuple[bytes, int, str]:
    """Return the request of a period for all its pots, its number of rows, and the start of the period."""
    period = table.periods[number]
    start = table.written_start(period)
    rows = [_row(table, unit, start, number) for unit in period.cells]
    return json.dumps({"rows": rows}).encode(), len(rows), start


def lasting_units(table: PlayedTable) -> list[str]:
    """Return the pots that are in service in all periods."""
    return [unit for unit in table.units if all(unit in period.cells for period in table.periods)]


def _row(table: PlayedTable, unit: str, start: str, number: int) -> dict[str, Any]:
    cells = table.periods[number].cells[unit]
    values = {one.name: None if cells[one.name][1] == "bad" else cells[one.name][0] for one in table.inputs}
    return {table.seed.key.name: unit, table.seed.clock.name: start, **values}
