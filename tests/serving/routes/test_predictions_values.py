"""A body in, an answer or a problem out: with stand-ins for the champions and the model."""

import math
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from models.uncertainty.intervals import CoverageError
from operations.catalogue import offered
from operations.predictions.together import PredictedRows
from registry.store import Champion
from seeds import Seed
from serving.hot_reload.memory import ModelMemory
from serving.hot_reload.status import Served, Status
from serving.middleware.admission import Load
from serving.responses import blocks, predictions
from serving.responses.recording import Recorder
from serving.routes import operations
from serving.wire import problems

URL = "/v1/toy_cells/predictions"
ROW = {"unit": "A-001", "period_start": "2026-11-01"}
NO_MODEL = Status(trouble="no version has the alias champion")
ANSWERS = Status(Served(Champion("toy_cells", 4, "source"), "sha256:1", SimpleNamespace()))


@pytest.fixture
def app(toy_seed: Seed) -> Any:
    """Maker of an application with one process, whose status and waits are said."""

    def make(status: Status, store_trouble: str | None = None, wait: float = 2.0, most: int = 200_000) -> FastAPI:
        offers = offered(toy_seed, 3)
        statuses = {"toy_cells": replace(status, offers=offers)}
        champions: Any = SimpleNamespace(
            statuses=statuses, store_trouble=store_trouble, wait=wait, memory=ModelMemory(1)
        )
        made = FastAPI()
        problems.install(made, lambda: {"toy_cells": ""})
        made.router.routes += operations.routes_of(offers, champions, most, Recorder(None), Load())
        return made

    return make


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Rows and requests that a stand-in for the task was asked."""
    calls: list[Any] = []

    def answer(taken: Any, model: Any, requests: Any) -> list[PredictedRows]:
        calls.extend((model, one.rows, one.request) for one in requests)
        if requests[0].request["coverage"] > 0.95:
            raise CoverageError("needs at least 99 calibration rows, got 40")
        return [PredictedRows([{"y": {"value": math.nan, "low": -math.inf, "high": 1.5}}]) for _ in requests]

    task = SimpleNamespace(answered=answer, ABOUT="")
    monkeypatch.setattr(blocks, "predictions_of", lambda seed: task)
    return calls


def test_an_answer_holds_process_model_and_coverage_and_no_nan(app: Any, predicted: list[Any], call: Any) -> None:
    response = call(app(ANSWERS), "POST", URL, json={"rows": [ROW], "coverage": 0.8})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "process": "toy_cells",
        "model": {"version": 4, "baseline": False},
        "coverage": 0.8,
        "interval": {"kind": "fixed", "outcomes": 0},
        "predictions": [{"y": {"value": None, "low": None, "high": 1.5}}],
    }
    ((model, rows, request),) = predicted
    assert ANSWERS.served is not None
    assert model is ANSWERS.served.model
    assert [row["unit"] for row in rows] == ["A-001"]
    assert request["coverage"] == 0.8


@pytest.mark.parametrize(("wait", "seconds"), [(2.0, "2"), (2.1, "3"), (0.01, "1")])
def test_without_a_model_one_is_told_when_to_ask_again(wait: float, seconds: str, app: Any, call: Any) -> None:
    response = call(app(NO_MODEL, wait=wait), "POST", URL, json={"rows": [ROW]})
    assert (response.status_code, response.headers["retry-after"]) == (503, seconds)
    assert response.json()["detail"] == f"toy_cells has no model in service: {NO_MODEL.trouble}"


def test_a_store_that_cannot_be_read_is_the_cause_that_is_named(app: Any, call: Any) -> None:
    response = call(app(NO_MODEL, "the store sleeps"), "POST", URL, json={"rows": [ROW]})
    assert response.json()["detail"] == "toy_cells has no model in service: the store sleeps"


def test_a_coverage_without_rows_for_it_is_a_fault(app: Any, predicted: list[Any], call: Any) -> None:
    response = call(app(ANSWERS), "POST", URL, json={"rows": [ROW], "coverage": 0.99})
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["value"]) == ("coverage", 0.99)
    assert fault["expected"] == ("a coverage that the model has rows for: needs at least 99 calibration rows, got 40")


@pytest.fixture
def in_threads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done in threads."""
    seen: list[Any] = []
    original = blocks.in_thread

    async def noted(*given: Any) -> Any:
        seen.append(given)
        return await original(*given)

    monkeypatch.setattr(blocks, "in_thread", noted)
    return seen


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What a row costs, whatever it takes here [s]."""
    message = {"seconds": 0.0}
    monkeypatch.setattr(
        "serving.middleware.admission.CostEstimate.expected", lambda self, rows: rows * message["seconds"]
    )
    return message


@pytest.mark.parametrize(("length", "threads"), [(65_536, False), (65_537, True)])
def test_a_body_of_more_than_64_kib_is_answered_in_a_thread(
    length: int, threads: bool, app: Any, predicted: list[Any], call: Any, in_threads: list[Any], cost: Any
) -> None:
    body = b'{"rows": [{"unit": "A", "period_start": "2026-11-01"}]}'.ljust(length)
    assert (
        call(app(ANSWERS), "POST", URL, content=body, headers={"content-type": "application/json"}).status_code == 200
    )
    assert (bool(in_threads), len(predicted)) == (threads, 1)


@pytest.mark.parametrize(("seconds", "threads"), [(0.0049, False), (0.0051, True)])
def test_rows_that_take_more_than_20_ms_are_answered_in_a_thread(
    seconds: float, threads: bool, app: Any, predicted: list[Any], call: Any, in_threads: list[Any], cost: Any
) -> None:
    cost["seconds"] = seconds
    response = call(app(ANSWERS), "POST", URL, json={"rows": [ROW] * 3})  # in four pairs of brackets
    assert (response.status_code, bool(in_threads)) == (200, threads)


def test_what_nobody_has_measured_is_answered_in_a_thread(
    app: Any, predicted: list[Any], call: Any, in_threads: list[Any]
) -> None:
    made = app(ANSWERS)
    threads = [0]
    for _ in range(50):  # other programs may take the processor while the cost is measured
        call(made, "POST", URL, json={"rows": [ROW]})
        threads.append(len(in_threads))
    assert threads[1]
    assert any(one == later for one, later in pairwise(threads))


def test_a_long_request_is_answered_in_parts_whose_lots_follow_each_other(
    app: Any, monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    def answer(taken: Any, model: Any, requests: Any) -> list[PredictedRows]:
        ((rows, request),) = [(one.rows, one.request) for one in requests]
        after = request["digits"] + len(rows) * "+"  # a stand-in for lots
        predictions = [{"unit": row["unit"]} for row in rows]
        return [PredictedRows(predictions, {"digits": after, "guarantee": 2}, {"digits": after})]

    monkeypatch.setattr(blocks, "predictions_of", lambda seed: SimpleNamespace(answered=answer, ABOUT=""))
    rows = [ROW | {"unit": f"A-{i}"} for i in range(3)]
    whole = call(app(ANSWERS), "POST", URL, json={"rows": rows, "coverage": 0.5})
    monkeypatch.setattr(blocks, "ROWS_AT_ONCE", 2)
    parts = call(app(ANSWERS), "POST", URL, json={"rows": rows, "coverage": 0.5})
    assert parts.json()["digits"] == whole.json()["digits"] == "interval+++"
    assert list(parts.json()) == list(whole.json())
    assert parts.json()["predictions"] == whole.json()["predictions"] == [{"unit": row["unit"]} for row in rows]


def test_a_client_that_goes_away_ends_the_work(app: Any, monkeypatch: pytest.MonkeyPatch, call: Any) -> None:
    calls: list[Any] = []

    def answer(taken: Any, model: Any, requests: Any) -> list[PredictedRows]:
        calls.extend(one.rows for one in requests)
        return [PredictedRows(one.rows) for one in requests]

    async def gone(request: Any) -> bool:
        return True

    monkeypatch.setattr(blocks, "predictions_of", lambda seed: SimpleNamespace(answered=answer, ABOUT=""))
    monkeypatch.setattr(blocks, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(predictions.Request, "is_disconnected", gone)
    response = call(app(ANSWERS), "POST", URL, json={"rows": [ROW] * 3})
    assert (response.status_code, len(calls)) == (400, 1)
    assert response.json()["detail"] == "the client hung up before its answer"


def test_a_body_may_be_as_long_as_is_said(app: Any, predicted: list[Any], call: Any) -> None:
    body, kind = (
        b'{"rows": [{"unit": "A", "period_start": "2026-11-01"}]}'.ljust(100),
        {"content-type": "application/json"},
    )
    assert call(app(ANSWERS, most=100), "POST", URL, content=body, headers=kind).status_code == 200
    assert call(app(ANSWERS, most=99), "POST", URL, content=body, headers=kind).status_code == 413


def test_problems_of_predictions_are_described(app: Any) -> None:
    (route,) = (route for route in app(ANSWERS).router.routes if getattr(route, "path", "") == URL)
    operation = route.entry().item({}, {})
    assert set(operation["responses"]) == {"200", "400", "406", "413", "415", "422", "429", "503", "507"}
    assert operation["operationId"] == "predict"
    assert operation["summary"] == "Made-up cells with a known linear law"
    assert "Fields that are known only after the period are refused." in operation["description"]
    for status in ("400", "406", "413", "415", "422", "503"):
        schema = operation["responses"][status]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
