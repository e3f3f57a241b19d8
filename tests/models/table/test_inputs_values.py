"""Rows that a fitted estimator is given: what passes untouched and what is checked."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from models.table.inputs import by_name, checked_rows


@pytest.fixture
def estimator() -> Any:
    made = BaseEstimator()
    made.n_features_in_ = 2
    return made


def test_a_matrix_of_the_right_form_is_passed_on_itself(estimator: Any) -> None:
    X = np.array([[1.0, np.nan]])
    assert checked_rows(estimator, X) is X


@pytest.mark.parametrize("X", [[[1, 2]], np.array([[1, 2]]), np.array([[1, 2]], np.float32)])
def test_other_numbers_become_float64(X: Any, estimator: Any) -> None:
    rows = checked_rows(estimator, X)
    assert rows.dtype == np.float64
    assert rows.tolist() == [[1.0, 2.0]]


def test_gaps_are_let_through_in_any_form(estimator: Any) -> None:
    assert np.isnan(checked_rows(estimator, [[1.0, np.nan]])[0, 1])


@pytest.mark.parametrize("shape", [(3, 1), (3, 3), (0, 2), (2,), (1, 2, 2)])
def test_another_shape_is_refused(shape: tuple[int, ...], estimator: Any) -> None:
    with pytest.raises(ValueError, match=r"features|sample|dim|2D"):
        checked_rows(estimator, np.zeros(shape))


def test_the_check_does_not_learn_a_number_of_columns(estimator: Any) -> None:
    with pytest.raises(ValueError, match="3 features"):
        checked_rows(estimator, [[1.0, 2.0, 3.0]])
    assert estimator.n_features_in_ == 2


def test_columns_are_found_by_name() -> None:
    columns = by_name(np.array([[1.0, 2.0], [3.0, 4.0]]), ("b", "a"))
    assert {name: column.tolist() for name, column in columns.items()} == {"b": [1.0, 3.0], "a": [2.0, 4.0]}
