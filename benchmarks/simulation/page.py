"""Tables of the simulators' figures and aims for docs/results/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.machine import QUIET
from benchmarks.aims.page import Row, aims_table, at_least, filled, unmeasured
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
    return [
        "## Simulation",
        "",
        f"`make bench-simulation`, {figures['processors']} processors. *Speed-up*: median over pairs of runs of "
        f"revision `{figures['revision']}` and this code, by processor time of one worker. *Rows per second*: best of "
        "three runs of about 2 s, with imports, random numbers, Parquet and digests. *Two workers* against one: plants "
        f"of about 11 s of work, by wall time if other programs used less than {QUIET:g} of a processor, otherwise by "
        "the processor time of the busier worker. [simulation.json](simulation.json) contains times and dates.",
        "",
        *aims_table(targets(figures)),
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
