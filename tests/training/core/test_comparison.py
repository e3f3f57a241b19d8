"""The rule that lets a challenger take over."""

import json

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import Answer
from training.core.bootstrap import gain_bound
from training.core.comparison import ComparisonError, ComparisonRows, ModelLosses, blocks_of, enough, leaning
from training.core.comparison import judge as judge_losses
from training.regression.comparison import judge


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
    assert "not significantly better" in worse.why


def test_a_model_is_never_promoted_over_itself():
    rng, label, unit, period = plant()
    same = answer(label + rng.normal(0, 1, label.size), 1.7)
    verdict = judge(label, same, same, unit, period, "%")
    assert not verdict.promoted
    assert verdict.gain == verdict.gain_low == 0.0


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


@pytest.mark.parametrize(("units", "periods", "message"), [(1, 29, "29 rows in 8"), (5, 8, "40 rows in 4")])
def test_too_few_rows_or_blocks_are_told_with_their_number(units, periods, message):
    _, label, unit, period = plant(units, periods)
    with pytest.raises(
        ComparisonError, match=message + r" independent blocks .*: at least 30 rows in 8 blocks are needed"
    ):
        judge(label, answer(label), answer(label), unit, period, "%")


def test_a_verdict_is_repeatable_and_is_json():
    rng, label, unit, period = plant()
    one, two = (answer(label + rng.normal(0, 1, label.size)) for _ in range(2))
    first, second = (judge(label, one, two, unit, period, "%", truth=label) for _ in range(2))
    assert first == second
    stored = json.loads(json.dumps(first.to_dict()))
    assert stored["rows"] == 160
    assert stored["champion"]["truth_rmse"] == pytest.approx(first.champion["rmse"])


# ---- sentences and limits, with numbers worked out


def answers_of(label, error, covered):
    """Answers that lie so far above the label, with intervals that reach down to as many of the labels as are said."""
    half = np.where(np.arange(len(label)) < covered, error + 0.1, error - 0.1)
    return answer(label + error, half)


def test_the_sentence_names_the_loss_the_bound_and_the_unit():
    _, label, unit, period = plant(units=40, periods=5)
    far, close = answers_of(label, 0.75, 200), answers_of(label, 0.5, 200)
    better, worse = (judge(label, one, two, unit, period, "%") for one, two in ((far, close), (close, far)))
    words = "with 80% confidence the mean absolute error falls by more than"
    assert better.why == f"significantly better: {words} 0.25 %"
    assert worse.why == f"not significantly better: {words} -0.25 %, which is not above zero"
    assert (better.gain, better.gain_low, worse.gain, worse.gain_low) == pytest.approx((0.25, 0.25, -0.25, -0.25))
    assert (better.rows, better.periods, better.units, better.blocks) == (200, 5, 40, 40)
    assert (better.first_period, better.last_period, better.confidence) == ("2024-01-01", "2024-04-30", 0.8)
    assert (better.champion["mae"], better.challenger["mae"]) == pytest.approx((0.75, 0.5))


def test_thirty_rows_in_eight_blocks_are_enough_and_no_fewer():
    days = pd.date_range("2024-03-05", periods=30, freq="D")
    block = np.arange(30) % 8
    assert enough(block, days) is block
    for few in (29, 30):
        blocks = block[:few] if few == 29 else np.arange(30) % 7
        with pytest.raises(ComparisonError) as raised:
            enough(blocks, days[:few])
        assert str(raised.value) == (
            f"{few} rows in {8 if few == 29 else 7} independent blocks to judge on (2024-03-05 to "
            f"2024-04-0{2 if few == 29 else 3}): at least 30 rows in 8 blocks are needed"
        )


def test_twenty_units_are_blocks_and_nineteen_are_not():
    """Of 39 periods, runs of 4, the cube root rounded up, make 10 blocks."""
    for units, blocks in ((20, 20), (19, 10)):
        _, _, unit, period = plant(units=units, periods=39)
        assert blocks_of(unit, period).max() + 1 == blocks


def of_rows(units, days, block, weight=None):
    weight = np.ones(len(units)) if weight is None else weight
    return ComparisonRows(np.array(units, dtype=object), pd.DatetimeIndex(days), np.array(block), weight)


