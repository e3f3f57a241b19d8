"""The rule that lets a new model of a number take over: intervals that are broken, and the truth as a figure beside."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import Answer
from training.core.comparison import ComparisonError
from training.regression import comparison as module
from training.regression.comparison import FOLLOWS_ALREADY, check_judgeable, judge, verdict


def plant():
    """Labels, units and periods of 40 units over 5 periods."""
    label = np.random.default_rng(0).normal(90, 2, 200)
    unit = np.repeat(np.array([f"A-{i:03d}" for i in range(40)], dtype=object), 5)
    return label, unit, pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=5, freq="30D"), 40))


def answers_of(label, error, covered):
    """Answers that lie so far above the label, with intervals that reach down to as many of the labels as are said."""
    half = np.where(np.arange(len(label)) < covered, error + 0.1, error - 0.1)
    return Answer(label + error, label + error - half, label + error + half)


@pytest.mark.parametrize(
    ("old", "new", "promoted", "percent"), [(200, 170, True, 85), (200, 169, False, 84), (169, 169, True, 84)]
)
def test_intervals_are_broken_below_85_percent_unless_the_champions_are_too(old, new, promoted, percent):
    label, unit, period = plant()
    result = judge(label, answers_of(label, 0.75, old), answers_of(label, 0.5, new), unit, period, "%")
    assert result.promoted == promoted
    assert result.challenger["coverage_90"] == pytest.approx(new / 200)
    broken = f"better, but its intervals are broken: {percent}% coverage where 90% is promised"
    assert (result.why == broken) != promoted


def compared(toy_seed, monkeypatch, champion, challenger, fixed=0.75, trained=0.5):
    """Verdict on 200 rows, by what the two answer while outcomes come in and as they were trained."""
    data, rows = table(toy_seed), np.arange(200, 400)
    monkeypatch.setattr(module, "followed_on", lambda model, data, rows: champion(data.y[rows]))
    model = SimpleNamespace(followed=challenger(data.y))
    given = SimpleNamespace(answers=answers_of(data.y, trained, 400), model=model)
    return verdict(Champion(data.y[rows], fixed), np.zeros((200, 3)), given, data, rows)


def test_both_are_judged_by_answers_that_follow_outcomes(toy_seed, monkeypatch):
    """As trained the challenger errs 0.5 and the champion 0.75; with their centres the champion is the better one."""
    result = compared(toy_seed, monkeypatch, lambda y: answers_of(y, 0.2, 200), lambda y: answers_of(y, 0.3, 400))
    assert not result.promoted
    assert (result.champion["mae"], result.challenger["mae"]) == pytest.approx((0.2, 0.3))
    assert "the mean absolute error of answers that follow outcomes falls by" in result.why
    assert result.why.endswith(f"; {FOLLOWS_ALREADY}")


def test_a_challenger_that_is_better_with_its_centre_wins(toy_seed, monkeypatch):
    result = compared(
        toy_seed, monkeypatch, lambda y: answers_of(y, 0.3, 200), lambda y: answers_of(y, 0.2, 400), 0.4, 0.5
    )
    assert result.promoted
    assert FOLLOWS_ALREADY not in result.why


@pytest.mark.parametrize(("covered", "promoted"), [(170, True), (169, False)])
def test_intervals_of_answers_that_follow_outcomes_must_hold(covered, promoted, toy_seed, monkeypatch):
    def challenger(y):
        return Answer(*(np.concatenate([part, part]) for part in answers_of(y[200:], 0.5, covered)))

    result = compared(toy_seed, monkeypatch, lambda y: answers_of(y, 0.75, 200), challenger)
    assert (result.promoted, result.challenger["coverage_90"]) == (promoted, pytest.approx(covered / 200))


def test_rows_of_which_either_is_not_known_are_judged_as_trained(toy_seed, monkeypatch):
    """A quarter of the rows were answered before the champion had all its outcomes."""

    def half_known(y):
        return Answer(*(np.where(np.arange(len(y)) % 4 == 0, np.nan, part) for part in answers_of(y, 0.1, 200)))

    result = compared(toy_seed, monkeypatch, half_known, lambda y: answers_of(y, 0.3, 400))
    assert result.champion["mae"] == pytest.approx((0.75 + 3 * 0.1) / 4)
    assert result.challenger["mae"] == pytest.approx((0.5 + 3 * 0.3) / 4)
    assert "follow outcomes (150 of 200 rows)" in result.why
    neither = compared(toy_seed, monkeypatch, lambda y: None, lambda y: answers_of(y, 0.3, 400))
    assert (neither.champion["mae"], neither.challenger["mae"]) == pytest.approx((0.75, 0.5))
    assert "follow outcomes" not in neither.why


def test_metrics_against_the_truth_are_those_of_the_rows_that_have_one():
    label, unit, period = plant()
    truth = np.where(np.arange(200) % 2 == 0, label + 0.2, np.nan)
    result = judge(label, answers_of(label, 0.75, 200), answers_of(label, 0.5, 200), unit, period, "%", truth)
    assert result.challenger["truth_rmse"] == pytest.approx(0.3)
    nobody = judge(
        label, answers_of(label, 0.75, 200), answers_of(label, 0.5, 200), unit, period, "%", np.full(200, np.nan)
    )
    assert "truth_rmse" not in nobody.challenger


class Champion:
    """A model that lies so far above the labels of the rows that it is asked for, and follows no outcomes."""

    adaptive, info = None, {}

    def __init__(self, label, error=0.75):
        self.label, self.error = label, error

    def fixed(self, X, coverage):
        assert (len(X), coverage) == (len(self.label), 0.9)
        return answers_of(self.label, self.error, 200)


def fixed():
    """A model that follows no outcomes."""
    return SimpleNamespace(followed=None, adaptive=None, info={})


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
    challenger = SimpleNamespace(answers=answers_of(data.y, 0.5, 400), model=fixed())
    result = verdict(Champion(data.y[rows]), np.zeros((200, 3)), challenger, data, rows)
    assert (result.rows, result.units, result.periods, result.blocks) == (200, 40, 5, 40)
    assert (result.champion["mae"], result.challenger["mae"]) == pytest.approx((0.75, 0.5))
    assert result.why.endswith(last)
    assert "truth_rmse" not in result.challenger


def test_the_truth_of_the_judge_rows_is_reported(toy_seed):
    data, rows = table(toy_seed), np.arange(200, 400)
    data.truth = np.where(np.arange(400) < 200, 0.0, data.y + 0.1)
    challenger = SimpleNamespace(answers=answers_of(data.y, 0.5, 400), model=fixed())
    result = verdict(Champion(data.y[rows]), np.zeros((200, 3)), challenger, data, rows)
    assert (result.champion["truth_rmse"], result.challenger["truth_rmse"]) == pytest.approx((0.65, 0.4))


def test_too_few_judge_rows_are_refused_whatever_stands_before_them(toy_seed):
    data = table(toy_seed)
    assert check_judgeable(None, data, np.arange(200, 400)) is None
    with pytest.raises(ComparisonError, match=r"^29 rows in 3 independent blocks "):
        check_judgeable(None, data, np.arange(200, 229))


def test_the_loss_is_the_size_of_the_error_on_either_side():
    """The champion lies 0.75 below the labels, the challenger 0.5 above."""
    label, unit, period = plant()
    result = judge(label, answers_of(label, -0.75, 0), answers_of(label, 0.5, 200), unit, period, "%")
    assert (result.gain, result.gain_low) == pytest.approx((0.25, 0.25))
    assert result.blocks == 40


@pytest.mark.parametrize(
    ("wide", "narrow", "promoted"),
    [
        (3.0, 1.0, True),  # the champion covers all of 200 labels where 90 % is promised
        (3.0, 3.0, False),  # nothing is narrower
        (3.0, 6.0, False),
        (1.0, 0.9, False),  # the champion covers what it promises, as each 10th label lies 1.5 off
    ],
)
def test_one_that_is_as_good_takes_over_where_the_champions_intervals_are_wider_than_needed(wide, narrow, promoted):
    label, unit, period = plant()
    value = label + np.where(np.arange(200) % 10 == 3, 1.5, 0.5)
    champion, challenger = (Answer(value, value - half, value + half) for half in (wide, narrow))
    result = judge(label, champion, challenger, unit, period, "%")
    assert result.promoted == promoted
    assert result.gain == 0.0
    if promoted:
        assert result.mended == (
            "its intervals are 2 wide on the mean and cover 90% of the labels, the champion's 6 and 100% where 90% is "
            "promised"
        )


def test_excess_width_loses_to_nothing_that_covers_too_few():
    """Narrower intervals that cover 84 % have the lower score here and mend nothing."""
    label, unit, period = plant()
    value = label + np.where(np.arange(200) < 32, 1.1, 0.5)
    champion, challenger = (Answer(value, value - half, value + half) for half in (9.0, 1.0))
    result = judge(label, champion, challenger, unit, period, "%")
    assert (result.challenger["coverage_90"], result.promoted, result.mended) == (0.84, False, None)


def test_a_champion_is_not_lost_for_excess_width_alone():
    """The challenger's intervals are narrower, and its errors are 10 % larger."""
    label, unit, period = plant()
    champion, challenger = Answer(label, label - 9, label + 9), Answer(label + 0.55, label - 0.1, label + 1.2)
    label = label + np.where(np.arange(200) % 2, 0.5, -0.5)
    result = judge(label, champion, challenger, unit, period, "%")
    assert (result.promoted, result.mended) == (False, None)
