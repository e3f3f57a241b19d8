"""Run of a live plant in accelerated time, until it is stopped."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence

from gateway.plant.live_plant import LaboratoryResult, LivePeriod, LivePlant
from gateway.plant.outlet import Outlet, PlantError, TagValue

SCAN = 1.0  # s between two readings of all instruments
SHORTEST_PERIOD = 5.0  # s: a period has several scans
USUAL_PERIOD = 60.0  # s

Report = Callable[[LivePeriod, float], None]


def period_seconds(period: dt.timedelta, speed: float | None) -> float:
    """Return the real duration of a period [s].

    Parameters
    ----------
    period : timedelta
        Length of a period of the process.
    speed : float or None
        Simulated time over real time; by default a period takes a minute.

    Raises
    ------
    PlantError
        A period would take less than 5 s, or more than its own length.
    """
    if speed is None:
        return min(USUAL_PERIOD, period.total_seconds())
    fastest = period.total_seconds() / SHORTEST_PERIOD
    if not 1.0 <= speed <= fastest:
        raise PlantError(f"speed: got {speed:g}: expected 1 to {fastest:g}, at which a period takes 5 s")
    return period.total_seconds() / speed


def readings_at(plant: LivePlant, period: LivePeriod, at: dt.datetime) -> list[TagValue]:
    """Return all readings of a scan: the start of the period and the measured values of each unit."""
    clock = plant.seed.clock.name
    units = dict.fromkeys(reading.unit for reading in period.readings)
    starts = [TagValue(unit, clock, period.start, at) for unit in units]
    return [*starts, *(TagValue(one.unit, one.column, one.value, at, one.quality) for one in period.readings)]


def results_at(results: Sequence[LaboratoryResult], at: dt.datetime) -> list[TagValue]:
    """Return results of the laboratory, each after the start of the period that it belongs to."""
    values = []
    for result in results:
        values.append(TagValue(result.unit, f"{result.column}.period", result.start, at))
        values.append(TagValue(result.unit, result.column, result.value, at))
    return values


async def run(plant: LivePlant, outlet: Outlet, seconds: float, report: Report, periods: int | None = None) -> None:
    """Offer the values of a plant until the task is cancelled.

    Parameters
    ----------
    plant : LivePlant
        The plant.
    outlet : Outlet
        Offers its values.
    seconds : float
        Real duration of a period [s].
    report : callable
        Receives each period when it begins, and the duration of its first scan [s].
    periods : int, optional
        Number of periods after which the run ends; by default it does not.

    Raises
    ------
    PlantError
        The outlet cannot be opened.
    """
    coming = asyncio.create_task(asyncio.to_thread(plant.advance))
    try:
        await outlet.open()
        begins, number = time.monotonic(), 0
        while periods is None or number < periods:
            period = await coming
            coming = asyncio.create_task(asyncio.to_thread(plant.advance))
            await _scans(plant, outlet, period, begins, seconds, report)
            begins, number = max(begins + seconds, time.monotonic() - SCAN), number + 1
    finally:
        coming.cancel()
        await outlet.close()


async def _scans(
    plant: LivePlant, outlet: Outlet, period: LivePeriod, begins: float, seconds: float, report: Report
) -> None:
    """Scan all instruments every second until the end of a period; results arrive in its first half."""
    waiting, is_first = batches(period.results), True
    pause = 0.5 * seconds / max(len(waiting), 1)
    due, ends = begins, begins + seconds
    while (now := time.monotonic()) < ends or is_first:
        await outlet.write(readings_at(plant, period, dt.datetime.now(dt.UTC)))
        if is_first:
            report(period, time.monotonic() - now)
            is_first = False
        while waiting and time.monotonic() >= due:
            await outlet.write(results_at(waiting.pop(0), dt.datetime.now(dt.UTC)))
            due += pause
        await asyncio.sleep(max(0.0, min(now + SCAN, ends) - time.monotonic()))
    for batch in waiting:
        await outlet.write(results_at(batch, dt.datetime.now(dt.UTC)))


def batches(results: Sequence[LaboratoryResult]) -> list[list[LaboratoryResult]]:
    """Return results in groups that have one period, so that a tag changes once in each."""
    groups: dict[dt.datetime, list[LaboratoryResult]] = {}
    for result in results:
        groups.setdefault(result.start, []).append(result)
    return [groups[start] for start in sorted(groups)]
