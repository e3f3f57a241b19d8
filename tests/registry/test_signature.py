"""What MLflow is given as a model's signature: whole numbers pass, the target answers, more on request."""

import warnings

import numpy as np
import pandas as pd
import pytest
from mlflow.data.pandas_dataset import from_pandas
from mlflow.models.utils import _enforce_params_schema, _enforce_schema

from models.pyfunc import TableModel
from registry.signature import signature_of, telling_rows


@pytest.fixture
def toy(save_toy_model, tmp_path):
    return save_toy_model(tmp_path / "model")


WHOLE_NUMBERS = {
    "int64": lambda: pd.DataFrame({"previous_y": [90, 91], "x_set": [10, 11], "z": [4, 5]}),
    "nullable": lambda: WHOLE_NUMBERS["int64"]().astype("Int64"),
    "python": lambda: WHOLE_NUMBERS["int64"]().astype(object),
    "mixed": lambda: WHOLE_NUMBERS["int64"]().astype({"x_set": "int8", "z": "float32"}),
}


@pytest.mark.parametrize("kind", WHOLE_NUMBERS)
def test_whole_numbers_are_numbers(toy, kind):
    table = WHOLE_NUMBERS[kind]()
    model, signature = TableModel(toy), signature_of(toy)
    passed = _enforce_schema(table, signature.inputs)
    pd.testing.assert_frame_equal(model.predict(passed), model.predict(table.astype(float)), check_exact=True)


@pytest.mark.parametrize("missing", [None, pd.NA, float("nan")])
def test_a_missing_whole_number_is_missing(toy, missing):
    table = pd.DataFrame({"previous_y": [90, 91], "x_set": [10, missing], "z": [4, 5]}, dtype=object)
    model = TableModel(toy)
    passed = _enforce_schema(table, signature_of(toy).inputs)
    expected = model.predict(pd.DataFrame({"previous_y": [90.0, 91.0], "x_set": [10.0, float("nan")], "z": [4.0, 5.0]}))
    pd.testing.assert_frame_equal(model.predict(passed), expected, check_exact=True)


def test_the_target_answers_where_nobody_asks_for_more(toy, save_toy_sorter, tmp_path):
    for model, kind in ((toy, "double"), (save_toy_sorter(tmp_path / "sorter"), "string")):
        signature, target = signature_of(model), model.seed.target.name
        assert [(one.name, one.type.name) for one in signature.outputs.inputs] == [(target, kind)]
        assert _enforce_params_schema(None, signature.params) == {"answer": target}
        assert _enforce_params_schema({"answer": "all"}, signature.params) == {"answer": "all"}


def test_inputs_are_named_and_needed(toy):
    assert signature_of(toy).inputs.input_names() == list(toy.names)
    assert signature_of(toy).inputs.required_input_names() == list(toy.names)


def test_a_few_rows_have_the_schema_of_all():
    count, late = 5000, 4000
    table = pd.DataFrame(
        {
            "unit": ["A-001"] * count,
            "when": pd.date_range("2026-01-01", periods=count, freq="D"),
            "number": np.arange(count, dtype=float),
            "gap": [*np.arange(late, dtype=float), np.nan, *np.arange(count - late - 1, dtype=float)],
            "text": [None] * late + ["wet"] * (count - late),
            "nothing": [np.nan] * count,
            "whole": np.arange(count),
        }
    )
    few = telling_rows(table)
    assert len(few) <= 10 + 2 * len(table.columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of MLflow: about whole numbers, and its use of pandas
        schemas = [from_pandas(one).schema.to_dict() for one in (few, table)]
    assert schemas[0] == schemas[1]
    required = {one["name"]: one["required"] for one in schemas[0]}
    assert (required["number"], required["gap"], required["text"]) == (True, False, False)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_of_a_short_table_all_rows_tell(rows):
    table = pd.DataFrame({"y": np.arange(float(rows)), "z": ["a"] * rows})
    pd.testing.assert_frame_equal(telling_rows(table), table)
