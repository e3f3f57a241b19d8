"""Requests that are refused since no more of their client may be recorded today, or the disk is full."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from records.database import Database, FullDiskError
from records.schema import OUTCOMES, REQUESTS
from serving.app import Service
from serving.wire.bodies import ARROW

from .conftest import ROW, URL
from .test_recording import table

OUTCOME = {"unit": "A", "period_start": "2026-11-01", "y": 90.0}
Ask = Callable[[], Any]


@pytest.fixture(params=["rows", "table", "outcomes", "inference"])
def ask(request: pytest.FixtureRequest, app: Service, call: Any) -> Ask:
    """Sender of a request of each kind that is recorded."""
    names = {"unit": "BYTES", "period_start": "BYTES", "previous_y": "FP64", "x_set": "FP64", "z": "FP64"}
    inputs = [{"name": name, "datatype": kind, "shape": [1], "data": [ROW[name]]} for name, kind in names.items()]
    kinds: dict[str, tuple[str, Any]] = {
        "rows": (f"{URL}/predictions", {"json": {"rows": [ROW]}}),
        "table": (f"{URL}/predictions", {"content": table(3), "headers": {"content-type": ARROW}}),
        "outcomes": (f"{URL}/outcomes", {"json": {"outcomes": [OUTCOME]}}),
        "inference": ("/v2/models/toy_cells/infer", {"json": {"inputs": inputs}}),
    }
    path, given = kinds[request.param]
    return lambda: call(app, "POST", path, **given)


def recorded(database: Database) -> int:
    with database.read() as connection:
        counts = [connection.scalar(select(func.count()).select_from(one)) for one in (REQUESTS, OUTCOMES)]
    return sum(count or 0 for count in counts)


def test_who_has_used_the_bytes_of_a_day_gets_429_with_limit_and_wait(
    ask: Ask, app: Service, database: Database
) -> None:
    assert app.writer is not None
    assert ask().status_code == 200
    (used,) = app.writer.quota._used.values()
    assert used > 0
    before, app.writer.quota.most = recorded(database), used
    response = ask()
    assert response.status_code == 429
    assert f"has had {used} bytes recorded today (UTC), at most {used} may be" in response.text
    assert 0 < int(response.headers["retry-after"]) <= 86_400
    assert recorded(database) == before


def test_a_full_disk_is_507_with_what_is_used_of_it(ask: Ask, app: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from records import requests
    from records.writing import writer
    from serving.responses import outcomes

    def full(*given: Any) -> Any:
        error = FullDiskError("records at /a/place: cannot be written")
        error.room = "90 of 100 bytes of the disk are used"
        raise error

    assert requests.insert is writer.insert
    monkeypatch.setattr(writer, "insert", full)
    monkeypatch.setattr(outcomes, "take", full)
    response = ask()
    assert (response.status_code, response.headers["retry-after"]) == (507, "60")
    assert "the disk of the records is full, 90 of 100 bytes of the disk are used" in response.text
    assert "/a/place" not in response.text


def test_outcomes_that_say_nothing_new_are_not_counted(post: Any, app: Service) -> None:
    assert app.writer is not None
    counts = []
    for _ in range(3):
        post("outcomes", json={"outcomes": [OUTCOME]})
        counts.append(sum(app.writer.quota._used.values()))
    assert counts[0] > 0
    assert len(set(counts)) == 1
