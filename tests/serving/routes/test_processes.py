"""What the service knows of a process that grades its lots; other tasks are told of beside their answers."""

from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest

from models.quality.model import QualityModel
from models.regression.calibration import conformalised
from models.storage import model_files
from models.tasks import build
from seeds import Seed
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

Call = Callable[..., httpx.Response]


def test_a_process_that_grades_tells_what_it_decides_by(
    save_toy_grader: Callable[..., QualityModel],
    toy_folder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: Call,
) -> None:
    model = save_toy_grader(tmp_path / "one")
    store = FolderStore()
    store.point("toy_lots", 1, tmp_path / "one")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_lots")))
    app = create_app(ServiceSettings(), store)
    app.champions.refresh()
    (process,) = call(app, "GET", "/v1/processes").json()["processes"]
    assert [(one["name"], one["unit"]) for one in process["quantities"]] == [(name, "ppm") for name in ("p", "q", "r")]
    assert process["sorting"] is None
    predictions = process["quality"]
    assert (predictions["elements"], predictions["defects"], predictions["intended"]) == (
        ["p", "q", "r"],
        ["crack"],
        "prime",
    )
    assert (predictions["alpha"], predictions["confidence"], predictions["threshold"]) == (0.02, 0.95, model.threshold)
    assert predictions["lot_mass"] == {"value": 25, "unit": "t"}
    assert predictions["assay_cost"] == {"value": 150, "unit": "$"}
    assert predictions["claim_cost"] == {"value": 300, "unit": "$/t"}
    prime, second, remelt = predictions["grades"]
    assert prime == {
        "name": "prime",
        "title": "Prime",
        "value": {"value": 0, "unit": "$/t"},
        "limits": {
            "p": {"value": 6, "least": None, "unit": "ppm", "of": ["p"], "verification": "assumed"},
            "q": {"value": 5, "least": None, "unit": "ppm", "of": ["q"], "verification": "assumed"},
        },
        "sums": {"p_and_q": {"value": 9, "least": None, "unit": "ppm", "of": ["p", "q"], "verification": "assumed"}},
    }
    assert (second["value"]["value"], list(second["limits"]), second["sums"]) == (-40, ["p"], {})
    assert (remelt["name"], remelt["limits"], remelt["sums"]) == ("remelt", {}, {})


def test_without_a_model_a_process_still_tells_its_grades(
    toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_lots")))
    app = create_app(ServiceSettings(), FolderStore())
    (process,) = call(app, "GET", "/v1/processes").json()["processes"]
    assert (process["model"], process["quality"]["threshold"]) == (None, None)
    assert [one["name"] for one in process["quality"]["grades"]] == ["prime", "second", "remelt"]


def test_a_baseline_that_answers_is_called_one(
    toy_seed: Seed, toy_folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    store = FolderStore()
    app = create_app(ServiceSettings(), store)
    X = np.random.default_rng(1).normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (80, 3))
    y = X[:, 0] + 0.1
    row = {"unit": "A-001", "period_start": "2026-11-01"}
    for version, name in enumerate(("persistence", "linear"), 1):
        estimator = build(toy_seed)[name].fit(X[:40], y[:40])
        model = conformalised(toy_seed, name, estimator, X[:40], y[40:], estimator.predict(X[40:]), {})
        model_files.save(model, tmp_path / name)
        store.point("toy_cells", version, tmp_path / name)
        app.champions.refresh()
        answer = call(app, "POST", "/v1/toy_cells/predictions", json={"rows": [row]}).json()
        assert answer["model"]["baseline"] == (name == "persistence")
        (process,) = call(app, "GET", "/v1/processes").json()["processes"]
        assert (process["model"]["candidate"], process["model"]["baseline"]) == (name, name == "persistence")
