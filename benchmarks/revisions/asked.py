"""Service responses: every OpenAPI operation by its example, with plant rows, invalid, after outcomes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.revisions.bodies import JSON, Body, Operation, bad, planned, sample, scheduled
from benchmarks.revisions.checkouts import Checkout, say
from benchmarks.revisions.masks import compact, stable

ARROW, PARQUET = "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"
READY = 60.0  # s, for the model of a process to be loaded
TAKEN_UP = 20.0  # s, for outcomes of a process whose intervals follow them
POLL = {"NONFERROUS_POLL_SECONDS": "0.3"}
PREDICTIONS, OUTCOMES, SCHEDULES = "predictions", "outcomes", "schedules"


class RecordingClient:
    """Asks a service, and keeps what it answers by a name."""

    def __init__(self, address: str) -> None:
        self.address, self.found = address, dict[str, Any]()

    def sent(self, path: str, data: bytes | None = None, kind: str = JSON, method: str | None = None) -> Any:
        """Status, content type and bytes of an answer."""
        headers = {"content-type": kind} if data is not None else {}
        request = urllib.request.Request(f"{self.address}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def ask(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """A JSON answer, with its status where that is not 200."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        status, _, content = self.sent(path, data, method=method)
        try:
            answer = json.loads(content)
        except ValueError:
            answer = content.decode("utf-8", "replace").splitlines()
        return answer if status == 200 else {"status": status, "answer": answer}

    def keep(self, name: str, path: str, body: Any = None, method: str | None = None) -> Any:
        """Ask, and keep the answer without what is volatile."""
        answer = self.ask(path, body, method)
        self.found[name] = stable(answer)
        return answer


def responses_of(
    checkout: Checkout, tables: Mapping[str, Path], brief: bool = False, in_shadow: str | None = None
) -> dict[str, Any]:
    """Answers of a service over the home folder.

    Parameters
    ----------
    checkout : Checkout
        Whose home folder has champions.
    tables : Mapping of str to Path
        Folder of the table of each process with a champion.
    brief : bool
        Ask for predictions and advice alone: no bad bodies, tables, tensors or outcomes.
    in_shadow : str, optional
        Process of which a version in shadow is waited for, so that it answers from the first request on.
    """
    with checkout.service() as address:
        client = RecordingClient(address)
        for name in tables:
            _await(client, name)
        _await_shadow(client, in_shadow)
        openapi = client.keep("openapi", "/openapi.json")
        known = client.keep("processes", "/v1/processes")
        for one in known["processes"]:
            if one["name"] in tables:
                say(f"ask {one['name']}")
                document = _document_of(client, one["name"], openapi)
                _ask_process(client, document, one, frame_of(tables[one["name"]]), brief)
        if not brief:
            _ask_others(client, openapi, tables)
            client.found["metrics"] = _metrics(client)
        return client.found


def _await(client: RecordingClient, process: str) -> None:
    """Wait until the model of a process is in service; a failure shows in the stored status."""
    end = time.monotonic() + READY
    while client.sent(f"/health/ready/{process}")[0] != 200 and time.monotonic() < end:
        time.sleep(0.2)


def _await_shadow(client: RecordingClient, process: str | None) -> None:
    end = time.monotonic() + READY
    while process is not None and time.monotonic() < end:
        known = client.ask("/v1/processes")["processes"]
        if any(one["name"] == process and one.get("shadow") for one in known):
            return
        time.sleep(0.2)


def frame_of(folder: Path) -> pd.DataFrame:
    """The table of a folder."""
    file = folder / "table.parquet"
    return pd.read_parquet(file) if file.exists() else pd.read_csv(next(folder.glob("*.csv")))


def _document_of(client: RecordingClient, process: str, whole: Mapping[str, Any]) -> Any:
    """OpenAPI document of a process; in revisions before there was one, that of the whole service."""
    status, _, content = client.sent(f"/v1/{process}/openapi.json")
    return json.loads(content) if status == HTTPStatus.OK else whole


