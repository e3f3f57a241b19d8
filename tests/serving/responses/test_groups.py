"""Requests that arrive together: one call of the model, and each its own response, record and error."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from models.regression.model import RegressionModel
from records.database import Database
from records.requests import recorded
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.middleware.admission import CostEstimate
from serving.responses.groups import MOST_ROWS
from serving.settings import ServiceSettings
from tests.suite.services import writing

URL = "/v1/toy_cells/predictions"
ROW: dict[str, Any] = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}
BROKEN = 7.0  # z of a row for which the estimator raises an error

Send = Callable[[Sequence[dict[str, Any]]], list[httpx.Response]]


@pytest.fixture
def app(
    toy_folder: Callable[..., Path],
    save_toy_model: Callable[..., RegressionModel],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Service:
    """A service of one process whose requests are recorded."""
    store = FolderStore()
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    made = create_app(ServiceSettings(), store, database)
    save_toy_model(tmp_path / "one")
    store.point("toy_cells", 1, tmp_path / "one")
    made.champions.refresh()
    return made


@pytest.fixture
def send(app: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Send]:
    """Sender of bodies that arrive together; all are short, on a busy machine too."""
    monkeypatch.setattr(CostEstimate, "is_short", lambda self, rows: True)

    async def sent(bodies: Sequence[dict[str, Any]]) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await asyncio.gather(*(client.post(URL, json=body) for body in bodies))

    with writing(app):
        yield lambda bodies: asyncio.run(sent(bodies))


@pytest.fixture
def sizes(app: Service, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows of each call of the estimator, which raises an error for some rows."""
    served = app.champions.statuses["toy_cells"].served
    assert served is not None
    seen: list[int] = []
    plain = served.model.estimator.predict

    def predict(X: np.ndarray) -> np.ndarray:
        seen.append(len(X))
        if (X[:, 2] == BROKEN).any():
            raise ArithmeticError("no such row")
        return np.asarray(plain(X))

    monkeypatch.setattr(served.model.estimator, "predict", predict)
    return seen


def bodies(n: int, **more: Any) -> list[dict[str, Any]]:
    return [{"rows": [ROW | {"unit": f"A-{i:03d}", "z": 2.0 + 0.125 * i}], **more} for i in range(n)]


def predictions(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == HTTPStatus.OK, response.text
    return [{name: part for name, part in one.items() if name != "id"} for one in response.json()["predictions"]]


def test_requests_of_one_turn_are_one_call_and_answered_as_alone(send: Send, sizes: list[int]) -> None:
    sent = bodies(MOST_ROWS)
    together = send(sent)
    assert sizes == [MOST_ROWS]
    alone = [response for body in sent for response in send([body])]
    for one, other, body in zip(together, alone, sent, strict=True):
        assert predictions(one) == predictions(other)
        assert predictions(one)[0]["unit"] == body["rows"][0]["unit"]


def test_groups_have_a_limited_number_of_rows_and_no_request_is_divided(send: Send, sizes: list[int]) -> None:
    long = {"rows": [ROW | {"unit": f"B-{i}"} for i in range(MOST_ROWS - 1)]}
    responses = send([long, *bodies(3)])
    assert sizes == [MOST_ROWS, 2]
    assert [len(predictions(one)) for one in responses] == [MOST_ROWS - 1, 1, 1, 1]


def test_a_group_takes_no_longer_than_a_short_request(
    send: Send, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CostEstimate, "is_short", lambda self, rows: rows <= 3)
    assert [one.status_code for one in send(bodies(7))] == [200] * 7
    assert sizes == [3, 3, 1]


def test_requests_with_other_options_are_another_call(send: Send, sizes: list[int]) -> None:
    one, other = bodies(2, coverage=0.8), bodies(2, digits="all")
    responses = send([one[0], other[0], one[1], other[1]])
    assert sizes == [2, 2]
    assert [response.json()["coverage"] for response in responses] == [0.8, 0.9, 0.8, 0.9]
    for response, body in zip(responses, (one[0], other[0], one[1], other[1]), strict=True):
        assert predictions(response) == predictions(send([body])[0])


def test_a_wrong_row_is_refused_alone(send: Send) -> None:
    sent = bodies(4)
    sent[2]["rows"][0]["z"] = "high"
    responses = send(sent)
    assert [one.status_code for one in responses] == [200, 200, 422, 200]
    assert responses[2].json()["errors"][0]["field"] == "z"


def test_an_error_of_the_model_belongs_to_one_request(send: Send, sizes: list[int]) -> None:
    sent = bodies(4)
    sent[1]["rows"][0]["z"] = BROKEN
    responses = send(sent)
    assert [one.status_code for one in responses] == [200, 500, 200, 200]
    assert sizes == [4, 1, 1, 1, 1]


def test_a_request_that_is_given_up_changes_no_other(app: Service, send: Send, sizes: list[int]) -> None:
    async def left() -> list[httpx.Response | BaseException]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            tasks = [asyncio.create_task(client.post(URL, json=body)) for body in bodies(3)]
            while not tasks[1].done():
                tasks[1].cancel()
                await asyncio.sleep(0)
            return await asyncio.gather(*tasks, return_exceptions=True)

    send(bodies(1))
    first, given_up, last = asyncio.run(left())
    assert isinstance(given_up, asyncio.CancelledError)
    assert isinstance(first, httpx.Response)
    assert isinstance(last, httpx.Response)
    assert predictions(first)[0]["unit"] == "A-000"
    assert predictions(last)[0]["unit"] == "A-002"


def test_each_request_has_its_own_record(send: Send, database: Database) -> None:
    sent = bodies(5)
    responses = send(sent)
    with database.read() as connection:
        stored = {one.id: one for one in recorded(connection, "toy_cells")}
    for body, response in zip(sent, responses, strict=True):
        id = response.headers["record-id"]
        assert stored[id].response == response.content
        assert json.loads(stored[id].request_body) == body
        assert response.json()["predictions"][0]["id"] == f"{id}-0"
    ids = [response.headers["record-id"] for response in responses]
    assert [id for id in stored if id in ids] == ids  # in the order in which they came
