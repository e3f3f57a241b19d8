"""Keys of the records at the door."""

from typing import Any

import pytest

from records.database import Database
from records.keys import SHOWN, make, revoke
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings


@pytest.fixture
def app(database: Database, toy_folder: Any, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    return create_app(ServiceSettings(), FolderStore(), database)


def test_keys_are_asked_for_as_soon_as_there_are_any_and_for_ever_after(
    app: Service, database: Database, call: Any
) -> None:
    def status(key: str | None, path: str = "/v1/processes") -> int:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        return int(call(app, "GET", path, headers=headers).status_code)

    assert (status(None), status("nf_x"), status(None, "/metrics")) == (200, 200, 200)
    own, other = make(database, "me", "line 1", ["predict"], ["toy_cells"]), make(database, "me", "shift", ["operate"])
    app.ring.refresh()
    assert (status(None), status("nf_x"), status(own), status(other)) == (401, 401, 200, 200)
    assert (status(own, "/metrics"), status(other, "/metrics")) == (403, 200)
    for path in ("/docs", "/openapi.json"):
        assert (status(None, path), status(own, path)) == (401, 200)
    for path in ("/health/live", "/health/ready"):
        assert status(None, path) != 401
    for key in (own, other):
        revoke(database, "me", key[:SHOWN])
    app.ring.refresh()
    assert (status(None), status(own), app.ring.admits) == (401, 401, False)


def test_a_key_of_another_process_asks_nothing_of_this_one(app: Service, database: Database, call: Any) -> None:
    key = make(database, "me", "line 2", ["predict"], ["toy_ores"])
    app.ring.refresh()
    headers = {"authorization": f"Bearer {key}"}
    response = call(app, "POST", "/v1/toy_cells/predictions", json={}, headers=headers)
    assert response.status_code == 403
    assert response.json()["detail"].startswith(f"the key {key[:SHOWN]} lacks the process toy_cells")


def test_a_key_of_some_processes_is_shown_those_alone(
    database: Database, toy_folder: Any, monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_ores", "toy_lots")))
    app = create_app(ServiceSettings(), FolderStore(), database)

    def listed(key: str | None) -> list[str]:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        return [one["name"] for one in call(app, "GET", "/v1/processes", headers=headers).json()["processes"]]

    assert listed(None) == ["toy_cells", "toy_lots", "toy_ores"]
    subset = make(database, "me", "line 1", ["predict"], ["toy_ores", "toy_cells"])
    every, gone = make(database, "me", "shift", ["operate"]), make(database, "me", "old", ["predict"], ["was_once"])
    app.ring.refresh()
    assert listed(subset) == ["toy_cells", "toy_ores"]
    assert listed(every) == ["toy_cells", "toy_lots", "toy_ores"]
    assert listed(gone) == []
