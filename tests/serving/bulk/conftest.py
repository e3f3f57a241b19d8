"""Tables as clients send them, and the four made-up processes with a model each, served in process."""

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fastapi import FastAPI

from registry.store import Champion
from seeds import Seed
from serving import problems
from serving.bulk.load import Load
from serving.following.champions import Served, Status
from serving.payloads import Payloads
from serving.routes import predictions
from serving.tasks import task_of

MOST_HELD = 4_000_000


class Process(NamedTuple):
    """A process that is served: rows of it as JSON holds them, and what serves it."""

    app: FastAPI
    url: str
    payloads: Payloads
    load: Load
    rows: list[dict[str, Any]]


@pytest.fixture(scope="session")
def as_arrow() -> Callable[..., bytes]:
    """Maker of an Arrow stream from a table or from rows."""

    def made(table: Any, rows_a_batch: int = 7, **options: Any) -> bytes:
        found = pa.Table.from_pylist(table) if isinstance(table, list) else table
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, found.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
            writer.write_table(found, rows_a_batch)
        return sink.getvalue()

    return made


def rows_of(seed: Seed, n: int = 40) -> list[dict[str, Any]]:
    """Rows about what is typical, some of them with missing, unknown and unusual values."""
    rng = np.random.default_rng(3)
    start = pd.Timestamp("2026-01-01")
    rows: list[dict[str, Any]] = []
    for i in range(n):
        row: dict[str, Any] = {}
        for column in (*seed.by_role("key", "time"), *seed.inputs):
            if column.role == "key":
                row[column.name] = f"A-{i // 15}"
            elif column.role == "time":
                row[column.name] = (start + i * seed.period).isoformat()
            elif column.values:
                row[column.name] = [*column.values, "nobody knows", None][int(rng.integers(len(column.values) + 2))]
            else:
                low, high = column.limits
                sd = 1.0 if column.typical is None else column.typical.sd
                value = float(np.clip(rng.normal(column.usual, 2 * sd), low, high))
                row[column.name] = -value if column.censored and rng.random() < 0.2 else value
                if rng.random() < 0.1:
                    row[column.name] = None
        rows.append(row)
    return rows


@pytest.fixture
def serve() -> Callable[..., Process]:
    """Maker of a process that is served by a model."""

    def made(seed: Seed, model: Any, most_held: int = MOST_HELD) -> Process:
        name = seed.process.name
        taken = task_of(seed).payloads(seed, 1000)
        status = Status(Served(Champion(name, 4, "source"), "sha256:1", model), payloads=taken)
        champions: Any = SimpleNamespace(statuses={name: status}, store_trouble=None, wait=1.0)
        app, load = FastAPI(), Load(most_held)
        problems.install(app, lambda: {name: ""})
        app.include_router(predictions.router(taken, champions, 1_000_000, load))
        return Process(app, f"/v1/{name}/predictions", taken, load, rows_of(seed))

    return made


MADE = {
    "toy_seed": "save_toy_model",
    "toy_class_seed": "save_toy_classifier",
    "toy_sorting_seed": "save_toy_sorter",
    "toy_quality_seed": "save_toy_grader",
}


@pytest.fixture(params=MADE)
def process(request: pytest.FixtureRequest, serve: Any, tmp_path: Any) -> Process:
    """A made-up process of each task."""
    model = request.getfixturevalue(MADE[request.param])(tmp_path / "one")
    served: Process = serve(request.getfixturevalue(request.param), model)
    return served


@pytest.fixture
def cells(serve: Any, toy_seed: Seed, save_toy_model: Any, tmp_path: Any) -> Process:
    """The made-up process that predicts a number."""
    served: Process = serve(toy_seed, save_toy_model(tmp_path / "one"))
    return served


@pytest.fixture
def send(call: Any) -> Callable[..., Any]:
    """Sender of a table to a process."""

    def sent(process: Process, body: bytes, kind: str = "arrow.stream", accept: str = "*/*", **asked: Any) -> Any:
        headers = {"content-type": f"application/vnd.apache.{kind}", "accept": accept}
        asked = {name: json.dumps(value) for name, value in asked.items()}
        return call(process.app, "POST", process.url, content=body, headers=headers, params=asked)

    return sent
