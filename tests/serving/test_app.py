"""The service in process: what it takes, what it answers, and the one shape of its errors."""

import json
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.regression.model import RegressionModel
from models.storage import model_files
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from serving.wire.problems import MEDIA_TYPE, Problem, phrase

URL = "/v1/toy_cells/predictions"
ROW: dict[str, Any] = {
    "unit": "A-001",
    "period_start": "2026-11-01",
    "previous_y": 91.5,
    "x_set": 10.25,
    "z": 3.75,
}
INPUTS = ("previous_y", "x_set", "z")
Call = Callable[..., httpx.Response]
Folder = Callable[..., Path]
Save = Callable[..., RegressionModel]


@pytest.fixture
def post(call: Call) -> Call:
    return lambda app, rows, **more: call(app, "POST", URL, json={"rows": rows, **more})


@pytest.fixture
def store() -> FolderStore:
    return FolderStore()


@pytest.fixture
def model(save_toy_model: Save, tmp_path: Path) -> RegressionModel:
    return save_toy_model(tmp_path / "one")


@pytest.fixture
def empty(toy_folder: Folder, store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Service over the made-up process, without a model."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    return create_app(ServiceSettings(max_rows=50, max_body_bytes=20_000), store)


@pytest.fixture
def app(empty: Service, model: RegressionModel, store: FolderStore, tmp_path: Path) -> Service:
    store.point("toy_cells", 1, tmp_path / "one")
    empty.champions.refresh()
    return empty


# ---- answers ----


def test_answer_has_the_shape_that_is_promised(app: Service, tmp_path: Path, post: Call) -> None:
    digest = model_files.digest(tmp_path / "one")
    used = {"version": 1, "baseline": False, "alias": "champion", "digest": digest}
    assert post(app, [ROW], include=["model"]).json()["model"] == used
    response = post(app, [ROW])
    assert response.status_code == HTTPStatus.OK
    body = response.json()
    TypeAdapter(app.taken[0].predictions.answer).validate_json(response.content)
    assert body["process"] == "toy_cells"
    assert body["model"] == {"version": 1, "baseline": False}
    assert body["coverage"] == 0.9
    (prediction,) = body["predictions"]
    assert list(prediction) == ["id", "unit", "period_start", "y", "flags"]
    assert (prediction["unit"], prediction["period_start"]) == ("A-001", "2026-11-01")
    assert list(prediction["y"]) == ["value", "low", "high", "unit"]
    assert prediction["y"]["unit"] == "%"


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_answers_are_the_models_own_to_the_last_bit(
    app: Service, model: RegressionModel, coverage: float, post: Call
) -> None:
    X = np.random.default_rng(2).normal([90, 10, 4], [2, 1, 0.5], (20, 3))
    rows = [ROW | dict(zip(INPUTS, x.tolist(), strict=True)) for x in X]
    expected = model.answer(X, coverage)["y"]
    predictions = post(app, rows, coverage=coverage, digits="all").json()["predictions"]
    for part in ("value", "low", "high"):
        assert [one["y"][part] for one in predictions] == getattr(expected, part).tolist()
    assert [one["flags"] for one in predictions] == model.flags(X)


def test_null_and_a_field_left_out_are_both_missing(app: Service, post: Call) -> None:
    left_out = {name: value for name, value in ROW.items() if name != "z"}
    predictions = post(app, [ROW | {"z": None}, left_out, ROW]).json()["predictions"]
    assert predictions[0]["y"] == predictions[1]["y"] != predictions[2]["y"]
    assert predictions[0]["flags"] == predictions[1]["flags"] == ["z missing"]


def test_a_batch_is_its_rows_in_order(app: Service, post: Call) -> None:
    rows = [ROW | {"unit": f"A-{i:03d}", "z": 2 + 0.1 * i} for i in range(30)]
    together = post(app, rows).json()["predictions"]
    alone = [post(app, [row]).json()["predictions"][0] for row in rows]
    assert [one["unit"] for one in together] == [row["unit"] for row in rows]
    assert [one["y"]["value"] for one in together] == pytest.approx([one["y"]["value"] for one in alone], rel=1e-12)
    assert len({one["id"] for one in together + alone}) == 60


def test_a_long_body_goes_another_way_to_the_same_answer(
    app: Service, monkeypatch: pytest.MonkeyPatch, post: Call
) -> None:
    at_once = post(app, [ROW]).json()["predictions"][0]["y"]
    monkeypatch.setattr("serving.responses.predictions.LONGEST_BODY_AT_ONCE", 0)
    assert post(app, [ROW]).json()["predictions"][0]["y"] == at_once


def test_outside_training_range_is_a_flag_and_no_error(app: Service, post: Call) -> None:
    response = post(app, [ROW | {"x_set": 19.5}])
    assert response.json()["predictions"][0]["flags"] == ["x_set outside training range"]


def test_what_a_model_cannot_determine_is_null_and_flagged(
    app: Service, monkeypatch: pytest.MonkeyPatch, post: Call
) -> None:
    served = app.champions.statuses["toy_cells"].served
    assert served is not None
    monkeypatch.setattr(served.model.estimator, "predict", lambda X: np.where(np.isnan(X[:, 2]), np.nan, 90.0))
    predictions = post(app, [ROW | {"z": None}]).json()["predictions"][0]
    assert predictions["y"] == {"value": None, "low": None, "high": None, "unit": "%"}
    assert "y not determined by these inputs" in predictions["flags"]


# ---- errors ----

JSON = {"content-type": "application/json"}
BAD_REQUESTS: dict[str, tuple[HTTPStatus, str, str, dict[str, Any]]] = {
    "unknown path": (HTTPStatus.NOT_FOUND, "GET", "/nothing", {}),
    "unknown process": (HTTPStatus.NOT_FOUND, "POST", "/v1/tin_smelting/predictions", {"json": {}}),
    "unknown route of a process": (HTTPStatus.NOT_FOUND, "GET", "/v1/toy_cells/secrets", {}),
    "absent asset": (HTTPStatus.NOT_FOUND, "GET", "/docs/assets/absent.js", {}),
    "wrong method": (HTTPStatus.METHOD_NOT_ALLOWED, "GET", URL, {}),
    "wrong method for health": (HTTPStatus.METHOD_NOT_ALLOWED, "POST", "/health/live", {}),
    "no content type": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "POST", URL, {"content": b"{}"}),
    "form": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "POST", URL, {"data": {"rows": "1"}}),
    "compressed": (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "POST",
        URL,
        {"content": b"{}", "headers": JSON | {"content-encoding": "gzip"}},
    ),
    "too long": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "POST", URL, {"content": b" " * 20_001, "headers": JSON}),
    "broken JSON": (HTTPStatus.BAD_REQUEST, "POST", URL, {"content": b'{"rows": [', "headers": JSON}),
    "empty body": (HTTPStatus.BAD_REQUEST, "POST", URL, {"content": b"", "headers": JSON}),
    "no UTF-8": (HTTPStatus.BAD_REQUEST, "POST", URL, {"content": b'{"rows": "\xff"}', "headers": JSON}),
    "nested without end": (HTTPStatus.BAD_REQUEST, "POST", URL, {"content": b"[" * 10_000, "headers": JSON}),
    "no object": (HTTPStatus.UNPROCESSABLE_ENTITY, "POST", URL, {"json": [ROW]}),
    "no rows": (HTTPStatus.UNPROCESSABLE_ENTITY, "POST", URL, {"json": {"rows": []}}),
    "rows left out": (HTTPStatus.UNPROCESSABLE_ENTITY, "POST", URL, {"json": {}}),
    "too many rows": (HTTPStatus.UNPROCESSABLE_ENTITY, "POST", URL, {"json": {"rows": [ROW] * 51}}),
    "coverage": (HTTPStatus.UNPROCESSABLE_ENTITY, "POST", URL, {"json": {"rows": [ROW], "coverage": 1}}),
}


