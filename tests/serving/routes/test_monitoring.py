"""What the service says of drift: the newest look at a process, in an answer and in a scrape."""

from pathlib import Path
from typing import Any

import pytest

from records.database import Database, RecordsError
from records.monitoring import keep
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

URL = "/v1/toy_cells/monitoring"
CONTENT: dict[str, Any] = {
    "process": "toy_cells",
    "version": 3,
    "digest": "sha256:3",
    "first_period": "2026-01-01",
    "last_period": "2026-10-01",
    "rows": 40,
    "known": 30,
    "last_labelled_period": "2026-09-01",
    "drifted": True,
    "reasons": ["x_set: far"],
    "next_steps": ["look"],
    "inputs": [{"column": "x_set", "effect": 2.0}],
}
FIGURES = {"drifted": 1.0, "drifted_inputs": 1.0, "drifted_errors": 0.0, "odd_sensors": 0.0}


@pytest.fixture
def service(toy_folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))

    def make(database: Database | None) -> Service:
        made = create_app(ServiceSettings(home=tmp_path), FolderStore(), database)
        made.champions.refresh()
        return made

    return make


def test_the_newest_look_is_answered_with_its_moment(service: Any, database: Database, call: Any) -> None:
    app = service(database)
    keep(database, "toy_cells", CONTENT | {"drifted": False}, FIGURES | {"drifted": 0.0})
    keep(database, "toy_cells", CONTENT, FIGURES)
    response = call(app, "GET", URL)
    assert response.status_code == 200
    answer = response.json()
    assert answer.pop("at").endswith("+00:00")
    assert answer == CONTENT


def test_a_process_that_nobody_looked_at_is_a_problem_of_one_line(service: Any, database: Database, call: Any) -> None:
    response = call(service(database), "GET", URL)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert response.json()["detail"] == "toy_cells was not looked at yet: nonferrous monitor toy_cells"
    assert call(service(database), "GET", "/v1/nothing/monitoring").status_code == 404


def test_without_records_nothing_is_watched(service: Any, call: Any) -> None:
    assert call(service(None), "GET", URL).status_code == 503


def test_records_that_are_away_are_said_to_be(
    service: Any, database: Database, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = service(database)

    def away() -> Any:
        raise RecordsError("gone")

    monkeypatch.setattr(database, "read", away)
    response = call(app, "GET", URL)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert call(app, "GET", "/metrics").status_code == 200


def test_the_newest_look_is_scraped(service: Any, database: Database, call: Any) -> None:
    app = service(database)
    keep(database, "toy_cells", CONTENT, FIGURES)
    text = call(app, "GET", "/metrics").text
    shown = {"drifted": "drift_detected", "odd_sensors": "suspect_sensors"}
    for name, value in FIGURES.items():
        assert f'nonferrous_{shown.get(name, name)}{{process="toy_cells"}} {value}' in text
    assert 'nonferrous_last_check_timestamp_seconds{process="toy_cells"}' in text


def test_units_are_shown_to_the_role_operate_alone() -> None:
    from serving.middleware.authorization import needed

    assert needed("GET", URL) == "operate"


def test_openapi_describes_it(service: Any, database: Database) -> None:
    described = service(database).openapi()["paths"]["/v1/{process}/monitoring"]["get"]
    assert set(described["responses"]) >= {"200", "404", "503"}