def test_a_verdict_counts_rows_periods_units_and_blocks():
    """Losses of 3 and 2 in one row and of 2 and 1 in the two others: the gain is 1 in every row."""
    rows = of_rows(["A", "A", "B"], ["2024-02-01", "2024-01-01", "2024-01-01"], [0, 2, 1])
    old, new = (
        ModelLosses(np.array([3.0, 2.0, 2.0]), {"mae": 3.0}),
        ModelLosses(np.array([2.0, 1.0, 1.0]), {"mae": 2.0}),
    )
    assert judge_losses(rows, old, new, "the loss", "$/t", None).to_dict() == {
        "promoted": True,
        "why": "significantly better: with 80% confidence the loss falls by more than 1 $/t",
        "rows": 3,
        "periods": 2,
        "units": 2,
        "blocks": 3,
        "first_period": "2024-01-01",
        "last_period": "2024-02-01",
        "gain": 1.0,
        "gain_low": 1.0,
        "confidence": 0.8,
        "champion": {"mae": 3.0},
        "challenger": {"mae": 2.0},
        "gain_high": 1.0,
        "unsound": None,
        "mended": None,
        "leaning": None,
    }


def test_a_gain_of_nothing_is_not_better_and_an_unsound_model_not_promoted():
    rows = of_rows(["A"] * 3, ["2024-01-01"] * 3, [0, 1, 2])
    same, better = ModelLosses(np.full(3, 2.0), {}), ModelLosses(np.full(3, 1.99999), {})
    for unsound in (None, "it breaks its promise"):
        result = judge_losses(rows, same, same, "the loss", "%", unsound)
        assert result.promoted is False
        assert result.why == (
            "not significantly better: with 80% confidence the loss falls by more than 0 %, which is not above zero"
        )
    result = judge_losses(rows, same, better, "the loss", "%", "it breaks its promise")
    assert (result.promoted, result.why) == (False, "better, but it breaks its promise")
    result = judge_losses(rows, same, better, "the loss", "%", None)
    assert (result.promoted, result.why.split()[-2]) == (True, "1e-05")


def test_a_gain_counts_by_what_a_row_weighs():
    rows = of_rows(["A"] * 4, ["2024-01-01"] * 4, [0, 0, 1, 1], np.array([3.0, 1.0, 3.0, 1.0]))
    result = judge_losses(
        rows, ModelLosses(np.array([2.0, 6.0] * 2), {}), ModelLosses(np.ones(4), {}), "the loss", "%", None
    )
    assert (result.gain, result.gain_low) == pytest.approx((2.0, 2.0))  # of 1, three times, and 5


