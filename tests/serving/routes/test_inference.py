"""Addresses of the Open Inference Protocol: health, metadata, versions, and errors in its shape."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.storage import model_files
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

ROW = {
    "inputs": [
        {"name": "unit", "datatype": "BYTES", "shape": [1], "data": ["A-001"]},
        {"name": "period_start", "datatype": "BYTES", "shape": [1], "data": ["2026-11-01"]},
        {"name": "z", "datatype": "FP64", "shape": [1], "data": [3.75]},
    ]
}


@pytest.fixture
def store() -> FolderStore:
    return FolderStore()


@pytest.fixture
def app(
    toy_folder: Callable[..., Path],
    save_toy_model: Callable[..., object],
    store: FolderStore,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Service:
    """Service over two processes of which one has a model."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_lots")))
    save_toy_model(tmp_path / "one")
    store.point("toy_cells", 3, tmp_path / "one")
    made = create_app(ServiceSettings(max_rows=50, max_body_bytes=20_000), store)
    made.champions.refresh()
    return made


def error(response: httpx.Response, status: HTTPStatus) -> str:
    assert response.status_code == status
    assert set(response.json()) == {"error"}
    return str(response.json()["error"])


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("", {"name": "nonferrous", "extensions": ["binary_tensor_data"]}),
        ("/health/live", {"live": True}),
        ("/health/ready", {"ready": True}),
        ("/models/toy_cells/ready", {"name": "toy_cells", "ready": True}),
        ("/models/toy_cells/versions/3/ready", {"name": "toy_cells", "ready": True}),
    ],
)
def test_server_and_model_say_how_they_are(path: str, answer: dict[str, Any], app: Service, call: Any) -> None:
    response = call(app, "GET", f"/v2{path}")
    assert response.status_code == HTTPStatus.OK
    assert {name: value for name, value in response.json().items() if name != "version"} == answer
    assert call(app, "HEAD", f"/v2{path}").status_code == HTTPStatus.OK


@pytest.mark.parametrize("which", ["", "/versions/3"])
def test_metadata_name_every_tensor_its_type_and_unit(which: str, app: Service, call: Any) -> None:
    body = call(app, "GET", f"/v2/models/toy_cells{which}").json()
    assert (body["name"], body["versions"], body["platform"]) == ("toy_cells", ["3"], "nonferrous")
    assert body["inputs"] == [
        {"name": "unit", "datatype": "BYTES", "shape": [-1]},
        {"name": "period_start", "datatype": "BYTES", "shape": [-1]},
        {"name": "previous_y", "datatype": "FP64", "shape": [-1], "parameters": {"unit": "%"}},
        {"name": "x_set", "datatype": "FP64", "shape": [-1], "parameters": {"unit": "kA"}},
        {"name": "z", "datatype": "FP64", "shape": [-1], "parameters": {"unit": "V"}},
    ]
    outputs = {one["name"]: one for one in body["outputs"]}
    for end in ("value", "low", "high"):
        assert outputs[f"y.{end}"] == {
            "name": f"y.{end}",
            "datatype": "FP64",
            "shape": [-1],
            "parameters": {"unit": "%"},
        }
    assert outputs["flags"] == {"name": "flags", "datatype": "BYTES", "shape": [-1]}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_version_than_the_one_that_answers_is_not_there(method: str, app: Service, call: Any) -> None:
    path = "/v2/models/toy_cells/versions/2" + ("/infer" if method == "POST" else "")
    text = error(call(app, method, path, json=ROW), HTTPStatus.NOT_FOUND)
    assert text == "version 2 of toy_cells does not answer, version 3 does"
    good = path.replace("/2", "/3")
    assert call(app, method, good, json=ROW).status_code == HTTPStatus.OK


def test_an_unknown_model_and_one_that_was_not_trained_say_so(app: Service, call: Any) -> None:
    text = error(call(app, "GET", "/v2/models/tin/ready"), HTTPStatus.NOT_FOUND)
    assert text == "process 'tin' not found; available: toy_cells, toy_lots"
    for path, method in (("", "GET"), ("/ready", "GET"), ("/infer", "POST")):
        response = call(app, method, f"/v2/models/toy_lots{path}", json=ROW)
        assert "run `nonferrous train toy_lots`" in error(response, HTTPStatus.SERVICE_UNAVAILABLE)
        assert response.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/nothing", 404),
        ("GET", "/v2/models", 404),
        ("GET", "/v2/models/toy_cells/infer", 405),
        ("POST", "/v2/health/live", 405),
    ],
)
def test_errors_have_the_shape_of_the_protocol(method: str, path: str, status: int, app: Service, call: Any) -> None:
    assert path in error(call(app, method, path), HTTPStatus(status))


