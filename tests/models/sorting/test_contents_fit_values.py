"""Lines of contents and their errors worked out by hand."""

import numpy as np
import pytest

from models.sorting import contents_fit
from models.sorting.contents_fit import MOST_SCORES, PENALTY, fit_lines


def test_scores_are_all_errors_once_where_there_are_few():
    relative = np.array([[0.3, np.nan], [-0.1, 0.5], [0.2, -0.4], [-0.7, np.nan]])
    first, second = contents_fit._scores(relative)
    np.testing.assert_allclose(first.scores, [0.1, 0.2, 0.3, 0.7])
    np.testing.assert_allclose(second.scores, [0.4, 0.5])


def test_many_errors_are_drawn_each_once_at_most():
    relative = np.arange(1.0, MOST_SCORES + 501.0)[:, np.newaxis]
    (found,) = contents_fit._scores(relative)
    assert len(found.scores) == len(set(found.scores)) == MOST_SCORES
    assert set(found.scores) <= set(relative[:, 0])


def test_explained_variance_by_hand():
    contents = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [np.nan, 5.0]])
    error = np.array([[0.5, 1.0], [-0.5, 1.0], [1.0, 1.0], [9.0, 1.0]])
    found = contents_fit._r2(error, contents)
    mean = 7.0 / 3.0
    variance = ((1.0 - mean) ** 2 + (2.0 - mean) ** 2 + (4.0 - mean) ** 2) / 3.0
    assert found[0] == pytest.approx(1.0 - (0.25 + 0.25 + 1.0) / 3.0 / variance, rel=1e-12)
    assert found[1] == -np.inf


def test_ridge_lines_by_hand():
    rng = np.random.default_rng(2)
    Z, codes = rng.standard_normal((40, 2)), np.repeat([0, 1], 20)
    contents = np.column_stack([3.0 + Z @ [0.5, -0.2] + 0.1 * rng.standard_normal(40), np.full(40, np.nan)])
    contents[0, 0] = np.nan
    found = fit_lines(Z, codes, contents, 3)
    for k in range(3):
        own = np.isfinite(contents[:, 0]) & (codes == k)
        if k == 2:  # a class that has no piece takes the mean and the range of all
            known = contents[np.isfinite(contents[:, 0]), 0]
            np.testing.assert_array_equal(found.weights[2, 0], [0.0, 0.0])
            assert found.constant[2, 0] == pytest.approx(known.mean(), rel=1e-12)
            assert (found.low[2, 0], found.high[2, 0]) == (known.min(), known.max())
            assert found.variance[2, 0] == pytest.approx(known.var(), rel=1e-12)
            continue
        X, y = Z[own], contents[own, 0]
        centred = X - X.mean(axis=0)
        weights = np.linalg.solve(centred.T @ centred + PENALTY * np.eye(2), centred.T @ (y - y.mean()))
        constant = y.mean() - X.mean(axis=0) @ weights
        line = np.clip(X @ weights + constant, y.min(), y.max())
        np.testing.assert_allclose(found.weights[k, 0], weights, rtol=1e-9)
        assert found.constant[k, 0] == pytest.approx(constant, rel=1e-9)
        assert (found.low[k, 0], found.high[k, 0]) == (y.min(), y.max())
        assert found.variance[k, 0] == pytest.approx(np.mean((y - line) ** 2), rel=1e-9)
    for part in (found.weights, found.constant, found.low, found.high, found.variance):
        assert not part[:, 1].any()  # an element that nobody has assayed
