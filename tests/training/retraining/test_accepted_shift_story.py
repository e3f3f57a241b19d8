"""A plant whose level moves: the first file is stopped and accepted, and stops no later one."""

import numpy as np
import pytest

from registry.retraining.new_rows import batches
from registry.settings import StoreSettings
from registry.tracking import Tracking
from training.jobs.train import train
from training.labels.job import ShiftError
from training.retraining.retrain import retrain

pytestmark = pytest.mark.long("a story of training and retraining")


def some_periods(frame, first, last):
    starts = np.sort(frame["period_start"].unique())
    return frame[frame["period_start"].isin(starts[first:last])].reset_index(drop=True)


def test_a_level_that_was_accepted_stops_no_later_file(toy_seed, toy_frame, tmp_path):
    """The gate refuses the first challenger: persistence is better right after a jump. Its rows are history anyway."""
    settings, whole = StoreSettings(home=tmp_path / "home"), toy_frame(periods=42)
    some_periods(whole, 0, 24).to_parquet(tmp_path / "history.parquet")
    train(toy_seed, tmp_path / "history.parquet", settings)
    moved = whole.assign(y=whole["y"] - 5.0)
    for number, first in enumerate(range(24, 42, 6)):
        some_periods(moved, first, first + 6).to_parquet(tmp_path / f"{number}.parquet")
    with pytest.raises(ShiftError, match="labels, level of y"):
        retrain(toy_seed, tmp_path / "0.parquet", settings)
    accepted = retrain(toy_seed, tmp_path / "0.parquet", settings, accept_label_shift="another balance")
    some_periods(moved.assign(y=moved["y"] - 3), 30, 36).to_parquet(tmp_path / "again.parquet")
    with pytest.raises(ShiftError, match="labels, level of y"):  # the shift that was accepted is no measure of others
        retrain(toy_seed, tmp_path / "again.parquet", settings, dry_run=True)
    later = [retrain(toy_seed, tmp_path / f"{number}.parquet", settings) for number in (1, 2)]
    assert not accepted.labels.passed
    assert accepted.gated.reasons
    assert [one.state for one in batches("toy_cells", Tracking(settings))] == ["rejected", *["accepted"] * 3]
    assert [one.labels.reasons for one in later] == [[], []]
