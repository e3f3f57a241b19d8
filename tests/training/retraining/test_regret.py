"""A promotion that turns out wrong is taken back, and one that was right is not."""

import shutil

import numpy as np
import pytest

from registry.promotion import champion_of
from registry.settings import Settings
from registry.tracking import Tracking
from training.job import train
from training.retrain import retrain
from training.retraining.regret import put_back

pytestmark = pytest.mark.slow


def some(toy_frame, first, last, slope=0.0):
    """Rows of some periods; `slope` changes the law."""
    frame = toy_frame(periods=48, rng_seed=5)
    starts = np.sort(frame["period_start"].unique())
    frame = frame[frame["period_start"].isin(starts[first:last])].reset_index(drop=True)
    return frame.assign(y=frame["y"] + slope * (frame["z"] - 4))


@pytest.fixture(scope="module")
def promoted(toy_seed, toy_frame, tmp_path_factory):
    """A home folder in which a job has promoted version 2 after the law had changed."""
    home = tmp_path_factory.mktemp("regret") / "home"
    home.mkdir()
    some(toy_frame, 0, 24).to_parquet(home / "history.parquet")
    some(toy_frame, 24, 36, slope=3.0).to_parquet(home / "changed.parquet")
    train(toy_seed, home / "history.parquet", Settings(home=home))
    found = retrain(toy_seed, home / "changed.parquet", Settings(home=home), accept_shift="the law has changed")
    assert found.verdict.promoted
    return home


@pytest.fixture
def after(promoted, toy_seed, toy_frame, tmp_path):
    """What becomes of the promotion when these rows come, in a copy of the home folder."""
    from registry.local.moved import adopt

    def put(frame):
        shutil.copytree(promoted, tmp_path / "home")
        adopt(tmp_path / "home" / "mlflow.db")
        settings = Settings(home=tmp_path / "home")
        frame.to_parquet(tmp_path / "later.parquet")
        move = put_back(toy_seed, lambda: tmp_path / "later.parquet", settings)
        return move, champion_of("toy_cells", Tracking(settings).versions("toy_cells")).number

    return put


def test_the_champion_before_comes_back_when_its_law_does(after, toy_frame):
    move, champion = after(some(toy_frame, 36, 48))
    assert champion == 1
    assert (move.action, move.before, move.after) == ("rollback", 2, 1)
    assert move.why.startswith("version 1 is better than version 2 on what came after: better beyond chance")


def test_a_promotion_that_was_right_stays(after, toy_frame):
    assert after(some(toy_frame, 36, 48, slope=3.0)) == (None, 2)


def test_rows_that_were_known_at_the_promotion_take_nothing_back(after, toy_frame):
    assert after(some(toy_frame, 30, 36)) == (None, 2)
