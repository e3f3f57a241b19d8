"""What a predicted number shows at the gate, with answers made by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import Answer
from training.core.gate import gate
from training.regression.gate import evidence


def plant(toy_seed, covered=90, error=0.5, previous=2.0):
    """100 cells over 2 periods; the newer is evaluated, the twenty last cells were held out of learning."""
    label = np.random.default_rng(0).normal(90, 2, 200)
    period = np.tile(pd.date_range("2024-01-01", periods=2, freq="30D").to_numpy(), 100)
    new, held_out = np.arange(200) % 2 == 1, np.arange(200) >= 160
    half = np.where(np.cumsum(new) <= covered, error + 0.1, error - 0.1)
    value = label + error
    answers = Answer(value, value - half, value + half)
    data = SimpleNamespace(
        seed=toy_seed,
        y=label,
        units=np.repeat(np.array([f"A-{i:03d}" for i in range(100)], dtype=object), 2),
        periods=pd.DatetimeIndex(period),
    )
    parts = SimpleNamespace(
        learnt=np.flatnonzero(~new & ~held_out)[::-1],
        test=np.flatnonzero(new & ~held_out),
        holdout=np.flatnonzero(new & held_out),
    )
    bar = SimpleNamespace(name="persistence", predictions=label - previous)
    model = SimpleNamespace(followed=None, unfollowed=None)
    return SimpleNamespace(name="linear", answers=answers, model=model), bar, data, parts


def test_errors_and_coverage_are_those_of_the_newest_periods_of_all_units(toy_seed):
    result = evidence(*plant(toy_seed))
    assert len(result.own) == 100
    assert (result.own.min(), result.own.max()) == pytest.approx((0.5, 0.5))
    assert (result.baseline.min(), result.baseline.max()) == pytest.approx((2.0, 2.0))
    assert (result.loss, result.unit, result.beside, result.labels) == (
        "the mean absolute error",
        "%",
        "persistence",
        80,
    )
    assert result.rows.block.max() == 99
    (coverage,) = result.promises
    assert (coverage.passed, coverage.measured) == (True, "90.0% of the labels of 100 rows")


def test_a_model_with_honest_intervals_passes(toy_seed):
    result = gate(evidence(*plant(toy_seed)), False, None)
    assert result.passed
    assert "falls by more than 1.5 %" in result.lines[3]


@pytest.mark.parametrize(("covered", "measured"), [(64, "64.0%"), (78, "78.0%")])
def test_intervals_that_cover_too_few_are_refused(toy_seed, covered, measured):
    (reason,) = gate(evidence(*plant(toy_seed, covered)), False, None).reasons
    assert reason.startswith(f"coverage of the 90% intervals: {measured} of the labels of 100 rows; expected 85%")


def test_intervals_that_cover_more_than_they_promise_are_measured_and_not_refused(toy_seed):
    result = gate(evidence(*plant(toy_seed, 100)), False, None)
    assert result.passed
    assert "coverage of the 90% intervals: 100.0% of the labels of 100 rows; expected 85% or more" in result.lines[-1]


def test_a_model_that_is_worse_than_yesterdays_value_is_refused(toy_seed):
    (reason,) = gate(evidence(*plant(toy_seed, error=0.5, previous=0.25)), False, None).reasons
    assert reason == (
        "gain over persistence: with 95% confidence the mean absolute error falls by more than -0.25 %; expected more "
        "than 0 %"
    )


@pytest.mark.parametrize(("half", "passed"), [(0.5, True), (-0.5, False)])
def test_intervals_that_follow_the_plant_stand_in_for_fixed_ones_that_are_off(toy_seed, half, passed):
    """Of 100 labels the fixed intervals cover 74; the adaptive ones cover all but those of every tenth row, or none."""
    candidate, bar, data, parts = plant(toy_seed, 74)
    rows = np.arange(200)
    reach = np.where(rows // 2 % 10 == 0, -0.5, half)
    candidate.model.followed = Answer(data.y, data.y - reach, data.y + reach)
    (result,) = evidence(candidate, bar, data, parts).promises
    share = "90.0%" if passed else "0.0%"
    assert result.passed == passed
    assert result.measured == (
        "the fixed ones 74.0% of the labels of 100 rows; the adaptive ones, which need outcomes to come in, "
        f"{share} of them"
    )


def test_fixed_intervals_that_cover_are_all_that_is_asked(toy_seed):
    candidate, bar, data, parts = plant(toy_seed)
    candidate.model.followed = Answer(data.y, data.y + 1, data.y - 1)
    (result,) = evidence(candidate, bar, data, parts).promises
    assert (result.passed, result.measured) == (True, "90.0% of the labels of 100 rows")
