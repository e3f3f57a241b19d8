"""A service over the made-up process of numbers, whose seed asks for a shadow period, and its version in shadow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.regression.model import RegressionModel
from records.database import Database
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.services import writing

PROCESS, URL = "toy_cells", "/v1/toy_cells"
ROW: dict[str, Any] = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}
PERIOD = 'period = { value = 30, unit = "d" }'
SHADOW = 'shadow = { value = 60, unit = "d", source = "law" }'


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
def store(home: Path, save_toy_model: Callable[..., RegressionModel]) -> FolderStore:
    """Version 1 is champion; version 2, which answers 1 more, is in shadow."""
    made = FolderStore()
    for number, alias in ((1, "champion"), (2, "shadow")):
        save_toy_model(home / str(number), lift=number - 1.0)
        made.point(PROCESS, number, home / str(number), alias)
    return made


@pytest.fixture
def app(
    toy_folder: Callable[..., Path],
    store: FolderStore,
    database: Database,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Service]:
    """Service over the made-up process, with records."""
    seeds = toy_folder(PROCESS)
    file = seeds / f"{PROCESS}.toml"
    file.write_text(file.read_text().replace(PERIOD, f"{PERIOD}\n{SHADOW}"))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(seeds))
    made = create_app(ServiceSettings(home=home, max_rows=50), store, database)
    made.champions.refresh()
    with writing(made):
        yield made


@pytest.fixture
def post(app: Service, call: Any) -> Callable[..., Any]:
    """Sender of requests for predictions, whose answer must be right."""

    def send(*units: str, **request: Any) -> Any:
        given = request or {"json": {"rows": [ROW | {"unit": unit} for unit in units]}}
        response = call(app, "POST", f"{URL}/predictions", **given)
        assert response.status_code == 200, response.text
        return response

    return send
