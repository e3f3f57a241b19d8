"""Settings are chosen on later rows, group by group, and on nothing else."""

from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import FunctionTransformer

from models.estimators.boosted_classes import BoostedClasses
from models.estimators.physics_features import OnPhysics
from models.estimators.tuning import BLOCKS, FEW_ROWS, MOST_TRIED, SETTINGS, error_of, later_blocks, settings_of, tuned
from models.quality.trees import LotTrees
from models.regression.ridge import RidgeLine
from models.regression.trees import BoostedTrees


class Bowl(BaseEstimator):
    """An estimator whose error is smallest at a = 3 and b = 1, and at b = 2 where a is not 3."""

    LADDER = (({"a": 1}, {"a": 3}, {"a": 9}), ({"b": 1}, {"b": 2}))
    seen: ClassVar[list[tuple[float, ...]]] = []

    held_back = 0.2

    def __init__(self, a=1, b=2):
        self.a = a
        self.b = b

    def block_errors(self, X, y, blocks):
        type(self).seen.append((self.a, self.b, len(X), float(X[0, 0])))
        yield abs(self.a - 3) + 0.1 * abs(self.b - (1 if self.a == 3 else 2)) + X.mean() * 0
        yield 0.0

    def settings(self):
        return {"a": self.a, "b": self.b}


@pytest.fixture(autouse=True)
def forget():
    Bowl.seen = []


@pytest.mark.parametrize(
    ("rows", "cuts"),
    [
        (99, []),
        (100, [(40, 60), (60, 80), (80, 100)]),
        (FEW_ROWS - 1, [(802, 1201), (1201, 1600), (1600, 1999)]),
        (FEW_ROWS, [(1600, 2000)]),
    ],
)
def test_later_blocks_follow_what_is_learnt(rows, cuts):
    result = later_blocks(rows, 0.2)
    assert [(new.start, new.stop) for _, new in result] == cuts
    assert all((old.start, old.stop) == (0, new.start) for old, new in result)
    assert BLOCKS == 3


def test_as_many_blocks_as_are_asked_for():
    assert [(new.start, new.stop) for _, new in later_blocks(5000, 0.2, 3)] == [
        (2000, 3000),
        (3000, 4000),
        (4000, 5000),
    ]


def test_a_block_is_no_larger_than_what_is_learnt_before_it():
    assert [(new.start, new.stop) for _, new in later_blocks(100, 0.4)] == [(60, 100)]


def test_each_group_is_tried_with_what_was_best_before():
    X, y = np.zeros((30, 1)), np.zeros(30)
    given = Bowl()
    assert tuned(given, X, y).get_params() == {"a": 3, "b": 1}
    assert [(a, b) for a, b, *_ in Bowl.seen] == [(1, 2), (3, 2), (9, 2), (3, 1)]
    assert given.get_params() == {"a": 1, "b": 2}


def test_the_error_is_the_mean_over_the_blocks():
    assert error_of(Bowl(), {"a": 5}, np.zeros((3, 1)), np.zeros(3)) == 1.0


def test_the_newest_of_many_rows_are_enough():
    X = np.arange(MOST_TRIED + 5.0)[:, None]
    tuned(Bowl(), X, X[:, 0])
    assert {(rows, first) for *_, rows, first in Bowl.seen} == {(MOST_TRIED, 5.0)}


def test_what_learns_on_physics_features_is_tuned_on_what_it_is_given():
    on_physics = OnPhysics(FunctionTransformer(lambda X: X + 7.0), Bowl())
    result = tuned(on_physics, np.zeros((30, 1)), np.zeros(30))
    assert result.get_params()["trees__a"] == 3
    assert {first for *_, first in Bowl.seen} == {7.0}
    assert settings_of(result) == {"a": 3, "b": 1}


def test_what_has_nothing_to_choose_or_too_few_rows_stays_as_it_is():
    ridge = RidgeCV(alphas=[0.5])
    assert tuned(ridge, np.zeros((3, 1)), np.zeros(3)).get_params() == ridge.get_params()
    few = tuned(BoostedTrees(n_jobs=1), np.zeros((99, 1)), np.zeros(99))
    assert few.get_params() == BoostedTrees(n_jobs=1).get_params()


def test_settings_have_the_same_names_for_all_that_have_them():
    X = np.random.default_rng(0).normal(size=(40, 2))
    fitted = BoostedTrees(n_jobs=1).fit(X, X[:, 0])
    assert settings_of(fitted) == {
        **{"learning_rate": 0.03, "num_leaves": 8, "min_child_samples": 20, "feature_fraction": 0.5},
        **{"bagging_fraction": 0.8, "lambda_l2": 5.0, "extra_trees": False, "penalty": 0.1, "trees": 1},
    }
    assert set(settings_of(fitted)) == set(SETTINGS)
    line = RidgeLine().fit(X, X[:, 0])
    assert settings_of(line) == {"penalty": 0.1}
    classes = BoostedClasses(2, n_jobs=1, most_rounds=3).fit(X, X[:, 0] > 0)
    assert {"learning_rate", "num_leaves", "trees"} <= set(settings_of(classes))
    lots = LotTrees(n_jobs=1).fit(X, np.exp(X))
    assert settings_of(lots)["trees"] == 2
    assert settings_of(FunctionTransformer()) == {}


@pytest.mark.long("tunes")
@pytest.mark.parametrize("made", [BoostedTrees, BoostedClasses, LotTrees])
def test_settings_found_err_no_more_than_those_given(made):
    """On rows that a small leaf and all columns at once serve better; the choice repeats itself."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 4))
    raw = np.where(X[:, 0] > 1.2, 4.0, 0.0) + X[:, 1] * np.sign(X[:, 2]) + 0.1 * rng.normal(size=300)
    given, y = {
        "BoostedTrees": (BoostedTrees(n_jobs=1), raw),
        "BoostedClasses": (BoostedClasses(2, n_jobs=1, most_rounds=40), (raw > 0).astype(float)),
        "LotTrees": (LotTrees(n_jobs=1), np.exp(raw)[:, None]),
    }[made.__name__]
    result = tuned(given, X, y)
    assert error_of(result, {}, X, y) < error_of(given, {}, X, y)
    assert tuned(given, X, y).get_params() == result.get_params()


def test_some_hundred_rows_get_small_leaves_where_they_pay():
    """A rare state, one row in ten: a leaf of 50 rows cannot hold it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    truth = np.where(X[:, 0] > 1.3, 3.0, 0.0) * np.sign(X[:, 1])
    y = truth + 0.1 * rng.normal(size=400)
    result = tuned(BoostedTrees(n_jobs=1, min_child_samples=50), X[:300], y[:300])
    assert result.min_child_samples < 50
    errors = [
        np.mean((one.fit(X[:300], y[:300]).predict(X[300:]) - truth[300:]) ** 2)
        for one in (result, BoostedTrees(n_jobs=1, min_child_samples=50))
    ]
    assert errors[0] < 0.5 * errors[1]
