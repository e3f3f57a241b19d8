"""A promotion that turns out wrong is taken back, and one that was right is not."""

import shutil

import numpy as np
import pytest

from registry.promotion import champion_of
from registry.settings import StoreSettings
from registry.tracking import Tracking
from training.core.comparison import ComparisonResult
from training.jobs.train import train
from training.retraining.post_promotion_check import Promise, overturned, put_back
from training.retraining.retrain import retrain


def rows_of(toy_frame, first, last, slope=0.0):
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
    rows_of(toy_frame, 0, 24).to_parquet(home / "history.parquet")
    rows_of(toy_frame, 24, 36, slope=3.0).to_parquet(home / "changed.parquet")
    train(toy_seed, home / "history.parquet", StoreSettings(home=home))
    result = retrain(
        toy_seed, home / "changed.parquet", StoreSettings(home=home), accept_label_shift="the law has changed"
    )
    assert result.verdict.promoted
    return home


@pytest.fixture
def after(promoted, toy_seed, toy_frame, tmp_path):
    """What becomes of the promotion when these rows come, in a copy of the home folder."""
    from registry.relocation import adopt

    def put(frame):
        shutil.copytree(promoted, tmp_path / "home")
        adopt(tmp_path / "home" / "mlflow.db")
        settings = StoreSettings(home=tmp_path / "home")
        frame.to_parquet(tmp_path / "later.parquet")
        move = put_back(toy_seed, lambda: tmp_path / "later.parquet", settings)
        return move, champion_of("toy_cells", Tracking(settings).versions("toy_cells")).number

    return put


@pytest.mark.long("trains and retrains")
def test_the_champion_before_comes_back_when_its_law_does(after, toy_frame):
    move, champion = after(rows_of(toy_frame, 36, 48))
    assert champion == 1
    assert (move.action, move.before, move.after) == ("rollback", 2, 1)
    assert move.why.startswith("version 1 is better than version 2: on ")
    assert "rows outside both trainings its loss is" in move.why


@pytest.mark.long("trains and retrains")
def test_a_promotion_that_was_right_stays(after, toy_frame):
    assert after(rows_of(toy_frame, 36, 48, slope=3.0)) == (None, 2)


@pytest.mark.long("trains and retrains")
def test_rows_that_were_known_at_the_promotion_take_nothing_back(after, toy_frame):
    assert after(rows_of(toy_frame, 30, 36)) == (None, 2)


# ---- the rule, with numbers worked out

PROMISE = Promise(gain=0.30, rows=600)


def since(gain, low, rows, unsound=None):
    """What came after a promotion: by how much less the one before loses, with its bound."""
    return ComparisonResult(
        promoted=low > 0 and unsound is None,
        why="significantly better",
        rows=rows,
        periods=10,
        units=24,
        blocks=24,
        first_period="2024-09-01",
        last_period="2024-10-31",
        gain=gain,
        gain_low=low,
        confidence=0.95,
        champion={},
        challenger={},
        gain_high=gain,
        unsound=unsound,
    )


def test_two_bad_months_do_not_overturn_what_more_rows_have_decided():
    """(300 * 0.50 - 600 * 0.30) / 900 is below zero."""
    assert overturned(PROMISE, since(0.50, 0.40, 300)) is None
    assert overturned(Promise.of({}), since(0.50, 0.40, 300)) is not None


def test_what_lasts_overturns_it():
    """(1200 * 0.30 - 600 * 0.30) / 1800 is 0.10."""
    assert overturned(PROMISE, since(0.30, 0.20, 1200)) == (
        "on 1200 rows since the promotion significantly better; on all 1800 rows outside both trainings its loss is "
        "0.1 lower"
    )


def test_a_loss_since_the_promotion_must_be_beyond_chance():
    assert overturned(PROMISE, since(0.30, 0.0, 1200)) is None
    assert overturned(PROMISE, since(0.30, 1e-9, 1200)) is not None


def test_a_promotion_by_a_poor_verdict_is_not_taken_back_for_that():
    """One that was promoted for its intervals lost a little more then; it must do so since, too."""
    assert overturned(Promise(gain=-0.01, rows=600), since(-0.02, -0.05, 1200)) is None


def test_one_before_that_is_unsound_is_not_gone_back_to():
    assert overturned(PROMISE, since(0.30, 0.20, 1200, unsound="its intervals are broken")) is None


def test_the_promise_is_what_the_verdict_kept_beside_the_move():
    assert Promise.of({"gain": 0.3, "gain_low": 0.2, "rows": 600.0, "champion_mae": 1.0}) == PROMISE
    assert Promise.of({"test_rmse": 1.2}) == Promise(0.0, 0)
