"""Table of faults in docs/results/reliability.md."""

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
    "postgresql_killed": "immediate stop of PostgreSQL, restart",
    "mlflow_killed": "`kill -9` of the MLflow server, restart",
    "disk_full": "file of the records cannot grow",
    "two_services": "two services on one database, `kill -9` of one",
    "clock_set": "clock set one day back, one day forward and corrected",
}
NAME = "faults"
HEADS = (
    *("fault", "times", "sent", "responses 200", "no response", "responses 503", "lost", "duplicated", "out of order"),
    "recovery [s]",
)


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers."""
    return [f"Measured on {figures['measured']}.", "", *table(HEADS, _rows(figures))]


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, about in ABOUT.items():
        if (one := figures["cases"].get(name)) is not None:
            counts = ("times", "sent", "answered", "unanswered", "refused", "lost", "twice")
            away = one["away"]
            again = f"{statistics.median(away):.1f}, at most {max(away):.1f}" if away else ""
            order = one.get("disordered")
            yield about, *(f"{one[name]:,}" for name in counts), "" if order is None else f"{order:,}", again
