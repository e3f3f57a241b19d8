"""Outcomes that name their predictions: each record is read once, and a request that comes too late keeps nothing."""

from typing import Any

import pytest
from sqlalchemy import event, func, select

from records.database import Database
from records.schema import BATCHES, OUTCOMES
from serving.app import Service
from serving.outcomes import reading
from serving.responses import outcomes as routes
from serving.wire.problems import ProblemError

from .conftest import ROW, URL


@pytest.fixture
def ids(post: Any) -> Any:
    """Maker of predictions' ids, of so many rows in each of so many requests."""
    count = iter(range(10_000))

    def make(requests: int, rows: int) -> list[str]:
        result = []
        for _ in range(requests):
            given = [ROW | {"unit": f"U{next(count)}"} for _ in range(rows)]
            result += [one["id"] for one in post("predictions", json={"rows": given}).json()["predictions"]]
        return result

    return make


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the requests that are parsed to find units and periods."""
    numbers = []

    def noted(request: Any, seed: Any) -> Any:
        numbers.append(request.number)
        return original(request, seed)

    original = reading.slots_of
    monkeypatch.setattr(reading, "slots_of", noted)
    return numbers


def outcomes(ids: list[str]) -> dict[str, Any]:
    return {"outcomes": [{"prediction": id, "y": 90.0} for id in ids]}


@pytest.mark.parametrize(("requests", "rows"), [(1, 300), (7, 40), (250, 1)])
def test_each_record_is_parsed_once_however_many_of_its_predictions_are_named(
    requests: int, rows: int, ids: Any, post: Any, parsed: list[int]
) -> None:
    assert post("outcomes", json=outcomes(ids(requests, rows))).json()["new_rows"] == requests * rows
    assert len(parsed) == len(set(parsed)) == requests


def test_statements_grow_with_the_batch_and_not_with_its_square(
    ids: Any, post: Any, database: Database, app: Service
) -> None:
    def statements(n: int) -> int:
        sent = outcomes(ids(1, n))
        done: list[str] = []
        event.listen(database.engine, "before_cursor_execute", listener := lambda *given: done.append(given[2]))
        post("outcomes", json=sent)
        event.remove(database.engine, "before_cursor_execute", listener)
        return len(done)

    small, large = statements(500), statements(4000)
    assert large < 8 * small


def test_ids_that_are_spelt_otherwise_name_the_same_row(ids: Any, post: Any, app: Service, call: Any) -> None:
    (id,) = ids(1, 1)
    body = outcomes([id[:-1] + "00"])
    assert post("outcomes", json=body).json()["new_rows"] == 1
    assert post("outcomes", json=outcomes([id])).json()["known"] == 1


def test_ids_that_name_nothing_are_each_a_fault_in_their_order(ids: Any, app: Service, call: Any) -> None:
    first, second = ids(1, 2)
    wrong = [first, "x", first[:-1] + "7", second, "00000000-0000-7000-8000-000000000000-0"]
    response = call(app, "POST", f"{URL}/outcomes", json=outcomes(wrong))
    assert response.status_code == 422
    assert [(one["row"], one["value"]) for one in response.json()["errors"]] == [(i, wrong[i]) for i in (1, 2, 4)]


@pytest.mark.parametrize("stop", ["check_time", "keep_work"])
def test_a_batch_that_comes_too_late_leaves_nothing(
    stop: str, ids: Any, app: Service, call: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late() -> None:
        raise ProblemError(routes.HTTPStatus.SERVICE_UNAVAILABLE, "request timed out")

    sent = outcomes(ids(3, 2))
    with monkeypatch.context() as late:
        late.setattr(routes, stop, too_late)
        assert call(app, "POST", f"{URL}/outcomes", json=sent).status_code == 503
    with database.read() as connection:
        assert [connection.scalar(select(func.count()).select_from(one)) for one in (BATCHES, OUTCOMES)] == [0, 0]
    assert call(app, "POST", f"{URL}/outcomes", json=sent).json()["new_rows"] == 6
