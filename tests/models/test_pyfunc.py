import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.pyfunc import TableModel, _load_pyfunc
from models.regression.calibration import conformalised
from models.storage import model_files
from models.table.inputs import InputError
from models.tasks import build
from seeds import Seed


@pytest.fixture
def folder(toy_seed: Seed, tmp_path: Path) -> Path:
    X = np.random.default_rng(0).normal([90, 10, 4], [2, 1, 0.5], (60, 3))
    estimator = build(toy_seed)["lightgbm"].fit(X, X[:, 0])
    model_files.save(
        conformalised(toy_seed, "lightgbm", estimator, X, X[:, 0] + 0.5, estimator.predict(X), {}), tmp_path / "model"
    )
    return tmp_path / "model"


@pytest.fixture
def loaded(folder: Path) -> TableModel:
    return _load_pyfunc(str(folder))


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {"previous_y": [90.0, 91.0], "x_set": [10.0, 11.0], "z": [4.0, np.nan]}, index=pd.Index([7, 3], name="row")
    )


def test_table_in_table_out(loaded: TableModel, table: pd.DataFrame) -> None:
    predictions = loaded.predict(table)
    answer = loaded.model.answer(table.to_numpy(), 0.9)["y"]
    expected = pd.DataFrame({"y": answer.value, "y_low": answer.low, "y_high": answer.high}, index=table.index)
    pd.testing.assert_frame_equal(predictions, expected, check_exact=True)


def test_the_table_is_what_the_model_tells(loaded: TableModel, table: pd.DataFrame) -> None:
    predictions = loaded.model.columns(table.to_numpy())
    assert list(loaded.predict(table)) == list(predictions) == ["y", "y_low", "y_high"]


def test_one_column_on_request(loaded: TableModel, table: pd.DataFrame) -> None:
    whole = loaded.predict(table)
    pd.testing.assert_frame_equal(loaded.predict(table, {"answer": "all"}), whole, check_exact=True)
    pd.testing.assert_frame_equal(loaded.predict(table, {}), whole, check_exact=True)
    for name in whole:
        pd.testing.assert_series_equal(loaded.predict(table, {"answer": name}), whole[name], check_exact=True)


def test_a_column_that_is_none_of_the_answers_is_refused(loaded: TableModel, table: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"^answer: got 'z', expected 'all' or one of y, y_low, y_high$"):
        loaded.predict(table, {"answer": "z"})


def test_order_and_other_columns_do_not_matter(loaded: TableModel, table: pd.DataFrame) -> None:
    shuffled = table[["z", "previous_y", "x_set"]].assign(y=0.0, unit="A-001")
    pd.testing.assert_frame_equal(loaded.predict(shuffled), loaded.predict(table), check_exact=True)


def test_none_is_missing(loaded: TableModel, table: pd.DataFrame) -> None:
    none = table.astype({"z": object}).where(table.notna(), None)
    pd.testing.assert_frame_equal(loaded.predict(none), loaded.predict(table), check_exact=True)


def test_missing_columns_are_named(loaded: TableModel, table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="input columns missing: previous_y, z"):
        loaded.predict(table[["x_set"]])


def test_table_is_not_mutated(loaded: TableModel, table: pd.DataFrame) -> None:
    before = table.copy(deep=True)
    loaded.predict(table)
    pd.testing.assert_frame_equal(table, before)


def test_loading_needs_no_mlflow(folder: Path) -> None:
    code = "import sys, models.pyfunc; models.pyfunc._load_pyfunc(sys.argv[1]); print('mlflow' in sys.modules)"
    completed = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert completed.stdout.strip() == "False"
