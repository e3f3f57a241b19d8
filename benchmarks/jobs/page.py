"""The table of faults of retraining jobs in docs/reliability.md."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pages.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "jobs.json", DOCS / "reliability.md", "faults of jobs"
ABOUT = {
    "worker_killed": "`kill -9` of the worker, at moments spread over a job",
    "disk_full": "no file may grow beyond 64 KiB",
}
HEADS = ("fault", "times", "jobs", "promoted", "failed", "twice", "between", "left", "over after [s]")


def lines(found: Mapping[str, Any]) -> list[str]:
    """What stands between the markers."""
    return [f"Measured on {found['measured']}.", "", *table(HEADS, _rows(found))]


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, about in ABOUT.items():
        if (one := found["cases"].get(name)) is not None:
            counts = ("times", "jobs", "promoted", "failed", "twice", "between", "left")
            away = f"{statistics.median(one['away']):.1f}, at most {max(one['away']):.1f}"
            yield about, *(f"{one[count]:,}" for count in counts), away
