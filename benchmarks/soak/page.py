"""Load test in docs/results/reliability.md: a table and a picture over time."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.aims.page import at_most
from reporting.markdown import number

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "soak.json", DOCS / "results" / "reliability.md", "soak"
PICTURE = DOCS / "pictures" / "soak.svg"
WARM_UP, MINUTE = 60.0, 60.0  # s
FLAT = 1.05  # of the memory in the minute after the warm-up, at most at the end
PANELS = {
    "p50_ms": "p50 [ms]",
    "p99_ms": "p99 [ms]",
    "disk_ms": "longest separate disk write [ms]",
    "resident_mib": "resident memory [MiB]",
    "handles": "open handles",
    "records_mib": "records [MiB]",
    "queue": "outcomes not yet applied",
}


def memory(series: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Mean resident memory in the minute after the warm-up and in the last one [MiB]."""
    end = series[-1]["at"]
    first = [one["resident_mib"] for one in series if WARM_UP < one["at"] <= WARM_UP + MINUTE]
    last = [one["resident_mib"] for one in series if one["at"] > end - MINUTE]
    return statistics.fmean(first), statistics.fmean(last)


def lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers; a note if nothing was measured yet."""
    if figures is None:
        return ["Not measured yet."]
    whole, series = figures["whole"], figures["series"]
    first, last = memory(series)
    aim = at_most("", "", FLAT, last / first)
    worst = max(series, key=lambda one: one["p99_ms"])
    waits = sorted(one["disk_ms"] for one in series)
    summary_line = (
        f"Measured on {figures['measured']}, {figures['minutes']:g} minutes: the highest rate was "
        f"{number(figures['highest_per_second'])} requests a second, the load {number(figures['per_second'])}; other "
        f"programs used {figures['others']:.2f} of {figures['processors']} processors."
    )
    rows = (
        ("responses, of requests sent", f"{whole['answered']:,} of {whole['sent']:,}"),
        ("failed requests", "; ".join(f"{n:,} {item}" for item, n in whole["refused"].items()) or "0"),
        ("outcomes stored", f"{whole['outcomes']:,}"),
        ("p50, p99 and maximum [ms]", ", ".join(number(whole[f"{name}_ms"]) for name in ("p50", "p99", "longest"))),
        (
            "p99 in ten seconds: median, maximum [ms]",
            f"{number(statistics.median(one['p99_ms'] for one in series))}, {number(worst['p99_ms'])}",
        ),
        (
            "longest separate disk write in ten seconds: median, with the highest p99, maximum [ms]",
            ", ".join(map(number, (statistics.median(waits), worst["disk_ms"], waits[-1]))),
        ),
        ("memory in the second minute, in the last minute [MiB]", f"{first:.1f}, {last:.1f}"),
        (f"ratio of these, {aim.aim}", aim.reached),
        ("open handles, first and last", f"{series[0]['handles']}, {series[-1]['handles']}"),
        ("records at the end [MiB]", number(series[-1]["records_mib"])),
        ("outcomes not yet applied: maximum, at the end", f"{max(o['queue'] for o in series)}, {series[-1]['queue']}"),
    )
    return [
        summary_line,
        "",
        *(f"- {item}: {figure}" for item, figure in rows),
        "",
        "![Times, memory, handles and records](../pictures/soak.svg)",
    ]


# ---- the picture

_WIDTH, _HEIGHT, _LEFT, _GAP = 760, 70, 60, 34


def picture(series: Sequence[Mapping[str, Any]]) -> str:
    """Each figure over the minutes, one below the other, each from 0 up to its own highest."""
    end = series[-1]["at"]
    parts, top = [], _GAP
    for name, about in PANELS.items():
        values = [one[name] for one in series]
        most = max(*values, 1e-9)
        points = " ".join(
            f"{_LEFT + (_WIDTH - _LEFT - 10) * one['at'] / end:.1f},{top + _HEIGHT * (1 - value / most):.1f}"
            for one, value in zip(series, values, strict=True)
        )
        parts += [
            f'<text x="{_LEFT}" y="{top - 8}" font-weight="bold">{about}</text>',
            f'<text x="{_LEFT - 6}" y="{top + 10}" text-anchor="end">{number(most)}</text>',
            f'<text x="{_LEFT - 6}" y="{top + _HEIGHT}" text-anchor="end">0</text>',
            f'<path d="M{_LEFT},{top} V{top + _HEIGHT} H{_WIDTH - 10}" fill="none" stroke="#999"/>',
            f'<polyline points="{points}" fill="none" stroke="#b3541e" stroke-width="1.5"/>',
        ]
        top += _HEIGHT + _GAP
    parts.append(f'<text x="{_WIDTH - 10}" y="{top - 14}" text-anchor="end">{end / 60:.3g} minutes</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}" '
    style = 'font-family="sans-serif" font-size="12"><title>Service under constant load</title>'
    return "\n".join([head + style, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""])
