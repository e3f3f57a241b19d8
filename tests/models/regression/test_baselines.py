from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from models.interfaces.physics import Equipment, Physics
from models.regression.baselines import FirstPrinciples, Persistence


def test_persistence_gives_the_period_before_and_the_mean_where_it_is_missing() -> None:
    X = np.array([[1.0, 80.0], [2.0, np.nan], [3.0, 90.0]])
    fitted = Persistence(column=1).fit(X, np.array([81.0, 85.0, 92.0]))
    np.testing.assert_array_equal(fitted.predict(X), [80.0, 86.0, 90.0])


@pytest.mark.parametrize("column", [-1, 2])
def test_persistence_needs_a_column_that_exists(column: int) -> None:
    with pytest.raises(ValueError, match=f"column {column}: expected one of the 2 columns"):
        Persistence(column=column).fit(np.ones((3, 2)), np.ones(3))


class MadeUp(Physics[Equipment]):
    """Physics of a made-up process: y = 2 a - b."""

    def features(self, columns: Any) -> Any:
        return {}

    def first_principles(self, columns: Any) -> Any:
        return 2 * columns["a"] - columns["b"]


class TestFirstPrinciples:
    estimator = FirstPrinciples(MadeUp(Equipment()), ("a", "b"), (7.0, 3.0))

    def test_learns_one_constant_that_outliers_do_not_move(self) -> None:
        X = np.random.default_rng(0).normal(size=(101, 2))
        y = 2 * X[:, 0] - X[:, 1] + 5.0
        y[:20] += 1000.0
        fitted = clone(self.estimator).fit(X, y)
        assert fitted.offset_ == pytest.approx(5.0, rel=1e-12)
        np.testing.assert_allclose(fitted.predict([[10.0, 1.0]]), [24.0], rtol=1e-12)

    def test_a_missing_input_takes_its_training_median(self) -> None:
        X = np.array([[1.0, 0.0], [2.0, 0.0], [9.0, 0.0], [np.nan, 0.0]])
        fitted = clone(self.estimator).fit(X, np.array([2.0, 4.0, 18.0, 4.0]))
        np.testing.assert_array_equal(fitted.predict([[np.nan, 1.0]]), [3.0])

    def test_an_input_without_any_value_takes_the_typical_mean(self) -> None:
        X = np.array([[1.0, np.nan], [2.0, np.nan]])
        fitted = clone(self.estimator).fit(X, np.array([2.0, 4.0]))
        np.testing.assert_array_equal(fitted.fill_, [1.5, 3.0])
        np.testing.assert_array_equal(fitted.predict(X), [2.0, 4.0])

    def test_wrong_number_of_columns_is_told(self) -> None:
        with pytest.raises(ValueError, match=r"X has 3 columns, expected 2: \('a', 'b'\)"):
            clone(self.estimator).fit(np.ones((4, 3)), np.ones(4))


@pytest.mark.parametrize("estimator", [Persistence(), FirstPrinciples(MadeUp(Equipment()), ("a",), (1.0,))])
def test_baselines_take_gaps_and_promise_no_score(estimator: Any) -> None:
    tags = estimator.__sklearn_tags__()
    assert tags.input_tags.allow_nan is True
    assert tags.regressor_tags.poor_score is True
