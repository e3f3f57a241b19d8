"""Command `schedule`: hourly current of a cell line for a tariff."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nonferrous.console import check_folder, console, fail
from nonferrous.options import ProcessName
from nonferrous.table_request import check_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.schedules.schedule import IntervalValue, Schedule
    from seeds import Seed

_BAR = 30  # characters of the highest current


def schedule(
    process: ProcessName,
    data: Annotated[Path, typer.Option(help="Table as for `train`; the latest rows give the state of the line.")],
    tariff: Annotated[
        Path, typer.Option(help="CSV with start, price [$/kWh] and, if known, end and factor [kgCO2e/kWh].")
    ],
    metal_target: Annotated[float, typer.Option(help="Metal of all cells over the hours of the tariff [t].")],
    cells: Annotated[int, typer.Option(help="Number of cells in series.")],
    current: Annotated[float, typer.Option(help="Line current just before the first hour [kA].")],
    minutes: Annotated[int, typer.Option(help="Length of a step: 60 or 30 [min].")] = 60,
    min_current: Annotated[float | None, typer.Option(help="Lowest current [kA].", show_default="the seed's")] = None,
    max_current: Annotated[float | None, typer.Option(help="Highest current [kA].", show_default="the seed's")] = None,
    ramp: Annotated[float | None, typer.Option(help="Largest change [kA/h].", show_default="the seed's")] = None,
    allow_stops: Annotated[
        bool, typer.Option("--allow-stops", help="Stops of the line, at the seed's holding current.")
    ] = False,
    limit: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Bound instead of the seed's; repeatable.")
    ] = None,
    allow_negative_prices: Annotated[
        bool, typer.Option("--allow-negative-prices", help="Confirmation that prices below 0 are intended.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="CSV or Parquet file to write, one row per step.")] = None,
    report: Annotated[Path | None, typer.Option(help="HTML page to write, with charts.")] = None,
) -> None:
    """Compute the cheapest hourly current for tariff and metal target."""
    from models.interfaces.schedule import ScheduleError
    from models.schedules.errors import ImpossibleError
    from models.table.reading import read_table
    from operations.schedules.answers import lacking, order_of, scheduled
    from seeds import load

    seed = load(process)
    if seed.schedule is None or seed.key is None:
        fail(f"{process}: its seed has no [schedule]: expected a process whose current may follow a tariff")
    _check_files(out, report)
    request = {
        "metal_target": metal_target, "cells": cells, "current": current, "minutes": minutes, "lowest": min_current,
        "highest": max_current, "ramp": ramp, "allow_stops": allow_stops, "limits": _bounds(limit or [], seed),
        "allow_negative_prices": allow_negative_prices,
        **_read_tariff(tariff),
    }  # fmt: skip
    _check(request)
    table = read_table(data, seed).table
    order = order_of(table, seed, request)
    try:
        plan = scheduled(seed, order)
    except (ScheduleError, ImpossibleError) as error:
        fail(str(error))
    screen = console()
    for name, units in lacking(seed, order).items():
        screen.print(_warning(name, units), markup=False, soft_wrap=True)
    for text in _lines(plan):
        screen.print(text, markup=False, soft_wrap=True)
    _write(plan, seed, out, report)


def _warning(name: str, units: list[str]) -> str:
    """Remark on a reading that units lack."""
    more = "" if len(units) == 1 else f" and {len(units) - 1} more"
    return f"Warning: {name} is missing in the newest row of {units[0]}{more}: the mean cell is that of the others"


def _write(plan: Schedule, seed: Seed, out: Path | None, report: Path | None) -> None:
    """Write the requested files."""
    from models.schedules.table import schedule_frame
    from models.table.reading import write_frame
    from reporting.report import write_page

    if out is not None:
        write_frame(schedule_frame(plan), out)
    if report is not None:
        write_page(_page(plan, seed), report)
    for file in (out, report):
        if file is not None:
            console().print(f"written: {file}", markup=False, soft_wrap=True)


def _check_files(out: Path | None, report: Path | None) -> None:
    """End with exit code 2 where a file cannot be written."""
    if out is not None:
        check_out(out)
    check_folder("--report", report)


def _check(request: dict[str, Any]) -> None:
    """End with exit code 2 where a number is out of its range."""
    if request["minutes"] not in (60, 30):
        fail(f"--minutes: got {request['minutes']}: expected 60 or 30")
    options = {
        "metal_target": "metal-target",
        "cells": "cells",
        "lowest": "min-current",
        "highest": "max-current",
        "ramp": "ramp",
    }
    for name, option in options.items():
        if request[name] is not None and not request[name] > 0:
            fail(f"--{option}: got {request[name]:g}: expected more than 0")
    if not request["current"] >= 0:
        fail(f"--current: got {request['current']:g}: expected 0 or more")


def _bounds(given: list[str], seed: Seed) -> dict[str, float]:
    """Bounds from texts such as `cell_temperature=42`; ends with exit code 2 where one is none."""
    from models.schedules.order import replaceable

    names = [one.name for one in replaceable(seed)]
    bounds = {}
    for text in given:
        name, sign, number = text.partition("=")
        try:
            bounds[name] = float(number)
        except ValueError:
            sign = ""
        if name not in names or not sign:
            fail(f"--limit: got '{text}': expected NAME=VALUE with a name of {', '.join(names) or 'none'}")
    return bounds


def _read_tariff(file: Path) -> dict[str, Any]:
    """Return the intervals of a tariff with emission factors, if any; exit with code 2 if invalid."""
    import csv

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for name in ("start", "price"):
        if not rows or name not in rows[0]:
            fail(f"{file}: expected a CSV of columns start and price, with end and factor where they are known")
    has_factor = "factor" in rows[0]
    tariff, factors = [], []
    for i, row in enumerate(rows, start=2):
        values = {}
        for name in ("price", *(["factor"] if has_factor else [])):
            try:
                values[name] = float(row[name])
            except (TypeError, ValueError):
                values[name] = math.nan
            if not math.isfinite(values[name]) or (name == "factor" and values[name] < 0):
                fail(f"{file}: line {i}, {name}: got '{row[name]}': expected a number")
        when = {"start": row["start"] or "", "end": row.get("end") or None}
        tariff.append(when | {"price": values["price"]})
        factors.append(when | {"factor": values.get("factor")})
    return {"tariff": tariff, "grid_factor": factors if has_factor else None}


def _lines(plan: Schedule) -> Iterator[str]:
    """Yield the lines of a schedule: hours as bars, then figures."""
    top, prices = max(float(plan.current.max()), plan.flat), plan.order.prices.values
    yield "start                      $/kWh      kA      MW"
    for i, start in enumerate(plan.order.prices.starts):
        bar = "#" * round(_BAR * float(plan.current[i]) / top)
        stop = "" if plan.running[i] else " stop"
        yield (
            f"{start.isoformat(timespec='minutes'):<24} {prices[i]:>7.4f} {plan.current[i]:>7.1f} "
            f"{plan.power[i]:>7.2f} {bar}{stop}"
        )
    yield from figures(plan)


def figures(plan: Schedule) -> Iterator[str]:
    """Yield metal, cost, saving, energy, limits and shadow prices as text."""
    share = plan.saving.value / (plan.total_cost.value + plan.saving.value)
    yield f"metal {_ranged(plan.tonnes, ',.1f')} t of {plan.order.metal_target:,g} t required"
    yield f"cost {_ranged(plan.total_cost, ',.0f')} $"
    yield f"saves {_ranged(plan.saving, ',.0f')} $, {share:.1%} of the cost of {plan.flat:.1f} kA in every hour"
    more = plan.energy - plan.flat_energy
    yield f"buys {plan.energy:,.0f} kWh ({more:+,.0f} compared with a constant current), {plan.emission:,.0f} kgCO2e"
    if math.isfinite(plan.consumption):
        yield (
            f"a tiered power price takes {plan.surcharge:,.0f} $ of the cost at {plan.consumption:,.0f} kWh/t, "
            f"{plan.flat_surcharge:,.0f} $ with a constant current"
        )
    for margin in plan.kept:
        side = "at most" if margin.limit.at_most else "at least"
        word = "kept" if margin.always else "kept as soon as a current can:"
        yield (
            f"{margin.limit.name}: {margin.extreme:.2f} {margin.limit.unit} in the mean cell, {word} {side} "
            f"{margin.tightened_limit:.2f} so that cells keep {margin.limit.bound:g}"
        )
    if plan.unmodelled_limits:
        yield f"not followed by the hour: {', '.join(plan.unmodelled_limits)}"
    for name, value in plan.worth.items():
        does = "costs" if name == "metal_target" else "would save"
        yield f"{name}: one {plan.units[name].strip('()')} more {does} {value:,.2f} $"


def _ranged(one: IntervalValue, form: str) -> str:
    return f"{one.value:{form}} ({one.low:{form}} to {one.high:{form}})"


def _page(plan: Schedule, seed: Seed) -> str:
    """One HTML page with the hours drawn."""
    from reporting.html import escaped
    from reporting.report import ReportSection, whole

    words = "".join(f"<li>{escaped(line)}</li>" for line in figures(plan))
    sections = [
        ReportSection("Figures", "Ranges are intervals of 90 %.", f"<ul>{words}</ul>"),
        ReportSection("By the hour", "Dashed lines are limits and the flat current.", "".join(_pictures(plan))),
    ]
    return whole(f"Schedule: {seed.process.title}", sections)


def _pictures(plan: Schedule) -> Iterator[str]:
    """Yield pictures of current, price and states, with their limits."""
    from reporting.lines import Trace, steps
    from reporting.style import BLUE, GREY, ORANGE, RED

    order, count = plan.order, len(plan.current)
    labels = [start.strftime("%d %b %H:%M") for start in order.prices.starts]

    def level(name: str, value: float, colour: str = RED) -> Trace:
        return Trace(name, [value] * count, colour, dash=True)

    ends = [level("lowest", order.lowest), level("highest", order.highest)]
    drawn = [Trace("current", plan.current.tolist(), BLUE), level("flat", plan.flat, GREY), *ends]
    yield steps(labels, drawn, "line current [kA]")
    yield steps(labels, [Trace("price", order.prices.values.tolist(), ORANGE)], "price [$/kWh]")
    for name, state in plan.states.items():
        own = [one for one in plan.kept if one.limit.name == name]
        limits = [level("at most" if one.limit.at_most else "at least", one.tightened_limit) for one in own]
        about = f"{name} of the mean cell [{plan.units.get(name, '')}]"
        yield steps(labels, [Trace(name, state.tolist(), BLUE), *limits], about)
