"""Reference page of the metrics, from those that the service collects."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from records.database import Database
from records.writing.health import RecordsHealth
from records.writing.writer import Writer
from serving.hot_reload.memory import ModelMemory
from serving.middleware.admission import Load
from serving.telemetry.histogram import BOUNDS
from serving.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


def page() -> str:
    """Return the page: each metric with its type, labels and meaning."""
    lines = [
        "# Metrics",
        "",
        "`GET /metrics` returns these metrics in the text format of Prometheus. Counters end with `_total` there.",
        "The process metrics of the Prometheus client (`process_*`) are added.",
        "",
        *map(_line, families()),
        "",
        f"Buckets of histograms [s]: {', '.join(f'{bound:g}' for bound in BOUNDS)}.",
    ]
    return "\n".join(lines) + "\n"


def families() -> Iterator[Metric]:
    """Metrics of a service with everything that it can have: records, TLS, a version in shadow."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'records.db'}")
        metrics = Metrics(Load(), dict)
        metrics.certificate_ends, metrics.memory = lambda: 0.0, ModelMemory(1)
        metrics.records = RecordsHealth(database, Writer(database), seconds=1.0)
        yield from metrics.collect()
        database.close()


def exposed(family: Metric) -> str:
    """Return the name of a metric as a scrape shows it."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def _line(family: Metric) -> str:
    """List item of a metric: name, type, labels and description."""
    # The client library has no public name for the labels of a family without samples.
    labels = ", ".join(f"`{label}`" for label in getattr(family, "_labelnames", ()))
    kind = f"{family.type}; {labels}" if labels else family.type
    return f"- `{exposed(family)}` ({kind}): {family.documentation}"
