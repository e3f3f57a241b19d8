from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.table.inputs import InputError, input_names, matrix, medians
from seeds import Seed, load_all

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
    with pytest.raises(InputError, match=r"input columns missing: previous_y, z$") as told:
        matrix(table.drop(columns=["z", "previous_y"]), toy_seed)
    assert told.value.columns == ("previous_y", "z")


def test_medians_pass_over_gaps_and_know_what_to_do_with_none() -> None:
    X = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [8.0, np.nan]])
    np.testing.assert_array_equal(medians(X, (-1.0, -2.0)), [3.0, -2.0])
