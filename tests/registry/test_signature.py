"""What MLflow is given as a model's signature: whole numbers pass, the target answers, more on request."""

import pandas as pd
import pytest
from mlflow.models.utils import _enforce_params_schema, _enforce_schema

from models.pyfunc import TableModel
from registry.signature import signature_of


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
