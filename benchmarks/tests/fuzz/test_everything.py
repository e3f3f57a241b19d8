"""The whole OpenAPI of a service with a model of each task is what the service does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import requests

from benchmarks.fuzz.asking import ALIGNED, DRAWN, INVALID, ask
from records.database import Database
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.serving.conftest import call as call

TOYS = ("toy_cells", "toy_lots", "toy_ores", "toy_scrap")


@pytest.fixture
def app(
    toy_folder: Callable[..., Path],
    save_toy_model: Callable[..., object],
    save_toy_grader: Callable[..., object],
    save_toy_classifier: Callable[..., object],
    save_toy_sorter: Callable[..., object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Service]:
    """The service with a model of each task, and records."""
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(*TOYS)))
    store, database = FolderStore(), Database(f"sqlite:///{tmp_path / 'records.db'}")
    for name, save in zip(TOYS, (save_toy_model, save_toy_grader, save_toy_classifier, save_toy_sorter), strict=True):
        save(tmp_path / name)
        store.point(name, 1, tmp_path / name)
    app = create_app(ServiceSettings(max_rows=50), store, database)
    assert app.writer is not None
    app.writer.start()
    app.champions.refresh()
    assert all(status.served for status in app.champions.statuses.values())
    yield app
    app.writer.stop()
    database.close()


@pytest.mark.parametrize("cases", [200, pytest.param(1500, marks=pytest.mark.long("sends 1,500 requests"))])
def test_the_service_does_what_its_openapi_says_and_nothing_else(
    app: Service, call: Callable[..., httpx.Response], cases: int
) -> None:
    def send(request: requests.PreparedRequest) -> httpx.Response:
        assert request.method is not None
        return call(app, request.method, str(request.url), content=request.body, headers=dict(request.headers))

    processes = call(app, "GET", "/v1/processes").json()["processes"]
    result = ask([app.openapi(), *map(app.openapi_of, TOYS)], processes, send, cases, seed=1)
    assert not result.faults, "\n".join([str(result.faults), *result.shown])
    predictions = "/v1/{process}/predictions"
    for kind in (DRAWN, ALIGNED):
        assert result.answered[predictions, kind] > 0.5 * result.sent[predictions, kind]
    assert result.sent[predictions, INVALID] > cases // 75
