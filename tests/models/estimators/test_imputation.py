"""Missing inputs from the others: conditional means, and what stays missing."""

import json
from typing import Any

import numpy as np
import pytest

from models.estimators.imputation import FARTHEST, MOST_MISSING, RIDGE, Imputation
from physics.arrays import BoolArray, FloatArray

MEAN, SCALE = np.array([10.0, 50.0, -2.0]), np.array([2.0, 5.0, 0.5])
CORRELATION = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.3], [0.0, 0.3, 1.0]])


def drawn(n: int, rng_seed: int = 1) -> FloatArray:
    return MEAN + SCALE * np.random.default_rng(rng_seed).multivariate_normal(np.zeros(3), CORRELATION, n)


def numbers(k: int) -> BoolArray:
    return np.ones(k, dtype=np.bool_)


@pytest.fixture(scope="module")
def imputation() -> Imputation:
    return Imputation.of(drawn(100_000), numbers(3))


def test_a_missing_input_is_its_conditional_mean_given_one_other(imputation: Imputation) -> None:
    X = np.array([[13.0, np.nan, np.nan]])
    standard = 1.5 / (1 + RIDGE)
    expected = [13.0, 50.0 + 5.0 * 0.8 * standard, -2.0]
    np.testing.assert_allclose(imputation.filled(X)[0], expected, atol=0.04)


def test_a_missing_input_is_its_conditional_mean_given_all_others(imputation: Imputation) -> None:
    X = np.array([[13.0, np.nan, -2.5]])
    given = CORRELATION[np.ix_([0, 2], [0, 2])] + RIDGE * np.eye(2)
    slopes = np.linalg.solve(given, CORRELATION[[0, 2], 1])
    assert imputation.filled(X)[0, 1] == pytest.approx(50.0 + 5.0 * slopes @ [1.5, -1.0], abs=0.06)


def test_a_row_without_any_input_has_the_means(imputation: Imputation) -> None:
    np.testing.assert_allclose(imputation.filled(np.full((2, 3), np.nan)), [imputation.mean] * 2)


def test_rows_with_all_inputs_are_the_same_array(imputation: Imputation) -> None:
    X = drawn(5)
    assert imputation.filled(X) is X


def test_a_row_is_filled_alone_as_in_a_table_and_nothing_that_is_there_changes(imputation: Imputation) -> None:
    X = drawn(200, 3)
    X[np.random.default_rng(4).random(X.shape) < 0.4] = np.nan
    before = X.copy()
    filled = imputation.filled(X)
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(filled[~np.isnan(X)], X[~np.isnan(X)])
    assert not np.isnan(filled).any()
    for i in range(0, 200, 20):
        np.testing.assert_allclose(imputation.filled(X[i : i + 1])[0], filled[i], rtol=1e-12)


def test_errors_are_smaller_than_those_of_the_mean(imputation: Imputation) -> None:
    X = drawn(4000, 5)
    blanked = X.copy()
    blanked[:, 1] = np.nan
    error = imputation.filled(blanked)[:, 1] - X[:, 1]
    explained = CORRELATION[[0, 2], 1] @ np.linalg.solve(CORRELATION[np.ix_([0, 2], [0, 2])], CORRELATION[[0, 2], 1])
    assert np.std(error) == pytest.approx(5.0 * np.sqrt(1 - explained), rel=0.05)


def test_training_rows_that_miss_inputs_give_the_same_means(imputation: Imputation) -> None:
    X = drawn(100_000)
    X[np.random.default_rng(6).random(X.shape) < 0.15] = np.nan
    other = Imputation.of(X, numbers(3))
    np.testing.assert_allclose(other.correlation, imputation.correlation, atol=0.02)


def test_categories_and_inputs_that_training_often_missed_stay_missing() -> None:
    X = drawn(1000)
    X[: int(1000 * MOST_MISSING) + 1, 2] = np.nan
    of_numbers = np.array([False, True, True])
    imputation = Imputation.of(X, of_numbers)
    assert imputation.columns.tolist() == [1]
    filled = imputation.filled(np.full((1, 3), np.nan))[0]
    assert np.isnan(filled).tolist() == [True, False, True]


def test_an_input_that_does_not_vary_tells_nothing() -> None:
    X = drawn(500)
    X[:, 0] = 0.1
    imputation = Imputation.of(X, numbers(3))
    assert imputation.columns.tolist() == [1, 2]
    row = np.array([[7.0, np.nan, -2.0]])
    assert imputation.filled(row)[0, 1] == pytest.approx(50.0, abs=1.0)


def test_an_extreme_input_tells_no_more_than_one_at_five_standard_deviations(imputation: Imputation) -> None:
    far, edge = (np.array([[10.0 + 2.0 * sd, np.nan, -2.0]]) for sd in (1000.0, FARTHEST))
    assert imputation.filled(far)[0, 1] == pytest.approx(imputation.filled(edge)[0, 1], rel=1e-3)


def test_a_state_is_json_and_restores_the_same_bits(imputation: Imputation) -> None:
    again = Imputation.from_state(json.loads(json.dumps(imputation.state())))
    for name in ("columns", "mean", "scale", "correlation"):
        np.testing.assert_array_equal(getattr(again, name), getattr(imputation, name))


@pytest.mark.parametrize(
    "change", [{"mean": [1.0]}, {"scale": [1.0, 0.0, 1.0]}, {"mean": [1.0, float("nan"), 1.0]}, {"columns": [0, 1, 2]}]
)
def test_a_state_of_other_shapes_is_refused(imputation: Imputation, change: dict[str, Any]) -> None:
    state = imputation.state() | change
    if "columns" in change:
        state["correlation"] = [[1.0]]
    with pytest.raises(ValueError, match=r"expected|reshape"):
        Imputation.from_state(state)
