"""Tables of faults of retraining jobs and of poisoned outcomes in docs/results."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reporting.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
PAGE, POISON_PAGE = DOCS / "results" / "reliability.md", DOCS / "results" / "label_checks.md"
RESULTS, NAME = DOCS / "results" / "jobs.json", "faults of jobs"
POISONS, POISON = DOCS / "results" / "poisons.json", "poisoned outcomes"
ABOUT = {
    "worker_killed": "`kill -9` of the worker, at times spread over a job",
    "postgresql_killed": "immediate stop of PostgreSQL (records and queue), restart, at such times",
    "mlflow_killed": "`kill -9` of the MLflow server, restart, at such times",
    "disk_full": "no file may grow beyond a size from 16 KiB to 8 MiB",
    "store_locked": "SQLite file of MLflow locked by another program for 60 s, at such times",
    "queue_removed": "`jobs.db` removed, at such times; the lost job is submitted again",
}
HEADS = (
    "fault",
    "times",
    "jobs",
    "promoted",
    "failed",
    "promoted twice",
    "inconsistent",
    "open runs",
    "end of the job after [s]",
    "without fault [s]",
)
POISON_HEADS = ("outcomes", "rejected", "job", "error of responses")


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers of faults."""
    return [f"Measured on {figures['measured']}.", "", *table(HEADS, _rows(figures))]


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, about in ABOUT.items():
        if (one := figures["cases"].get(name)) is None:
            yield about, "not measured yet", *("" for _ in HEADS[2:])
        else:
            counts = ("times", "jobs", "promoted", "failed", "twice", "between", "left")
            away = f"{statistics.median(one['away']):.1f}, at most {max(one['away']):.1f}"
            whole = one.get("whole")
            yield about, *(f"{one[count]:,}" for count in counts), away, "" if whole is None else f"{whole:.1f}"


def poison_lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers of poisoned outcomes."""
    return [f"Measured on {figures['measured']}.", "", *table(POISON_HEADS, _poisons(figures))]


def _poisons(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, one in figures["cases"].items():
        job = one["state"] if one["state"] != "done" else "promoted" if one["promoted"] else "not promoted"
        rejected = f"{one['refused']:,} of {one['sent']:,}"
        yield name, rejected, job, f"{one['answers']:.3f}"
