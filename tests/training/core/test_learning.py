"""A part that a version learns beside its candidates is a class in models and one in training, and nothing else."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.interfaces.learning import Learning
from models.learnings import LEARNINGS, learnt_by
from models.storage.model_files import MODEL as MODEL_FILE
from models.storage.model_files import ModelFilesError, load
from registry.settings import StoreSettings
from registry.tracking import Tracking
from tests.suite.jobs import quicken
from training.core.learning import FittedPart, PartFit, PartRun
from training.jobs.train import train
from training.tasks import TASKS


class TooFewError(ValueError):
    """No tariff can be learnt."""


class Tariffs(Learning[float]):
    """A number, which older versions stored as a text."""

    name = "tariffs"
    version = 2

    def state(self, fitted):
        return {"mean": fitted}

    def restored(self, state, version, seed):
        return float(state["mean" if version == 2 else "text"])

    def bound(self, fitted, model):
        return model.candidate, fitted


class TariffFit(PartFit[float]):
    name = "tariffs"
    refuses_by = TooFewError
    heading = "Tariffs"
    none = "None are known"
    fewest = 0

    def is_asked(self, data):
        return data.seed.process.name == "toy_cells"

    def fit(self, data, parts):
        if len(data.table) < self.fewest:
            raise TooFewError(f"got {len(data.table)} rows")
        return float(data.y.mean())

    def lines(self, fitted, model, data, parts):
        return [f"The mean of {model.candidate} is {fitted:.3g}.", ""]

    def runs(self, fitted, data, parts):
        yield PartRun("tariff: mean", {"mean": fitted}, {"rows": len(data.table)}, {"kind": "toy"})


@pytest.fixture
def trained(toy_seed, toy_frame, tmp_path, monkeypatch):
    """A job of the toy with a part more: its settings, what it gave, and the folder of its model's files."""

    def make(fewest=0):
        quicken(monkeypatch)
        monkeypatch.setattr(TariffFit, "fewest", fewest)
        number = TASKS["regression"]
        monkeypatch.setitem(LEARNINGS, "regression", (*LEARNINGS["regression"], Tariffs()))
        monkeypatch.setitem(TASKS, "regression", replace(number, parts=(*number.parts, TariffFit())))
        toy_frame().to_csv(tmp_path / "history.csv", index=False)
        settings, steps = StoreSettings(home=tmp_path / "home"), []
        result = train(toy_seed, tmp_path / "history.csv", settings, lambda *step: steps.append(step[0]))
        (version,) = Tracking(settings).versions("toy_cells")
        (folder,) = [path.parent for path in settings.artifact_root.rglob(MODEL_FILE) if version.model in path.parts]
        return SimpleNamespace(settings=settings, found=result, folder=folder, steps=steps)

    return make


def card_of(job):
    return next(job.settings.artifact_root.rglob("model_card.md")).read_text(encoding="utf-8")


def test_a_part_is_learnt_once_stored_shown_and_given_to_requests(trained):
    job = trained()
    best = job.found.learnt.best.model
    mean = float(job.found.learnt.data.y.mean())
    assert job.steps.count("tariffs") == 1
    assert all(one.model.learnt == {"tariffs": mean} for one in job.found.learnt.candidates.values())
    assert json.loads((job.folder / MODEL_FILE).read_bytes())["learnt"] == {
        "tariffs": {"version": 2, "state": {"mean": mean}}
    }
    assert learnt_by(load(job.folder), "tariffs") == (best.candidate, mean)
    assert f"## Tariffs\n\nThe mean of {best.candidate} is {mean:.3g}.\n" in card_of(job)
    client = Tracking(job.settings)._client
    (run,) = client.search_runs([job.found.learnt.experiment], filter_string="tags.kind = 'toy'")
    assert run.data.metrics == {"mean": mean}
    assert run.data.params["rows"] == str(len(job.found.learnt.data.table))
    assert run.data.tags["mlflow.parentRunId"] == job.found.learnt.run


def test_a_part_that_history_does_not_teach_is_refused_in_words_everywhere(trained):
    job = trained(fewest=10_000)
    reason = f"got {len(job.found.learnt.data.table)} rows"
    assert json.loads((job.folder / MODEL_FILE).read_bytes())["learnt"] == {"tariffs": {"refused": reason}}
    back = load(job.folder)
    assert (learnt_by(back, "tariffs"), back.refusals) == (None, {"tariffs": reason})
    assert f"## Tariffs\n\nNone are known: {reason}.\n" in card_of(job)
    assert Tracking(job.settings)._client.search_runs([job.found.learnt.experiment], "tags.kind = 'toy'") == []


def test_code_without_the_part_names_it_and_a_state_of_before_is_read(trained, monkeypatch, toy_seed):
    job = trained()
    monkeypatch.setitem(LEARNINGS, "regression", LEARNINGS["regression"][:-1])
    with pytest.raises(ModelFilesError, match="learnt: got a part 'tariffs': expected one of set-points, warnings in"):
        load(job.folder)
    assert Tariffs().restored({"text": "0.5"}, 1, toy_seed) == 0.5


def test_a_part_that_a_seed_does_not_ask_for_is_neither_learnt_nor_refused():
    other = SimpleNamespace(seed=SimpleNamespace(process=SimpleNamespace(name="another")))
    assert TariffFit().outcome(other, None) == FittedPart(None, None)
    assert TariffFit().section(SimpleNamespace(learnt={}, refusals={}), None, None) == []
