"""Lines of one type in folders of two plants: outcomes and promotions of one never reach the other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.regression.model import RegressionModel
from models.storage import model_files
from records.database import Database
from seeds import Seed, load, plant_folders
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.services import writing
from tests.suite.toys import write_lines

from .conftest import ROW

PLANTS = {"guangxi_line_1": "广西", "jiangxi_line_1": "江西"}
A, B = PLANTS


@pytest.fixture
def store(seen_model: RegressionModel, toy_seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    """Store with the same model for each of two lines, whose seeds stand in their plants' folders."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(tmp_path / "seeds"))
    write_lines(tmp_path / "seeds", toy_seed, PLANTS)
    store = FolderStore()
    for name in PLANTS:
        model_files.save(replace(seen_model, seed=load(name)), tmp_path / name)
        store.point(name, 1, tmp_path / name)
    return store


@pytest.fixture
def app(store: FolderStore, database: Database, tmp_path: Path) -> Iterator[Service]:
    made = create_app(ServiceSettings(home=tmp_path), store, database)
    made.champions.refresh()
    with writing(made):
        yield made


@pytest.fixture
def ask(app: Service, call: Any) -> Callable[..., Any]:
    """Sender of 20 rows to a line, which gives the response without what each request has alone."""

    def send(line: str) -> Any:
        rows = [ROW | {"unit": f"U{i}", "x_set": 9.0 + i / 10} for i in range(20)]
        request = {"rows": rows, "digits": "all", "include": ["model"]}
        response = call(app, "POST", f"/v1/{line}/predictions", json=request)
        assert response.status_code == 200, response.text
        return response.json()

    return send


def facts(response: Any) -> Any:
    return response["model"], response["interval"], [one["y"] for one in response["predictions"]]


def served(app: Service, line: str) -> Any:
    return app.champions.statuses[line].served


def give_outcomes(app: Service, call: Any, line: str, response: Any, shift: float) -> None:
    noise = np.random.default_rng(1).normal(0, 0.5, 20)
    outcomes = [
        {"prediction": one["id"], "y": one["y"]["value"] + shift + float(error)}
        for one, error in zip(response["predictions"], noise, strict=True)
    ]
    assert call(app, "POST", f"/v1/{line}/outcomes", json={"outcomes": outcomes}).status_code == 200
    app.champions.refresh()


def test_outcomes_of_one_plant_do_not_calibrate_another(app: Service, ask: Callable[..., Any], call: Any) -> None:
    first, other = ask(A), ask(B)
    assert facts(first)[1:] == facts(other)[1:]
    model, state = served(app, B).model, served(app, A).model.adaptive.state()
    give_outcomes(app, call, A, first, 3.0)
    assert served(app, A).model.adaptive.state() != state
    assert facts(ask(A)) != facts(first)
    assert served(app, B).model is model
    assert model.adaptive.state() == state
    assert facts(ask(B)) == facts(other)


def test_a_promotion_in_one_plant_leaves_champion_and_calibration_of_another(
    app: Service,
    store: FolderStore,
    ask: Callable[..., Any],
    call: Any,
    save_toy_model: Callable[..., RegressionModel],
    tmp_path: Path,
) -> None:
    give_outcomes(app, call, B, ask(B), 2.0)
    before, champion = ask(B), served(app, B)
    state = champion.model.adaptive.state()
    newer = replace(save_toy_model(tmp_path / "lifted", lift=5.0), seed=load(A))
    model_files.save(newer, tmp_path / "newer")
    store.point(A, 2, tmp_path / "newer")
    app.champions.refresh()
    assert [served(app, line).champion.version for line in PLANTS] == [2, 1]
    assert served(app, B) is champion
    assert served(app, B).model.adaptive.state() == state
    assert facts(ask(B)) == facts(before)


def test_a_line_that_moves_to_another_plant_keeps_model_and_calibration(
    app: Service, ask: Callable[..., Any], call: Any, tmp_path: Path
) -> None:
    give_outcomes(app, call, A, ask(A), 2.0)
    before = ask(A)
    file = tmp_path / "seeds" / PLANTS[A] / f"{A}.toml"
    file.rename(tmp_path / "seeds" / PLANTS[B] / file.name)
    app.champions.refresh()
    assert plant_folders()[A] == PLANTS[B]
    assert call(app, "GET", "/health/ready").json()["status"] == "ready"
    assert facts(ask(A)) == facts(before)
