import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.estimators.linear_classes import LinearClasses
from models.estimators.tuning import tuned
from models.table.standard_scale import StandardScale


def made(n: int = 600, classes: tuple[int, ...] = (0, 1, 3)) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    codes = rng.choice(classes, n)
    X = rng.normal(size=(n, 4)) + np.eye(4)[codes]
    X[rng.random(X.shape) < 0.05] = np.nan
    return X, codes.astype(float)


def test_it_is_scikit_learns_regression_on_standard_scores() -> None:
    X, codes = made()
    Z = StandardScale.of(X).scores(X)
    theirs = LogisticRegression(C=0.3, max_iter=2000, tol=1e-10).fit(Z, codes)
    ours = LinearClasses(5, C=0.3).fit(X, codes).predict_proba(X)
    np.testing.assert_allclose(ours[:, [0, 1, 3]], theirs.predict_proba(Z), atol=3e-4)
    np.testing.assert_array_equal(ours[:, [2, 4]], 0.0)


def test_of_two_classes_and_of_one() -> None:
    X, codes = made(classes=(1, 2))
    Z = StandardScale.of(X).scores(X)
    theirs = LogisticRegression(max_iter=2000, tol=1e-10).fit(Z, codes)
    ours = LinearClasses(4).fit(X, codes).predict_proba(X)
    np.testing.assert_allclose(ours[:, 1:3], theirs.predict_proba(Z), atol=3e-4)
    alone = LinearClasses(4).fit(X, np.full(len(X), 2)).predict_proba(X)
    np.testing.assert_array_equal(alone, np.tile([0.0, 0.0, 1.0, 0.0], (len(X), 1)))


def test_a_reading_far_out_does_not_rule_the_others() -> None:
    X, codes = made()
    wild = X.copy()
    wild[:3, 0] = 1e6
    calm, shaken = (LinearClasses(4).fit(rows, codes).predict_proba(X[10:]) for rows in (X, wild))
    # On plain standard scores, which 1e6 rules, the column would say nothing, and the mean change be 0.09.
    assert np.abs(calm - shaken).mean() < 0.05


def test_what_is_asked_where_nothing_is_said() -> None:
    assert LinearClasses(4).get_params() == {"n_classes": 4, "C": 1.0, "categories": None, "reach": 1.0}


def test_classes_that_were_seen_have_weights_and_the_others_none() -> None:
    X, codes = made()
    fitted = LinearClasses(5).fit(X, codes)
    assert fitted.seen_.tolist() == [True, True, False, True, False]
    assert not fitted.weights_[:, [2, 4]].any()
    assert fitted.weights_.shape == (4, 5)
    assert fitted.intercept_[[2, 4]].tolist() == [0.0, 0.0]
    scale = StandardScale.of(X)
    np.testing.assert_array_equal(fitted.median_, scale.median)
    np.testing.assert_array_equal(fitted.spread_, scale.spread)


def test_a_longer_reach_is_a_straight_line_in_the_signals() -> None:
    """Log-odds that are linear in a signal with tails: drawn-in tails cannot follow them, a longer reach can."""
    rng = np.random.default_rng(0)
    X = rng.standard_t(3, (4000, 2)) * 2
    y = (rng.random(4000) < 1 / (1 + np.exp(-X[:, 0]))).astype(float)
    near, far = (LinearClasses(2, C=100.0, reach=reach).fit(X, y) for reach in (1.0, 100.0))
    odds = np.log(far.predict_proba(X)[:, 1] / far.predict_proba(X)[:, 0])
    slope, _ = np.polyfit(X[:, 0], odds, 1)
    assert slope == pytest.approx(1.0, abs=0.1)
    own = [-np.log(one.predict_proba(X)[np.arange(4000), y.astype(int)]).mean() for one in (near, far)]
    assert own[1] < own[0]


def test_the_penalty_is_chosen_on_later_rows() -> None:
    """Of twenty signals one tells the classes apart, in few rows: a strong penalty errs less there."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((150, 20))
    y = (rng.random(150) < 1 / (1 + np.exp(-0.5 * X[:, 0]))).astype(float)
    assert tuned(LinearClasses(2), X, y).C == 0.1
