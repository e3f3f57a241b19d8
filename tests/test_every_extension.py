"""A task is three folders and a line in each table of tasks; a process is a seed and modules of its name, no edit."""

import asyncio
import importlib
import sys
from types import SimpleNamespace

import httpx
import pandas as pd
import pytest

import models.processes
import models.tasks
import operations.catalogue
import synthetic_data
import training.tasks
from nonferrous.command_line import main
from records.database import Database
from registry.promotion import promote
from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import load
from seeds.format import schema
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings as ServiceSettings
from tests.suite.jobs import quicken
from training.jobs.train import train
from training.jobs.trial import TrialError, trial

MODELS = '''
"""A task of one candidate: the median of the newest rows."""

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import validate_data

from models.estimators.stored import Stored
from models.regression.model import RegressionModel
from models.tasks import ModelTask


class Median(Stored, RegressorMixin, BaseEstimator):
    STORED = ("n_features_in_", "median_")

    def fit(self, X, y):
        validate_data(self, X, y, ensure_all_finite="allow-nan")
        self.median_ = float(np.median(y[-200:]))
        return self

    def predict(self, X):
        return np.full(len(X), self.median_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


TASK = ModelTask(build=lambda seed: {"median": Median()}, model=RegressionModel)
'''
TRAINING = '''
"""The task in the jobs: as a number, fitted in its own words."""

from dataclasses import replace

from training.regression.fit import RegressionLearner
from training.regression.task import TASK as NUMBER


class MedianLearner(RegressionLearner):
    fitting = "take the median"


TASK = replace(NUMBER, learner=MedianLearner())
'''
OPERATIONS = '''
"""The operations of the task: predictions as of a number, in its own words."""

from operations.outcomes.operation import Outcomes
from operations.predictions.numbers.explanation import ExplainNumbers
from operations.predictions.numbers.operation import NumberPredictions


class MedianPredictions(NumberPredictions):
    about = "Every answer is a median."


OPERATIONS = (MedianPredictions(ExplainNumbers()), Outcomes())
'''

SIMULATOR = '''
"""A plant whose law is known: y = 90 + 0.5 (x - 10) - 2 z."""

import numpy as np

from synthetic_data.engine.parameters import ScalarParameters
from synthetic_data.engine.plan import BlockRows
from synthetic_data.engine.simulator import Simulator


class SmelterParameters(ScalarParameters):
    noise: float


class ToySmelter(Simulator):
    block_units = 8
    parameters = (SmelterParameters,)

    def unit_name(self, unit):
        return f"C-{unit:02d}"

    def rows(self, plan, block):
        rng, p = plan.block_stream(block), SmelterParameters.of(plan.seed)
        for period in range(plan.periods):
            x, noise = 10 + rng.standard_normal(block.count), rng.standard_normal(block.count)
            z = 4 + rng.random(block.count)
            y = 90 + 0.5 * (x - 10) - 2 * (z - 4)
            starts = np.full(block.count, np.datetime64(plan.period_start(period), "us"))
            table = {"x_set": x, "z": z, "y": y + p.noise * noise, "tapped": y}
            yield BlockRows(np.arange(block.count), starts, table, {"y": y}, (), block.count)


SIMULATOR = ToySmelter()
'''
PROCESS = '''
"""The toy's columns by physics."""

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics
from models.interfaces.process import ProcessModels


class ToyPhysics(Physics[Equipment]):
    """Physics of the toy."""

    FEATURES = (PhysicsFeature("double_z", "V", -1, (0, 20), "twice z"),)

    def features(self, columns):
        return {"double_z": 2 * columns["z"]}

    def first_principles(self, columns):
        return 90 + 0.5 * (columns["x_set"] - 10) - 2 * (columns["z"] - 4)

    def derived(self, columns, target, economics):
        return {}


PROCESS = ProcessModels(physics=ToyPhysics)
'''


def response_to(app, method, path, **request):
    async def answered():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **request)

    return asyncio.run(answered())


