"""What requests and answers of every task share, checked on the toy process of numbers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from operations.forms.faults import RequestError
from operations.forms.fields import Key, Time, quantity, record, title
from operations.forms.rows import matrix
from operations.predictions.payloads import TaskFields, estimate, payloads_of
from seeds import Seed
from seeds.format.loader import parse

ROW = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}
MOST = 4


def fields(seed: Seed, **more: Any) -> TaskFields:
    return TaskFields("One period", "A-001", "2026-11-01", {"y": estimate("y", seed)}, **more)


@pytest.fixture
def read(toy_seed: Seed) -> Callable[..., Any]:
    taken = payloads_of(toy_seed, MOST, fields(toy_seed))

    def reader(body: object) -> Any:
        return taken.read(body if isinstance(body, bytes) else json.dumps(body).encode())

    return reader


def refused(read: Callable[..., Any], body: object) -> RequestError:
    with pytest.raises(RequestError) as error:
        read(body)
    return error.value


def test_what_is_left_out_has_its_default(read: Callable[..., Any]) -> None:
    rows, request = read({"rows": [{"unit": "A-001", "period_start": "2026-11-01", "z": 3}]})
    assert rows == [
        {
            "unit": "A-001",
            "period_start": "2026-11-01",
            "previous_y": None,
            "x_set": None,
            "z": 3.0,
            "derived_inputs": [],
        }
    ]
    assert request["coverage"] == 0.9


def test_below_a_laboratorys_limit_is_a_negative_number_where_the_seed_has_such_contents(
    toy_seed: Seed, read: Callable[..., Any]
) -> None:
    """The model is given the limit; in a column of another kind a negative number is refused."""
    censored = parse(toy_seed.text.replace('name = "z"', 'name = "z"\ncensored = true', 1), Path("toy_cells.toml"))
    body = json.dumps({"rows": [ROW | {"z": -3.75}]}).encode()
    rows, _ = payloads_of(censored, MOST, fields(censored)).read(body)
    assert rows[0]["z"] == -3.75
    assert matrix(rows, censored)[0].tolist() == [91.5, 10.25, 3.75]
    assert refused(read, {"rows": [ROW | {"z": -3.75}]}).faults[0].field == "z"


@pytest.mark.parametrize(("coverage", "taken"), [(0.5, True), (0.49, False), (0.99, True), (0.991, False)])
def test_coverage_lies_between_a_half_and_99_percent(coverage: float, taken: bool, read: Callable[..., Any]) -> None:
    if taken:
        assert read({"rows": [ROW], "coverage": coverage})[1]["coverage"] == coverage
    else:
        assert refused(read, {"rows": [ROW], "coverage": coverage}).faults[0].field == "coverage"


@pytest.mark.parametrize(("number", "taken"), [(0, False), (1, True), (MOST, True), (MOST + 1, False)])
def test_a_request_holds_1_to_the_most_rows(number: int, taken: bool, read: Callable[..., Any]) -> None:
    if taken:
        assert len(read({"rows": [ROW] * number})[0]) == number
    else:
        (fault,) = refused(read, {"rows": [ROW] * number}).faults
        assert (fault.field, fault.value, fault.bound) == ("rows", number, 1 if number == 0 else MOST)


def test_rows_of_a_request_with_a_fault_are_checked_too_as_far_as_they_may_go(read: Callable[..., Any]) -> None:
    bad = ROW | {"z": 9}
    result = refused(read, {"rows": [bad] * (MOST + 3), "coverage": 2}).faults
    assert [(fault.row, fault.field) for fault in result] == [
        *[(None, "rows"), (None, "coverage")],
        *[(i, "z") for i in range(MOST)],
    ]


@pytest.mark.parametrize("body", [[ROW], 5, {"rows": 5}, {"rows": {"a": 1}}, {}])
def test_a_request_without_rows_has_one_fault(body: object, read: Callable[..., Any]) -> None:
    assert len(refused(read, body).faults) == 1


def test_after_more_than_100_faults_no_row_is_looked_at(toy_seed: Seed) -> None:
    taken = payloads_of(toy_seed, 1000, fields(toy_seed))

    def faults(rows: int, more: int = 0) -> RequestError:
        with pytest.raises(RequestError) as error:
            taken.read(json.dumps({"rows": [ROW | {"z": 9}] * rows, **{f"q{i}": 1 for i in range(more)}}).encode())
        return error.value

    assert faults(100).detail == "the request has 100 faults, see errors"
    assert (
        faults(101).detail == faults(700).detail == "the request has more than 100 faults, the first of them in errors"
    )
    assert [fault.row for fault in faults(700).faults] == list(range(100))
    looked = []
    row = taken.row
    object.__setattr__(
        taken, "row", type("", (), {"read": lambda self, one, i: (looked.append(i), row.read(one, i))[1]})()
    )
    faults(700)
    assert looked == list(range(101))


def test_a_body_that_is_no_json_is_a_bad_request(read: Callable[..., Any]) -> None:
    error = refused(read, b'{"rows": [')
    assert error.status == 400
    assert error.detail.startswith("the body is no valid JSON: ")


@pytest.mark.parametrize("time", ["2026-11-01", "2026-11-01T06:00:00.020", "2026-11-01T06:00:00+02:00"])
def test_times_are_iso_8601(time: str) -> None:
    assert TypeAdapter(Time).validate_python(time) == time


@pytest.mark.parametrize("time", ["1.11.2026", "", "2026-13-01"])
def test_other_times_are_refused_in_words(time: str) -> None:
    with pytest.raises(ValidationError, match="an ISO 8601 date or time, such as 2026-11-01"):
        TypeAdapter(Time).validate_python(time)


@pytest.mark.parametrize(("kind", "length"), [(Key, 200), (Time, 40)])
def test_texts_have_a_longest_length(kind: Any, length: int) -> None:
    text = "2026-11-01T06:00:00.020000+00:00:00.000000"[:length].ljust(length, "0") if kind is Time else "k" * length
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    if kind is Key:
        assert adapter.validate_python(text) == text
        assert adapter.validate_python("k") == "k"
        with pytest.raises(ValidationError, match="at least 1"):
            adapter.validate_python("")
    with pytest.raises(ValidationError, match=f"at most {length} characters"):
        adapter.validate_python(text + "0")
    assert adapter.json_schema()["maxLength"] == length


def test_a_name_that_a_prediction_uses_itself_is_refused(toy_seed: Seed) -> None:
    for name in ("id", "flags"):
        seed = parse(toy_seed.text.replace('name = "period_start"', f'name = "{name}"'), Path("toy_cells.toml"))
        with pytest.raises(ValueError, match=f"seed toy_cells: column '{name}': a prediction uses this name itself"):
            payloads_of(seed, MOST, fields(seed))


def test_an_object_is_strict(toy_seed: Seed) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(record("Thing", "A thing.", {"a": float, "b_c": int}))
    assert adapter.validate_python({"a": 1, "b_c": 2}) == {"a": 1.0, "b_c": 2}
    for wrong in ({"a": "1", "b_c": 2}, {"a": float("nan"), "b_c": 2}, {"a": 1, "b_c": 2, "d": 3}, {"a": 1}):
        with pytest.raises(ValidationError, match="1 validation error"):
            adapter.validate_python(wrong)
    schema = adapter.json_schema()
    assert (schema["title"], schema["description"]) == ("Thing", "A thing.")
    assert schema["properties"]["b_c"]["title"] == "b_c"


def test_a_number_with_its_unit() -> None:
    kind = quantity("Mass", "kg", 0, 5)
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    for value in (0, 5):
        assert adapter.validate_python({"value": value, "unit": "kg"}) == {"value": value, "unit": "kg"}
    for wrong in ({"value": -0.1, "unit": "kg"}, {"value": 5.1, "unit": "kg"}, {"value": 1, "unit": "g"}):
        with pytest.raises(ValidationError, match="1 validation error"):
            adapter.validate_python(wrong)
    assert adapter.json_schema()["properties"]["value"]["x-unit"] == "kg"
    # One type of one name, else OpenAPI would hold two of it.
    assert quantity("Mass", "kg", 0, 5) is kind
    assert TypeAdapter(quantity("Any", "kg")).validate_python({"value": -1e9, "unit": "kg"})["value"] == -1e9


def test_names_of_types_are_in_camel_case(toy_seed: Seed) -> None:
    assert title(toy_seed) == "ToyCells"
    assert title(toy_seed, "rest", "of_it") == "ToyCellsRestOfIt"


def test_a_quantity_is_described_with_its_unit(toy_seed: Seed) -> None:
    described = payloads_of(toy_seed, MOST, fields(toy_seed))
    answer = TypeAdapter(described.answer).json_schema()["$defs"]["ToyCellsPrediction"]["properties"]
    assert list(answer) == ["id", "unit", "period_start", "derived_inputs", "y", "missing_inputs", "flags"]
    assert (answer["y"]["description"], answer["y"]["x-unit"]) == ("efficiency [%]", "%")
    request = TypeAdapter(described.request).json_schema()
    assert request["properties"]["rows"]["maxItems"] == MOST
    row = request["$defs"]["ToyCellsRow"]
    assert row["required"] == ["unit", "period_start"]
    x_set = row["properties"]["x_set"]
    assert x_set["description"] == "set-point of x [kA], 0 to 20. Role: setpoint. Null or left out: missing."
    assert (x_set["x-unit"], x_set["x-role"], x_set["examples"]) == ("kA", "setpoint", [10.0])
    assert (x_set["anyOf"][0]["minimum"], x_set["anyOf"][0]["maximum"]) == (0, 20)
    assert row["properties"]["unit"]["examples"] == ["A-001"]
    assert row["properties"]["period_start"]["examples"] == ["2026-11-01"]
    assert described.quantities == {"y": "%"}
    assert described.echoed == ("unit", "period_start", "derived_inputs")


def test_what_a_task_adds_stands_beside_the_rest(toy_seed: Seed) -> None:
    more = {"request": {"a": int}, "answer": {"b": int}, "example": {"a": 1}}
    taken = payloads_of(toy_seed, MOST, fields(toy_seed, **more))
    assert list(taken.example) == ["rows", "coverage", "include", "digits", "history", "a"]
    assert list(TypeAdapter(taken.request).json_schema()["properties"]) == [
        "rows",
        "coverage",
        "include",
        "digits",
        "history",
        "a",
    ]
    assert list(TypeAdapter(taken.answer).json_schema()["properties"]) == [
        *("process", "model", "coverage", "interval", "predictions", "b"),
    ]


# ---- quality of values ----


@pytest.mark.parametrize("quality", ["bad", "stale", "stuck"])
def test_a_value_that_is_not_fit_for_use_is_missing(quality: str, read: Callable[..., Any]) -> None:
    rows, _ = read({"rows": [ROW | {"data_quality": {"z": quality}}, ROW]})
    assert (rows[0]["z"], rows[0]["x_set"], rows[1]["z"]) == (None, ROW["x_set"], ROW["z"])


@pytest.mark.parametrize("quality", ["good", "uncertain"])
def test_a_value_that_is_fit_for_use_stays(quality: str, read: Callable[..., Any]) -> None:
    rows, _ = read({"rows": [ROW | {"data_quality": {"z": quality}}]})
    assert rows[0]["z"] == ROW["z"]


@pytest.mark.parametrize("quality", [{"w": "bad"}, {"z": "worse"}, {"z": None}, ["z"], None, {"unit": "bad"}])
def test_a_quality_that_is_none_and_one_of_no_input_are_refused(quality: Any, read: Callable[..., Any]) -> None:
    faults = refused(read, {"rows": [ROW, ROW | {"data_quality": quality}]}).faults
    assert {(fault.row, (fault.field or "").partition(".")[0]) for fault in faults} == {(1, "data_quality")}


def test_the_former_name_of_the_quality_is_refused_with_the_present_one(read: Callable[..., Any]) -> None:
    (fault,) = refused(read, {"rows": [ROW | {"quality": {"z": "bad"}}]}).faults
    assert (fault.row, fault.field, fault.expected) == (0, "quality", "renamed to data_quality")


def test_a_value_out_of_range_is_refused_whatever_its_quality(read: Callable[..., Any]) -> None:
    faults = refused(read, {"rows": [ROW | {"z": 99.0, "data_quality": {"z": "bad"}}]}).faults
    assert [(fault.row, fault.field) for fault in faults] == [(0, "z")]


def test_where_the_seed_says_so_a_row_with_a_bad_value_is_refused(toy_seed: Seed) -> None:
    text = toy_seed.text.replace('name = "z"', 'name = "z"\nwhen_bad = "refused"', 1)
    strict = parse(text, Path("toy_cells.toml"))
    taken = payloads_of(strict, MOST, fields(strict))
    row = ROW | {"data_quality": {"z": "stuck", "x_set": "bad"}}
    fault = refused(lambda body: taken.read(json.dumps(body).encode()), {"rows": [row]}).faults
    assert [(one.row, one.field, one.value) for one in fault] == [(0, "data_quality.z", "stuck")]
    rows, _ = taken.read(json.dumps({"rows": [ROW | {"data_quality": {"z": "uncertain"}}]}).encode())
    assert rows[0]["z"] == ROW["z"]
