"""A service over the made-up process of numbers, with records, and a sender of requests to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.regression.model import RegressionModel
from models.uncertainty.adaptive_intervals import AdaptiveInterval
from records.database import Database
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.services import writing

URL = "/v1/toy_cells"
ROW: dict[str, Any] = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Home folder that the settings name."""
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """Records in the home folder."""
    made = Database(f"sqlite:///{home / 'records.db'}")
    yield made
    made.close()


@pytest.fixture
def app(
    toy_folder: Callable[..., Path],
    save_toy_model: Callable[..., RegressionModel],
    database: Database,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Service]:
    """Service over the made-up process, with a model and records."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    store = FolderStore()
    save_toy_model(home / "one")
    store.point("toy_cells", 7, home / "one")
    made = create_app(ServiceSettings(home=home, max_rows=30_000), store, database)
    made.champions.refresh()
    with writing(made):
        yield made


@pytest.fixture
def post(app: Service, call: Any) -> Callable[..., Any]:
    """Sender to one of the process's routes, whose answer must be right."""

    def send(operation: str, **request: Any) -> Any:
        response = call(app, "POST", f"{URL}/{operation}", **request)
        assert response.status_code == 200, response.text
        return response

    return send


@pytest.fixture
def seen_model(save_toy_model: Callable[..., RegressionModel], tmp_path: Path) -> RegressionModel:
    """A model that has seen 60 outcomes that it was right about to 0.5."""
    errors = np.random.default_rng(5).normal(0, 0.5, 60)
    known = AdaptiveInterval.new().taken(errors, np.abs(errors))
    return replace(save_toy_model(tmp_path / "plain"), adaptive=known, info={})


@pytest.fixture
def model(seen_model: RegressionModel) -> RegressionModel:
    """The model that the services of `following` answer by."""
    return seen_model


@pytest.fixture
def following(
    toy_folder: Callable[..., Path],
    model: RegressionModel,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], Service]]:
    """Maker of services over one database that answer by the model."""
    from models.storage import model_files

    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    store = FolderStore()
    model_files.save(model, tmp_path / "adaptive")
    store.point("toy_cells", 1, tmp_path / "adaptive")

    with ExitStack() as started:

        def make() -> Service:
            made = create_app(ServiceSettings(home=tmp_path, max_rows=1000), store, database)
            made.champions.refresh()
            return started.enter_context(writing(made))

        yield make
