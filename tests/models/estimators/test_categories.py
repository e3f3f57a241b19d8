"""Text categories: one column a value where numbers are added up, groups of values in trees, nothing of the order."""

import numpy as np
import pytest
from sklearn.base import clone

from models.estimators.boosted_classes import BoostedClasses
from models.estimators.categories import (
    categories_of,
    category_columns,
    columns_before,
    indicators,
    with_indicators,
)
from models.estimators.linear_classes import LinearClasses
from models.quality.linear import LotLines
from models.quality.trees import LotTrees
from models.regression.candidates import build
from models.regression.trees import BoostedTrees
from models.storage.estimator_files import dump, parse

CATEGORIES = (0, 3, 0)
EFFECT = np.array([0.0, 5.0, -1.0])  # no straight line through the numbers of the values


def made(n=400, rng_seed=0):
    rng = np.random.default_rng(rng_seed)
    codes = rng.integers(0, 3, n)
    X = np.column_stack([rng.normal(size=n), codes, rng.normal(size=n)]).astype(float)
    y = X[:, 0] + EFFECT[codes] + 0.05 * rng.normal(size=n)
    X[::17, 1] = np.nan
    return X, y, EFFECT[codes] + X[:, 0]


def test_indicators_follow_the_numbers():
    X = np.array([[1.5, 2.0, -1.0], [np.nan, 0.0, 4.0], [2.5, np.nan, 0.0]])
    result = indicators(X, CATEGORIES)
    expected = [[1.5, -1.0, 0, 0, 1], [np.nan, 4.0, 1, 0, 0], [2.5, 0.0, 0, 0, 0]]
    np.testing.assert_array_equal(result, expected)
    assert indicators(X, None) is X
    assert indicators(X, (0, 0, 0)) is X
    assert columns_before(result.shape[1], CATEGORIES) == 3
    assert columns_before(3, None) == 3


def test_signs_stay_with_their_numbers():
    assert with_indicators((1, 0, -1), CATEGORIES) == (1, -1, 0, 0, 0)
    assert with_indicators((1, 0, -1), None) == (1, 0, -1)
    with pytest.raises(ValueError, match="a text category has no direction"):
        with_indicators((1, 1, -1), CATEGORIES)


def test_categories_are_stated_for_each_column():
    assert category_columns(CATEGORIES, 3) == [1]
    assert category_columns(None, 3) == []
    with pytest.raises(ValueError, match="categories: got 3, expected one for each of 2 columns"):
        category_columns(CATEGORIES, 2)


def test_a_seed_without_categories_has_none(toy_seed):
    assert categories_of(toy_seed) is None
    assert build(toy_seed)["linear"].categories is None


ESTIMATORS = {
    "trees": lambda: BoostedTrees(n_jobs=1, categories=CATEGORIES),
    "trees that rise": lambda: BoostedTrees(n_jobs=1, categories=CATEGORIES, signs=(1, 0, 0)),
    "line alone": lambda: BoostedTrees(n_jobs=1, categories=CATEGORIES, most_trees=1),
}


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_values_are_no_numbers(kind):
    """The line has a slope for each value, so that it alone meets an effect that is no straight line."""
    X, y, truth = made()
    known = ~np.isnan(X[:, 1])
    fitted = ESTIMATORS[kind]().fit(X, y)
    as_numbers = clone(fitted).set_params(categories=None).fit(X, y)
    error = np.sqrt(np.mean((fitted.predict(X[known]) - truth[known]) ** 2))
    assert error < 0.5
    if kind == "line alone":
        assert error < 0.2 * np.sqrt(np.mean((as_numbers.predict(X[known]) - truth[known]) ** 2))


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_order_of_the_values_says_nothing(kind):
    X, y, _ = made()
    turned = X.copy()
    turned[:, 1] = np.array([2.0, 0.0, 1.0])[np.nan_to_num(X[:, 1]).astype(int)]
    turned[np.isnan(X[:, 1]), 1] = np.nan
    one, other = (ESTIMATORS[kind]().fit(rows, y).predict(rows) for rows in (X, turned))
    np.testing.assert_allclose(one, other, atol=0.2 * y.std())


def test_a_missing_or_unknown_value_is_answered():
    X, y, _ = made()
    rows = np.array([[0.5, np.nan, 0.0], [np.nan, np.nan, np.nan]])
    for estimator in (BoostedTrees(n_jobs=1, categories=CATEGORIES), LotTrees(n_jobs=1, categories=CATEGORIES)):
        labels = y if isinstance(estimator, BoostedTrees) else np.exp(y)[:, None]
        assert np.isfinite(estimator.fit(X, labels).predict(rows)).all()


def test_lots_and_classes_meet_values_too():
    X, y, truth = made()
    known = ~np.isnan(X[:, 1])
    for lots in (LotLines(categories=CATEGORIES), LotTrees(n_jobs=1, categories=CATEGORIES)):
        error = lots.fit(X, np.exp(y)[:, None]).predict(X[known])[:, 0] - truth[known]
        assert np.sqrt(np.mean(error**2)) < 0.5
    high = (y > 2.5).astype(float)
    for classes in (LinearClasses(2, categories=CATEGORIES), BoostedClasses(2, n_jobs=1, categories=CATEGORIES)):
        p = classes.fit(X, high).predict_proba(X[known])
        assert np.mean(p.argmax(axis=1) == high[known]) > 0.97


@pytest.mark.parametrize("kind", ["BoostedTrees", "LotTrees", "LotLines", "LinearClasses", "BoostedClasses"])
def test_what_is_stored_answers_the_same(kind):
    X, y, _ = made()
    labels = {"Lot": np.exp(y)[:, None], "Boo": y, "Lin": (y > 2.5) * 1.0}[kind[:3]]
    classes = {"n_classes": 2} if kind.endswith("Classes") else {}
    kinds = {one.__name__: one for one in (BoostedTrees, LotTrees, LotLines, LinearClasses, BoostedClasses)}
    unfitted = kinds[kind](categories=CATEGORIES, **classes)
    if kind == "BoostedClasses":
        labels = (y > 2.5) * 1.0
    state, files = dump(clone(unfitted).fit(X, labels))
    fitted, again = clone(unfitted).fit(X, labels), parse(unfitted, state, files)
    answer = "predict_proba" if classes else "predict"
    np.testing.assert_array_equal(getattr(fitted, answer)(X), getattr(again, answer)(X))
    assert again.n_features_in_ == 3
