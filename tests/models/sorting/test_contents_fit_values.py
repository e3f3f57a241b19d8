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
    (result,) = contents_fit._scores(relative)
    assert len(result.scores) == len(set(result.scores)) == MOST_SCORES
    assert set(result.scores) <= set(relative[:, 0])


def test_explained_variance_by_hand():
    contents = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [np.nan, 5.0]])
    error = np.array([[0.5, 1.0], [-0.5, 1.0], [1.0, 1.0], [9.0, 1.0]])
    result = contents_fit._r2(error, contents)
    mean = 7.0 / 3.0
    variance = ((1.0 - mean) ** 2 + (2.0 - mean) ** 2 + (4.0 - mean) ** 2) / 3.0
    assert result[0] == pytest.approx(1.0 - (0.25 + 0.25 + 1.0) / 3.0 / variance, rel=1e-12)
    assert result[1] == -np.inf


def test_ridge_lines_by_hand():
    rng = np.random.default_rng(2)
    Z, codes = rng.standard_normal((40, 2)), np.repeat([0, 1], 20)
    contents = np.column_stack([3.0 + Z @ [0.5, -0.2] + 0.1 * rng.standard_normal(40), np.full(40, np.nan)])
    contents[0, 0] = np.nan
    result = fit_lines(Z, codes, contents, 3)
    for k in range(3):
        own = np.isfinite(contents[:, 0]) & (codes == k)
        if k == 2:  # a class that has no piece takes the mean and the range of all
            known = contents[np.isfinite(contents[:, 0]), 0]
            np.testing.assert_array_equal(result.weights[2, 0], [0.0, 0.0])
            assert result.constant[2, 0] == pytest.approx(known.mean(), rel=1e-12)
            assert (result.low[2, 0], result.high[2, 0]) == (known.min(), known.max())
            assert result.variance[2, 0] == pytest.approx(known.var(), rel=1e-12)
            continue
        X, y = Z[own], contents[own, 0]
        centred = X - X.mean(axis=0)
        weights = np.linalg.solve(centred.T @ centred + PENALTY * np.eye(2), centred.T @ (y - y.mean()))
        constant = y.mean() - X.mean(axis=0) @ weights
        line = np.clip(X @ weights + constant, y.min(), y.max())
        np.testing.assert_allclose(result.weights[k, 0], weights, rtol=1e-9)
        assert result.constant[k, 0] == pytest.approx(constant, rel=1e-9)
        assert (result.low[k, 0], result.high[k, 0]) == (y.min(), y.max())
        assert result.variance[k, 0] == pytest.approx(np.mean((y - line) ** 2), rel=1e-9)
    for part in (result.weights, result.constant, result.low, result.high, result.variance):
        assert not part[:, 1].any()  # an element that nobody has assayed


def test_of_many_errors_four_hundred_are_drawn_by_a_generator_that_is_always_the_same():
    relative = np.column_stack([np.arange(401.0), np.full(401, np.nan)])
    relative[1:, 1] = np.arange(400.0)
    first, second = contents_fit._scores(relative)
    # The first is drawn without the other: one of 401 is left out, and the 400 of the second are all there.
    assert (MOST_SCORES, len(first.scores)) == (400, 400)
    np.testing.assert_array_equal(second.scores, np.arange(400.0))
    expected = np.sort(np.random.default_rng(0).choice(np.arange(401.0), 400, replace=False))
    np.testing.assert_array_equal(first.scores, expected)
    assert PENALTY == 1.0


def test_explained_share_of_one_content_is_unknown():
    result = contents_fit._r2(np.array([[0.5, 0.5], [0.1, 0.1]]), np.array([[2.0, np.nan], [np.nan, np.nan]]))
    assert result.tolist() == [-np.inf, -np.inf]


