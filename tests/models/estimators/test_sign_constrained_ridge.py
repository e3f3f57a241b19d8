import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from models.estimators.sign_constrained_ridge import fit_lines


def made(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal([0.0, 100.0, -5.0], [1.0, 20.0, 0.1], (n, 3))
    return X, 3 + X[:, 0] - 0.1 * X[:, 1] + 2 * X[:, 2] + rng.normal(size=n)


@pytest.mark.parametrize("penalty", [1e-6, 0.1, 10.0])
def test_without_signs_it_is_ridge_on_standardised_columns(penalty: float) -> None:
    X, y = made()
    (line,) = fit_lines(X, y, (0, 0, 0), [penalty])
    standardised = StandardScaler().fit_transform(X)
    expected = Ridge(alpha=penalty * len(y)).fit(standardised, y).predict(standardised)
    np.testing.assert_allclose(line.predict(X), expected, rtol=1e-10)


def test_signs_that_the_rows_agree_with_change_nothing() -> None:
    X, y = made()
    (free,), (signed,) = (fit_lines(X, y, signs, [0.01]) for signs in ((0, 0, 0), (1, -1, 1)))
    np.testing.assert_allclose(signed.slope, free.slope, rtol=1e-9)


def test_a_column_that_pulls_against_its_sign_is_left_level() -> None:
    X, y = made()
    (line,) = fit_lines(X, y, (0, 1, 0), [0.01])
    (without,) = fit_lines(X[:, [0, 2]], y, (0, 0), [0.01])
    assert line.slope[1] == 0.0
    np.testing.assert_allclose(line.slope[[0, 2]], without.slope, rtol=1e-9)


@given(st.integers(0, 10_000))
def test_slopes_keep_their_signs(rng_seed: int) -> None:
    rng = np.random.default_rng(rng_seed)
    X = rng.normal(size=(30, 6)) @ rng.normal(size=(6, 6))
    signs = rng.integers(-1, 2, 6)
    for line in fit_lines(X, rng.normal(size=30), tuple(signs), [1e-4, 1.0]):
        assert (signs * line.slope >= 0).all()


def test_the_line_is_level_beyond_training_and_missing_counts_as_median() -> None:
    X, y = made()
    (line,) = fit_lines(X, y, (0, 0, 0), [0.01])
    ends, beyond = np.array([X.min(axis=0), X.max(axis=0)]), np.array([X.min(axis=0) - 9, X.max(axis=0) + 9])
    np.testing.assert_array_equal(line.predict(beyond), line.predict(ends))
    np.testing.assert_array_equal(line.predict(np.full((1, 3), np.nan)), [line.intercept])
    np.testing.assert_array_equal(line.fill, np.median(X, axis=0))


def test_empty_and_constant_columns_have_no_slope() -> None:
    X, y = made()
    X[:, 0], X[:, 2] = np.nan, 7.0
    (line,) = fit_lines(X, y, (1, 0, -1), [0.01])
    assert line.slope[0] == line.slope[2] == 0.0
    assert np.isfinite(line.predict(X)).all()
