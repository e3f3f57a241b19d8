"""Joint intervals that follow the assays: by what was known then, on the own plant and on another one."""

from types import MethodType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.online.review_queue import run_of
from models.quality.error_scenarios import ErrorScenarios
from models.quality.model import QualityModel
from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.intervals import Conformal
from models.uncertainty.outcome_stream import known_from
from training.quality.evaluate import of_followed
from training.quality.follow import carried, follow, followed, without_assays

N = 600


class Silent:
    """Predicts a logarithm of 0 for each of three contents, and no defect."""

    def predict(self, X):
        return np.zeros((len(X), 4))


def grader(level=None, half=None, without=None):
    """A grader that expects errors of one spread, whose largest of three is within 2.11 of them nine times of ten."""
    rng = np.random.default_rng(0)
    joint = Conformal(np.sort(np.abs(rng.normal(size=(250, 3))).max(axis=1)))
    scatter = ErrorScenarios(np.ones(3), np.zeros((1, 3)), np.ones(1), joint)
    model = SimpleNamespace(raw=Silent().predict, scatter=scatter, level=level, followed=half, unfollowed=without)
    model.arrival = MethodType(QualityModel.arrival, model)
    return model


def plant(seed, rng_seed, sd=1.0):
    """Lots of ten a period whose logarithms scatter so widely."""
    logs = np.random.default_rng(rng_seed).normal(0, sd, (N, 3))
    periods = pd.date_range("2024-01-01", periods=N // 10, freq=seed.period).repeat(10)
    return SimpleNamespace(seed=seed, contents=np.exp(logs), periods=periods, X=np.zeros((N, 2)))


def test_on_another_plant_intervals_that_are_too_narrow_are_wide_enough_after_its_first_assays(toy_quality_seed):
    home = plant(toy_quality_seed, 1)
    moments = home.periods.to_numpy(), known_from(home.periods, home.seed)
    level, _, _ = followed(grader(), home.contents, np.zeros((N, 3)), *moments, IntervalLevel.new())
    other = plant(toy_quality_seed, 2, sd=1.5)
    model = grader(level)
    half, known = carried(model, other, np.zeros((N, 3)))
    needed = model.scatter.needed(other.contents, np.zeros((N, 3)))
    fixed = model.scatter.joint.half_width(0.9)
    assert known[:20].tolist() == [0] * 20  # of the first two periods nothing is known yet
    assert known[20:30].tolist() == [10] * 10
    assert np.mean(needed <= fixed) < 0.75
    after = known >= 50
    assert np.mean(needed[after] <= half[after]) == pytest.approx(0.9, abs=0.03)
    assert (half[:20] == max(fixed, level.half_width(0.9))).all()


def test_on_another_plant_no_interval_is_narrower_than_the_fixed_one_until_fifty_assays_are_known(toy_quality_seed):
    narrow = IntervalLevel.new().taken(np.full(200, 0.3))
    model = grader(narrow)
    half, known = carried(model, plant(toy_quality_seed, 2, sd=0.2), np.zeros((N, 3)))
    fixed = model.scatter.joint.half_width(0.9)
    assert (half[known < 50] >= fixed).all()
    assert half[known == 50].max() < fixed


def test_no_assay_is_used_before_it_is_known(toy_quality_seed):
    data = plant(toy_quality_seed, 3)
    before, _ = carried(grader(), data, np.zeros((N, 3)))
    late = data.periods >= data.periods[400]
    data.contents[late] = 1e6
    after, _ = carried(grader(), data, np.zeros((N, 3)))
    reached = data.periods <= data.periods[400] + toy_quality_seed.period
    np.testing.assert_array_equal(after[reached], before[reached])
    assert (after[~reached] > before[~reached]).any()


def test_until_assays_have_come_in_intervals_are_the_fixed_ones(toy_quality_seed):
    data = plant(toy_quality_seed, 4)
    half, _ = carried(grader(), data, np.zeros((N, 3)))
    assert (half[:20] == grader().scatter.joint.half_width(0.9)).all()


def test_lots_without_any_content_and_held_out_units_never_come_in(toy_quality_seed):
    data = plant(toy_quality_seed, 5)
    data.contents[300:400] = np.nan
    parts = SimpleNamespace(test=np.arange(400, 500), holdout=np.arange(500, 600))
    rows = np.arange(100, 400)
    level, _, half = follow(grader(), data, parts, rows, np.zeros((300, 3)))
    assert np.isnan(half[:400]).all()
    assert np.isfinite(half[400:]).all()
    data.contents[500:] = 1e6
    again, _, other = follow(grader(), data, parts, rows, np.zeros((300, 3)))
    assert again.state() == level.state()
    np.testing.assert_array_equal(other, half)


def test_without_assays_the_wider_joint_interval_of_before_the_test_lots_is_answered(toy_quality_seed):
    """Assays of the test lots, and calibrate ones that came in during the tests, have no part in it."""
    parts = SimpleNamespace(test=np.arange(400, 500), holdout=np.arange(500, 600))
    rows = np.arange(100, 400)
    fixed = grader().scatter.joint.half_width(0.9)
    for sd, wider in ((0.3, False), (2.0, True)):
        data = plant(toy_quality_seed, 5, sd)
        parts.test_from = data.periods[400]
        half = without_assays(grader(), data, parts, rows, np.zeros((300, 3)))
        assert np.isnan(half[:400]).all()
        assert len(set(half[400:])) == 1
        assert (half[400] > 1.5 * fixed) if wider else (half[400] == fixed)
        data.contents[390:] = 1e6  # those of the last calibrate period are known later
        np.testing.assert_array_equal(without_assays(grader(), data, parts, rows, np.zeros((300, 3))), half)


def test_what_assays_were_like_is_known_after_training(toy_quality_seed):
    """Lots of another plant that is like this one go with it; those of which one content is too large do not."""
    data, other = plant(toy_quality_seed, 6), plant(toy_quality_seed, 7)
    parts = SimpleNamespace(test=np.arange(300, 600), holdout=np.arange(0))
    _, typical, _ = follow(grader(), data, parts, np.arange(300), np.zeros((300, 3)))
    assert typical is not None
    assert [one.rows for one in typical.bounds] == [30.0, 60.0, 120.0]
    for contents, anomalous in ((other.contents, False), (other.contents * [1.0, np.exp(3.0), 1.0], True)):
        arrival = grader().arrival(1, contents[:60], np.zeros((60, 3)))
        assert bool(typical.odd(run_of([arrival], 0.0, np.empty(0)))) is anomalous


def test_figures_of_followed_lots_by_hand(toy_quality_seed):
    lots = SimpleNamespace(reported=np.exp([[0.0, 0.5, -1.0], [2.0, 0.0, 0.0], [np.nan, 0.1, 3.0]]))
    model = grader(half=np.array([np.nan, 1.0, 1.9, 3.0]))
    raw = np.zeros((3, 4))
    result = of_followed(model, np.array([1, 2, 3]), raw, lots)
    assert result == {"adaptive_coverage_90": pytest.approx(2 / 3), "adaptive_width_90": pytest.approx(np.exp(1.9))}
    without = grader(without=np.array([2.5, 2.5, 2.5, 2.5]))
    width = pytest.approx(np.exp(2.5))
    assert of_followed(without, np.array([0, 1, 2]), raw, lots) == {
        "no_outcomes_coverage_90": pytest.approx(2 / 3),
        "no_outcomes_width_90": width,
    }
    assert of_followed(model, np.array([0, 1, 2]), raw, lots) == {}
    assert of_followed(grader(), np.array([1, 2, 3]), raw, lots) == {}
