"""Bulk requests by Arrow and JSON over HTTP, in this process, and by trees and MLflow's server."""

from __future__ import annotations

import gc
import http.client
import io
import json
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.service import servers
from benchmarks.service.champions import Champion, in_turn
from benchmarks.service.load import ADDRESS
from operations.catalogue import predictions_of
from registry.settings import StoreSettings
from serving.wire.arrow import answered
from serving.wire.arrow_tables import ROWS
from system.programs import free_port

ARROW, JSON = "application/vnd.apache.arrow.stream", "application/json"
JSON_ROWS = 10_000  # as many as a request of JSON may hold by default
MOST_BYTES = 16 * 1024 * 1024  # of a body of JSON, by default
EVERY = 0.01  # s between two looks whether the service lives


def measured(champions: list[Champion], settings: StoreSettings, scratch: Path, rounds: int, rows: int) -> Any:
    """Rows a second by each way, ratios, memory and how soon `/health/live` answers meanwhile, by process."""

    def measure(champion: Champion, folder: Path) -> dict[str, Any]:
        return _of(champion, settings, folder, rounds, rows)

    return in_turn(champions, "many records", scratch / "bulk", measure)


def _of(champion: Champion, settings: StoreSettings, folder: Path, rounds: int, rows: int) -> dict[str, Any]:
    few = _few(champion, rows)
    records, X, trees = champion.records(few), champion.matrix(rows), champion.trees(rows)
    held = _Held(pa.Table.from_pandas(champion.chosen(rows), preserve_index=False))
    table, body = _arrow(held.table), json.dumps({"rows": records}).encode()
    frame, path = champion.frame(records), f"/v1/{champion.process}/predictions"
    ports = free_port(), free_port()
    environment, first = servers.store(settings), champion.of_ours(records[:1])
    commands = servers.ours(ports[0]), servers.mlflow(champion.process, ports[1])
    with (
        servers.server(commands[0], ports[0], first, folder / "ours.log", environment) as ours,
        servers.server(commands[1], ports[1], champion.of_mlflow(records[:1]), folder / "mlflow.log", environment),
    ):
        ways: dict[str, tuple[int, Callable[[], object]]] = {
            "arrow": (rows, lambda: _posted(ports[0], path, table, ARROW)),
            "json": (few, lambda: _posted(ports[0], path, body, JSON)),
            "same": (rows, lambda: _answered(champion, held)),
            "inside": (rows, lambda: champion.model.columns(X)),
            **({"trees": (rows, lambda: [one.predict() for one in trees])} if trees else {}),
            "mlflow": (few, lambda: _posted(ports[1], "/invocations", frame, JSON)),
        }
        gc.collect()
        gc.freeze()  # as the service does: what this benchmark holds is not looked through again and again
        _posted(ports[0], path, _arrow(held.table.slice(0, 100)), ARROW)  # the first table loads Arrow's library
        spent: dict[str, list[float]] = {name: [] for name in ways}
        for round_ in range(rounds):
            for name in list(ways)[:: 1 if round_ % 2 else -1]:
                count, job = ways[name]
                with _on(servers.SERVER_CORE if name in ("same", "inside", "trees") else servers.LOAD_CORE):
                    begin = time.perf_counter()
                    job()
                spent[name].append(count / (time.perf_counter() - begin))
        watched = {name: _watched(ours, *ways[name]) for name in ("arrow", "json")}
    return {
        "rows": rows,
        "json_rows": few,
        "per_second": {name: statistics.median(rates) for name, rates in spent.items()},
        "boosters": len(trees),
        "arrow_of_same": _ratio(spent["arrow"], spent["same"]),
        **({"inside_of_trees": _ratio(spent["inside"], spent["trees"])} if trees else {}),
        "arrow_of_mlflow": _ratio(spent["arrow"], spent["mlflow"]),
        "json_of_mlflow": _ratio(spent["json"], spent["mlflow"]),
        "body_mib": {"arrow": len(table) / 2**20, "json": len(body) / 2**20},
        **watched,
    }


@dataclass(frozen=True)
class _Held:
    """Table in memory, as the engine of tables takes it."""

    table: pa.Table

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self.table.column_names)

    def blocks(self, names: Iterable[str]) -> Iterator[pa.Table]:
        """The columns of these names, some thousands of rows at a time."""
        chosen = self.table.select(list(names))
        for first in range(0, len(chosen), ROWS):
            yield chosen.slice(first, ROWS)


def _answered(champion: Champion, held: _Held) -> None:
    """Compute the service's response for a table in this process: with flags, decisions and energy."""
    task = predictions_of(champion.seed)
    payloads = task.form(champion.seed, 1)
    request, _ = payloads.envelope.read({"rows": [{}]})
    for _ in answered(held, len(held.table), payloads, task, champion.model, request):
        pass


def _arrow(table: pa.Table) -> bytes:
    """Rows as an Arrow stream."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table, max_chunksize=10_000)
    return sink.getvalue()


def _few(champion: Champion, rows: int) -> int:
    """Number of rows of a JSON request: JSON_ROWS, or fewer if their body is too large."""
    few = min(rows, JSON_ROWS)
    size = len(json.dumps({"rows": champion.records(few)}))
    return few if size <= MOST_BYTES else few * 9 * MOST_BYTES // (10 * size)


def _posted(port: int, path: str, body: bytes, kind: str) -> int:
    """Send a body and read all of the answer; its length."""
    line = http.client.HTTPConnection(ADDRESS, port, timeout=600)
    try:
        line.request("POST", path, body, {"content-type": kind, "accept": kind})
        answer = line.getresponse()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status}: {answer.read()[:500]!r}")
        size = 0
        while part := answer.read(1 << 20):
            size += len(part)
        return size
    finally:
        line.close()


@contextmanager
def _on(core: int) -> Iterator[None]:
    """Work of this process on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _watched(ours: servers.Server, rows: int, job: Callable[[], object]) -> dict[str, float]:
    """Additional memory of the service during a request [MiB], and liveness latency [ms]."""
    before, waits, done = ours.memory()["rss"], [], threading.Event()

    def look() -> None:
        line = http.client.HTTPConnection(ADDRESS, ours.port, timeout=60)
        while not done.is_set():
            begin = time.perf_counter()
            line.request("GET", "/health/live")
            line.getresponse().read()
            waits.append(time.perf_counter() - begin)
            done.wait(EVERY)
        line.close()

    ours.forget()
    with _on(servers.LOAD_CORE):
        watcher = threading.Thread(target=look)
        watcher.start()
        begin = time.perf_counter()
        job()
        seconds = time.perf_counter() - begin
        done.set()
        watcher.join()
    waits.sort()
    return {
        "rows": rows,
        "seconds": seconds,
        "memory_mib": max(0.0, ours.peak() - before),
        "live_p99_ms": waits[int(0.99 * (len(waits) - 1))] * 1e3,
        "live_max_ms": waits[-1] * 1e3,
        "looks": len(waits),
    }


def _ratio(mine: list[float], others: list[float]) -> dict[str, float]:
    ratios = [a / b for a, b in zip(mine, others, strict=True)]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}
