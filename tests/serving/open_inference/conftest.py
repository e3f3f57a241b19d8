"""A client of the Open Inference Protocol that shares no code with the service, and services of every task."""

import json
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from seeds import Seed
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

HEADER = "Inference-Header-Content-Length"
SEEDS = Path(__file__).parents[2] / "toys"
TOYS = ("toy_cells", "toy_ores", "toy_scrap", "toy_lots")


def packed(values: list[Any]) -> bytes:
    """Values as the protocol's bytes have them."""
    if any(isinstance(value, str) for value in values):
        texts = [(value or "").encode() for value in values]
        return b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return b"".join(struct.pack("<d", float("nan") if value is None else value) for value in values)


def unpacked(datatype: str, part: bytes) -> list[Any]:
    """Values from the protocol's bytes; None where they are NaN or empty."""
    if datatype == "FP64":
        return [None if np.isnan(value) else value for (value,) in struct.iter_unpack("<d", part)]
    values, at = [], 0
    while at < len(part):
        (size,) = struct.unpack_from("<I", part, at)
        values.append(part[at + 4 : at + 4 + size].decode() or None)
        at += 4 + size
    return values


def body(columns: dict[str, list[Any]], binary: bool, nested: bool = False, **more: Any) -> tuple[bytes, str | None]:
    """Body and header of a request for these columns, all as JSON or all as bytes."""
    inputs, parts = [], []
    for name, values in columns.items():
        is_text = any(isinstance(value, str) for value in values)
        shape = [len(values), 1] if nested else [len(values)]
        one: dict[str, Any] = {"name": name, "datatype": "BYTES" if is_text else "FP64", "shape": shape}
        if binary:
            parts.append(packed(values))
            one["parameters"] = {"binary_data_size": len(parts[-1])}
        else:
            one["data"] = [[value] for value in values] if nested else values
        inputs.append(one)
    head = json.dumps({"inputs": inputs, **more}).encode()
    return b"".join([head, *parts]), str(len(head)) if binary else None


@dataclass(frozen=True)
class Answer:
    """An answer: what stands in its JSON, and the values of each output."""

    head: dict[str, Any]
    values: dict[str, list[Any]]


def read(response: httpx.Response) -> Answer:
    """An answer from a response that has one."""
    assert response.status_code == HTTPStatus.OK, response.text
    length = response.headers.get(HEADER)
    size = len(response.content) if length is None else int(length)
    head, at, values = json.loads(response.content[:size]), size, {}
    for one in head["outputs"]:
        if "data" in one:
            values[one["name"]] = [None if value == "" else value for value in one["data"]]
        else:
            end = at + one["parameters"]["binary_data_size"]
            values[one["name"]] = unpacked(one["datatype"], response.content[at:end])
            at = end
        assert one["shape"] == [len(values[one["name"]])]
    assert at == len(response.content)
    assert (length is None) == all("data" in one for one in head["outputs"])
    return Answer(head, values)


@pytest.fixture(scope="session")
def infer(call: Any) -> Callable[..., httpx.Response]:
    """Sender of a request for columns."""

    def send(
        app: object, process: str, columns: dict[str, list[Any]], binary: bool = True, **more: Any
    ) -> httpx.Response:
        content, length = body(columns, binary, **more)
        headers = {} if length is None else {HEADER: length}
        return call(app, "POST", f"/v2/models/{process}/infer", content=content, headers=headers)

    return send


def columns_of(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Rows of `/v1` as columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def at(prediction: dict[str, Any], path: str) -> Any:
    """What a prediction of `/v1` has at the path of an output; a list as what its JSON says, nothing as None."""
    result: Any = prediction
    for step in path.split("."):
        result = None if result is None else result.get(step)
    return result or None if isinstance(result, str) else result


def check_same(post: Callable[..., httpx.Response], process: str, rows: list[dict[str, Any]]) -> None:
    """Check that rows, one of them without its first inputs, are answered as at `/v1`, as JSON and as bytes."""
    rows = [dict(row) for row in rows]
    rows[1] |= dict.fromkeys([name for name, value in rows[1].items() if not isinstance(value, str)][:3])
    predictions = post(f"/v1/{process}/predictions", json={"rows": rows}).json()["predictions"]
    for binary in (True, False):
        content, length = body(columns_of(rows), binary)
        headers = {} if length is None else {HEADER: length}
        answer = read(post(f"/v2/models/{process}/infer", content=content, headers=headers))
        assert_same(answer.values, predictions)


def assert_same(values: dict[str, list[Any]], predictions: list[dict[str, Any]]) -> None:
    """Check that outputs hold what predictions of `/v1` do, to the last bit."""
    for name, result in values.items():
        if name != "id":  # no two predictions have the same
            expected = [at(one, name) for one in predictions]
            if any(isinstance(value, list) for value in expected):
                result = [None if value is None else json.loads(value) for value in result]
            assert result == expected, name


@pytest.fixture(scope="module")
def frames(
    toy_frame: Any, toy_class_frame: Any, toy_sorting_frame: Any, toy_quality_frame: Any
) -> dict[str, pd.DataFrame]:
    """Raw tables of the made-up processes."""
    made = toy_frame().assign(previous_y=lambda frame: frame["y"])
    return dict(zip(TOYS, (made, toy_class_frame(), toy_sorting_frame(), toy_quality_frame()), strict=True))


@pytest.fixture(scope="module")
def seeds_of(toy_seed: Seed, toy_class_seed: Seed, toy_sorting_seed: Seed, toy_quality_seed: Seed) -> dict[str, Seed]:
    """Seeds of the made-up processes."""
    return dict(zip(TOYS, (toy_seed, toy_class_seed, toy_sorting_seed, toy_quality_seed), strict=True))


@pytest.fixture(scope="module")
def rows(frames: dict[str, pd.DataFrame], seeds_of: dict[str, Seed]) -> Callable[..., list[dict[str, Any]]]:
    """Maker of rows of a made-up process; values are missing here and there, and one row lies outside training."""

    def make(process: str, n: int = 20) -> list[dict[str, Any]]:
        seed, frame = seeds_of[process], frames[process].iloc[: 3 * n : 3]
        result = []
        for i, record in enumerate(frame.to_dict("records")):
            row = {column.name: record[column.name] for column in seed.by_role("key")}
            row |= {column.name: record[column.name].isoformat() for column in seed.by_role("time")}
            row |= {
                c.name: None if np.isnan(record[c.name]) else record[c.name] for c in seed.inputs if c.name in record
            }
            if i % 7 == 3:
                row[next(name for name in reversed(row) if row[name] is not None)] = None
            result.append(row)
        far = next(column for column in seed.inputs if column.name in result[1])
        result[1][far.name] = far.limits[1] if np.isfinite(far.limits[1]) else 1e3
        return result

    return make


@pytest.fixture(scope="module")
def service(
    save_toy_model: Callable[..., object],
    save_toy_classifier: Callable[..., object],
    save_toy_sorter: Callable[..., object],
    save_toy_grader: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """Service over the made-up processes, each with a model."""
    folder, store = tmp_path_factory.mktemp("service"), FolderStore()
    savers = (save_toy_model, save_toy_classifier, save_toy_sorter, save_toy_grader)
    (folder / "seeds").mkdir()
    for process, save in zip(TOYS, savers, strict=True):
        shutil.copy(SEEDS / f"{process}.toml", folder / "seeds")
        save(folder / process)
        store.point(process, 3, folder / process)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NONFERROUS_SEEDS", str(folder / "seeds"))
        made = create_app(ServiceSettings(max_rows=50, max_body_bytes=60_000), store)
        made.champions.refresh()
        yield made