def test_other_addresses_keep_their_shape_of_errors(app: Service, call: Any) -> None:
    for path in ("/v2x", "/v22/models"):
        assert call(app, "GET", path).headers["content-type"] == "application/problem+json"


def test_a_defect_shows_nothing_of_the_inside(app: Service, monkeypatch: pytest.MonkeyPatch, call: Any) -> None:
    def defect(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("operations.predictions.numbers.predictions.matrix", defect)
    text = error(call(app, "POST", "/v2/models/toy_cells/infer", json=ROW), HTTPStatus.INTERNAL_SERVER_ERROR)
    assert "secret" not in text


def test_it_is_ready_when_every_model_that_there_is_answers(
    app: Service, store: FolderStore, call: Any, tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    store.point("toy_lots", 1, tmp_path / "broken")
    app.champions.refresh()
    text = error(call(app, "GET", "/v2/health/ready"), HTTPStatus.SERVICE_UNAVAILABLE)
    assert text == "no model yet: toy_lots"


def test_without_any_model_it_is_not_ready(
    toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    empty = create_app(ServiceSettings(), FolderStore())
    error(call(empty, "GET", "/v2/health/ready"), HTTPStatus.SERVICE_UNAVAILABLE)
    assert call(empty, "GET", "/v2/health/live").status_code == HTTPStatus.OK


def test_a_version_that_follows_answers_at_once(
    app: Service, store: FolderStore, save_toy_model: Any, call: Any, tmp_path: Path
) -> None:
    save_toy_model(tmp_path / "two", lift=1.0)
    before = call(app, "POST", "/v2/models/toy_cells/infer", json=ROW).json()
    store.point("toy_cells", 4, tmp_path / "two")
    app.champions.refresh()
    after = call(app, "POST", "/v2/models/toy_cells/infer", json=ROW).json()
    assert (before["model_version"], after["model_version"]) == ("3", "4")
    assert after["parameters"]["digest"] == model_files.digest(tmp_path / "two") != before["parameters"]["digest"]


def test_what_costs_little_is_answered_on_the_loop_and_more_in_a_thread(
    app: Service, monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    threads = []

    async def counted(work: Callable[[], Any]) -> Any:
        threads.append(work.__name__)
        return work()

    def sent(rows: int) -> list[str]:
        threads.clear()
        inputs = [one | {"shape": [rows], "data": one["data"] * rows} for one in ROW["inputs"]]  # type: ignore[operator]
        response = call(app, "POST", "/v2/models/toy_cells/infer", json={"inputs": inputs})
        assert response.status_code == HTTPStatus.OK
        return list(threads)

    for where in ("routes.inference", "responses.blocks"):
        monkeypatch.setattr(f"serving.{where}.in_thread", counted)
    monkeypatch.setattr("serving.middleware.admission.time.thread_time", lambda: 0.0)
    assert sent(1) == ["one", "one", "made"]  # nobody knows yet what a row costs
    assert sent(1) == []
    monkeypatch.setattr("serving.middleware.admission.LONGEST_AT_ONCE", -1.0)
    assert sent(2) == ["one", "one", "made"]
    monkeypatch.setattr("serving.responses.blocks.ROWS_AT_ONCE", 1)
    assert sent(3) == ["one", "one", "one", "one", "made"]
    monkeypatch.setattr("serving.routes.inference.LONGEST_BODY_AT_ONCE", 0)
    assert sent(3) == ["read", "one", "one", "one", "one", "made"]


def test_blocks_are_answered_as_one(app: Service, monkeypatch: pytest.MonkeyPatch, call: Any) -> None:
    def sent() -> list[Any]:
        inputs = [one | {"shape": [5], "data": one["data"] * 5} for one in ROW["inputs"][:2]]  # type: ignore[operator]
        inputs.append({"name": "z", "datatype": "FP64", "shape": [5], "data": [3.0, 3.5, None, 4.5, 5.0]})
        answer = call(app, "POST", "/v2/models/toy_cells/infer", json={"inputs": inputs}).json()
        return [one for one in answer["outputs"] if one["name"] != "id"]

    whole = sent()
    monkeypatch.setattr("serving.responses.blocks.ROWS_AT_ONCE", 2)
    assert sent() == whole


def test_before_anybody_has_looked_it_is_not_ready(
    toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_lots")))
    fresh = create_app(ServiceSettings(), FolderStore())
    text = error(call(fresh, "GET", "/v2/health/ready"), HTTPStatus.SERVICE_UNAVAILABLE)
    assert text == "no model yet: toy_cells, toy_lots"
