"""The rule that lets a new model of a number take over: intervals that are broken, and the truth as a figure beside."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.answers import Answer
from training.judge import JudgeError
from training.regression.judge import check_judgeable, judge, verdict


def plant():
    """Labels, units and periods of 40 units over 5 periods."""
    label = np.random.default_rng(0).normal(90, 2, 200)
    unit = np.repeat(np.array([f"A-{i:03d}" for i in range(40)], dtype=object), 5)
    return label, unit, pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=5, freq="30D"), 40))


def beside(label, error, covered):
    """Answers that lie so far above the label, with intervals that reach down to as many of the labels as are said."""
    half = np.where(np.arange(len(label)) < covered, error + 0.1, error - 0.1)
    return Answer(label + error, label + error - half, label + error + half)


@pytest.mark.parametrize(
    ("old", "new", "promoted", "percent"), [(200, 170, True, 85), (200, 169, False, 84), (169, 169, True, 84)]
)
def test_intervals_are_broken_below_85_percent_unless_the_champions_are_too(old, new, promoted, percent):
    label, unit, period = plant()
    found = judge(label, beside(label, 0.75, old), beside(label, 0.5, new), unit, period, "%")
    assert found.promoted == promoted
    assert found.challenger["coverage_90"] == pytest.approx(new / 200)
    broken = f"better, but its intervals are broken: {percent}% coverage where 90% is promised"
    assert (found.why == broken) != promoted


@pytest.mark.parametrize(("followed", "promoted"), [(170, True), (169, False)])
def test_intervals_that_follow_the_plant_are_not_broken_where_fixed_ones_are(followed, promoted):
    label, unit, period = plant()
    old, new, adaptive = beside(label, 0.75, 200), beside(label, 0.5, 120), beside(label, 0.4, followed)
    found = judge(label, old, new, unit, period, "%", followed=adaptive)
    assert found.promoted == promoted
    assert found.challenger["coverage_90"] == pytest.approx(0.6)


def test_the_verdict_knows_what_the_challenger_followed(toy_seed):
    data, rows = table(toy_seed), np.arange(200, 400)
    label = data.y[rows]
    for covered, promoted in ((400, True), (0, False)):
        model = SimpleNamespace(followed=beside(data.y, 0.5, covered))
        challenger = SimpleNamespace(answers=beside(data.y, 0.5, 0), model=model)
        assert verdict(Champion(label), np.zeros((200, 3)), challenger, data, rows).promoted == promoted


def test_metrics_against_the_truth_are_those_of_the_rows_that_have_one():
    label, unit, period = plant()
    truth = np.where(np.arange(200) % 2 == 0, label + 0.2, np.nan)
    found = judge(label, beside(label, 0.75, 200), beside(label, 0.5, 200), unit, period, "%", truth)
    assert found.challenger["truth_rmse"] == pytest.approx(0.3)
    nobody = judge(label, beside(label, 0.75, 200), beside(label, 0.5, 200), unit, period, "%", np.full(200, np.nan))
    assert "truth_rmse" not in nobody.challenger


class Champion:
    """A model that lies 0.75 above the labels of the rows that it is asked for."""

    def __init__(self, label):
        self.label = label

    def fixed(self, X, coverage):
        assert (len(X), coverage) == (len(self.label), 0.9)
        return beside(self.label, 0.75, 200)


def table(toy_seed, unit="%", truth=None):
    """A data set of twice the plant's rows, the second half of which judges."""
    label, names, days = plant()
    target = toy_seed.target.model_copy(update={"unit": unit})
    return SimpleNamespace(
        seed=SimpleNamespace(target=target),
        y=np.concatenate([np.zeros(200), label]),
        units=np.concatenate([np.full(200, "old", dtype=object), names]),
        periods=pd.DatetimeIndex(np.concatenate([days, days])),
        truth=truth,
    )


@pytest.mark.parametrize(("unit", "last"), [("%", "more than 0.25 %"), (None, "more than 0.25 ")])
def test_the_verdict_is_that_of_the_judge_rows(toy_seed, unit, last):
    data, rows = table(toy_seed, unit), np.arange(200, 400)
    challenger = SimpleNamespace(answers=beside(data.y, 0.5, 400), model=SimpleNamespace(followed=None))
    found = verdict(Champion(data.y[rows]), np.zeros((200, 3)), challenger, data, rows)
    assert (found.rows, found.units, found.periods, found.blocks) == (200, 40, 5, 40)
    assert (found.champion["mae"], found.challenger["mae"]) == pytest.approx((0.75, 0.5))
    assert found.why.endswith(last)
    assert "truth_rmse" not in found.challenger


def test_the_truth_of_the_judge_rows_is_reported(toy_seed):
    data, rows = table(toy_seed), np.arange(200, 400)
    data.truth = np.where(np.arange(400) < 200, 0.0, data.y + 0.1)
    challenger = SimpleNamespace(answers=beside(data.y, 0.5, 400), model=SimpleNamespace(followed=None))
    found = verdict(Champion(data.y[rows]), np.zeros((200, 3)), challenger, data, rows)
    assert (found.champion["truth_rmse"], found.challenger["truth_rmse"]) == pytest.approx((0.65, 0.4))


def test_too_few_judge_rows_are_refused_whatever_stands_before_them(toy_seed):
    data = table(toy_seed)
    assert check_judgeable(None, data, np.arange(200, 400)) is None
    with pytest.raises(JudgeError, match=r"^29 rows in 3 independent blocks "):
        check_judgeable(None, data, np.arange(200, 229))


def test_the_loss_is_the_size_of_the_error_on_either_side():
    """The champion lies 0.75 below the labels, the challenger 0.5 above."""
    label, unit, period = plant()
    found = judge(label, beside(label, -0.75, 0), beside(label, 0.5, 200), unit, period, "%")
    assert (found.gain, found.gain_low) == pytest.approx((0.25, 0.25))
    assert found.blocks == 40
