"""The rule that lets a challenger take over."""

import json

import numpy as np
import pandas as pd
import pytest

from models.answers import Answer
from training.judge import JudgeError, blocks_of, gain_bound
from training.regression.judge import judge


def plant(units=40, periods=4, seed=0):
    rng = np.random.default_rng(seed)
    n = units * periods
    unit = np.repeat(np.array([f"A-{i:03d}" for i in range(units)], dtype=object), periods)
    period = pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=periods, freq="30D"), units))
    return rng, rng.normal(90, 2, n), unit, period


def answer(value, half=1.0):
    return Answer(value, value - half, value + half)


def test_a_better_model_is_promoted_and_a_worse_one_is_not():
    rng, label, unit, period = plant()
    close, far = label + rng.normal(0, 0.5, label.size), label + rng.normal(0, 1.0, label.size)
    better = judge(label, answer(far, 1.7), answer(close, 0.9), unit, period, "%")
    worse = judge(label, answer(close, 0.9), answer(far, 1.7), unit, period, "%")
    assert better.promoted
    assert better.gain_low > 0
    assert "falls by more than" in better.why
    assert not worse.promoted
    assert worse.gain < 0
    assert "not better beyond chance" in worse.why


def test_a_model_is_never_promoted_over_itself():
    rng, label, unit, period = plant()
    same = answer(label + rng.normal(0, 1, label.size), 1.7)
    verdict = judge(label, same, same, unit, period, "%")
    assert not verdict.promoted
    assert verdict.gain == verdict.gain_low == 0.0


def test_chance_promotes_no_more_often_than_the_confidence_allows():
    """Two models of equal skill, errors shared within a unit: the bound must hold for dependent rows."""
    promoted = 0
    for seed in range(200):
        rng, label, unit, period = plant(units=40, periods=4, seed=seed)
        within = np.repeat(rng.normal(0, 1, (2, 40)), 4, axis=1)
        one, two = label + within + rng.normal(0, 0.3, (2, label.size))
        promoted += judge(label, answer(one, 2.0), answer(two, 2.0), unit, period, "%").promoted
    assert promoted <= 22  # 5 % of 200 is 10; 22 would come by chance once in 3000 times


def test_a_better_model_with_broken_intervals_is_not_promoted():
    rng, label, unit, period = plant()
    close, far = label + rng.normal(0, 0.5, label.size), label + rng.normal(0, 1.0, label.size)
    verdict = judge(label, answer(far, 1.7), answer(close, 0.2), unit, period, "%")
    assert not verdict.promoted
    assert verdict.gain_low > 0
    assert "intervals are broken" in verdict.why


def test_intervals_no_worse_than_the_champions_do_not_hold_a_better_model_back():
    rng, label, unit, period = plant()
    close, far = label + rng.normal(0, 0.5, label.size), label + rng.normal(3, 1.0, label.size)
    assert judge(label, answer(far, 1.7), answer(close, 0.7), unit, period, "%").promoted


def test_blocks_are_units_where_there_are_many_and_runs_of_periods_otherwise():
    _, _, unit, period = plant(units=40, periods=4)
    assert len(set(zip(unit, blocks_of(unit, period), strict=True))) == 40
    days = pd.date_range("2024-01-01", periods=64, freq="D")
    block = blocks_of(np.full(64, "line", dtype=object), days)
    assert block.tolist() == np.repeat(np.arange(16), 4).tolist()


@pytest.mark.parametrize(("units", "periods", "told"), [(1, 29, "29 rows in 8"), (5, 8, "40 rows in 4")])
def test_too_few_rows_or_blocks_are_told_with_their_number(units, periods, told):
    _, label, unit, period = plant(units, periods)
    with pytest.raises(JudgeError, match=told + r" independent blocks .*: at least 30 rows in 10 blocks are needed"):
        judge(label, answer(label), answer(label), unit, period, "%")


def test_the_bound_is_that_of_the_mean_for_independent_blocks():
    gain = np.random.default_rng(5).normal(0.2, 1.0, 2000)
    mean, low = gain_bound(gain, np.arange(2000))
    assert mean == pytest.approx(gain.mean())
    assert low == pytest.approx(gain.mean() - 1.645 * gain.std() / np.sqrt(2000), abs=0.003)


def test_a_verdict_is_repeatable_and_is_json():
    rng, label, unit, period = plant()
    one, two = (answer(label + rng.normal(0, 1, label.size)) for _ in range(2))
    first, second = (judge(label, one, two, unit, period, "%", truth=label) for _ in range(2))
    assert first == second
    told = json.loads(json.dumps(first.to_dict()))
    assert told["rows"] == 160
    assert told["champion"]["truth_rmse"] == pytest.approx(first.champion["rmse"])
