"""Tables of the simulators' figures and aims for docs/results/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.machine import QUIET
from benchmarks.aims.page import Row, aims_table, at_least, filled, unmeasured
from reporting.markdown import number, table
from seeds import load

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "simulation.json", DOCS / "results" / "benchmarks.md"
NAME = "simulation"
OF_EARLIER, OF_POTLINE = 2.0, 3.0
OF_TWO_WORKERS = 1.6
ROWS_A_SECOND, PIECES_A_SECOND = 200_000, 250_000
SIZES = {"default": "default plant", "larger": "larger plant"}


def with_part(text: str, figures: Mapping[str, Any]) -> str:
    """Text of docs/results/benchmarks.md with the part of the simulators in it."""
    return filled(text, NAME, _lines(figures))


def _lines(figures: Mapping[str, Any]) -> list[str]:
    heads = (
        "process",
        "plant",
        "units",
        "processor time [s]",
        "earlier code [s]",
        "steps per second",
        "speed-up",
        "measured",
    )
    by_clock = (
        "process",
        "units",
        "one worker, wall time [s]",
        "two workers, wall time [s]",
        "one worker, processor time [s]",
        "busier of two, processor time [s]",
        "processors used by others",
    )
    return [
        "## Simulation",
        "",
        f"`make bench-simulation`, {figures['processors']} processors. `simulate` of this code and of revision "
        f"`{figures['revision']}` run in turn, each in its own process. The speed-up is the median over pairs of the "
        "processor time of one worker, imports included. A step is one day of a unit, for sorters and refined metals "
        "one lot. Two workers are compared with one on plants of about 11 s of work. The measure is wall time if other "
        f"programs used less than {QUIET:g} of a processor, otherwise the processor time of the "
        "busier worker.",
        "",
        *aims_table(targets(figures)),
        *(_of_rates(figures["rates"]) if "rates" in figures else ()),
        *table(heads, _beside(figures)),
        *(table(by_clock, _by_clock(figures)) if "two_workers" in figures else ()),
    ]


def targets(figures: Mapping[str, Any]) -> Iterator[Row]:
    """Aims and results."""
    for process, sizes in figures["beside_earlier"].items():
        aim = OF_POTLINE if process == "aluminium_reduction" else OF_EARLIER
        for size, title in SIZES.items():
            item = f"{title}, speed-up over the earlier code"
            if sizes is None:
                yield unmeasured(item, process, f"at least {aim:g}")
                continue
            yield at_least(item, process, aim, sizes[size]["ratio"]["median"])
    for process, one in figures.get("rates", {}).items():
        sorts = bool(load(process).bins)
        item, aim = ("pieces", PIECES_A_SECOND) if sorts else ("rows", ROWS_A_SECOND)
        yield at_least(f"{item} per second of one core", process, aim, one["made"] / one["seconds"])
    for process in figures["beside_earlier"]:
        one = figures.get("two_workers", {}).get(process)
        if one is None:
            yield unmeasured("two workers, speed-up", process, f"at least {OF_TWO_WORKERS:g}")
            continue
        clock, by = "seconds", "wall time"
        if one["others"] > QUIET:
            clock, by = "processor_seconds", "processor time of the busier"
        times = one[clock]["one"] / one[clock]["two"]
        yield at_least(f"two workers, speed-up, {by}", process, OF_TWO_WORKERS, times)


def _of_rates(rates: Mapping[str, Any]) -> list[str]:
    def cells(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
        made, seconds = one["made"], one["seconds"]
        others = f"{one['others']:.2f}"
        return name, f"{one['units']:,}", f"{made:,}", number(seconds), number(made / seconds), others, one["measured"]

    others = "processors used by others"
    heads = ("process", "units", "rows", "processor time [s]", "rows per second", others, "measured")
    return [
        "Rows per second are measured on plants of about 2 s of work, with imports, random numbers, Parquet and "
        "digests included. The shortest of three runs counts. If a row is longer than a day, days of units are "
        "counted. Other programs at work lengthen the time by up to half.",
        "",
        *table(heads, (cells(name, one) for name, one in rates.items())),
    ]


def _beside(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    measured = {process: sizes for process, sizes in figures["beside_earlier"].items() if sizes is not None}
    for process, sizes in measured.items():
        for size in SIZES:
            one = sizes[size]
            times = (number(one["seconds"]), number(one["earlier_seconds"]), number(one["steps"] / one["seconds"]))
            yield process, size, f"{one['units']:,}", *times, _ratio(one["ratio"]), sizes["measured"]


def _by_clock(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in figures.get("two_workers", {}).items():
        clocks = (one[clock] for clock in ("seconds", "processor_seconds"))
        times = (number(clock[workers]) for clock in clocks for workers in ("one", "two"))
        yield process, f"{one['units']:,}", *times, f"{one['others']:.2f}"


def _ratio(ratio: Mapping[str, float]) -> str:
    return f"{number(ratio['median'])} ({number(ratio['low'])} to {number(ratio['high'])})"
