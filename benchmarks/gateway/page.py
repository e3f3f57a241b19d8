"""Figures of the gateway in docs/results/reliability.md."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.aims.page import at_most
from benchmarks.gateway.cases import CASES
from reporting.markdown import number, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "gateway.json", DOCS / "results" / "reliability.md"
LOAD, FAULTS = "load of the gateway", "faults of the gateway"
SHARE = 0.15  # of one processor
FLAT = 1.05  # memory at the end, of that after the second minute
NAMED, RECOVERY = 3.0, 10.0  # publishing intervals, s
HEADS = (
    *("fault", "times", "rows compared", "lost", "duplicated", "stale sent as good", "named after [intervals]"),
    "recovery [s]",
)


def load_lines(results: Mapping[str, Any]) -> list[str]:
    """Text between the markers of the load; a note if nothing was measured yet."""
    figures = results.get("load")
    if figures is None:
        return ["Not measured yet."]
    first, last = figures["resident_mib"]
    share, flat = at_most("", "", SHARE, figures["cpu_share"]), at_most("", "", FLAT, last / first)
    median, longest = figures["delay_seconds"]
    summary = (
        f"Measured on {figures['measured']}, {figures['minutes']:g} minutes: {figures['units']} pots with "
        f"{figures['tags']} values a second each; other programs used {figures['others']:.2f} of "
        f"{figures['processors']} processors."
    )
    items = (
        ("rows of periods, each with so many columns", f"{figures['rows']:,}, {figures['columns']}"),
        ("outcomes", f"{figures['outcomes']:,}"),
        ("rows and outcomes that differ or are missing", _zero(figures["different"] + figures["different_outcomes"])),
        ("duplicated rows", _zero(figures["duplicated"])),
        ("stale values sent as good", _zero(figures["stale"])),
        ("changes a second", number(figures["changes_per_second"])),
        (f"processor time of the gateway a second [s], {share.aim}", share.reached),
        ("memory in the third minute, in the last minute [MiB]", f"{first:.1f}, {last:.1f}"),
        (f"ratio of these, {flat.aim}", flat.reached),
        ("sessions, gaps", f"{figures['connection']['sessions']:.0f}, {figures['connection'].get('gaps', 0):.0f}"),
        ("end of a period to the record of its row: median, maximum [s]", f"{number(median)}, {number(longest)}"),
    )
    return [summary, "", *(f"- {item}: {figure}" for item, figure in items)]


def fault_lines(results: Mapping[str, Any]) -> list[str]:
    """Text between the markers of the faults; a note if nothing was measured yet."""
    figures = results.get("faults")
    if figures is None:
        return ["Not measured yet."]
    units = sorted({case["units"] for case in figures["cases"].values()})
    summary = f"Measured on {figures['measured']} with {', '.join(map(str, units))} pots."
    return [summary, "", *table(HEADS, _rows(figures["cases"]))]


def _rows(cases: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, case in CASES.items():
        if (one := cases.get(name)) is not None:
            yield (
                case.about,
                str(one["times"]),
                f"{one['periods']:,}",
                _zero(one["lost"] + one["lost_outcomes"]),
                _zero(one["duplicated"]),
                _zero(one["stale"]),
                _times(one["named"], NAMED),
                _times(one["recovery"], RECOVERY),
            )


def _times(seconds: Sequence[float | None], most: float) -> str:
    """Median and maximum of times; those beyond the limit are in bold, and missing ones are counted."""
    known = [math.inf if one is None else one for one in seconds]
    shown = [_time(one, most) for one in (statistics.median(known), max(known))]
    return f"{shown[0]}, at most {shown[1]}"


def _time(seconds: float, most: float) -> str:
    text = "never" if math.isinf(seconds) else f"{seconds:.1f}"
    return text if seconds <= most else f"**{text}**"


def _zero(count: int) -> str:
    """Count that must be 0; in bold if it is not."""
    return f"**{count:,}**" if count else "0"
