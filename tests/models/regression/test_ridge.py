"""The linear candidate against the pipeline of scikit-learn that it stands for."""

import json

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from models.estimators.categories import indicators
from models.regression.ridge import RidgeLine
from models.storage.estimator_files import dump, parse

CATEGORIES = (0, 0, 0, 0, 3)


def made(n=300):
    """Rows with gaps, a column that never varies, an empty one, and a category that is at times unknown."""
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.normal(950.0, 8.0, n), rng.normal(0.0, 1e-3, n), np.full(n, 7.0), np.full(n, np.nan)])
    X = np.column_stack([X, rng.integers(0, 3, n)])
    y = X[:, 0] + 900 * X[:, 1] + (X[:, 4] == 2) + rng.normal(size=n)
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, y


def pipeline():
    return Pipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            (
                "ridge",
                RidgeCV(alphas=np.logspace(-1, 6, 8), cv=TimeSeriesSplit(5), scoring="neg_mean_squared_error"),
            ),
        ]
    )


@pytest.mark.parametrize("categories", [None, CATEGORIES])
def test_predictions_are_those_of_the_pipeline(categories):
    X, y = made()
    fitted = RidgeLine(categories).fit(X, y)
    plain = pipeline().fit(indicators(X, categories), y)
    far = np.vstack([X, 1e3 * X, np.full_like(X[:1], np.nan)])
    expected = plain.predict(indicators(far, categories))
    np.testing.assert_array_equal(fitted.predict(far), expected)
    assert fitted.alpha_ == plain["ridge"].alpha_
    alone = np.concatenate([fitted.predict(far[[i]]) for i in range(len(far))])
    np.testing.assert_allclose(alone, expected, rtol=1e-12)


def test_what_is_stored_answers_alike():
    X, y = made()
    fitted = RidgeLine(CATEGORIES).fit(X, y)
    state, files = dump(fitted)
    assert files == {}
    back = parse(RidgeLine(CATEGORIES), json.loads(json.dumps(state)), files)
    np.testing.assert_array_equal(back.predict(X), fitted.predict(X))
    assert back.alpha_ == fitted.alpha_
