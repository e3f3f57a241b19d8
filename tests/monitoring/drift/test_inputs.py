"""Effects of inputs and their limits."""

import numpy as np
import pytest

from monitoring.drift.inputs import LEAST_EFFECT, ColumnHistory, InputHistory, Others
from monitoring.drift.time_steps import TimeSteps

STEPS, ROWS = 60, 80
STEP = np.repeat(np.arange(STEPS), ROWS)


def column(values, window=2, probability=1e-3):
    return ColumnHistory.of(values, STEP, STEPS, window, probability)


@pytest.mark.parametrize("shift", [0.5, 1.0, 3.0, 6.0])
def test_a_shift_of_the_whole_distribution_is_its_own_distance(shift):
    rng = np.random.default_rng(1)
    values = 100 + 7 * rng.standard_normal(len(STEP))
    moved = 100 + 7 * (rng.standard_normal(2 * ROWS) + shift)
    effect = column(values).effects(moved, np.repeat([0, 1], ROWS), 2, 2)[-1]
    # The Wasserstein distance of a distribution to itself moved by d is d.
    assert effect == pytest.approx(shift, abs=0.2)


def test_the_unit_of_a_column_does_not_matter():
    rng = np.random.default_rng(2)
    values, later = rng.standard_normal(len(STEP)), rng.standard_normal(ROWS) + 1
    one, other = column(values), column(1000 * values + 5)
    step = np.zeros(ROWS, dtype=int)
    assert other.effects(1000 * later + 5, step, 1, 1) == pytest.approx(one.effects(later, step, 1, 1), rel=1e-6)
    assert other.limit == pytest.approx(one.limit, rel=1e-6)


def test_too_few_values_say_nothing():
    history = column(np.random.default_rng(3).standard_normal(len(STEP)), window=1)
    few = np.full(ROWS, np.nan)
    few[:49] = 9.0
    assert np.isnan(history.effects(few, np.zeros(ROWS, dtype=int), 1, 1)).all()
    few[49] = 9.0
    assert history.effects(few, np.zeros(ROWS, dtype=int), 1, 1) > history.limit


def test_a_short_history_has_no_limit():
    values = np.random.default_rng(4).standard_normal(len(STEP))
    assert np.isinf(ColumnHistory.of(values, STEP, STEPS, 12, 1e-3).limit)
    assert np.isfinite(ColumnHistory.of(values, STEP, STEPS, 10, 1e-3).limit)


def test_a_column_that_wanders_has_a_wider_limit_than_one_that_does_not():
    rng = np.random.default_rng(5)
    still, walk = rng.standard_normal(len(STEP)), np.repeat(np.cumsum(rng.standard_normal(STEPS)), ROWS)
    assert column(still + walk).limit > 5 * column(still).limit
    assert column(still).limit >= LEAST_EFFECT


def test_false_alarms_of_independent_rows_are_as_rare_as_asked():
    rng = np.random.default_rng(6)
    clock = TimeSteps(np.datetime64("2020-01-01"), 30.0, 1)
    alarms = 0
    for _ in range(40):
        X = rng.standard_normal((len(STEP), 6))
        history = InputHistory.of(list("abcdef"), X, STEP, STEPS, clock)
        new = rng.standard_normal((len(STEP), 6))
        alarms += int(history.beyond(history.effects(history.seen(new), STEP, STEPS)).any(axis=1).sum())
    assert alarms / (40 * STEPS) <= clock.false_alarms / 2


def test_a_column_that_leaves_its_line_shows_although_it_stays_within_its_range():
    rng = np.random.default_rng(7)
    drive = np.repeat(3 * np.cumsum(rng.standard_normal(STEPS)), ROWS)  # what all follow wanders far
    X = drive[:, None] + rng.standard_normal((len(STEP), 4))
    clock = TimeSteps(np.datetime64("2020-01-01"), 30.0, 1)
    history = InputHistory.of(list("abcd"), X, STEP, STEPS, clock)
    new = X[-2 * ROWS :].copy()
    new[:, 1] += 1.5
    beyond = history.beyond(history.effects(history.seen(new), np.repeat([0, 1], ROWS), 2))[-1]
    assert [name for name, is_beyond in zip(history.names[:4], beyond[:4], strict=True) if is_beyond] == []
    assert beyond[4:][1]


def test_what_others_say_is_a_straight_line_of_them():
    rng = np.random.default_rng(8)
    a, b = rng.standard_normal((2, 4000))
    X = np.column_stack([a, b, 2 * a - b + 0.1 * rng.standard_normal(4000)])
    others = Others.of(X)
    assert np.std(others.apart(X)[:, 2]) < 0.25 * np.std(others.scale.scores(X)[:, 2])
    X[0, 1] = np.nan
    assert np.isnan(others.apart(X)[0]).tolist() == [False, True, False]
    assert Others.of(X[:29]) is None