def problem(response: httpx.Response, status: HTTPStatus) -> Problem:
    """The problem that a response carries, after its shape is checked."""
    assert response.status_code == status
    assert response.headers["content-type"] == MEDIA_TYPE
    predictions = Problem.model_validate_json(response.content, strict=True)
    assert set(response.json()) == set(Problem.model_fields)
    assert (predictions.status, predictions.title) == (status.value, phrase(status))
    assert predictions.instance == response.request.url.path
    assert not re.search(r"Traceback|File \"|\n", predictions.detail)
    return predictions


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_every_error_has_one_shape(name: str, app: Service, call: Call) -> None:
    status, method, path, request = BAD_REQUESTS[name]
    problem(call(app, method, path, **request), status)


def test_a_body_without_declared_length_is_cut_too(app: Service, call: Call) -> None:
    async def chunks() -> Any:
        for _ in range(30):
            yield b" " * 1000

    problem(call(app, "POST", URL, content=chunks(), headers=JSON), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def test_unknown_process_is_told_the_names_that_exist(app: Service, call: Call) -> None:
    predictions = problem(call(app, "POST", "/v1/tin_smelting/predictions", json={}), HTTPStatus.NOT_FOUND)
    assert predictions.detail == "process 'tin_smelting' not found; available: toy_cells"


def test_wrong_method_is_told_the_right_ones(app: Service, call: Call) -> None:
    assert call(app, "GET", URL).headers["allow"] == "POST"
    assert call(app, "DELETE", "/v1/processes").headers["allow"] == "GET, HEAD"


def test_without_a_model_the_command_to_run_is_told(empty: Service, post: Call) -> None:
    empty.champions.refresh()
    response = post(empty, [ROW])
    assert "run `nonferrous train toy_cells`" in problem(response, HTTPStatus.SERVICE_UNAVAILABLE).detail
    assert response.headers["retry-after"] == "2"


def test_a_defect_shows_nothing_of_the_inside(app: Service, monkeypatch: pytest.MonkeyPatch, post: Call) -> None:
    def defect(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("operations.predictions.numbers.predictions.matrix", defect)
    response = post(app, [ROW])
    problem(response, HTTPStatus.INTERNAL_SERVER_ERROR)
    assert "secret" not in response.text


FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "above its range": ({"z": 8.5}, {"field": "z", "value": 8.5, "bound": 8, "expected": "at most 8 V"}),
    "below its range": ({"x_set": -1}, {"field": "x_set", "value": -1, "bound": 0, "expected": "at least 0 kA"}),
    "text": ({"z": "3.5"}, {"field": "z", "value": "3.5", "bound": None, "expected": "a number"}),
    "truth value": ({"z": True}, {"field": "z", "value": True, "bound": None, "expected": "a number"}),
    "misspelt": ({"x_sett": 1}, {"field": "x_sett", "value": 1, "expected": "no such field; the nearest is x_set"}),
    "far from any": ({"q": 1}, {"field": "q", "value": 1, "bound": None}),
    "late": ({"tapped": 2900}, {"field": "tapped", "value": 2900, "bound": None}),
    "target": ({"y": 93}, {"field": "y", "value": 93, "bound": None}),
    "time": ({"period_start": "1.11.2026"}, {"field": "period_start", "value": "1.11.2026", "bound": None}),
    "key": ({"unit": 12}, {"field": "unit", "value": 12, "expected": "a text"}),
    "empty key": ({"unit": ""}, {"field": "unit", "value": "", "bound": 1, "expected": "at least 1 characters"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_row_field_value_and_bound(name: str, app: Service, post: Call) -> None:
    change, expected = FAULTS[name]
    predictions = problem(post(app, [ROW, ROW | change]), HTTPStatus.UNPROCESSABLE_ENTITY)
    (fault,) = predictions.errors
    assert fault.model_dump() == fault.model_dump() | {"row": 1} | expected


@pytest.mark.parametrize("name", ["tapped", "y"])
def test_what_is_known_only_after_the_period_is_refused_as_such(name: str, app: Service, post: Call) -> None:
    predictions = problem(post(app, [ROW | {name: 90.0}]), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "known only after the period" in predictions.errors[0].expected


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
def test_numbers_that_are_none_are_refused(number: str, app: Service, call: Call) -> None:
    body = json.dumps({"rows": [ROW]}).replace("3.75", number)
    predictions = problem(call(app, "POST", URL, content=body, headers=JSON), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert [(fault.row, fault.field) for fault in predictions.errors] == [(0, "z")]


def test_all_faults_are_told_at_once(app: Service, post: Call) -> None:
    rows = [ROW | {"z": 9, "x_set": "10"}, {}, 5, ROW | {"tapped": 1}]
    predictions = problem(post(app, rows, coverage=0.3, covrage=0.9), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert {(fault.row, fault.field) for fault in predictions.errors} == {
        *((0, "z"), (0, "x_set"), (1, "unit"), (1, "period_start"), (2, None), (3, "tapped")),
        *((None, "coverage"), (None, "covrage")),
    }


def test_many_faults_are_counted_and_the_first_are_told(app: Service, post: Call) -> None:
    predictions = problem(post(app, [ROW | {"z": 9, "x_set": 30, "q": 1}] * 50), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert predictions.detail == "the request has more than 100 faults, the first of them in errors"
    assert len(predictions.errors) == 100


def test_a_row_of_a_thousand_unknown_fields_is_refused_as_briefly(app: Service, post: Call) -> None:
    predictions = problem(post(app, [{f"q{i}": 1 for i in range(1500)} | ROW]), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert len(predictions.errors) == 100
    long = problem(post(app, [ROW | {"q" * 5000: "v" * 5000}]), HTTPStatus.UNPROCESSABLE_ENTITY)
    assert len(long.model_dump_json()) < 1000


def test_coverage_that_the_calibration_rows_do_not_reach_is_refused(app: Service, post: Call) -> None:
    predictions = problem(post(app, [ROW], coverage=0.99), HTTPStatus.UNPROCESSABLE_ENTITY)
    (fault,) = predictions.errors
    assert (fault.field, fault.value) == ("coverage", 0.99)
    assert "needs at least 99 calibration rows, got 40" in fault.expected


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})
names = st.sampled_from([*ROW, "y", "tapped", "rows"]) | st.text(max_size=5)
row_like = st.dictionaries(names, cells, max_size=6).map(lambda changes: ROW | changes) | cells
bodies = st.fixed_dictionaries(
    {"rows": st.lists(row_like, max_size=4) | cells}, optional={"coverage": cells, "q": cells}
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies.map(json.dumps).map(str.encode) | cells.map(json.dumps).map(str.encode) | st.binary(max_size=40))
def test_no_body_makes_a_defect(app: Service, body: bytes, call: Call) -> None:
    response = call(app, "POST", URL, content=body, headers=JSON)
    if response.status_code == HTTPStatus.OK:
        # What OpenAPI describes takes the request too, and describes the answer.
        TypeAdapter(app.taken[0].predictions.request).validate_json(body)
        TypeAdapter(app.taken[0].predictions.answer).validate_json(response.content)
    else:
        with pytest.raises(ValidationError, match="validation error"):
            TypeAdapter(app.taken[0].predictions.request).validate_json(body)
        predictions = problem(response, HTTPStatus(response.status_code))
        assert predictions.status in (400, 422)
        assert predictions.status == 400 or predictions.errors


# ---- swaps ----


def test_swaps_under_load_fail_no_request_and_mix_no_models(
    app: Service, store: FolderStore, model: RegressionModel, save_toy_model: Save, tmp_path: Path, post: Call
) -> None:
    models = {1: model, 2: save_toy_model(tmp_path / "two", lift=3.0)}
    X = np.array([[ROW[name] for name in INPUTS]])
    expected = {number: one.answer(X, 0.9)["y"].value[0] for number, one in models.items()}
    seen: list[tuple[int, int, float]] = []
    patience = time.monotonic() + 60

    def load() -> None:
        requested = 0
        while requested < 60 or (len({version for _, version, _ in seen}) < 2 and time.monotonic() < patience):
            requested += 1
            response = post(app, [ROW], digits="all")
            body = response.json()
            seen.append((response.status_code, body["model"]["version"], body["predictions"][0]["y"]["value"]))

    threads = [Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    number = 1
    while any(thread.is_alive() for thread in threads):
        number = 3 - number
        store.point("toy_cells", number, tmp_path / {1: "one", 2: "two"}[number])
        app.champions.refresh()
    assert len(seen) >= 240
    assert {(status, value == expected[version]) for status, version, value in seen} == {(200, True)}
    assert {version for _, version, _ in seen} == {1, 2}


# ---- health and processes ----


def test_ready_only_with_a_model(
    empty: Service, model: RegressionModel, store: FolderStore, tmp_path: Path, call: Call
) -> None:
    predictions = problem(call(empty, "GET", "/health/ready"), HTTPStatus.SERVICE_UNAVAILABLE)
    assert predictions.errors[0].field == "toy_cells"
    (tmp_path / "broken").mkdir()
    store.point("toy_cells", 1, tmp_path / "broken")
    empty.champions.refresh()
    predictions = problem(call(empty, "GET", "/health/ready"), HTTPStatus.SERVICE_UNAVAILABLE)
    assert predictions.errors[0].value == "champion not loaded"
    store.point("toy_cells", 2, tmp_path / "one")
    empty.champions.refresh()
    response = call(empty, "GET", "/health/ready")
    assert response.json()["processes"]["toy_cells"] == {"state": "serving", "version": 2, "reason": None}


def test_ready_while_a_newer_model_is_refused(app: Service, store: FolderStore, tmp_path: Path, call: Call) -> None:
    (tmp_path / "broken").mkdir()
    store.point("toy_cells", 2, tmp_path / "broken")
    app.champions.refresh()
    response = call(app, "GET", "/health/ready")
    assert response.status_code == HTTPStatus.OK
    predictions = response.json()["processes"]["toy_cells"]
    assert (predictions["state"], predictions["version"]) == ("serving", 1)
    assert predictions["reason"].startswith("version 2 is refused, version 1 stays")
    (process,) = call(app, "GET", "/v1/processes").json()["processes"]
    assert (process["model"]["version"], process["reason"]) == (1, predictions["reason"])


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/v1/processes", "/docs"])
def test_head_is_answered_as_get_is(path: str, app: Service, call: Call) -> None:
    head, get = call(app, "HEAD", path), call(app, "GET", path)
    assert head.status_code == get.status_code == HTTPStatus.OK
    assert head.headers["content-type"] == get.headers["content-type"]


def test_processes_tell_inputs_quantities_and_model(app: Service, call: Call) -> None:
    (predictions,) = call(app, "GET", "/v1/processes").json()["processes"]
    assert [one["name"] for one in predictions["inputs"]] == list(INPUTS)
    x_set = predictions["inputs"][1]
    assert (x_set["unit"], x_set["role"], x_set["low"], x_set["high"]) == ("kA", "setpoint", 0.0, 20.0)
    assert predictions["quantities"] == [{"name": "y", "description": "efficiency", "unit": "%"}]
    assert predictions["sorting"] is None
    assert (predictions["model"]["candidate"], predictions["model"]["info"]) == ("linear", {"rows": 200})
