"""A champion that stays follows the outcomes of new rows: its intervals do, its estimator is the same."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.regression.several import SeveralTargets
from models.table.contract import check
from registry.promotion import rollback
from registry.retraining.new_rows import base_of
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import SHADOW
from seeds import load
from training.core.dataset import dataset_of
from training.jobs.train import train
from training.labels.job import ShiftError
from training.retraining import newer_outcomes as module
from training.retraining.newer_outcomes import follow_outcomes, with_newer_outcomes
from training.retraining.retrain import retrain

from .test_retrain_story import newer


@pytest.fixture(scope="module")
def trained(toy_frame, toy_seed, tmp_path_factory):
    """Home of a trained toy plant, and its tracking."""
    folder = tmp_path_factory.mktemp("trained")
    toy_frame().to_parquet(folder / "history.parquet")
    settings = StoreSettings(home=folder / "home")
    train(toy_seed, folder / "history.parquet", settings)
    return folder, settings


def champion(settings):
    tracking = Tracking(settings)
    (version,) = [one for one in tracking.versions("toy_cells") if "champion" in one.aliases]
    return version, tracking.model(version)


@pytest.mark.long("trains and retrains")
def test_a_champion_that_stays_follows_labels_that_passed_and_no_others(trained, toy_frame, toy_seed):
    folder, settings = trained
    before, model = champion(settings)
    rows = newer(toy_frame, rng_seed=6)  # of the same law: no challenger is better
    rows.to_parquet(folder / "same.parquet")
    rows.assign(y=rows["y"] - 9.0).to_parquet(folder / "shifted.parquet")
    with pytest.raises(ShiftError):
        retrain(toy_seed, folder / "shifted.parquet", settings, follows=True)
    assert champion(settings)[0].number == before.number
    dry = retrain(toy_seed, folder / "same.parquet", settings, dry_run=True, follows=True)
    assert dry.followed is None
    assert champion(settings)[0].number == before.number
    done = retrain(toy_seed, folder / "same.parquet", settings, follows=True)
    assert not done.verdict.promoted
    now, followed = champion(settings)
    assert (done.followed.version, done.followed.outcomes) == (now.number, len(rows))
    assert now.number > done.version
    assert followed.info["data_end"] == rows["period_start"].max().isoformat()
    assert followed.info["training_cutoff"] == model.info["training_cutoff"]
    expected, _ = with_newer_outcomes(model, done.learnt.data)
    assert followed.adaptive.state() == expected.adaptive.state()
    assert followed.adaptive.state() != model.adaptive.state()
    np.testing.assert_array_equal(followed.predict(model.examples), model.predict(model.examples))
    assert followed.conformal.scores.tolist() == model.conformal.scores.tolist()
    assert (now.metrics, now.figures, now.parent_run) == (before.metrics, before.figures, before.parent_run)
    tracking = Tracking(settings)
    # It is no training: what is learnt on is as without it.
    versions = tracking.versions("toy_cells")
    assert base_of("toy_cells", versions, tracking) == base_of("toy_cells", versions[:-1], tracking)
    last = tracking.audit("toy_cells")[-1]
    assert (last.before, last.after) == (before.number, now.number)
    assert last.why == f"the same model as version {before.number}, its intervals follow {len(rows)} newer outcomes"
    assert follow_outcomes(toy_seed, now, followed, done.learnt.data, tracking) is None  # all are followed
    rollback(toy_seed, settings)
    assert champion(settings)[0].number == before.number


def test_nothing_is_followed_beside_a_version_in_shadow(trained, toy_frame, toy_seed):
    _, settings = trained
    tracking = Tracking(settings)
    version, model = champion(settings)
    data = dataset_of(check(newer(toy_frame, rng_seed=6), toy_seed), toy_seed)
    before = len(tracking.versions("toy_cells"))
    tracking.move_alias("toy_cells", SHADOW, version.number, "enter", "a trial", {})
    try:
        assert follow_outcomes(toy_seed, version, model, data, tracking) is None
    finally:
        tracking.move_alias("toy_cells", SHADOW, None, "withdraw", "a trial", {})
    assert len(tracking.versions("toy_cells")) == before


@dataclass(frozen=True, eq=False)
class OfTarget:
    """A model of one target, by its origin alone."""

    info: dict


def test_each_target_follows_its_own_outcomes(monkeypatch):
    """Of iron none came since the training, of loss seven."""
    seed = load(Path(__file__).parents[2] / "toys" / "toy_melts.toml")
    loss, iron = OfTarget({"data_end": "2026-01-01"}), OfTarget({"data_end": "2026-02-01"})
    newer = OfTarget({"data_end": "2026-03-01"}), 7
    requested = {("loss", loss): newer, ("iron", iron): None}
    task = SimpleNamespace(caught_up=lambda model, data: requested[(data.seed.target.name, model)])
    monkeypatch.setattr(module, "task_of", lambda seed: task)
    model = SeveralTargets(seed, {"loss": loss, "iron": iron}, np.empty((0, 2)), {"data_end": "2026-02-01"})
    each = [SimpleNamespace(seed=seed.for_target(name)) for name in ("loss", "iron")]
    result, count = with_newer_outcomes(model, SimpleNamespace(seed=seed, each=each))
    assert (result.models, count) == ({"loss": newer[0], "iron": iron}, 7)
    assert result.info["data_end"] == "2026-03-01"
    requested[("loss", loss)] = None
    assert with_newer_outcomes(model, SimpleNamespace(seed=seed, each=each)) is None
    monkeypatch.setattr(module, "task_of", lambda seed: SimpleNamespace(caught_up=None))
    assert with_newer_outcomes(model, SimpleNamespace(seed=seed, each=each)) is None
