"""Prometheus metrics: updated per request on the event loop, formatted on request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from operations.forms.faults import RequestError
from records.writing.health import RecordsHealth
from serving.hot_reload.memory import ModelMemory
from serving.hot_reload.status import Status
from serving.middleware.admission import Load
from serving.middleware.context import RequestContext
from serving.shadow.shadows import Shadow
from serving.telemetry.drift_metrics import ABOUT as DRIFT
from serving.telemetry.drift_metrics import OF_QUANTITIES
from serving.telemetry.histogram import TimeHistogram
from serving.wire.problems import phrase

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

STEPS = ("read", "wait", "predict", "record")
Connected = Callable[[], Mapping[str, int]]
Monitored = Callable[[], Mapping[str, Mapping[str, float]]]


class Metrics:
    """Metrics of the service.

    Parameters
    ----------
    load : Load
        What is worked on, waits and is held.
    statuses : callable
        What is known of the processes now.
    outcomes_ages : callable
        Time since the newest outcomes of each process came in [s].
    """

    def __init__(
        self,
        load: Load,
        statuses: Callable[[], Mapping[str, Status]],
        outcomes_ages: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        self._load, self._statuses, self._outcomes_ages = load, statuses, outcomes_ages
        self._requests: dict[tuple[str, str, int], TimeHistogram] = {}
        self._steps: dict[str, tuple[TimeHistogram, ...]] = {}
        self._lag = TimeHistogram()
        self._rows: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._refused_rows: Counter[str] = Counter()
        self.connected: Connected = dict
        self.closed: Mapping[str, int] = {}
        self.certificate_ends: Callable[[], float] | None = None
        self.monitored: Monitored = dict
        self.outcomes_waiting: Callable[[], Mapping[str, int]] = dict
        self.in_shadow: Callable[[], Mapping[str, Shadow]] = dict
        self.unfinished_jobs: Callable[[], Mapping[str, str]] = dict
        self.memory: ModelMemory | None = None
        self.records: RecordsHealth | None = None

    def finished(self, visit: RequestContext, path: str, seconds: float) -> None:
        """Count a request that took so long [s]; `path` is its address as routes are written."""
        key = path, visit.scope["method"], visit.status
        tally = self._requests.get(key)
        if tally is None:
            tally = self._requests[key] = TimeHistogram()
        tally.add(seconds)
        steps = self._steps.get(path)
        if steps is None:
            steps = self._steps[path] = tuple(TimeHistogram() for _ in STEPS)
        read, wait, predict, record = steps
        read.add(visit.read)
        predict.add(seconds - visit.read - visit.wait - visit.record)
        if visit.wait:
            wait.add(visit.wait)
        if visit.record:
            record.add(visit.record)
        if visit.rows:
            self._rows[path] += visit.rows
        if visit.refusal is not None:
            self._count_refusal(visit.refusal)

    def _count_refusal(self, refusal: RequestError) -> None:
        self._refused[_reason(refusal.status)] += 1
        rows = {fault.row: fault.bound is not None for fault in refusal.faults if fault.row is not None}
        for is_bound in rows.values():
            self._refused_rows["out of range" if is_bound else "not as described"] += 1

    def lagged(self, seconds: float) -> None:
        """Count how much too late the event loop came [s]."""
        self._lag.add(seconds)

    def text(self) -> tuple[bytes, str]:
        """All metrics as text, and what kind of text it is; it takes milliseconds."""
        # Loaded by the first scrape, not by every service that starts.
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Collected(self.collect))
        return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4

    def collect(self) -> Iterator[Metric]:
        """Metrics of the library, from what was counted."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield _histogram(
            "nonferrous_http_request_duration_seconds",
            "Time from a request's head to the end of its answer.",
            ("route", "method", "status"),
            (((route, method, str(status)), tally) for (route, method, status), tally in list(self._requests.items())),
        )
        yield _histogram(
            "nonferrous_http_request_step_duration_seconds",
            "Time that requests took to be read, to wait for a thread, to be answered and to be recorded.",
            ("route", "step"),
            (
                ((route, step), tally)
                for route, tallies in list(self._steps.items())
                for step, tally in zip(STEPS, tallies, strict=True)
            ),
        )
        lag = "Delay of the event loop behind its schedule."
        yield _histogram("nonferrous_event_loop_lag_seconds", lag, (), [((), self._lag)])
        for name, about, label, counts in (
            ("nonferrous_predicted_rows", "Predicted rows.", "route", self._rows),
            ("nonferrous_http_requests_rejected", "Rejected requests.", "reason", self._refused),
            ("nonferrous_rows_rejected", "Rows with faults, at most 100 of a request.", "reason", self._refused_rows),
            ("nonferrous_closed_connections", "Connections that the service closed.", "reason", self.closed),
        ):
            counter = CounterMetricFamily(name, about, labels=[label])
            for value, count in list(counts.items()):
                counter.add_metric([value], count)
            yield counter
        gauges = (
            ("nonferrous_http_requests_queued", "Requests that wait for a thread.", "pool", self._waiting()),
            ("nonferrous_connections", "Open connections by state.", "state", self.connected()),
            ("nonferrous_model_version", "Version in service.", "process", self._versions()),
            (
                "nonferrous_model_training_cutoff_timestamp_seconds",
                "Training cutoff of the model in service.",
                "process",
                self._ages(),
            ),
            (
                "nonferrous_latest_outcome_age_seconds",
                "Time since the latest outcomes arrived.",
                "process",
                self._outcomes_ages(),
            ),
            (
                "nonferrous_outcomes_pending_review",
                "Anomalous outcomes pending review.",
                "process",
                self.outcomes_waiting(),
            ),
            ("nonferrous_model_up", "1 if a model is in service, else 0.", "process", self._answering()),
        )
        for name, about, label, values in gauges:
            gauge = GaugeMetricFamily(name, about, labels=[label])
            for value, number in values.items():
                gauge.add_metric([value], number)
            yield gauge
        if self.certificate_ends is not None:
            expiry = "When the certificate of the service expires."
            yield GaugeMetricFamily("nonferrous_certificate_expiry_timestamp_seconds", expiry, self.certificate_ends())
        yield from self._of_shadows()
        yield from self._of_memory()
        yield from self._of_records()
        yield from self._of_checks()
        unfinished = GaugeMetricFamily(
            "nonferrous_unfinished_jobs", "Jobs that are queued or running.", labels=["process", "state"]
        )
        for process, state in self.unfinished_jobs().items():
            unfinished.add_metric([process, state], 1)
        yield unfinished
        yield GaugeMetricFamily("nonferrous_request_body_bytes", "Bytes of bodies in memory.", self._load.held)
        yield GaugeMetricFamily("nonferrous_request_body_bytes_limit", "Limit of these bytes.", self._load.most_held)

    def _of_checks(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        seen = self.monitored()
        for name, about in DRIFT.items():
            gauge = GaugeMetricFamily(f"nonferrous_{name}", about, labels=["process"])
            for process, figures in seen.items():
                gauge.add_metric([process], figures[name])
            yield gauge
        for name, about in OF_QUANTITIES.items():
            gauge = GaugeMetricFamily(f"nonferrous_{name}", about, labels=["process", "quantity"])
            for process, figures in seen.items():
                for key, value in figures.items():
                    metric, is_of_one, quantity = key.partition("/")
                    if is_of_one and metric == name:
                        gauge.add_metric([process, quantity], value)
            yield gauge

    def _of_shadows(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        shadows = self.in_shadow()
        version = "Version in shadow; 0 where it does not load."
        gauge = GaugeMetricFamily("nonferrous_shadow_version", version, labels=["process"])
        counter = CounterMetricFamily(
            "nonferrous_shadow_requests", "Requests as the version in shadow took them.", labels=["process", "result"]
        )
        for process, one in shadows.items():
            gauge.add_metric([process], one.version.version if one.served else 0)
            for result in ("answered", "dropped", "failed"):
                counter.add_metric([process, result], getattr(one, result))
        yield gauge
        yield counter

    def _of_memory(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        if (memory := self.memory) is None:
            return
        statuses = self._statuses()
        loaded = sum(one.served is not None for one in statuses.values())
        yield GaugeMetricFamily("nonferrous_models_in_memory", "Models in service that are in memory.", loaded)
        held = "Bytes of files of models in memory, of versions in shadow too."
        yield GaugeMetricFamily("nonferrous_model_bytes", held, memory.held(statuses))
        yield GaugeMetricFamily("nonferrous_model_bytes_limit", "Limit of these bytes.", memory.most_bytes)
        evictions = "Models that left memory for others."
        yield CounterMetricFamily("nonferrous_model_evictions", evictions, memory.evicted)
        loads = "Time that a model took to be loaded or refused."
        yield _histogram("nonferrous_model_load_duration_seconds", loads, (), [((), memory.load_seconds)])

    def _of_records(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        if (records := self.records) is not None:
            can = "1 where the records can be written, 0 where they cannot."
            yield GaugeMetricFamily("nonferrous_records_writable", can, int(records.error is None))
            failures = "Groups of requests that could not be recorded, and looks that found so."
            yield CounterMetricFamily("nonferrous_records_failures", failures, records.failures)
            share = "Share of the bytes that may be recorded of one client today, of the one that used most of them."
            yield GaugeMetricFamily("nonferrous_recorded_bytes_share", share, records.quota_share)

    def _waiting(self) -> dict[str, int]:
        return {"heavy": self._load.heavy.waiting, "light": self._load.light.waiting}

    def _versions(self) -> dict[str, int]:
        return {name: one.version for name, one in self._statuses().items() if one.version is not None}

    def _answering(self) -> dict[str, int]:
        return {name: int(one.version is not None) for name, one in self._statuses().items()}

    def _ages(self) -> dict[str, float]:
        ages = {}
        for name, one in self._statuses().items():
            cutoff = one.info.get("training_cutoff")
            if isinstance(cutoff, str):
                ages[name] = datetime.fromisoformat(cutoff).replace(tzinfo=UTC).timestamp()
        return ages


class _Collected:
    """Collector of the metrics for the library's registry."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self.collect = collect


def _histogram(
    name: str, about: str, labels: tuple[str, ...], tallies: Iterable[tuple[tuple[str, ...], TimeHistogram]]
) -> Any:
    from prometheus_client.core import HistogramMetricFamily

    made = HistogramMetricFamily(name, about, labels=list(labels))
    for values, tally in tallies:
        made.add_metric(list(values), buckets=tally.buckets(), sum_value=tally.total)
    return made


def _reason(status: HTTPStatus) -> str:
    return phrase(status).lower()
