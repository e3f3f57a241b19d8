import numpy as np
from sklearn.linear_model import LogisticRegression

from models.estimators.linear_classes import LinearClasses
from models.estimators.standard_scale import StandardScale


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
    assert LinearClasses(4).get_params() == {"n_classes": 4, "C": 1.0, "categories": None}


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
