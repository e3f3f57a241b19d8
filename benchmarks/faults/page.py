"""Tables of faults in docs/results/reliability.md."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.faults import cases, cluster, fleet
from benchmarks.faults.measuring import Page
from reporting.markdown import table

RESULTS = Path(__file__).parents[2] / "docs" / "results"
SERVICE = {
    "service_killed": "`kill -9` of the service, records in SQLite",
    "service_killed_postgresql": "`kill -9` of the service, records in PostgreSQL",
    "service_ended": "SIGTERM of the service",
    "postgresql_killed": "`kill -9` of PostgreSQL, restart",
    "mlflow_killed": "`kill -9` of the MLflow server, restart",
    "disk_full": "file of the records cannot grow",
    "two_services": "two services on one database, `kill -9` of one",
    "clock_set": "clock set one day back, one day forward and corrected",
}
FLEET = {
    "replica_killed": "`kill -9` of one replica, restart",
    "replicas_restarted": "SIGTERM of one replica after another, restart of each",
    "nginx_killed": "`kill -9` of nginx, restart",
    "database_killed": "`kill -9` of PostgreSQL, restart",
    "model_store_killed": "`kill -9` of the MLflow server, restart",
}
CLUSTER = {
    "worker_killed": "`kill -9` of a worker program, restart",
    "scheduler_killed": "`kill -9` of the scheduler, restart",
}
COUNTS = ("times", "sent", "answered", "unanswered", "refused", "lost", "twice")
HEADS = ("fault", "times", "sent", "responses 200", "no response", "other responses", "lost", "duplicated")


@dataclass(frozen=True)
class Group:
    """Cases that have a table together.

    Attributes
    ----------
    about : Mapping of str to str
        Description of each case.
    cases : Mapping of str to callable
        The cases.
    page : Page
        File and block of their figures.
    """

    about: Mapping[str, str]
    cases: Mapping[str, Callable[..., Any]]
    page: Page


def _lines(
    about: Mapping[str, str], heads: tuple[str, ...], row: Callable[[Mapping[str, Any]], Iterator[str]], figures: Any
) -> list[str]:
    """Text between the markers."""
    measured = figures["cases"]
    rows = [(text, *row(measured[name])) for name, text in about.items() if name in measured]
    return [f"Measured on {figures['measured']}.", "", *table(heads, rows)]


def _of_service(figures: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{figures[name]:,}" for name in COUNTS)
    order = figures["disordered"]
    yield "" if order is None else f"{order:,}"
    yield _seconds(figures["away"])


def _of_fleet(figures: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{figures[name]:,}" for name in (*COUNTS, "outside"))
    yield _seconds(figures["away"])


def _of_cluster(figures: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{figures[name]:,}" for name in ("times", "runs", "failed", "different"))
    yield _seconds(figures["seconds"])
    yield f"{figures['undisturbed']:.1f}"


def _seconds(values: list[float]) -> str:
    return f"{statistics.median(values):.1f}, at most {max(values):.1f}" if values else ""


def _page(file: str, name: str, *parts: Any) -> Page:
    return Page(RESULTS / file, RESULTS / "reliability.md", name, partial(_lines, *parts))


SERVICE_HEADS = (*HEADS, "out of order", "recovery [s]")
FLEET_HEADS = (*HEADS, "failed while all was up", "until all was up [s]")
CLUSTER_HEADS = ("fault", "times", "commands", "failed", "different results", "command [s]", "without faults [s]")
GROUPS = (
    Group(SERVICE, cases.CASES, _page("faults.json", "faults", SERVICE, SERVICE_HEADS, _of_service)),
    Group(FLEET, fleet.CASES, _page("fleet_faults.json", "faults of a fleet", FLEET, FLEET_HEADS, _of_fleet)),
    Group(
        CLUSTER,
        cluster.CASES,
        _page("cluster_faults.json", "faults of a cluster", CLUSTER, CLUSTER_HEADS, _of_cluster),
    ),
)
