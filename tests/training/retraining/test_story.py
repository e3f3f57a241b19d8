"""A plant whose laboratory is forged, tried, accepted and withdrawn: what is registered and what becomes history."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from registry.retraining.new_rows import batches, withdraw
from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import Seed
from training.jobs.train import train
from training.labels.job import ShiftError
from training.retraining.history import history_of
from training.retraining.retrain import Retrained, retrain

pytestmark = pytest.mark.long("tells a story of several retrainings")


@dataclass(frozen=True)
class Story:
    """Trained; refused a forged file; tried an honest one, then learnt it; learnt an accepted shift."""

    seed: Seed
    settings: StoreSettings
    refusal: str
    before: tuple
    tried: Retrained
    after_try: tuple
    honest: Retrained
    shifted: Retrained

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.settings)


def state(seed, settings):
    """Versions, alias moves and rows of history."""
    tracking = Tracking(settings)
    versions = tracking.versions("toy_cells")
    moves = [(move.alias, move.after) for move in tracking.audit("toy_cells")]
    return [one.number for one in versions], moves, len(history_of(seed, versions, tracking).table)


def some_periods(frame, first, last):
    starts = np.sort(frame["period_start"].unique())
    return frame[frame["period_start"].isin(starts[first:last])].reset_index(drop=True)


@pytest.fixture(scope="module")
def story(toy_seed, toy_frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    settings, whole = StoreSettings(home=folder / "home"), toy_frame(periods=36)
    some_periods(whole, 0, 24).to_parquet(folder / "history.parquet")
    new = some_periods(whole, 24, 30)
    outlier = new.assign(y=new["y"].where(new.index != 7, 70.0))
    outlier.to_parquet(folder / "new.parquet")
    new.assign(y=np.random.default_rng(1).permutation(new["y"])).to_parquet(folder / "forged.parquet")
    some_periods(whole.assign(y=whole["y"] + 5), 30, 36).to_parquet(folder / "shifted.parquet")
    train(toy_seed, folder / "history.parquet", settings)
    before = state(toy_seed, settings)
    with pytest.raises(ShiftError) as refused:
        retrain(toy_seed, folder / "forged.parquet", settings)
    tried = retrain(toy_seed, folder / "new.parquet", settings, dry_run=True)
    after_try = state(toy_seed, settings)
    honest = retrain(toy_seed, folder / "new.parquet", settings)
    shifted = retrain(toy_seed, folder / "shifted.parquet", settings, accept_label_shift="a new balance")
    return Story(toy_seed, settings, str(refused.value), before, tried, after_try, honest, shifted)


def test_a_forged_file_registers_nothing_and_is_kept_as_refused(story):
    assert story.refusal.startswith("toy_cells: no model was trained, the new labels are inconsistent with history:")
    assert "link to the inputs of y" in story.refusal
    assert story.before == story.after_try
    forged = batches("toy_cells", story.tracking)[0]
    assert (forged.state, forged.rows, forged.source) == ("rejected", 120, "forged.parquet")
    assert "link to the inputs of y" in forged.why
    run = story.tracking._client.get_run(forged.run)
    assert (run.info.status, run.data.tags["labels"]) == ("FINISHED", "refused")
    assert story.tracking.has(forged.run, "labels.txt")


def test_a_dry_run_says_all_and_changes_nothing(story):
    assert story.tried.version is None
    assert story.tried.gated.conditions[0].passed
    assert [one.what for one in story.tried.gated.conditions] == [one.what for one in story.honest.gated.conditions]
    assert story.tried.verdict.gain == story.honest.verdict.gain
    assert len(batches("toy_cells", story.tracking)) == 3


def test_a_single_far_label_is_listed_and_not_learnt(story):
    assert story.honest.labels.passed
    assert (story.honest.new_rows, story.honest.set_aside) == (119, 1)
    listed = pd.read_csv(story.honest.rejected_file)
    assert listed["value"].tolist() == [70.0]
    assert listed["reason"].str.startswith("outlier, excluded: ").all()
    assert story.honest.learnt.data.table["y"].min() > 80


def test_an_accepted_batch_is_history_of_the_next_job(story):
    assert (story.honest.history_rows, story.shifted.history_rows) == (480, 599)
    assert [one.rows for one in batches("toy_cells", story.tracking)] == [120, 119, 120]


def test_an_accepted_shift_is_kept_with_its_reason_and_what_was_found(story):
    assert not story.shifted.labels.passed
    version = story.tracking.versions("toy_cells")[-1]
    assert version.tags["accepted_shift"] == "a new balance"
    assert version.tags["labels"] == "refused"
    assert "level of y" in version.tags["labels_reasons"]


def test_the_gate_asks_for_no_loss_on_older_rows(story):
    (requested,) = [
        one for one in story.honest.gated.conditions if one.what == "older rows outside the training rows of both"
    ]
    assert requested.passed


def test_a_withdrawn_batch_is_history_no_more(story):
    rows = state(story.seed, story.settings)[2]
    honest = batches("toy_cells", story.tracking)[1]
    withdraw(honest.name, "another line's rows", story.tracking)
    assert state(story.seed, story.settings)[2] == rows - 119
    assert batches("toy_cells", story.tracking)[1].why == "another line's rows"


def test_false_labels_are_named_though_their_rows_are_too_few_to_judge_on(story, toy_seed, toy_frame, tmp_path):
    """Of one period alone, whose labels are 3 above the level that was accepted."""
    new = some_periods(toy_frame(periods=36), 35, 36)
    new.assign(y=new["y"] + 8.0).to_parquet(tmp_path / "slip.parquet")
    with pytest.raises(ShiftError, match=r"labels, balance level of y: \+3 above what late columns give"):
        retrain(toy_seed, tmp_path / "slip.parquet", story.settings, dry_run=True)
