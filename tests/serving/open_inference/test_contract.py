"""Tensors of every process of the folder: what a row takes and what a prediction gives, with types and units."""

from pathlib import Path

import pytest

from operations.predictions.payloads import Payloads
from seeds import Seed, load, names
from serving.open_inference.contract import Contract, contract
from serving.open_inference.requests import parse_request
from tests.suite.forms import payloads


@pytest.fixture(scope="module", params=names())
def taken(request: pytest.FixtureRequest) -> Payloads:
    seed = load(request.param)
    return payloads(seed, 50)


@pytest.fixture(scope="module")
def tensors(taken: Payloads) -> Contract:
    return contract(taken)


def test_inputs_are_the_fields_of_a_row(taken: Payloads, tensors: Contract) -> None:
    seed = taken.seed
    assert list(tensors.inputs) == list(taken.example["rows"][0])
    for column in seed.inputs:
        tensor = tensors.inputs[column.name]
        assert (tensor.datatype, tensor.unit) == (("FP64", column.unit) if column.is_number else ("BYTES", None))
    for column in seed.by_role("key", "time"):
        assert tensors.inputs[column.name].datatype == "BYTES"
    for column in seed.by_role("late", "target"):
        assert column.name not in tensors.inputs


def test_every_quantity_comes_with_its_interval_and_unit(taken: Payloads, tensors: Contract) -> None:
    for name, unit in taken.quantities.items():
        held = [one.tensor for one in tensors.outputs.values() if one.path[-2:-1] == (name,)]
        ends = {tensor.name.rpartition(".")[2]: tensor for tensor in held}
        for end in ("value", "low", "high"):
            assert (ends[end].datatype, ends[end].unit) == ("FP64", unit)


def test_decisions_and_flags_are_texts(taken: Payloads, tensors: Contract) -> None:
    flags = tensors.outputs["flags"]
    assert (flags.tensor.datatype, flags.kind) == ("BYTES", "array")
    assert tensors.outputs["id"].tensor.datatype == "BYTES"
    for name in {"class", "bin", "decision.action", "decision.grade"} & set(tensors.outputs):
        assert tensors.outputs[name].tensor.datatype == "BYTES"


def test_parameters_are_the_fields_of_a_request(taken: Payloads, tensors: Contract) -> None:
    assert {"rows", *tensors.parameters} == set(taken.example)
    for name, plain in tensors.parameters.items():
        assert plain == isinstance(taken.example[name], bool | float | str), name


def test_an_absent_object_is_null_in_all_its_outputs(toy_quality_seed: Seed) -> None:
    result = contract(payloads(toy_quality_seed, 50))
    predictions = [{"remedy": None}, {"remedy": {"after": 52.0}}, {}]
    assert result.outputs["remedy.after"].values(predictions) == [None, 52.0, None]
    released = [{"decision": {"on_base_rate": True}}, {"decision": {"on_base_rate": False}}, {}]
    assert result.outputs["decision.on_base_rate"].values(released) == [1.0, 0.0, None]
    assert result.outputs["flags"].values([{"flags": ["z missing"]}, {"flags": []}]) == ['["z missing"]', "[]"]


def test_the_request_of_the_page_is_taken() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "open_inference_protocol.md").read_text(encoding="utf-8")
    content = page.partition("```json\n")[2].partition("```")[0].encode()
    seed = load("aluminium_reduction")
    taken = payloads(seed, 10)
    result = parse_request(content, None, taken, contract(taken))
    rows, request = result.read(taken)
    assert [row["bath_temperature"] for row in rows] == [958.4, None]
    assert request["coverage"] == 0.8
    assert list(result.outputs or ()) == ["current_efficiency.value", "current_efficiency.low", "flags"]
