"""Status of the gateway: metrics in the text format of Prometheus, health, and faulty values."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from gateway.errors import GatewayError

READY_PATH, LIVE_PATH = "/health/ready", "/health/live"
METRICS_PATH, VALUES_PATH = "/metrics", "/values"


class Snapshot:
    """Numbers of the gateway, collected when they are requested.

    Parameters
    ----------
    process : str
        Name of the process.
    read : callable
        Returns the present numbers; see `gateway.run`.
    """

    def __init__(self, process: str, read: Callable[[], dict[str, Any]]) -> None:
        self._process, self._read = process, read

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        numbers = self._read()
        yield self._counter("readings", "readings by kind", "kind", numbers["readings"])
        yield self._counter("connection_events", "sessions, gaps, restarts", "kind", numbers["connection"])
        yield self._counter("rows", "rows acknowledged, rejected and dropped", "kind", numbers["rows"])
        yield self._gauge("outbox_entries", "entries that wait, by target", "target", numbers["waiting"])
        yield self._gauge("values", "values by their quality now", "quality", numbers["values"])
        yield self._gauge("faults", "faults that are present", "kind", dict.fromkeys(numbers["faults"], 1))
        for name, about in (
            ("connected", "1 if readings arrive"),
            ("outbox_bytes", "bytes of the entries that wait"),
            ("outbox_age_seconds", "age of the oldest entry"),
            ("oldest_value_seconds", "largest age of a value"),
            ("median_value_seconds", "median age of values"),
            ("clock_difference_seconds", "clock of the server minus that of this machine"),
            ("unknown_tags", "tags that the server does not have"),
            ("units", "number of units"),
        ):
            family = GaugeMetricFamily(f"nonferrous_gateway_{name}", about, labels=["process"])
            family.add_metric([self._process], float(numbers[name]))
            yield family

    def _counter(self, name: str, about: str, label: str, numbers: dict[str, int]) -> CounterMetricFamily:
        family = CounterMetricFamily(f"nonferrous_gateway_{name}", about, labels=["process", label])
        for kind, number in sorted(numbers.items()):
            family.add_metric([self._process, kind], number)
        return family

    def _gauge(self, name: str, about: str, label: str, numbers: dict[str, int]) -> GaugeMetricFamily:
        family = GaugeMetricFamily(f"nonferrous_gateway_{name}", about, labels=["process", label])
        for kind, number in sorted(numbers.items()):
            family.add_metric([self._process, kind], number)
        return family


class StatusServer:
    """HTTP server of metrics and health.

    Parameters
    ----------
    host, port : str, int
        Address; port 0 is any free one.
    snapshot : Snapshot
        Metrics.
    faults : callable
        Returns the present faults by kind.
    values : callable
        Returns the tags whose value is not good.

    Raises
    ------
    GatewayError
        The address is in use.
    """

    def __init__(
        self,
        host: str,
        port: int,
        snapshot: Snapshot,
        faults: Callable[[], dict[str, str]],
        values: Callable[[], list[dict[str, object]]],
    ) -> None:
        registry = CollectorRegistry()
        registry.register(snapshot)

        class Handler(BaseHTTPRequestHandler):
            """Responses to GET."""

            def do_GET(self) -> None:
                """Respond with metrics, health or faulty values."""
                if self.path == METRICS_PATH:
                    self._send(200, CONTENT_TYPE_LATEST, generate_latest(registry))
                elif self.path == LIVE_PATH:
                    self._send(200, "application/json", b'{"state":"running"}')
                elif self.path == READY_PATH:
                    present = faults()
                    state = {"state": "faulty" if present else "ready", "faults": present}
                    self._send(503 if present else 200, "application/json", json.dumps(state).encode())
                elif self.path == VALUES_PATH:
                    body = json.dumps({"not_good": values()}, ensure_ascii=False).encode()
                    self._send(200, "application/json", body)
                else:
                    text = f"expected {METRICS_PATH}, {VALUES_PATH}, {READY_PATH} or {LIVE_PATH}\n"
                    self._send(404, "text/plain", text.encode())

            def _send(self, status: int, kind: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing: a probe is no event."""

        try:
            self._server = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise GatewayError(f"{host}:{port}: {error.strerror}: choose another with --port") from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="status", daemon=True)

    @property
    def address(self) -> str:
        """Address of the server."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> StatusServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
