"""Numbers of a line of two columns, worked out by hand."""

import numpy as np
import pytest

from models.estimators.sign_constrained_ridge import fit_lines

X = np.array([[1.0, np.nan, 2.0], [3.0, np.nan, 2.0], [5.0, np.nan, 2.0], [7.0, np.nan, 2.0]])
Y = np.array([1.0, 2.0, 3.0, 6.0])


@pytest.mark.parametrize(("penalty", "share"), [(0.0, 1.0), (1.0, 0.5), (3.0, 0.25)])
def test_a_line_of_one_column_by_hand(penalty: float, share: float) -> None:
    """x - 4 is -3, -1, 1, 3 with deviation sqrt 5; y - 3 is -2, -1, 0, 3, so their mean product is (6 + 1 + 9) / 4 = 4.

    On the column in units of its deviation the slope is 4 / sqrt 5, less the penalty: divided by 1 + penalty.
    """
    (line,) = fit_lines(X[:, :1], Y, (0,), [penalty])
    assert line.fill.tolist() == [4.0]
    assert (line.low.tolist(), line.high.tolist()) == ([1.0], [7.0])
    np.testing.assert_allclose(line.scale, 5**0.5, rtol=1e-12)
    np.testing.assert_allclose(line.slope, share * 4 / 5**0.5, rtol=1e-12)
    np.testing.assert_allclose(line.intercept, 3.0, rtol=1e-12)
    # In units of x the free slope is 4 / 5.
    np.testing.assert_allclose(line.predict(np.array([[4.0], [5.0], [99.0]])), 3 + 0.8 * share * np.array([0, 1, 3]))


def test_an_empty_and_a_constant_column_have_scale_1_and_no_slope() -> None:
    (line,) = fit_lines(X, Y, (0, 0, 0), [1.0])
    assert line.fill.tolist() == [4.0, 0.0, 2.0]
    assert line.scale[1:].tolist() == [1.0, 1.0]
    assert line.low.tolist() == [1.0, 0.0, 2.0]
    assert line.high.tolist() == [7.0, 0.0, 2.0]
    np.testing.assert_array_equal(line.slope[1:], 0.0)


def test_the_middle_of_a_column_with_gaps_is_no_median() -> None:
    """Of 0, 0, 6 and a gap the median is 0 and stands for the gap, so the mean is 1.5 and the deviation 27 / 4."""
    x = np.array([[0.0], [0.0], [6.0], [np.nan]])
    (line,) = fit_lines(x, np.array([1.0, 1.0, 5.0, 1.0]), (0,), [0.0])
    np.testing.assert_allclose(line.scale, (27 / 4) ** 0.5, rtol=1e-12)
    # The line goes through 1 at 0 and 5 at 6.
    np.testing.assert_allclose(line.predict(np.array([[0.0], [3.0], [6.0], [np.nan]])), [1.0, 3.0, 5.0, 1.0])