def test_a_class_of_one_piece_is_given_its_content():
    Z, contents = np.array([[1.0], [-1.0], [3.0]]), np.array([[2.0], [4.0], [9.0]])
    result = fit_lines(Z, np.array([0, 0, 1]), contents, 2)
    # Of class 0: weight -2 / (2 + 1), middle 0, mean 3; so 3 - 2/3 and 3 + 2/3, errors a third each.
    assert result.weights[0, 0, 0] == pytest.approx(-2 / 3, rel=1e-12)
    assert result.constant[0, 0] == pytest.approx(3.0, rel=1e-12)
    assert result.variance[0, 0] == pytest.approx((1 / 3) ** 2, rel=1e-9)
    assert (result.weights[1, 0, 0], result.constant[1, 0], result.variance[1, 0]) == (0.0, 9.0, 0.0)
    assert (result.low[1, 0], result.high[1, 0]) == (9.0, 9.0)


def test_errors_are_counted_by_the_spread_that_the_lines_which_answer_state(toy_sorting_seed):
    """Of four new pieces the first two are told class 0, the others class 1; the lines are two levels."""
    old = np.zeros((2, 4)), np.array([0, 1]), np.array([[1.0, 5.0], [3.0, 5.0]])
    new = np.zeros((4, 4)), np.array([0, 0, 1, 1]), np.array([[1.5, 5.0], [0.5, np.nan], [3.0, 5.0], [7.0, 5.0]])
    p = np.array([[1.0, 0, 0, 0], [0.6, 0.4, 0, 0], [0, 1.0, 0, 0], [0, 1.0, 0, 0]])
    contents, estimated, variance = contents_fit.fit_contents(toy_sorting_seed, old, new, p, np.zeros(4, dtype=np.intp))
    np.testing.assert_allclose(estimated[:, 0], [1.0, 1.8, 3.0, 3.0], rtol=1e-9)
    # Between classes 0.6 * 0.8² + 0.4 * 1.2² = 0.96; within them nothing.
    np.testing.assert_allclose(variance[:, 0], [0.0, 0.96, 0.0, 0.0], atol=1e-12)
    # The lines that answer have learnt all rows: 1, 1.5, 0.5 have the mean 1 and the variance 1/6; 3, 3, 7 the mean
    # 13/3 and the variance 32/9. Between the classes, 10/3 apart, the second piece's is 0.24 * (10/3)² = 8/3.
    spread = np.sqrt([1 / 6, 8 / 3 + 0.6 / 6 + 0.4 * 32 / 9, 32 / 9])
    own = [0.5 / spread[0], 1.3 / spread[1]], [0.0, 4.0 / spread[2]]
    for k in (0, 1):
        np.testing.assert_allclose(contents.of_class[k][0].scores, sorted(own[k]), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(contents.pooled[0].scores, sorted([*own[0], *own[1]]), rtol=1e-9, atol=1e-9)
    assert [len(one.scores) for own in contents.of_class[2:] for one in own] == [0, 0, 0, 0]
    # Squared errors 0.25, 1.69, 0 and 16 have the mean 4.485, contents 1.5, 0.5, 3 and 7 the variance 6.125: 27 %.
    assert contents.carried.tolist() == [True, False]
    assert (contents.lines.low[0, 0], contents.lines.high[0, 0]) == (0.5, 1.5)
    assert (contents.lines.low[1, 0], contents.lines.high[1, 0]) == (3.0, 7.0)


def test_errors_are_those_of_lines_that_know_all_older_lots(toy_sorting_seed):
    """Three lots of a piece each, 2, 4 and 6 after a 0: means of what is older are 0, 1 and 2."""
    old, p = (np.zeros((1, 4)), np.array([0]), np.array([[0.0, 1.0]])), np.eye(4)[[0, 0, 0]]
    new = np.zeros((3, 4)), np.array([0, 0, 0]), np.array([[2.0, 1.0], [4.0, 1.0], [6.0, 1.0]])
    contents, estimated, _ = contents_fit.fit_contents(toy_sorting_seed, old, new, p, np.arange(3))
    np.testing.assert_allclose(estimated[:, 0], 0.0, atol=1e-12)
    # 0, 2, 4 and 6 have the variance 5.
    np.testing.assert_allclose(contents.pooled[0].scores, np.array([2.0, 3.0, 4.0]) / 5**0.5, rtol=1e-9)
    assert contents_fit.BLOCKS == 3
