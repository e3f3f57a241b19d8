"""A plant that reports the better half alone: stopped, accepted, and usual from then on."""

from dataclasses import dataclass

import numpy as np
import pytest

from models.table.sources import TableError
from registry.retraining.new_rows import batches
from registry.settings import StoreSettings
from registry.tracking import Tracking
from training.jobs.train import train
from training.labels.job import ShiftError
from training.retraining.retrain import Retrained, retrain

pytestmark = pytest.mark.long("stories of training and retraining")


def some_periods(frame, first, last):
    starts = np.sort(frame["period_start"].unique())
    return frame[frame["period_start"].isin(starts[first:last])].reset_index(drop=True)


def better_half(frame):
    """The table without the labels of the lower half of each period, by what the inputs let expect."""
    expected = 0.5 * frame["x_set"] - 2 * frame["z"]
    return frame.assign(y=frame["y"].where(expected.groupby(frame["period_start"]).rank(pct=True) > 0.5))


@dataclass(frozen=True)
class Story:
    """A routine of half the rows by chance; the better half alone is refused, then accepted; then it goes on."""

    settings: StoreSettings
    refusal: str
    accepted: Retrained
    next: Retrained

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.settings)


@pytest.fixture(scope="module")
def story(toy_seed, toy_frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    settings, whole = StoreSettings(home=folder / "home"), toy_frame(units=40, periods=42)
    by_chance = whole.assign(y=whole["y"].where(np.random.default_rng(2).random(len(whole)) < 0.5))
    some_periods(by_chance, 0, 24).to_parquet(folder / "history.parquet")
    better_half(some_periods(whole, 24, 32)).to_parquet(folder / "better.parquet")
    better_half(some_periods(whole, 32, 40)).to_parquet(folder / "next.parquet")
    train(toy_seed, folder / "history.parquet", settings)
    with pytest.raises(ShiftError) as refused:
        retrain(toy_seed, folder / "better.parquet", settings)
    accepted = retrain(
        toy_seed, folder / "better.parquet", settings, accept_label_shift="the laboratory looks at these"
    )
    after = retrain(toy_seed, folder / "next.parquet", settings)
    return Story(settings, str(refused.value), accepted, after)


def test_the_better_half_alone_is_refused_with_input_and_prediction_named(story):
    assert "  - labels, unlabelled rows by inputs: z is 3.6" in story.refusal
    assert "  - labels, unlabelled rows by predictions: the predicted y is 9" in story.refusal
    assert "of them without a label; expected -0." in story.refusal
    assert story.refusal.endswith("--accept-label-shift REASON")


def test_what_a_person_accepted_is_usual_from_then_on(story):
    assert not story.accepted.labels.passed
    assert story.next.labels.passed
    assert [one.state for one in batches("toy_cells", story.tracking)] == ["rejected", "accepted", "accepted"]
    assert story.next.history_rows == 24 * 40 + 8 * 40


def test_a_file_without_any_label_is_refused_in_words(story, toy_seed, toy_frame, tmp_path):
    new = some_periods(toy_frame(units=40, periods=42), 40, 42)
    new.assign(y=np.nan).to_parquet(tmp_path / "none.parquet")
    with pytest.raises(TableError, match="column y: got no value in any row: expected at least one label"):
        retrain(toy_seed, tmp_path / "none.parquet", story.settings)
