"""Requests of the Open Inference Protocol that are refused, each with one text that names column, row and bound."""

import json
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from serving.app import Service
from tests.serving.open_inference.conftest import HEADER, body, packed

COLUMNS: dict[str, list[Any]] = {
    "unit": ["A-001", "A-002"],
    "period_start": ["2026-11-01", "2026-11-01"],
    "x_set": [10.25, 11.0],
    "z": [3.75, None],
}
URL = "/v2/models/toy_cells/infer"


def error(response: httpx.Response, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> str:
    """The text of a refusal, which stands alone in its JSON."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert HEADER not in response.headers
    (text,) = response.json().values()
    assert set(response.json()) == {"error"}
    assert "Traceback" not in text
    return str(text)


@pytest.fixture
def refused(service: Service, call: Any) -> Any:
    """Sender of a body that is refused; gives why."""

    def send(content: bytes, length: str | None = None, status: int = 422, **headers: str) -> str:
        more = {} if length is None else {HEADER: length}
        return error(call(service, "POST", URL, content=content, headers=more | headers), HTTPStatus(status))

    return send


def listed(change: dict[str, Any], **more: Any) -> bytes:
    """Body in JSON whose column `z` is changed in this."""
    parsed = json.loads(body(COLUMNS, binary=False)[0])
    parsed["inputs"][3] = {name: value for name, value in (parsed["inputs"][3] | change).items() if value is not ...}
    return json.dumps(parsed | more).encode()


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "above its range": ({"data": [3.75, 8.5]}, "row 1, z: got 8.5, expected at most 8 V"),
    "a text": ({"data": [3.75, "8"]}, "row 1, z: got 8, expected a number"),
    "true": ({"data": [3.75, True]}, "row 1, z: got True, expected a number"),
    "a list": ({"data": [3.75, [8]]}, "row 1, z: got [8], expected a number"),
    "one too few": ({"data": [3.75]}, "z: got 1, expected 2 values"),
    "one too many": ({"data": [3.75, 4, 5]}, "z: got 3, expected 2 values"),
    "no data": ({"data": ...}, "z: expected either data or the parameter binary_data_size"),
    "data twice": ({"parameters": {"binary_data_size": 16}}, "z: expected either data or the parameter"),
    "another length": ({"shape": [3], "data": [1, 2, 3]}, "z: got [3], expected the shape [2] or [2, 1]"),
    "a matrix": ({"shape": [2, 2], "data": [1, 2, 3, 4]}, "z: got [2, 2], expected the shape [2] or [2, 1]"),
    "a cube": ({"shape": [2, 1, 1]}, "inputs.3.shape: got 3, expected at most 2 entries"),
    "no shape": ({"shape": ...}, "inputs.3.shape: expected this field, which is required"),
    "a negative shape": ({"shape": [-2]}, "inputs.3.shape.0: got -2, expected at least 0"),
    "a broken shape": ({"shape": [2.5]}, "inputs.3.shape.0: got 2.5, expected"),
    "another datatype": ({"datatype": "FP32"}, "z: got FP32, expected the datatype FP64"),
    "an unknown datatype": ({"datatype": "TEXT"}, "z: got TEXT, expected the datatype FP64"),
    "misspelt": ({"name": "zz"}, "zz: expected no such field; the nearest is z"),
    "late": ({"name": "tapped"}, "tapped: expected no such field: tapped is known only after the period"),
    "twice": ({"name": "x_set"}, "x_set: expected this input once"),
    "a foreign parameter": ({"parameters": {"shared_memory_region": "r"}}, "z: got shared_memory_region, expected no"),
    "a foreign field": ({"dtype": "FP64"}, "inputs.3.dtype: got FP64, expected no such field; the nearest is datatype"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_faulty_column_is_named(name: str, refused: Any) -> None:
    change, expected = CHANGES[name]
    assert expected in refused(listed(change))


MORE: dict[str, tuple[dict[str, Any], str]] = {
    "coverage": ({"parameters": {"coverage": 1.0}}, "coverage: got 1.0, expected at most 0.99"),
    "coverage as a text": ({"parameters": {"coverage": "0.9"}}, "coverage: got 0.9, expected a number"),
    "misspelt": ({"parameters": {"coverge": 0.9}}, "got coverge, expected no such parameter; the nearest is coverage"),
    "rows": ({"parameters": {"rows": "[]"}}, "parameters: got rows, expected no such parameter"),
    "no JSON": ({"parameters": {"history": "[{"}}, "parameters.history: got [{, expected its JSON in a text"),
    "no text": ({"parameters": {"history": 3}}, "parameters.history: got 3, expected its JSON in a text"),
    "history": ({"parameters": {"history": '[{"unit": 3}]'}}, "history.0.unit: got 3, expected a text"),
    "former": ({"parameters": {"explain": True}}, "parameters: got explain, expected no such parameter"),
    "word": ({"parameters": {"include": '["energy"]'}}, "include.0: got energy, expected 'missing_inputs'"),
    "binary": ({"parameters": {"binary_data_output": 1}}, "binary_data_output: got 1, expected true or false"),
    "output": ({"outputs": [{"name": "y"}]}, "outputs: got y, expected no such output"),
    "not asked for": (
        {"outputs": [{"name": "explanation.base_value"}]},
        "got explanation.base_value, expected an output of this",
    ),
    "output parameter": (
        {"outputs": [{"name": "y.low", "parameters": {"classification": 3}}]},
        "y.low: got classification, expected no parameter but binary_data",
    ),
    "output as a number": (
        {"outputs": [{"name": "y.low", "parameters": {"binary_data": 1}}]},
        "y.low.binary_data: got 1, expected true or false",
    ),
    "id": ({"id": 7}, "id: got 7, expected a text"),
    "a foreign field": ({"rows": []}, "rows: got [], expected no such field"),
    "no inputs": ({"inputs": []}, "unit: expected this input, which is required"),
    "inputs that are none": ({"inputs": "x"}, "inputs: got x, expected a list"),
}


@pytest.mark.parametrize("name", MORE)
def test_a_faulty_request_is_named(name: str, refused: Any) -> None:
    more, expected = MORE[name]
    assert expected in refused(listed({}, **more))


@pytest.mark.parametrize(
    ("rows", "expected"), [(0, "rows: got 0, expected at least 1"), (51, "rows: got 51, expected at most 50 entries")]
)
@pytest.mark.parametrize("binary", [True, False])
def test_a_request_has_one_row_at_least_and_so_many_at_most(
    rows: int, expected: str, binary: bool, refused: Any
) -> None:
    columns = {name: [values[0]] * rows for name, values in COLUMNS.items()}
    head = json.loads(body(columns, binary=False)[0])
    for one, values in zip(head["inputs"], COLUMNS.values(), strict=True):
        one["datatype"] = "BYTES" if isinstance(values[0], str) else "FP64"
    content = json.dumps(head).encode()
    assert expected in refused(*(body(columns, True) if binary and rows else (content, None)))


def test_a_shape_beyond_all_memory_is_refused_before_anything_is_made(refused: Any) -> None:
    for size in (2**31, 2**62, 2**63, 10**30):
        inputs = [
            {"name": name, "datatype": "BYTES" if name != "z" else "FP64", "shape": [size], "data": []}
            for name in ("unit", "period_start", "z")
        ]
        assert "rows: got" in refused(json.dumps({"inputs": inputs}).encode())


def binary(change: dict[str, Any] | None = None, tail: bytes | None = None) -> tuple[bytes, str]:
    """Body in bytes whose last column has other parameters, or other bytes."""
    content, length = body(COLUMNS, binary=True)
    assert length is not None
    head, remaining = json.loads(content[: int(length)]), content[int(length) :]
    head["inputs"][3]["parameters"] |= change or {}
    if tail is not None:
        remaining = remaining[: -len(packed(COLUMNS["z"]))] + tail
    made = json.dumps(head).encode()
    return made + remaining, str(len(made))


SIZES: dict[str, tuple[tuple[bytes, str], str]] = {
    "too short": (binary(tail=bytes(15)), "z: got 16, expected as binary_data_size at most 15"),
    "left over": (binary(tail=bytes(17)), "body: got 79, expected 78 bytes after the JSON"),
    "a size that its shape has not": (binary({"binary_data_size": 8}), "z: got 8, expected 16 bytes: 2 numbers of 8"),
    "a size without end": (binary({"binary_data_size": 2**63}), "z: got 9223372036854775808, expected as"),
    "a negative size": (binary({"binary_data_size": -16}), "z: got -16, expected a number of bytes"),
    "a size as a text": (binary({"binary_data_size": "16"}), "z: got 16, expected a number of bytes"),
    "a size as true": (binary({"binary_data_size": True}), "z: got True, expected a number of bytes"),
    "infinity": (binary(tail=packed([1.0, float("inf")])), "row 1, z: got inf, expected a finite number"),
    "above its range": (binary(tail=packed([1.0, 8.5])), "row 1, z: got 8.5, expected at most 8 V"),
}


@pytest.mark.parametrize("name", SIZES)
def test_bytes_that_do_not_fit_are_named(name: str, refused: Any) -> None:
    sent, expected = SIZES[name]
    assert expected in refused(*sent)


def test_texts_whose_lengths_lead_astray_are_refused(refused: Any) -> None:
    content, length = body(COLUMNS, binary=True)
    assert length is not None
    at = int(length)
    broken = content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :]
    assert "row 0, unit: got 18, expected 2 texts, each with its length" in refused(broken, length)


@pytest.mark.parametrize("length", ["0", "-1", "1e3", "", "9" * 30, "100000", "²"])
def test_a_length_of_the_json_that_cannot_be_is_refused(length: str, refused: Any) -> None:
    assert "inference-header-content-length: got" in refused(body(COLUMNS, binary=True)[0], length.encode("latin-1"))


@pytest.mark.parametrize("off", [-1, 1])
def test_a_length_that_cuts_the_json_is_refused(off: int, refused: Any) -> None:
    content, length = body(COLUMNS, binary=True)
    assert "the body is no valid JSON" in refused(content, str(int(str(length)) + off), 400)


def test_bytes_without_the_header_are_no_json(refused: Any) -> None:
    assert "the body is no valid JSON" in refused(body(COLUMNS, binary=True)[0], status=400)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 10_000, b'{"inputs": [nul'])
def test_what_is_no_json_is_refused(content: bytes, refused: Any) -> None:
    assert "the body is no valid JSON" in refused(content, status=400)


@pytest.mark.parametrize("content", [b"[]", b"null", b"3", b'"x"'])
def test_what_is_no_object_is_refused(content: bytes, refused: Any) -> None:
    assert "expected an object" in refused(content)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused_in_json_as_in_v1(number: str, refused: Any) -> None:
    content = body(COLUMNS, binary=False)[0].replace(b"3.75", number.encode())
    assert "row 0, z: got" in refused(content)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_compressed_bodies_are_refused(encoding: str, refused: Any) -> None:
    text = refused(b"\x1f\x8b\x08", status=415, **{"content-encoding": encoding})
    assert text == f"content-encoding: got {encoding}, expected identity"


def test_a_body_that_is_too_long_is_refused(refused: Any) -> None:
    assert "expected at most 60000 bytes" in refused(b" " * 60_001, status=413)


def test_without_key_or_time_it_says_which(refused: Any) -> None:
    content, _ = body({"z": [3.75]}, binary=False)
    text = refused(content)
    assert text == "unit: expected this input, which is required; period_start: expected this input, which is required"


def test_a_request_with_faults_without_number_names_a_hundred(service: Service, call: Any) -> None:
    columns = {name: [values[0]] * 50 for name, values in COLUMNS.items()} | {"z": [99.0] * 50, "x_set": [-1.0] * 50}
    text = error(call(service, "POST", URL, content=body(columns, binary=False)[0]))
    assert text.count("expected at ") == 100


def test_no_content_type_is_asked_for_and_any_is_taken(service: Service, call: Any) -> None:
    for kind in ({}, {"content-type": "application/json"}, {"content-type": "application/octet-stream"}):
        assert call(service, "POST", URL, content=body(COLUMNS, binary=False)[0], headers=kind).status_code == 200
