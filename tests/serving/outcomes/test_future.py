"""Outcomes of periods that have not begun, by the clock of the service: refused, a batch whole or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from records.database import Database
from records.outcomes import newest
from serving.app import Service
from serving.outcomes import reading

from .conftest import ROW, URL

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
LATEST = "2026-12-27T08:30:00"  # a period of 30 days later


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock of the service."""

    def at(now: datetime) -> None:
        monkeypatch.setattr(reading, "time", SimpleNamespace(time=now.timestamp))

    at(NOW)
    return at


def known(database: Database) -> int:
    with database.read() as connection:
        return newest(connection, "toy_cells")


def of(start: str, unit: str = "A-001") -> dict[str, Any]:
    return {"unit": unit, "period_start": start, "y": 91.0}


def test_an_outcome_from_the_future_is_refused_in_a_line_and_nothing_of_its_batch_is_kept(
    app: Service, database: Database, call: Any
) -> None:
    rows = [of("2026-11-01"), of("2026-12-28"), of("2027-06-05T06:00", "B")]
    response = call(app, "POST", f"{URL}/outcomes", json={"outcomes": rows})
    assert response.status_code == 422
    expected = f"a period that has started: it is 2026-11-27 08:30 UTC, and at the latest {LATEST} is taken"
    fault = {"row": 1, "field": "period_start", "value": "2026-12-28T00:00:00", "bound": None, "expected": expected}
    other = fault | {"row": 2, "value": "2027-06-05T06:00:00"}
    assert response.json()["errors"] == [fault, other]
    assert known(database) == 0


@pytest.mark.parametrize(("start", "status"), [(LATEST, 200), ("2026-12-27T08:30:01", 422)])
def test_the_length_of_a_period_is_tolerated(app: Service, call: Any, start: str, status: int) -> None:
    assert call(app, "POST", f"{URL}/outcomes", json={"outcomes": [of(start)]}).status_code == status


def test_the_outcome_of_a_prediction_for_a_period_that_has_not_begun_is_refused_too(
    app: Service, post: Any, call: Any
) -> None:
    requested = post("predictions", json={"rows": [ROW | {"period_start": "2027-03-01"}]}).json()["predictions"]
    outcome = {"prediction": requested[0]["id"], "y": 91.0}
    response = call(app, "POST", f"{URL}/outcomes", json={"outcomes": [outcome]})
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert (fault["row"], fault["field"], fault["value"]) == (0, "prediction", "2027-03-01T00:00:00")


def test_a_clock_that_is_set_right_lets_the_same_batch_in(
    app: Service, call: Any, clock: Callable[[datetime], None]
) -> None:
    clock(NOW - timedelta(days=400))
    body = {"outcomes": [of("2026-11-01")]}
    assert call(app, "POST", f"{URL}/outcomes", json=body).status_code == 422
    clock(NOW)
    assert call(app, "POST", f"{URL}/outcomes", json=body).json()["new_rows"] == 1
