"""Figures of the simulators as tables of docs/results/benchmarks.md, beside what was aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.machine import QUIET
from benchmarks.aims.page import Row, at_least, filled, unmeasured
from reporting.markdown import number, table
from seeds import load

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "simulation.json", DOCS / "results" / "benchmarks.md"
NAME = "simulation"
OF_EARLIER, OF_POTLINE = 2.0, 3.0
OF_TWO_WORKERS = 1.6
ROWS_A_SECOND, PIECES_A_SECOND = 200_000, 250_000
SIZES = {"default": "default plant", "larger": "larger plant"}


def with_part(text: str, found: Mapping[str, Any]) -> str:
    """Text of docs/results/benchmarks.md with the part of the simulators in it."""
    return filled(text, NAME, _lines(found))


def _lines(found: Mapping[str, Any]) -> list[str]:
    heads = (
        "process",
        "plant",
        "units",
        "s of a processor",
        "earlier [s]",
        "steps a second",
        "times as fast",
        "measured",
    )
    by_clock = (
        "process",
        "units",
        "one worker, by the clock [s]",
        "two workers [s]",
        "one worker, of a processor [s]",
        "the busier of two [s]",
        "processors others kept busy",
    )
    return [
        "## Simulation",
        "",
        f"Made by `make bench-simulation`, {found['processors']} processors: `simulate` by this "
        f"code and by that of revision `{found['revision']}` in turn, each in a process of its own; processor time of "
        "one worker with all that is loaded on the way, medians of pairs. A step is a unit's day; of a sorter, a lot "
        "of pieces; of a refined metal, a lot. Two workers are held against one on plants of some 11 s of work: by the "
        f"clock where others kept less than {QUIET:g} of a processor busy, else by the processor time of the busier of "
        "the two, which is what a quiet machine would wait for at least.",
        "",
        *table(("what", "process", "aim", "reached"), targets(found)),
        *(_of_rates(found["rates"]) if "rates" in found else ()),
        *table(heads, _beside(found)),
        *(table(by_clock, _by_clock(found)) if "two_workers" in found else ()),
    ]


def targets(found: Mapping[str, Any]) -> Iterator[Row]:
    """Each aim beside what was reached."""
    for process, sizes in found["beside_earlier"].items():
        aim = OF_POTLINE if process == "aluminium_reduction" else OF_EARLIER
        for size, title in SIZES.items():
            what = f"{title}, times the earlier code"
            if sizes is None:
                yield unmeasured(what, process, f"at least {aim:g}")
                continue
            yield at_least(what, process, aim, sizes[size]["ratio"]["median"])
    for process, one in found.get("rates", {}).items():
        sorts = bool(load(process).bins)
        what, aim = ("pieces", PIECES_A_SECOND) if sorts else ("rows", ROWS_A_SECOND)
        yield at_least(f"{what} a second of one core", process, aim, one["made"] / one["seconds"])
    for process in found["beside_earlier"]:
        one = found.get("two_workers", {}).get(process)
        if one is None:
            yield unmeasured("two workers, times one", process, f"at least {OF_TWO_WORKERS:g}")
            continue
        clock, by = "seconds", "by the clock"
        if one["others"] > QUIET:
            clock, by = "processor_seconds", "by the processor time of the busier"
        times = one[clock]["one"] / one[clock]["two"]
        yield at_least(f"two workers, times one, {by}", process, OF_TWO_WORKERS, times)


def _of_rates(rates: Mapping[str, Any]) -> list[str]:
    def cells(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
        made, seconds = one["made"], one["seconds"]
        others = f"{one['others']:.2f}"
        return name, f"{one['units']:,}", f"{made:,}", number(seconds), number(made / seconds), others, one["measured"]

    others = "processors others kept busy"
    heads = ("process", "units", "rows", "s of a processor", "rows a second", others, "measured")
    return [
        "Rows a second are those of a plant of some 2 s of work, all that is loaded, drawn, written as Parquet and "
        "digested included, the least of three runs. Where a row is longer than a day, a unit's days are counted. "
        "Beside others at work the same code takes up to half as long again.",
        "",
        *table(heads, (cells(name, one) for name, one in rates.items())),
    ]


def _beside(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    measured = {process: sizes for process, sizes in found["beside_earlier"].items() if sizes is not None}
    for process, sizes in measured.items():
        for size in SIZES:
            one = sizes[size]
            times = (number(one["seconds"]), number(one["earlier_seconds"]), number(one["steps"] / one["seconds"]))
            yield process, size, f"{one['units']:,}", *times, _ratio(one["ratio"]), sizes["measured"]


def _by_clock(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in found.get("two_workers", {}).items():
        clocks = (one[clock] for clock in ("seconds", "processor_seconds"))
        times = (number(clock[workers]) for clock in clocks for workers in ("one", "two"))
        yield process, f"{one['units']:,}", *times, f"{one['others']:.2f}"


def _ratio(ratio: Mapping[str, float]) -> str:
    return f"{number(ratio['median'])} ({number(ratio['low'])} to {number(ratio['high'])})"
