"""The table of faults in docs/results/reliability.md."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reporting.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "faults.json", DOCS / "results" / "reliability.md"
ABOUT = {
    "service_killed": "`kill -9` of the service, records in SQLite",
    "service_killed_postgresql": "`kill -9` of the service, records in PostgreSQL",
    "service_ended": "SIGTERM of the service",
    "postgresql_killed": "PostgreSQL ended at once, started again",
    "mlflow_killed": "`kill -9` of MLflow's server, started again",
    "disk_full": "the records' file may grow no more",
    "two_services": "two services on one database, `kill -9` of one",
    "clock_set": "the clock set a day back, a day forward and right",
}
NAME = "faults"
HEADS = (
    *("fault", "times", "sent", "answered", "no answer", "refused", "lost", "twice", "out of order"),
    "answers again after [s]",
)


def lines(found: Mapping[str, Any]) -> list[str]:
    """What stands between the markers."""
    return [f"Measured on {found['measured']}.", "", *table(HEADS, _rows(found))]


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, about in ABOUT.items():
        if (one := found["cases"].get(name)) is not None:
            counts = ("times", "sent", "answered", "unanswered", "refused", "lost", "twice")
            away = one["away"]
            again = f"{statistics.median(away):.1f}, at most {max(away):.1f}" if away else ""
            order = one.get("disordered")
            yield about, *(f"{one[name]:,}" for name in counts), "" if order is None else f"{order:,}", again