def served(process, folder, home, row, monkeypatch):
    """Answer to one row, and the process as the list of processes has it."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
    app = create_app(ServiceSettings(home=home))
    app.champions.refresh()
    answer = response_to(app, "POST", f"/v1/{process}/predictions", json={"rows": [row], "digits": "all"})
    assert answer.status_code == 200, answer.text
    (about,) = response_to(app, "GET", "/v1/processes").json()["processes"]
    return answer.json()["predictions"][0], about, app


def test_one_more_task_is_three_folders_and_a_line_in_each_room(tmp_path, toy_folder, toy_frame, monkeypatch):
    quicken(monkeypatch)
    for room, text in (("models", MODELS), ("training", TRAINING), ("operations", OPERATIONS)):
        folder = tmp_path / "median_task" / room
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    part = {room: importlib.import_module(f"median_task.{room}") for room in ("models", "training", "operations")}
    monkeypatch.setattr(schema, "TASKS", (*schema.TASKS, "median"))
    monkeypatch.setitem(models.tasks.TASKS, "median", part["models"].TASK)
    monkeypatch.setitem(training.tasks.TASKS, "median", part["training"].TASK)
    monkeypatch.setitem(operations.catalogue.CATALOGUE, "median", part["operations"].OPERATIONS)
    seeds = toy_folder("toy_cells")
    path = seeds / "toy_cells.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('task = "regression"', 'task = "median"'), "utf-8")
    seed, frame = load(path), toy_frame()
    frame.to_csv(tmp_path / "history.csv", index=False)
    steps = []
    trained = train(
        seed, tmp_path / "history.csv", StoreSettings(home=tmp_path / "home"), lambda *step: steps.append(step[0])
    )
    assert "median: take the median" in steps
    assert any("the baseline is best" in reason for reason in trained.gated.reasons)
    promote(seed, StoreSettings(home=tmp_path / "home"), 1, force="nothing else competes")
    tracking = Tracking(StoreSettings(home=tmp_path / "home"))
    (version,) = tracking.versions("toy_cells")
    assert (version.candidate, version.aliases) == ("median", ("champion",))
    row = {"unit": "C-01", "period_start": "2026-01-01", "x_set": 10.0, "z": 4.0}
    prediction, about, app = served("toy_cells", seeds, tmp_path / "home", row, monkeypatch)
    model = trained.learnt.best.model
    assert prediction["y"]["value"] == pytest.approx(model.estimator.median_ + model.adaptive.centre)
    assert prediction["y"]["low"] < prediction["y"]["value"] < prediction["y"]["high"]
    assert about["task"] == "median"
    description = app.openapi_of("toy_cells")["paths"]["/v1/toy_cells/predictions"]["post"]["description"]
    assert "Every answer is a median." in description
    with pytest.raises(TrialError, match="a trial needs a process that sorts or grades lots"):
        trial(seed, StoreSettings(home=tmp_path / "home"), 10, 2)


OPERATION = '''
"""An operation that counts the rows of a request."""

import json
from typing import Annotated, Any

from pydantic import Field

from operations.forms.faults import invalid
from operations.forms.fields import record, title
from operations.forms.shapes import Shape
from operations.operation import AdviceOperation, Form, FromTable


class Counts(AdviceOperation):
    name = "row-counts"
    operation_id = "row_counts"
    tag = "row counts"

    def form(self, seed, max_rows):
        def request_of(row):
            rows = Annotated[list[row], Field(min_length=1, max_length=max_rows)]
            times = Annotated[int, Field(default=1, ge=1)]
            return record(f"{title(seed)}CountRequest", "Rows to count.", {"rows": rows, "times": times})

        answer = record(f"{title(seed)}CountAnswer", "Their number.", {"count": int, "candidate": str})
        return Form(
            seed=seed, max_rows=max_rows, envelope=Shape(request_of(Any)), request=request_of(float), answer=answer,
            example={"rows": [1.0, 2.0], "times": 1}, summary="Number of rows", description="Counts rows.",
        )

    def read(self, form, body):
        request, faults = form.envelope.read(json.loads(body))
        if faults:
            raise invalid(faults)
        return request

    def request_of(self, form, table, options):
        return FromTable({"rows": table["y"].tolist(), **options}, ("all rows are counted",))

    def answer(self, form, learnt, request):
        return {"count": request["times"] * len(request["rows"]), "candidate": learnt.candidate}

    def flat(self, form, answer):
        return [answer]
'''


def test_one_more_operation_is_one_folder_and_a_line_in_the_catalogue(
    tmp_path, toy_folder, toy_frame, save_toy_model, monkeypatch, capsys
):
    (tmp_path / "row_counts").mkdir()
    (tmp_path / "row_counts" / "__init__.py").write_text(OPERATION, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    more = importlib.import_module("row_counts").Counts()
    known = operations.catalogue.CATALOGUE["regression"]
    monkeypatch.setitem(operations.catalogue.CATALOGUE, "regression", (*known, more))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    model, store = save_toy_model(tmp_path / "model"), FolderStore()
    store.point("toy_cells", 3, tmp_path / "model")
    database = Database(f"sqlite:///{tmp_path / 'records.db'}")
    app = create_app(ServiceSettings(home=tmp_path / "home"), store, database)
    app.champions.refresh()
    app.writer.start()
    path = "/v1/toy_cells/row-counts"
    described = app.openapi_of("toy_cells")["paths"][path]["post"]
    assert (described["operationId"], described["tags"]) == ("row_counts", ["row counts"])
    example = described["requestBody"]["content"]["application/json"]["example"]
    response = response_to(app, "POST", path, json=example)
    assert response.status_code == 200, response.text
    assert response.json() == {
        "process": "toy_cells",
        "task": "regression",
        "model": {"version": 3, "alias": "champion", "digest": response.json()["model"]["digest"], "baseline": False},
        "advisory": True,
        "count": 2,
        "candidate": model.candidate,
    }
    page = response_to(app, "GET", f"{path}/page")
    assert page.status_code == 200, page.text
    assert "row-counts" in page.text
    for cells in ('count</th><td><data value="2">2</data>', f"candidate</th><td>{model.candidate}</td>"):
        assert f'<tr><th scope="row">{cells}' in page.text
    app.writer.stop()
    database.close()
    refused = response_to(app, "POST", path, json={"rows": []})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "rows")
    assert path in response_to(app, "GET", "/v1/processes").json()["processes"][0]["routes"]
    assert path in response_to(app, "POST", "/v1/toy_cells/nothing").json()["detail"]
    # From a file, by the same champion.
    tracking = SimpleNamespace(versions=lambda process: [], model=lambda version: model)
    monkeypatch.setattr("registry.tracking.Tracking", lambda settings: tracking)
    monkeypatch.setattr("registry.promotion.champion_of", lambda *given: SimpleNamespace(number=3))
    toy_frame().head(40).to_csv(tmp_path / "rows.csv", index=False)
    files = ["--data", str(tmp_path / "rows.csv"), "--out", str(tmp_path / "counts.csv"), "--set", "times=2"]
    monkeypatch.setattr(sys, "argv", ["nonferrous", "request", "row-counts", "toy_cells", *files])
    monkeypatch.setattr("signal.signal", lambda *given: None)
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    assert capsys.readouterr().out.splitlines()[:2] == ["toy_cells: version 3 on 40 rows", "all rows are counted"]
    assert pd.read_csv(tmp_path / "counts.csv").to_dict("records") == [{"count": 80, "candidate": model.candidate}]


def test_a_process_is_found_by_its_name(tmp_path, toy_folder, monkeypatch):
    quicken(monkeypatch)
    name = "toy_smelter"
    for package, file, text in (
        (synthetic_data, f"{name}.py", SIMULATOR),
        (models.processes, f"{name}/__init__.py", PROCESS),
    ):
        folder = tmp_path / package.__name__
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    seeds = toy_folder("toy_cells")
    text = (seeds / "toy_cells.toml").read_text(encoding="utf-8").replace('"toy_cells"', f'"{name}"')
    (seeds / "toy_cells.toml").unlink()
    plant = (
        "[plant]\nrng_seed = 1\nstart = 2023-01-01\nyears = 2\nunits = 60\n"
        '[plant.parameters]\nnoise = { value = 0.5, unit = "%", source = "law" }\n'
    )
    (seeds / f"{name}.toml").write_text(f"{text}\n{plant}", encoding="utf-8")
    seed = load(seeds / f"{name}.toml")
    try:
        table = synthetic_data.simulate(seed, tmp_path / "plant")
        trained = train(seed, table, StoreSettings(home=tmp_path / "home")).learnt
    finally:
        for package in ("synthetic_data", "models.processes"):
            sys.modules.pop(f"{package}.{name}", None)
    assert {"first_principles", "lightgbm_physics"} <= set(trained.candidates)
    exact = trained.candidates["first_principles"].metrics
    assert exact["test_truth_rmse"] < 0.1  # one constant away from the law
    assert exact["test_noise_floor"] == pytest.approx(0.5, rel=0.2)
