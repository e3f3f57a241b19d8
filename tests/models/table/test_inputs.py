"""The matrix that a prediction sees, and rows that a fitted estimator is given."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from models.table.inputs import InputError, by_name, checked_rows, input_names, matrix, medians
from seeds import Seed, load_all
from seeds.format.loader import parse

SEEDS = load_all()


@pytest.fixture
def table(toy_frame: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    frame = toy_frame(units=3, periods=4)
    return frame.assign(previous_y=frame.groupby("unit")["y"].shift(1))


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_no_late_or_target_or_key_column_is_an_input(seed: Seed) -> None:
    hidden = {column.name for column in seed.by_role("key", "time", "late", "target")}
    assert not hidden & set(input_names(seed))
    assert len(input_names(seed)) == len(seed.columns) - len(hidden)


def test_matrix_finds_inputs_by_name(toy_seed: Seed, table: pd.DataFrame) -> None:
    X = matrix(table, toy_seed)
    assert input_names(toy_seed) == ("previous_y", "x_set", "z")
    assert X.dtype == np.float64
    np.testing.assert_array_equal(X[:, 2], table["z"])
    assert np.isnan(X[:, 0]).sum() == 3


def test_matrix_takes_a_limit_for_the_content_below_it(toy_seed: Seed, table: pd.DataFrame) -> None:
    text = toy_seed.text.replace('name = "z"', 'name = "z"\ncensored = true', 1)
    seed = parse(text, Path("toy_cells.toml"))
    assert seed.column("z").censored
    table = table.assign(z=np.where(np.arange(len(table)) % 2 == 0, -3.5, 3.7))
    np.testing.assert_array_equal(matrix(table, seed)[:, 2], np.abs(table["z"]))
    np.testing.assert_array_equal(matrix(table, toy_seed)[:, 2], table["z"])


def test_a_table_whose_numbers_lie_as_the_matrix_does_stays_as_it_is(toy_seed: Seed, table: pd.DataFrame) -> None:
    seed = parse(toy_seed.text.replace('name = "z"', 'name = "z"\ncensored = true', 1), Path("toy_cells.toml"))
    numbers = table[list(input_names(seed))].to_numpy() * [1.0, 1.0, -1.0]
    X = matrix(pd.DataFrame(numbers, columns=input_names(seed), copy=False), seed)
    np.testing.assert_array_equal(X[:, 2], table["z"])
    np.testing.assert_array_equal(numbers[:, 2], -table["z"])


def test_matrix_does_not_depend_on_column_order_or_other_columns(toy_seed: Seed, table: pd.DataFrame) -> None:
    expected = matrix(table, toy_seed)
    np.testing.assert_array_equal(matrix(table[table.columns[::-1]], toy_seed), expected)
    np.testing.assert_array_equal(matrix(table.assign(tapped=1e9, y=0.0, more="text"), toy_seed), expected)


def test_matrix_leaves_the_table_as_it_was(toy_seed: Seed, table: pd.DataFrame) -> None:
    before = table.copy(deep=True)
    matrix(table, toy_seed)[:] = 0.0
    pd.testing.assert_frame_equal(table, before)


def test_matrix_takes_none_as_missing(toy_seed: Seed, table: pd.DataFrame) -> None:
    table["z"] = table["z"].astype(object).where(table.index > 0, None)
    assert np.isnan(matrix(table, toy_seed)[0, 2])


def test_matrix_names_every_missing_column(toy_seed: Seed, table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"input columns missing: previous_y, z$") as raised:
        matrix(table.drop(columns=["z", "previous_y"]), toy_seed)
    assert raised.value.columns == ("previous_y", "z")


def test_medians_pass_over_gaps_and_know_what_to_do_with_none() -> None:
    X = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [8.0, np.nan]])
    np.testing.assert_array_equal(medians(X, (-1.0, -2.0)), [3.0, -2.0])


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


def test_a_text_category_is_the_number_of_its_value(toy_seed: Seed, tmp_path: Path) -> None:
    ore = '[[columns]]\nname = "ore"\nrole = "before"\ndescription = "m"\nvalues = ["dry", "wet"]\n'
    ore += 'source = "assumed: made"\n\n'
    seed = parse(toy_seed.text.replace("[targets.y]", ore + "[targets.y]", 1), tmp_path / "toy_cells.toml")
    table = pd.DataFrame({name: [1.0] * 4 for name in ("previous_y", "x_set", "z")})
    X = matrix(table.assign(ore=["wet", "dry", "burnt", None]), seed)
    np.testing.assert_array_equal(X[:, input_names(seed).index("ore")], [1.0, 0.0, np.nan, np.nan])
