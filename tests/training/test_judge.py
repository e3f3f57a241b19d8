"""The rule that lets a challenger take over."""

import json

import numpy as np
import pandas as pd
import pytest

from models.answers import Answer
from training.judge import JudgeError, blocks_of, enough, gain_bound
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


# ---- sentences and limits, with numbers worked out


def beside(label, error, covered):
    """Answers that lie so far above the label, with intervals that reach down to as many of the labels as are said."""
    half = np.where(np.arange(len(label)) < covered, error + 0.1, error - 0.1)
    return answer(label + error, half)


def test_the_sentence_names_the_loss_the_bound_and_the_unit():
    _, label, unit, period = plant(units=40, periods=5)
    far, close = beside(label, 0.75, 200), beside(label, 0.5, 200)
    better, worse = (judge(label, one, two, unit, period, "%") for one, two in ((far, close), (close, far)))
    words = "beyond chance: with 95% confidence the mean absolute error falls by more than"
    assert better.why == f"better {words} 0.25 %"
    assert worse.why == f"not better {words} -0.25 %, which is not above zero"
    assert (better.gain, better.gain_low, worse.gain, worse.gain_low) == pytest.approx((0.25, 0.25, -0.25, -0.25))
    assert (better.rows, better.periods, better.units, better.blocks) == (200, 5, 40, 40)
    assert (better.first_period, better.last_period, better.confidence) == ("2024-01-01", "2024-04-30", 0.95)
    assert (better.champion["mae"], better.challenger["mae"]) == pytest.approx((0.75, 0.5))


def test_thirty_rows_in_ten_blocks_are_enough_and_no_fewer():
    days = pd.date_range("2024-03-05", periods=30, freq="D")
    block = np.arange(30) % 10
    assert enough(block, days) is block
    for few in (29, 30):
        blocks = block[:few] if few == 29 else np.arange(30) % 9
        with pytest.raises(JudgeError) as raised:
            enough(blocks, days[:few])
        assert str(raised.value) == (
            f"{few} rows in {10 if few == 29 else 9} independent blocks to judge on (2024-03-05 to "
            f"2024-04-0{2 if few == 29 else 3}): at least 30 rows in 10 blocks are needed"
        )


def test_twenty_units_are_blocks_and_nineteen_are_not():
    """Of 30 periods, runs of 4, the cube root rounded up, make 8 blocks, too few: 39 periods make 10."""
    for units, blocks in ((20, 20), (19, 10)):
        _, _, unit, period = plant(units=units, periods=39)
        assert blocks_of(unit, period).max() + 1 == blocks


def test_a_gain_counts_by_weight():
    gain, weight = np.tile([1.0, 4.0], 10), np.tile([3.0, 1.0], 10)
    mean, low = gain_bound(gain, np.arange(20) // 2, weight)
    assert (mean, low) == pytest.approx((1.75, 1.75))
