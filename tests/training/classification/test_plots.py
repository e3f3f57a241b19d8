"""Figures of a classifier say what its answers are."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from training.classification import plots
from training.classification.evaluate import Classified
from training.core.fitting import LearningCurve

N, K = 120, 3


@pytest.fixture
def parts():
    return SimpleNamespace(
        learnt=np.arange(60),
        test=np.arange(60, 100),
        holdout_all=np.arange(100, N),
        test_from=pd.Timestamp("2024-03-01"),
    )


@pytest.fixture
def data(toy_class_seed):
    classes = np.arange(N) % K
    X = np.column_stack([classes, -classes, np.zeros(N)]).astype(float)
    days = pd.DatetimeIndex(pd.date_range("2024-01-01", periods=N, freq="D"))
    return SimpleNamespace(seed=toy_class_seed, y=classes.astype(float), X=X, periods=days)


@pytest.fixture
def candidate(data):
    """Right in all rows but the first 10 of the test, at a probability of 80 %."""
    most_probable = data.y.astype(int).copy()
    most_probable[60:70] = (most_probable[60:70] + 1) % K
    p = np.full((N, K), 0.1)
    p[np.arange(N), most_probable] = 0.8
    curve = LearningCurve((5, 60), (0.9, 0.4))
    metrics = {"test_ece": 0.05}
    return SimpleNamespace(
        answers=Classified(p, p > 0.5), metrics=metrics, curve=curve, importance=np.array([0.3, 0.2, 0.0])
    )


def test_confusion_counts_the_test_rows(candidate, data, parts):
    (cells,) = plots.confused_classes(candidate, data, parts).data
    z = np.asarray(cells.z, dtype=float)
    assert z.sum(axis=1) == pytest.approx([100, 100, 100])
    classes, wrong = data.y[parts.test].astype(int), np.arange(40) < 10
    for k in range(K):
        assert z[k, k] == pytest.approx(100 * (~wrong[classes == k]).mean())
    assert cells.y[0] == "oxide (35.0% of the rows)"  # 14 of 40


def test_reliability_is_one_point_where_all_are_given_the_same(candidate, data, parts):
    groups, _ = plots.reliability_of(candidate, data, parts).data
    assert list(groups.x) == pytest.approx([80])
    assert list(groups.y) == pytest.approx([75])
    assert groups.name == "future periods, ECE 0.050"


def test_shares_by_month_are_those_of_rows_that_nobody_learnt(candidate, data, parts):
    future, held_out = plots.accuracy_by_month(candidate, data, parts).data
    assert list(future.y) == pytest.approx([100 * 21 / 31, 100.0])  # March, and nine days of April
    assert list(future.text) == ["31 rows", "9 rows"]
    assert list(held_out.y) == [100.0]


def test_the_curve_is_the_candidates(candidate, data, parts):
    (line,) = plots.learning_curve(candidate, data, parts).data
    assert (list(line.x), list(line.y)) == ([5, 60], [0.9, 0.4])
