"""Load of the gateway: rows compared with the table, processor time, memory and delays."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.machine import Others
from benchmarks.gateway.compared import compared, journal
from benchmarks.gateway.programs import prepared, running, usage
from benchmarks.gateway.table import FAST, SCAN, read, simulated

UNITS, SCANS = 264, 60
PREDICT = 60.0  # s, the default
SAMPLE = 10.0  # s between two samples of processor time and memory
CHANGES = ("nonferrous_gateway_readings_total", "changes")
MORE = 4  # periods beyond the duration: start, first and last
SHORTEST = 4.0  # minutes: memory of the third is compared with that of the last


def measured(work: Path, home: Path, minutes: float, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure the gateway over so many minutes.

    Parameters
    ----------
    work : Path
        Folder for the table, records and logs.
    home : Path
        Home folder with a champion.
    minutes : float
        Duration after the first prediction.
    tell : callable
        Takes lines of progress.
    """
    file, periods = work / f"table-{UNITS}.json", round(minutes * 60 / SCANS / SCAN) + MORE
    tell(f"simulating {periods} periods of {UNITS} pots")
    simulated(file, UNITS, periods)
    table = read(file, SCANS, float(int(time.time()) + 2))
    trial, others = prepared(work / "load", home, file, table, PREDICT), Others()
    series: list[dict[str, float]] = []
    with running(trial):
        since, metrics = table.scan_at(time.time()), trial.gateway.metrics()
        begin, plant = time.monotonic(), trial.plant.popen
        assert plant is not None
        before, plant_before = usage(trial.gateway.pid), usage(plant.pid)
        while (passed := time.monotonic() - begin) < 60 * minutes:
            time.sleep(min(SAMPLE, 60 * minutes - passed))
            one = {"at": time.monotonic() - begin, **usage(trial.gateway.pid)}
            series.append(one)
            tell(f"{one['at']:.0f} s: {one['resident_mib']:.1f} MiB, {trial.gateway.faults() or 'no fault'}")
        seconds = time.monotonic() - begin
        changes = trial.gateway.metrics()[CHANGES] - metrics[CHANGES]
        scans = [one for one in journal(trial.plant.journal) if one.is_complete]
        after, plant_after = usage(trial.gateway.pid), usage(plant.pid)
        connection = {
            name: value for (_, name), value in trial.gateway.metrics().items() if name in ("sessions", "gaps")
        }
        time.sleep(5.0)  # the last rows are sent
    result = compared(table, journal(trial.plant.journal), trial.service.records, since - since % SCANS)
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "minutes": minutes,
        "units": UNITS,
        "tags": FAST,
        "processors": os.cpu_count(),
        "others": others.kept_busy(),
        "scans": len(scans),
        "cpu_share": (after["cpu_seconds"] - before["cpu_seconds"]) / seconds,
        "plant_cpu_share": (plant_after["cpu_seconds"] - plant_before["cpu_seconds"]) / seconds,
        "changes_per_second": changes / seconds,
        "resident_mib": _memory(series),
        "connection": connection,
        "rows": result.periods,
        "columns": len(table.inputs),
        "different": result.lost,
        "duplicated": result.duplicated,
        "stale": result.stale,
        "outcomes": result.outcomes,
        "different_outcomes": result.lost_outcomes,
        "examples": result.examples,
        "delay_seconds": [statistics.median(result.delays), max(result.delays)] if result.delays else [],
    }


def _memory(series: list[dict[str, float]]) -> list[float]:
    """Mean resident memory in the minute after the second one, and in the last one [MiB]."""
    end = series[-1]["at"]
    first = [one["resident_mib"] for one in series if 120 < one["at"] <= 180]
    last = [one["resident_mib"] for one in series if one["at"] > end - 60]
    return [statistics.fmean(first), statistics.fmean(last)]
