"""Answers of the Open Inference Protocol are those of `/v1`, whatever the task and however they are carried."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from serving.app import Service
from tests.serving.open_inference.conftest import TOYS, assert_same, columns_of, read
from tests.suite.whole import whole

Rows = Callable[..., list[dict[str, Any]]]


def whole_of(app: Service, process: str) -> dict[str, Any]:
    """Fields of a request for all parts of a response."""
    return next(whole(offers.predictions) for offers in app.taken if offers.seed.process.name == process)


def as_parameters(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: json.dumps(value) if isinstance(value, list) else value for name, value in fields.items()}


def of_v1(call: Any, app: Service, process: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = call(app, "POST", f"/v1/{process}/predictions", json={"rows": rows, **more}).json()
    return answer


@pytest.mark.parametrize("process", TOYS)
@pytest.mark.parametrize("binary", [True, False])
def test_outputs_are_the_fields_of_predictions(
    process: str, binary: bool, service: Service, rows: Rows, infer: Any, call: Any
) -> None:
    requested, parts = rows(process), whole_of(service, process)
    parameters = {"binary_data_output": binary, **as_parameters(parts)}
    answer = read(infer(service, process, columns_of(requested), binary, parameters=parameters))
    predictions = of_v1(call, service, process, requested, **parts)
    assert_same(answer.values, predictions["predictions"])
    assert len(set(answer.values["id"])) == len(requested)
    assert any(flags != "[]" for flags in answer.values["flags"])
    assert (answer.head["model_name"], answer.head["model_version"]) == (process, "3")
    assert answer.head["parameters"]["coverage"] == 0.9
    assert answer.head["parameters"]["digest"] == service.champions.statuses[process].served.digest


@pytest.mark.parametrize("process", TOYS)
def test_no_field_of_a_prediction_is_left_out(
    process: str, service: Service, rows: Rows, infer: Any, call: Any
) -> None:
    requested, parts = rows(process), whole_of(service, process)

    def leaves(result: Any, path: tuple[str, ...] = ()) -> set[str]:
        if isinstance(result, dict):
            return {leaf for name, inner in result.items() for leaf in leaves(inner, (*path, name))}
        return {".".join(path)}

    held = {name for one in of_v1(call, service, process, requested, **parts)["predictions"] for name in leaves(one)}
    outputs = set(read(infer(service, process, columns_of(requested), parameters=as_parameters(parts))).values)
    left = {name for name in held if name.split(".")[-1] != "unit"} - outputs
    # objects that may be null, and what the client has itself
    assert left <= {"unit", "period_start", "face", "day", "lot", "passed_at", "line", "cast_at"} | {
        "nearest_limit",
        "remedy",
    }


@pytest.mark.parametrize("process", TOYS)
def test_one_row_and_many_and_a_column_have_one_answer(process: str, service: Service, rows: Rows, infer: Any) -> None:
    requested = rows(process, 4)
    together = read(infer(service, process, columns_of(requested))).values
    nested = read(infer(service, process, columns_of(requested), nested=True)).values
    assert {name: values for name, values in together.items() if name != "id"} == {
        name: values for name, values in nested.items() if name != "id"
    }
    if process != "toy_scrap":  # a piece is decided by what its lot holds by then
        for i, row in enumerate(requested):
            for name, (value,) in read(infer(service, process, columns_of([row]))).values.items():
                if isinstance(value, float):
                    assert value == pytest.approx(together[name][i], rel=1e-12)
                elif name != "id":
                    assert value == together[name][i]


def test_named_outputs_come_in_their_order_each_in_its_way(service: Service, rows: Rows, infer: Any) -> None:
    outputs = [{"name": "flags"}, {"name": "y.high", "parameters": {"binary_data": True}}, {"name": "y.value"}]
    answer = read(infer(service, "toy_cells", columns_of(rows("toy_cells")), outputs=outputs, id="shift 7"))
    assert list(answer.values) == ["flags", "y.high", "y.value"]
    assert ["data" in one for one in answer.head["outputs"]] == [True, False, True]
    assert answer.head["id"] == "shift 7"
    assert np.all(np.array(answer.values["y.high"]) > answer.values["y.value"])


def test_without_an_id_none_comes_back(service: Service, rows: Rows, infer: Any) -> None:
    assert "id" not in read(infer(service, "toy_cells", columns_of(rows("toy_cells")))).head


@pytest.mark.parametrize("process", TOYS)
def test_coverage_and_explanations_are_asked_for_by_parameters(
    process: str, service: Service, rows: Rows, infer: Any, call: Any
) -> None:
    requested = rows(process, 5)
    predictions = of_v1(call, service, process, requested, coverage=0.6, include=["explanation"])["predictions"]
    answer = read(
        infer(service, process, columns_of(requested), parameters={"coverage": 0.6, "include": '["explanation"]'})
    )
    assert answer.head["parameters"]["coverage"] == 0.6
    assert any(name.startswith("explanation") for name in answer.values)
    assert_same(answer.values, predictions)


def test_objects_of_a_request_and_of_an_answer_are_parameters_as_json(
    service: Service, rows: Rows, infer: Any, call: Any
) -> None:
    requested, later = rows("toy_scrap", 8), rows("toy_scrap", 16)[8:]
    words = {"include": '["lots"]'}
    first = read(infer(service, "toy_scrap", columns_of(requested), parameters=words)).head["parameters"]["lots"]
    with_lots = {"lots": first, **words}
    second = read(infer(service, "toy_scrap", columns_of(later), parameters=with_lots)).head["parameters"]
    lots = of_v1(call, service, "toy_scrap", requested, include=["lots"])["lots"]
    predictions = of_v1(call, service, "toy_scrap", later, lots=lots, include=["lots"])
    assert json.loads(first) == lots
    assert json.loads(second["lots"]) == predictions["lots"]
    assert json.loads(second["guarantee"]) == predictions["guarantee"]


def test_a_column_left_out_is_missing_in_every_row(service: Service, rows: Rows, infer: Any, call: Any) -> None:
    requested = [{name: value for name, value in row.items() if name != "z"} for row in rows("toy_cells")]
    answer = read(infer(service, "toy_cells", columns_of(requested)))
    assert_same(answer.values, of_v1(call, service, "toy_cells", requested)["predictions"])
    assert all("z missing" in flags for flags in answer.values["flags"])