def test_runs_of_periods_follow_time_in_whatever_order_rows_stand():
    days = pd.date_range("2024-01-01", periods=64, freq="D")
    order = np.random.default_rng(1).permutation(64)
    block = blocks_of(np.full(64, "line", dtype=object), days[order])
    assert block.tolist() == (order // 4).tolist()


def test_units_are_numbered_by_their_names():
    names = [f"A-{i:02d}" for i in range(20)]
    unit = np.array(names[::-1] * 2, dtype=object)
    days = pd.DatetimeIndex(["2024-01-01"] * 20 + ["2024-01-02"] * 20)
    assert blocks_of(unit, days).tolist() == [*range(19, -1, -1)] * 2


def test_a_run_is_the_cube_root_of_the_periods_rounded_up():
    for periods, length in ((27, 3), (28, 4), (64, 4), (65, 5)):
        days = pd.date_range("2024-01-01", periods=periods, freq="D").repeat(2)
        if -(-periods // length) < 8 or 2 * periods < 30:
            with pytest.raises(ComparisonError, match=f" in {-(-periods // length)} independent blocks"):
                blocks_of(np.full(2 * periods, "line", dtype=object), days)
        else:
            assert np.bincount(blocks_of(np.full(2 * periods, "line", dtype=object), days))[0] == 2 * length


@pytest.mark.long("judges hundreds of times")
def test_chance_promotes_no_more_often_than_the_confidence_allows():
    """Two models of equal skill, errors shared within a unit: the bound must hold for dependent rows."""
    promoted = 0
    for seed in range(200):
        rng, label, unit, period = plant(units=40, periods=4, seed=seed)
        within = np.repeat(rng.normal(0, 1, (2, 40)), 4, axis=1)
        one, two = label + within + rng.normal(0, 0.3, (2, label.size))
        promoted += judge(label, answer(one, 2.0), answer(two, 2.0), unit, period, "%").promoted
    assert promoted < 58  # 20 % of 200 is 40; 58 would come by chance once in 1000 times


def sides(rise, units=40, periods=4, seed=3):
    """Rows of a plant, and two models whose losses differ by chance and by what is given of each row."""
    rng, _, unit, period = plant(units, periods, seed)
    rows = ComparisonRows(unit, period, blocks_of(unit, period), np.ones(len(unit)))
    old = np.abs(rng.normal(0, 1, len(unit)))
    new = old + rng.normal(0, 0.05, len(unit)) + rise(unit, period)
    return rows, ModelLosses(old, {}), ModelLosses(new, {})


def test_a_model_that_is_as_good_and_mends_something_is_promoted():
    rows, old, new = sides(lambda unit, period: 0.0)
    assert not judge_losses(rows, old, new, "the loss", "%", None).promoted
    result = judge_losses(rows, old, new, "the loss", "%", None, corrected="it covers what it promises")
    assert result.promoted
    assert result.wins
    assert result.why.startswith("as good, and it covers what it promises: with 80% confidence the loss falls by more")


def test_a_worse_model_is_not_promoted_whatever_it_mends():
    rows, old, new = sides(lambda unit, period: 0.2)
    result = judge_losses(rows, old, new, "the loss", "%", None, corrected="it covers what it promises")
    assert not result.promoted
    assert result.mended is None
    assert result.why.startswith("not significantly better")


def test_what_is_unsound_holds_back_a_model_that_mends_something():
    rows, old, new = sides(lambda unit, period: 0.0)
    result = judge_losses(rows, old, new, "the loss", "%", "its lots break limits", corrected="it covers")
    assert (result.promoted, result.why) == (False, "as good, but its lots break limits")


@pytest.mark.parametrize(
    ("worse", "named"),
    [
        (lambda unit, period: unit >= "A-030", "units A-030 to A-039"),
        (lambda unit, period: period >= pd.Timestamp("2024-03-01"), "2024-03-01 to 2024-03-31"),
    ],
)
def test_a_model_that_is_better_on_the_whole_and_worse_for_a_part_is_held_back(worse, named):
    rows, old, new = sides(lambda unit, period: np.where(worse(unit, period), 0.1, -0.6))
    result = judge_losses(rows, old, new, "the loss", "%", None)
    assert result.gain_low > 0
    assert not result.promoted
    assert f"it is significantly worse in {named}: its loss is 0." in result.why


def test_parts_with_few_rows_say_nothing():
    rows, old, new = sides(lambda unit, period: np.where(unit == "A-003", 0.3, -0.6), units=4, periods=24)
    assert judge_losses(rows, old, new, "the loss", "%", None).promoted


def once(place):
    """A gain that all units have in one period and in no other."""
    return lambda unit, period: np.where(period == np.sort(period.unique())[place], -0.8, 0.01)


@pytest.mark.parametrize(("periods", "place"), [(8, 0), (8, 7), (5, 2)])
def test_a_gain_of_one_period_promotes_nobody(periods, place):
    rows, old, new = sides(once(place), periods=periods)
    result = judge_losses(rows, old, new, "the loss", "%", None)
    assert result.gain > 0
    assert not result.promoted
    assert not result.wins
    if result.gain_low > 0:
        day = rows.periods.unique().sort_values().strftime("%Y-%m-%d")
        first, last = place // 2 * 2, place // 2 * 2 + 1
        assert result.why.startswith("not significantly better: with 80% confidence the loss falls by more than 0.")
        assert f" %, but without {day[first]} to {day[last]} by -0.0" in result.why
        assert result.why.endswith(" %, which is not above zero")


def test_what_all_units_have_in_common_in_one_of_two_periods_promotes_nobody():
    rows, old, new = sides(once(1), periods=2)
    assert gain_bound(old.loss - new.loss, rows.block)[1] > 0
    result = judge_losses(rows, old, new, "the loss", "%", None)
    assert not result.promoted
    assert result.why.startswith("not significantly better: with 80% confidence the loss falls by more than -0.")


def test_the_same_in_every_period_promotes():
    rows, old, new = sides(lambda unit, period: -0.1, periods=8)
    assert judge_losses(rows, old, new, "the loss", "%", None).promoted


def test_a_gain_without_a_quarter_of_the_time_counts_by_what_a_row_weighs():
    """Each unit gains 5, then 1 and -2: without the first period -1/2 on the mean, with weights of 3 and 1 1/4."""
    unit = np.repeat([f"A{i}" for i in range(8)], 3)
    days = ["2024-01-01", "2024-01-02", "2024-01-02"] * 8
    rows = of_rows(unit, days, np.repeat(np.arange(8), 3))
    gains = np.tile([5.0, 1.0, -2.0], 8)
    assert leaning(rows, gains, "%") == "without 2024-01-01 to 2024-01-01 by -0.5 %"
    heavy = ComparisonRows(rows.units, rows.periods, rows.block, np.tile([1.0, 3.0, 1.0], 8))
    assert leaning(heavy, gains, "%") is None


def test_one_period_has_no_other_to_lean_on():
    rows = of_rows(["A", "B"], ["2024-01-01"] * 2, [0, 1])
    assert leaning(rows, np.array([1.0, -2.0]), "%") is None
