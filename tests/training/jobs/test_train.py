"""The steps of a training job and all that they keep, with a store and candidates that stand in for real ones."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from models.estimators.tuning import SETTINGS
from models.table.contract import check
from registry.settings import StoreSettings
from registry.store import Champion
from training.core.dataset import dataset_of
from training.core.gate import GateCondition, Gated
from training.core.splits import split
from training.jobs import run_metadata, work
from training.jobs import runs as kept_runs
from training.jobs import train as jobs
from training.jobs.job_run import JobRun
from training.jobs.run_metadata import keep_rejected, run_name
from training.jobs.train import TrainingResult, ask_gate, keep_pages, learn, register, train
from training.regression.fit import SELECTED_BY


class Store:
    """A store that writes down what it is given; of folders of files their content."""

    def __init__(self, aliases=()):
        self.aliases, self.log_of, self.files, self.steps = aliases, {}, {}, []
        self.settings = StoreSettings(home=Path("home"))

    def experiment(self, process, title):
        self.steps.append(("experiment", process, title))
        return "4"

    @contextmanager
    def run(self, experiment, name, job, parent=None):
        self.steps.append(("run", experiment, name, job, parent))
        yield f"run of {name}"

    def log(self, run, *, model=None, **arguments):
        self.log_of.setdefault(run, []).append(arguments if model is None else arguments | {"model": model})

    def log_table(self, run, table, name, target, digest):
        self.steps.append(("table", run, len(table), name, target, digest))

    def log_files(self, run, folder):
        self.files[run] = {path.name: path.read_bytes() for path in folder.iterdir()}
        for path in folder.glob("*.parquet"):
            self.columns = pq.read_schema(path).names

    def log_model(self, run, model):
        return f"model of {model.candidate}", f"digest of {model.candidate}"

    def versions(self, process):
        return [SimpleNamespace(aliases=aliases) for aliases in self.aliases]

    def register(self, *arguments):
        self.steps.append(("register", *arguments))
        return 3

    def move_alias(self, *arguments):
        self.steps.append(("move", *arguments))
        return SimpleNamespace(alias=arguments[1])

    def tag_version(self, *arguments):
        self.steps.append(("tag", *arguments))


@pytest.fixture
def plant(toy_seed, toy_frame):
    """The toy plant with one impossible row, and its split."""
    frame = toy_frame()
    frame.loc[7, "z"] = 9.5
    data = dataset_of(check(frame, toy_seed), toy_seed)
    return data, split(data)


def candidate(name, error=1.0):
    metrics = {SELECTED_BY: error, "test_mae": 0.123456789, "test_rmse": 0.5, "fit_seconds": 1.0}
    model = SimpleNamespace(candidate=name, learnt={})
    settings = {"learning_rate": 0.03} if name == "trees" else {}
    predictions = f"predictions of {name}"
    return SimpleNamespace(name=name, model=model, metrics=metrics, predictions=predictions, settings=settings)


ERRORS = {"bar": 2.0, "line": 0.5, "trees": 1.0}


@pytest.fixture
def quick(monkeypatch):
    """Three candidates that are fitted at once; what each was given as its baseline."""
    baselines = {}

    def fitted(task, name, estimator, data, parts, info, baseline, step, choose, curve, keep):
        baselines[name] = baseline
        assert estimator == f"estimator of {name}"
        for field in ("fit", "importance"):
            step(f"{name}: {field}")
        return candidate(name, ERRORS[name])

    monkeypatch.setattr(jobs, "build", lambda seed: {name: f"estimator of {name}" for name in ERRORS})
    monkeypatch.setattr(work, "fit_candidate", fitted)
    return baselines


def test_candidates_are_fitted_in_turn_against_the_first_and_kept_each_in_its_run(plant, quick):
    data, parts = plant
    store, progress = Store(), []
    result = learn(data, parts, JobRun(store, "4", "job", "train", lambda *step: progress.append(step)))
    assert quick == {"bar": None, "line": "predictions of bar", "trees": "predictions of bar"}
    steps = [f"{name}: {field}" for name in ERRORS for field in ("fit", "importance")]
    steps[2:2] = ["set-points", "warnings"]
    assert progress == [*((field, i, 8) for i, field in enumerate(steps)), ("keep the job's files", 8, 8)]
    assert list(result.candidates) == ["bar", "line", "trees"]
    assert result.runs == {name: f"run of {name}" for name in ERRORS}
    assert result.models == {name: (f"model of {name}", f"digest of {name}") for name in ERRORS}
    assert (result.experiment, result.run, result.best.name) == ("4", "job", "line")
    assert [step for step in store.steps if step[0] == "run"] == [("run", "4", name, "train", "job") for name in ERRORS]
    tables = [("table", run, 479, "toy_cells", "y", data.digest) for run in ("job", *result.runs.values())]
    assert [step for step in store.steps if step[0] == "table"] == tables
    (logged,) = store.log_of["job"]
    assert logged["params"] == dict(data.facts) | {
        "seed_digest": data.seed.digest,
        "train_rows": len(parts.train),
        "calibrate_rows": sum(len(block) for block in parts.calibrate),
        "test_rows": len(parts.test),
        "holdout_rows": len(parts.holdout),
        "holdout_all_rows": len(parts.holdout_all),
        "held_out_units": 4,
        "calibrate_from": f"{parts.calibrate_from:%Y-%m-%d}",
        "test_from": f"{parts.test_from:%Y-%m-%d}",
        "coverage": 0.9,
        "selected_by": SELECTED_BY,
    }
    of_trees = store.log_of["run of trees"][0]["params"]
    assert (of_trees["learning_rate"], of_trees["penalty"]) == (0.03, "-")
    assert store.log_of["run of line"] == [
        {"params": {"candidate": "line"} | logged["params"] | dict.fromkeys(SETTINGS, "-")},
        {"metrics": result.candidates["line"].metrics, "model": "model of line"},
    ]
    assert "run of line" not in store.files


def test_pages_are_drawn_after_registration_each_for_the_run_of_its_candidate(plant, monkeypatch):
    store, progress = Store(), []
    monkeypatch.setattr(kept_runs, "page", lambda candidate, data, parts: f"page of {candidate.name}")
    keep_pages(learnt_of(*plant), store, lambda *step: progress.append(step))
    assert store.files == {f"run of {name}": {"plots.html": f"page of {name}".encode()} for name in ERRORS}
    assert progress == [("draw the pages of the candidates", 1, 1)]


def test_a_job_keeps_seed_rejected_rows_and_the_table_without_an_index(plant, quick):
    data, parts = plant
    store = Store()
    learn(data, parts, JobRun(store, "4", "job", "train"))
    retained = store.files["job"]
    assert set(retained) == {"seed.toml", "rejected.csv", "table.parquet"}
    assert retained["seed.toml"].decode() == data.seed.text
    assert b",z,9.5," in retained["rejected.csv"]
    assert store.columns == list(data.checked.columns)


def test_a_model_says_where_it_comes_from(plant, monkeypatch):
    data, parts = plant
    monkeypatch.setattr(run_metadata, "package_version", lambda: "1.2.3")
    monkeypatch.setattr(run_metadata, "git_commit", lambda: None)
    assert run_metadata.info_of(data, parts) == {
        "package_version": "1.2.3",
        "git_commit": None,
        "seed_digest": data.seed.digest,
        "data_digest": data.digest,
        "training_start": parts.train_from.isoformat(),
        "calibration_start": parts.calibrate_from.isoformat(),
        "training_cutoff": parts.test_from.isoformat(),
        "data_end": data.table[data.seed.clock.name].max().isoformat(),
        "held_out_units": list(parts.units),
    }


def learnt_of(data, parts):
    candidates = {name: candidate(name, error) for name, error in ERRORS.items()}
    runs = {name: f"run of {name}" for name in ERRORS}
    return TrainingResult(
        data, parts, "4", "job", candidates, runs, {name: (f"m-{name}", f"d-{name}") for name in ERRORS}
    )


def test_the_best_is_registered_with_its_digests_and_few_figures(plant):
    data, parts = plant
    store = Store()
    assert register(learnt_of(data, parts), store) == 3
    tags = {
        "candidate": "line",
        "model_digest": "d-line",
        "data_digest": data.digest,
        "seed_digest": data.seed.digest,
        "gate": "refused",
        "gate_reasons": "the job ended before the gate was asked",
        "test_mae": "0.123457",
        "test_rmse": "0.5",
    }
    title = "Made-up cells with a known linear law"
    assert store.steps == [("register", "toy_cells", title, "run of line", "m-line", tags)]


KEPT, BROKEN = GateCondition("labels", True, "60", "at least 50"), GateCondition("gain", False, "-1 %", "more than 0 %")
SLOW, OTHER = (
    GateCondition("time", False, "9 s", "at most 1 s"),
    GateCondition("older rows", True, "no loss", "no loss"),
)


@pytest.mark.parametrize("error", [None, "no files"])
def test_the_gate_is_asked_with_the_best_the_baseline_and_what_the_store_gives(plant, monkeypatch, error):
    data, parts = plant
    store, training, calls = Store(), learnt_of(data, parts), []
    monkeypatch.setattr(jobs, "on_loading", lambda *given: calls.append(given[:3]) or (error, (SLOW,)))
    monkeypatch.setattr(jobs, "task_of", lambda seed: TASK)
    monkeypatch.setattr(jobs, "gate", lambda *given: calls.append(given) or Gated((KEPT, BROKEN)))
    monkeypatch.setattr(jobs, "model_card", lambda *given: f"card with {given[-1].outcome}")
    result = ask_gate(training, 3, store, OTHER)
    assert result.conditions == (KEPT, BROKEN, SLOW, OTHER)
    assert calls == [
        (Champion("toy_cells", 3, "m-line", "d-line"), True, data.seed),
        (("line", "bar", data, parts), False, error),
    ]
    assert store.files["job"] == {
        "model_card.md": b"card with refused",
        "gate.txt": b"refused\nkept: labels: 60; expected at least 50\nnot kept: gain: -1 %; expected more than 0 %\n"
        b"not kept: time: 9 s; expected at most 1 s\nkept: older rows: no loss; expected no loss\n",
    }
    reasons = "gain: -1 %; expected more than 0 %\ntime: 9 s; expected at most 1 s"
    tags = {"gate": "refused", "gate_reasons": reasons}
    assert store.log_of == {"job": [{"tags": tags}], "run of line": [{"tags": tags}]}
    assert store.steps == [("tag", "toy_cells", 3, tags)]


def evidence(candidate, baseline, data, parts):
    return candidate.name, baseline.name, data, parts


TASK = SimpleNamespace(learner=SimpleNamespace(selected_by=SELECTED_BY), assessor=SimpleNamespace(evidence=evidence))


def test_the_gate_knows_where_the_baseline_is_best(plant, monkeypatch):
    data, parts = plant
    training, calls = learnt_of(data, parts), []
    training.candidates["bar"].metrics[SELECTED_BY] = 0.1
    monkeypatch.setattr(jobs, "on_loading", lambda *given: (None, ()))
    monkeypatch.setattr(jobs, "task_of", lambda seed: TASK)
    monkeypatch.setattr(jobs, "gate", lambda *given: calls.append(given[1]) or Gated((KEPT,)))
    monkeypatch.setattr(jobs, "model_card", lambda *given: "card")
    store = Store()
    assert ask_gate(training, 3, store).passed
    assert calls == [True]
    assert store.steps == [("tag", "toy_cells", 3, {"gate": "passed", "gate_reasons": "none"})]


def test_rejected_rows_are_left_where_a_person_finds_them(plant, tmp_path):
    data, _ = plant
    settings = StoreSettings(home=tmp_path / "deep" / "home")
    for _ in range(2):  # the second job of a process finds the folder
        file = keep_rejected(data, settings)
        assert file == tmp_path / "deep" / "home" / "rejected" / "toy_cells.csv"
        assert pd.read_csv(file)[["column", "value"]].to_numpy().tolist() == [["z", 9.5]]


def test_without_a_rejected_row_nothing_is_left(toy_seed, toy_frame, tmp_path):
    data = dataset_of(check(toy_frame(units=2, periods=2), toy_seed), toy_seed)
    assert keep_rejected(data, StoreSettings(home=tmp_path / "home")) is None
    assert not (tmp_path / "home").exists()


def test_a_run_is_named_by_its_job_and_its_second():
    before = datetime.now(UTC).replace(microsecond=0)
    match = re.fullmatch(r"train (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", run_name("train"))
    assert before <= datetime.fromisoformat(match[1] + "+00:00") <= datetime.now(UTC)


@pytest.mark.parametrize(("conditions", "alias"), [((KEPT,), "champion"), ((KEPT, BROKEN), None)])
def test_a_job_reads_learns_registers_and_says_where_to_look(
    toy_seed, toy_frame, quick, monkeypatch, tmp_path, conditions, alias
):
    frame = toy_frame()
    frame.loc[7, "z"] = 9.5
    frame.to_csv(tmp_path / "plant.csv", index=False)
    store, progress, made = Store(), [], []
    monkeypatch.setattr(jobs, "Tracking", lambda settings, make: made.append(make) or store)
    monkeypatch.setattr(jobs, "ask_gate", lambda trained, version, tracking: Gated(conditions))
    settings = StoreSettings(home=tmp_path / "home")
    result = train(toy_seed, tmp_path / "plant.csv", settings, lambda *step: progress.append(step))
    assert made == [True]
    assert progress[:2] == [("read and check the table", 0, 1), ("bar: fit", 0, 8)]
    assert (result.version, result.alias, result.learnt.best.name) == (3, alias, "line")
    assert result.gated == Gated(conditions)
    assert [step[2] for step in store.steps if step[0] == "move"] == ([] if alias is None else [alias])
    assert result.rejected_file == tmp_path / "home" / "rejected" / "toy_cells.csv"
    runs = "%5B%22run%20of%20bar%22%2C%22run%20of%20line%22%2C%22run%20of%20trees%22%5D"
    assert result.address == f"http://127.0.0.1:5000/#/compare-runs?runs={runs}&experiments=%5B%224%22%5D"
    assert store.log_of[result.learnt.run][-1] == {
        "tags": {"registered_version": "3", "registered_as": alias or "none"}
    }
    assert store.steps[0] == ("experiment", "toy_cells", "Made-up cells with a known linear law")
    assert np.isfinite(result.learnt.data.y).all()
