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

from operations.catalogue import offered
from operations.predictions.payloads import Payloads
from registry.store import Champion
from seeds import Seed
from serving.hot_reload.memory import ModelMemory
from serving.hot_reload.status import Served, Status
from serving.middleware.admission import Load
from serving.responses.recording import Recorder
from serving.routes import operations
from serving.wire import problems

MOST_HELD = 4_000_000


class Process(NamedTuple):
    """A process that is served: rows of it as JSON holds them, and what serves it."""

    app: FastAPI
    url: str
    payloads: Payloads
    load: Load
    rows: list[dict[str, Any]]


def read(content: bytes) -> tuple[pa.Table, dict[str, Any], dict[str, Any]]:
    """Rows of an answer, what stands beside all of them, and what stands beside the last batch."""
    reader, batches, last = pa.ipc.open_stream(content), [], None
    while True:
        try:
            batch, last = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        batches.append(batch)
    table = pa.Table.from_batches(batches)
    after = {} if last is None else json.loads(last[b"nonferrous"])
    return table, json.loads(table.schema.metadata[b"nonferrous"]), after


def flat(prediction: dict[str, Any]) -> dict[str, Any]:
    """What a prediction of JSON says, as the columns of a table name it."""
    result = {name: value for name, value in prediction.items() if not isinstance(value, dict) and name != "id"}
    nested = {**prediction, **prediction.get("elements", {}), **prediction.get("contents", {})}
    for name, value in nested.items():
        if isinstance(value, dict) and "low" in value:
            result |= {name: value["value"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
    for name in ("class_probabilities", "defect_probabilities", "grade_probability"):
        result |= {f"p_{one}": p for one, p in prediction.get(name, {}).items()}
    if "expected_value" in prediction:
        result["expected_value"] = prediction["expected_value"]["value"]
    if "decision" in prediction:
        decision = prediction["decision"]
        result |= {"decision": decision["action"], "grade": decision["grade"]}
        result["expected_value"] = decision["expected_value"]["value"]
        result["on_base_rate"] = float(decision["on_base_rate"])
    if "nearest_limit" in prediction:
        nearest = prediction["nearest_limit"] or dict.fromkeys(("limit", "grade", "value", "highest", "sigma"))
        result |= {"nearest_limit": nearest["limit"]}
        result |= {f"nearest_limit_{name}": nearest[name] for name in ("grade", "value", "highest", "sigma")}
    if "remedy" in prediction:
        remedy = prediction["remedy"] or dict.fromkeys(("setpoint", "before", "after", "sigma"))
        result |= {"remedy": remedy["setpoint"]}
        result |= {f"remedy_{name}": remedy[name] for name in ("before", "after", "sigma")}
    return result


def alike(got: Any, expected: Any) -> None:
    """Equal; where a row is alone sums may be taken in another order, which moves the last digits."""
    if isinstance(expected, dict):
        assert got.keys() == expected.keys()
        for name, value in expected.items():
            alike(got[name], value)
    elif isinstance(expected, float):
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-12)
    else:
        assert got == expected


def energy(prediction: dict[str, Any]) -> dict[str, Any]:
    """What a prediction says of energy, as the columns of a table name it."""
    result: dict[str, Any] = {}
    message = prediction["energy"]
    for name, value in {
        **message["boundaries"],
        "coal_equivalent": message["coal_equivalent"],
        **message["scopes"],
    }.items():
        result |= {f"energy_{name}": value["value"], f"energy_{name}_low": value["low"]}
    for norm in message["norms"]:
        own = f"energy_{norm['name']}"
        result |= {own: norm["energy"]["value"], f"{own}_high": norm["energy"]["high"]}
        result |= {f"{own}_{one}": norm[one] for one in ("grade", "best_grade", "worst_grade")}
    return result


def in_address(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments as an address has them: words of a list with commas between them."""
    return {name: ",".join(one) if isinstance(one, list) else one for name, one in arguments.items()}


def check_same(post: Callable[..., Any], process: str, rows: list[dict[str, Any]], **arguments: Any) -> None:
    """Rows are answered as a table as they are one by one, whatever is missing or unknown in them."""
    url, headers = f"/v1/{process}/predictions", {"content-type": "application/vnd.apache.arrow.stream"}
    texts = {name for row in rows for name, value in row.items() if isinstance(value, str)}
    schema = pa.schema([(name, pa.string() if name in texts else pa.float64()) for name in rows[0]])
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema), 7)
    body = post(url, json={"rows": rows, **arguments}).json()
    response = post(url, content=sink.getvalue(), headers=headers, params=in_address(arguments))
    assert (response.status_code, response.headers["content-type"]) == (200, headers["content-type"])
    table, reference, after = read(response.content)
    for row, prediction in zip(table.to_pylist(), body["predictions"], strict=True):
        expected = flat(prediction) | (energy(prediction) if "energy" in prediction else {})
        sets = {name.removeprefix("in_set_"): held for name, held in row.items() if name.startswith("in_set_")}
        assert {name for name, held in sets.items() if held} == set(expected.pop("class_set", []))
        expected.pop("class", None)  # a table calls it by the target's name
        alike({name: row.get(name) for name in expected}, expected)
    alike(
        {name: reference[name] for name in body if name in reference}, {n: v for n, v in body.items() if n in reference}
    )
    assert set(body) - set(reference) == {"predictions", *after}
    for name in after:
        alike(after[name], body[name])


@pytest.fixture(scope="session")
def as_arrow() -> Callable[..., bytes]:
    """Maker of an Arrow stream from a table or from rows."""

    def made(table: Any, rows_a_batch: int = 7, **options: Any) -> bytes:
        result = pa.Table.from_pylist(table) if isinstance(table, list) else table
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, result.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
            writer.write_table(result, rows_a_batch)
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
                value = float(np.clip(rng.normal(column.typical_value, 2 * sd), low, high))
                row[column.name] = -value if column.censored and rng.random() < 0.2 else value
                if rng.random() < 0.1:
                    row[column.name] = None
        rows.append(row)
    return rows


@pytest.fixture
def serve(behind_a_door: Any) -> Callable[..., Process]:
    """Maker of a process that is served by a model."""

    def made(seed: Seed, model: Any, most_held: int = MOST_HELD) -> Process:
        name = seed.process.name
        offers = offered(seed, 1000)
        status = Status(Served(Champion(name, 4, "source"), "sha256:1", model), offers=offers)
        champions: Any = SimpleNamespace(statuses={name: status}, store_trouble=None, wait=1.0, memory=ModelMemory(1))
        app, load = FastAPI(), Load(most_held, most_held)
        problems.install(app, lambda: {name: ""})
        app.router.routes += operations.routes_of(offers, champions, 1_000_000, Recorder(None), load)
        app.middleware_stack = behind_a_door(app.build_middleware_stack(), load=load)
        return Process(app, f"/v1/{name}/predictions", offers.predictions, load, rows_of(seed))

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

    def sent(process: Process, body: bytes, kind: str = "arrow.stream", accept: str = "*/*", **arguments: Any) -> Any:
        headers = {"content-type": f"application/vnd.apache.{kind}", "accept": accept}
        arguments = {name: json.dumps(value) for name, value in arguments.items()}
        return call(process.app, "POST", process.url, content=body, headers=headers, params=arguments)

    return sent