def _operations(openapi: Mapping[str, Any], prefix: str) -> Iterator[Operation]:
    for path, methods in openapi["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        if path.startswith(prefix) and JSON in content:
            yield Operation(openapi, path)


def _ask_process(client: RecordingClient, openapi: Any, process: Body, table: pd.DataFrame, brief: bool) -> None:
    name, key, clock = process["name"], process.get("key"), process.get("time")
    for operation in _operations(openapi, f"/v1/{name}/"):
        if operation.example is None:
            continue
        title = f"{name} {operation.name}"
        if operation.name != OUTCOMES:
            client.keep(f"{title}: example", operation.path, operation.example)
        for case, body in _good(operation, table, key, clock):
            client.keep(f"{title}: {case}", operation.path, body)
        if brief:
            continue
        good = operation.example
        for option, value in operation.options():
            client.keep(f"{title}: {option} {json.dumps(value)}", operation.path, {**good, option: value})
        for case, wrong in bad(good):
            client.keep(f"{title}: bad: {case}", operation.path, wrong)
    if not brief:
        predictions = Operation(openapi, f"/v1/{name}/{PREDICTIONS}")
        _ask_tables(client, predictions, table)
        _ask_tensors(client, name, predictions, table)
        if key is not None and clock is not None:
            _ask_after_outcomes(client, openapi, name, table, clock)


def _good(operation: Operation, table: pd.DataFrame, key: str | None, clock: str | None) -> Iterator[tuple[str, Body]]:
    """Bodies of a table's rows, as the operation takes them."""
    example = operation.example
    assert example is not None
    if operation.name == SCHEDULES and clock is not None:
        yield "rows of the table", scheduled(operation, table, clock)
        return
    if operation.name == PREDICTIONS:
        rows = operation.rows(sample(table))
        yield "20 rows", {"rows": rows}
        yield "20 rows explained", {"rows": rows, "include": ["explanation"], "coverage": 0.8}
    if "history" in operation.fields and key is not None and clock is not None:
        yield "rows and history", {**example, **planned(operation, table, key, clock)}


def _ask_tables(client: RecordingClient, operation: Operation, table: pd.DataFrame) -> None:
    columns = [name for name in operation.columns("rows") if name in table.columns]
    rows = pa.Table.from_pandas(pd.DataFrame(operation.rows(sample(table)[columns])), preserve_index=False)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    packed = io.BytesIO()
    pq.write_table(rows, packed)
    for kind, body in ((ARROW, sink), (PARQUET, packed)):
        status, headers, content = client.sent(f"{operation.path}?coverage=0.8", body.getvalue(), kind)
        name = f"{operation.path.split('/')[2]} predictions: table of {kind.rpartition('.')[2]}"
        client.found[name] = _read_table(status, headers, content)


def _read_table(status: int, headers: Any, content: bytes) -> Any:
    if status != 200:
        return {"status": status, "answer": stable(json.loads(content))}
    table = pa.ipc.open_stream(content).read_all()
    metadata = {key.decode(): json.loads(value) for key, value in (table.schema.metadata or {}).items()}
    units = {one.name: str(one.metadata) for one in table.schema}
    answer = {name: json.loads(json.dumps(table.column(name).to_pylist(), default=str)) for name in table.column_names}
    content_of_table = {"metadata": stable(metadata), "units": units, "columns": list(answer), "values": answer}
    return content_of_table | {"type": headers["content-type"]}


def _ask_tensors(client: RecordingClient, process: str, operation: Operation, table: pd.DataFrame) -> None:
    path = f"/v2/models/{process}"
    described = client.keep(f"{process} /v2", path)
    rows = operation.rows(sample(table))
    inputs = [
        {
            "name": one["name"],
            "datatype": one["datatype"],
            "shape": [len(rows)],
            "data": [row[one["name"]] for row in rows],
        }
        for one in described.get("inputs", ())
        if any(row.get(one["name"]) is not None for row in rows)
    ]
    response = client.keep(f"{process} /v2: tensors", f"{path}/infer", {"inputs": inputs})
    outputs = [{"name": one["name"]} for one in response.get("outputs", ()) if one["name"] != "id"]
    asked_for = {"inputs": inputs, "outputs": outputs, "parameters": {"binary_data_output": True}}
    binary = json.dumps(asked_for).encode()
    status, headers, content = client.sent(f"{path}/infer", binary)
    length = int(headers.get("Inference-Header-Content-Length", len(content)))
    head = stable(json.loads(content[:length]))
    digest = hashlib.sha256(content[length:]).hexdigest()[:12]
    client.found[f"{process} /v2: tensors of bytes"] = {"status": status, "head": compact(head), "bytes": digest}
    for case, wrong in bad({"inputs": inputs}):
        client.keep(f"{process} /v2: bad: {case}", f"{path}/infer", wrong)


def _ask_after_outcomes(client: RecordingClient, openapi: Any, process: str, table: pd.DataFrame, clock: str) -> None:
    """Predictions of the last two periods, their outcomes, period by period, and predictions again."""
    predictions = Operation(openapi, f"/v1/{process}/{PREDICTIONS}")
    outcomes = Operation(openapi, f"/v1/{process}/{OUTCOMES}")
    starts = sorted(table[clock].unique())[-2:]
    ahead = 2 * (starts[1] - starts[0])  # outcomes of what was trained in training are not followed
    periods = [table[table[clock] == start].head(100).assign(**{clock: start + ahead}) for start in starts]
    for i, period in enumerate(periods):
        client.keep(f"{process} period {i}", predictions.path, {"rows": predictions.rows(period)})
    for i, period in enumerate(periods):
        before = _interval(client, predictions)
        rows = [
            {name: value for name, value in row.items() if value is not None} for row in outcomes.rows(period, OUTCOMES)
        ]
        client.keep(f"{process} outcomes {i}", outcomes.path, {OUTCOMES: rows})
        client.found[f"{process} interval after outcomes {i}"] = _taken_up(client, predictions, before)
    again = {"rows": predictions.rows(periods[-1])}
    client.keep(f"{process} again after outcomes", predictions.path, again)
    client.keep(f"{process} health", f"/health/ready/{process}")


def _interval(client: RecordingClient, operation: Operation) -> Any:
    answer = client.ask(operation.path, operation.example)
    return answer.get("interval")


def _taken_up(client: RecordingClient, operation: Operation, before: Any) -> Any:
    """Interval of responses after outcomes are applied, or unchanged if there are none."""
    end = time.monotonic() + TAKEN_UP
    follows = "adaptive" in json.dumps(before) or "wider" in json.dumps(before)
    while follows and time.monotonic() < end:
        if (now := _interval(client, operation)) != before:
            return now
        time.sleep(0.3)
    return before


def _ask_others(client: RecordingClient, openapi: Any, tables: Mapping[str, Path]) -> None:
    """Addresses that no example belongs to, and processes without a model."""
    first = next(iter(tables))
    filled = {"process": first, "model": first, "version": "1", "job": "0"}
    for path, methods in openapi["paths"].items():
        if "get" in methods:
            client.keep(f"GET {path}", path.format(**filled))
    jobs = f"/v1/{first}/retraining-jobs"
    if jobs.format(**filled) in (path.format(**filled) for path in openapi["paths"]):
        job = client.keep(f"POST {jobs}", jobs, {"dry_run": True})
        number = job.get("answer", job).get("job") if isinstance(job, dict) else None
        client.keep(f"POST {jobs} again", jobs, {"dry_run": True})
        client.keep(f"DELETE {jobs}", f"{jobs}/{number}", method="DELETE")
    without = [name for name in ("heavy_scrap", "zinc_leach_filter") if name not in tables]
    for name in without:
        for operation in _operations(_document_of(client, name, openapi), f"/v1/{name}/"):
            client.keep(f"{name} {operation.name}: example", operation.path, operation.example)
    for path in (f"/v1/{first}/pareto", f"/v1/{first}/no-such-operation", "/v1/no_such_process/predictions"):
        client.keep(f"POST {path}", path, {})


def _metrics(client: RecordingClient) -> list[str]:
    """Names and labels of metrics, without their values."""
    _, _, content = client.sent("/metrics")
    lines = [re.sub(r" [^ ]+$", "", line) if line[:1] != "#" else line for line in content.decode().splitlines()]
    return sorted({re.sub(r"[0-9a-f]{16,}", "<hex>", line) for line in lines})
