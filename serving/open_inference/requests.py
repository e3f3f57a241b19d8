"""Inference requests: conversion of a body to rows of `/v1` and to the requested outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired

import pydantic_core
from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # pydantic takes no other below Python 3.12

from operations.forms.decoding import parsed_json
from operations.forms.faults import RequestDefect, invalid, shown
from operations.forms.fields import Record
from operations.forms.include import includes
from operations.forms.shapes import MOST_FIELDS, Shape, no_such
from operations.predictions.missing_inputs import COSTLIEST, MISSING
from operations.predictions.payloads import Payloads
from serving.open_inference.contract import Contract, Output
from serving.open_inference.tensors import Tensor, Values, from_bytes, wrong

LENGTH = "inference-header-content-length"
BINARY, ALL_BINARY, SIZE = "binary_data", "binary_data_output", "binary_data_size"

_STRICT = ConfigDict(strict=True, extra="forbid")
_Parameters = dict[str, bool | int | float | str]
_Dimension = Annotated[int, Field(ge=0)]


@with_config(_STRICT)
class RequestInput(TypedDict):
    """A column, as JSON or behind the JSON."""

    name: str
    shape: Annotated[list[_Dimension], Field(min_length=1, max_length=2, description="[n], or [n, 1]; n rows")]
    datatype: Annotated[str, Field(description="FP64 or BYTES, as the metadata say")]
    parameters: NotRequired[Annotated[_Parameters, Field(description=f"`{SIZE}`: bytes of it behind the JSON")]]
    data: NotRequired[Annotated[list[Any], Field(description="its values; null: missing")]]


@with_config(_STRICT)
class RequestOutput(TypedDict):
    """An output that is wanted."""

    name: str
    parameters: NotRequired[Annotated[_Parameters, Field(description=f"`{BINARY}`: true for bytes")]]


@with_config(_STRICT)
class InferenceRequest(TypedDict):
    """Columns of rows to predict."""

    id: NotRequired[Annotated[str, Field(max_length=200, description="comes back in the answer")]]
    parameters: NotRequired[
        Annotated[
            _Parameters,
            Field(
                description=f"`{ALL_BINARY}`: all outputs as bytes; else fields of a request of `/v1` other than its "
                "rows, such as `coverage`: objects and lists as their JSON in a text"
            ),
        ]
    ]
    inputs: Annotated[list[RequestInput], Field(max_length=MOST_FIELDS)]
    outputs: NotRequired[
        Annotated[list[RequestOutput], Field(max_length=MOST_FIELDS, description="left out: all of them")]
    ]


_HEAD = Shape(InferenceRequest)


@dataclass(frozen=True)
class ParsedInferenceRequest:
    """Parsed inference request.

    Parameters
    ----------
    id : str, optional
        Name that the client gives the request.
    request : dict
        A request of `/v1`, parsed and not checked yet; `columns` become its rows.
    columns : dict of str to list, each of length `rows`
        Values of each input.
    rows : int
        Number of rows.
    outputs : dict of str to bool, optional
        Outputs that are wanted and whether as bytes; None: all.
    all_binary : bool
        Whether outputs are bytes where nothing else is said.
    """

    id: str | None
    request: Record
    columns: dict[str, Values]
    rows: int
    outputs: dict[str, bool] | None
    all_binary: bool

    def read(self, payloads: Payloads) -> tuple[list[Record], Record]:
        """Rows and request as `/v1` reads them; ProblemError names all faults."""
        rows = [dict(zip(self.columns, values, strict=True)) for values in zip(*self.columns.values(), strict=True)]
        return payloads.checked({**self.request, "rows": rows})

    def wanted(self, contract: Contract, predictions: list[Record]) -> list[tuple[Output, bool]]:
        """Return the requested outputs, and whether as bytes; ProblemError if the response lacks one."""
        named = includes(self.request, MISSING)
        held = {
            name: one
            for name, one in contract.outputs.items()
            if one.path[0] in predictions[0] and (named or one.path != (MISSING, COSTLIEST))
        }
        if self.outputs is None:
            return [(one, self.all_binary) for one in held.values()]
        absent = [name for name in self.outputs if name not in held]
        if absent:
            expected = "an output of this request: it did not ask for what this one is part of"
            raise invalid([RequestDefect(field="outputs", value=shown(name), expected=expected) for name in absent])
        return [(held[name], binary) for name, binary in self.outputs.items()]


def parse_request(body: bytes, length: str | None, payloads: Payloads, contract: Contract) -> ParsedInferenceRequest:
    """Parse the body of an inference request.

    Parameters
    ----------
    body : bytes
        JSON, and the bytes of tensors behind it.
    length : str, optional
        Length of the JSON, as the header says it; None: all of the body.
    payloads, contract : Payloads, Contract
        The process.

    Raises
    ------
    ProblemError
        400 where there is no JSON, 422 where names, types, shapes or sizes are wrong.
    """
    head, binary = _split(body, length)
    given, faults = _HEAD.read(parsed_json(head))
    if faults:
        raise invalid(faults)
    _check_names([one["name"] for one in given["inputs"]], payloads)
    rows = given["inputs"][0]["shape"][0]
    if rows > payloads.max_rows:
        raise wrong("rows", rows, f"at most {payloads.max_rows} entries", payloads.max_rows)
    columns, at = {}, 0
    for one in given["inputs"]:
        columns[one["name"]], at = _column(one, contract.inputs[one["name"]], rows, binary, at)
    if at != len(binary):
        raise wrong("body", len(binary), f"{at} bytes after the JSON, the size of its tensors", at)
    parameters = given.get("parameters", {})
    all_binary = _flag(parameters.pop(ALL_BINARY, False), f"parameters.{ALL_BINARY}")
    outputs = _outputs(given["outputs"], contract, all_binary) if given.get("outputs") else None
    return ParsedInferenceRequest(given.get("id"), _request(parameters, contract), columns, rows, outputs, all_binary)


def _split(body: bytes, length: str | None) -> tuple[bytes, memoryview]:
    """The JSON of a body, and the bytes behind it."""
    if length is None:
        return body, memoryview(b"")
    size = int(length) if length.isdecimal() and len(length) < 20 else -1
    if not 0 < size <= len(body):
        raise wrong(LENGTH, length, f"bytes of JSON at the front of the body: 1 to {len(body)}", len(body))
    return body[:size], memoryview(body)[size:]


def _check_names(names: list[str], payloads: Payloads) -> None:
    """Refuse inputs that no row has, that stand twice, or that are required and absent."""
    faults = payloads.row.unknown(names)
    twice = sorted({name for name in names if names.count(name) > 1})
    faults += [RequestDefect(field=name, expected="this input once; it stands there several times") for name in twice]
    faults += [
        RequestDefect(field=name, expected="this input, which is required")
        for name in payloads.row.required
        if name not in names
    ]
    if faults or not names:
        raise invalid(faults or [RequestDefect(field="inputs", value=0, bound=1, expected="at least 1 input")])


def _column(one: Mapping[str, Any], tensor: Tensor, rows: int, binary: memoryview, at: int) -> tuple[Values, int]:
    """Values of an input, and where in the bytes behind the JSON the next one begins."""
    name, shape, size = tensor.name, one["shape"], one.get("parameters", {}).get(SIZE)
    if one["datatype"] != tensor.datatype:
        raise wrong(name, one["datatype"], f"the datatype {tensor.datatype}")
    if shape[0] != rows or shape[1:] not in ([], [1]):
        raise wrong(name, shape, f"the shape [{rows}] or [{rows}, 1], as the first input has {rows} rows")
    if unknown := set(one.get("parameters", {})) - {SIZE}:
        raise wrong(name, min(unknown), f"no parameter but {SIZE}")
    if (size is None) == ("data" not in one):
        raise wrong(name, None, f"either data or the parameter {SIZE}, and not both")
    if size is None:
        return _listed(name, one["data"], shape), at
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise wrong(name, size, f"a number of bytes as {SIZE}")
    if size > len(binary) - at:
        raise wrong(name, size, f"as {SIZE} at most {len(binary) - at}, the number of bytes left", len(binary) - at)
    return from_bytes(tensor, binary[at : at + size], rows), at + size


def _listed(name: str, data: Values, shape: list[int]) -> Values:
    """Values of an input that stand in the JSON, nested as its shape is or flat."""
    if len(shape) > 1 and all(isinstance(value, list) and len(value) == 1 for value in data):
        data = [value for (value,) in data]
    if len(data) != shape[0]:
        raise wrong(name, len(data), f"{shape[0]} values, as its shape says", shape[0])
    return data


def _outputs(given: list[RequestOutput], contract: Contract, all_binary: bool) -> dict[str, bool]:
    """Outputs requested by name, and whether as bytes."""
    outputs = {}
    for one in given:
        name, parameters = one["name"], one.get("parameters", {})
        if name not in contract.outputs:
            raise wrong("outputs", name, no_such("output", name, list(contract.outputs)))
        if unknown := set(parameters) - {BINARY}:
            raise wrong(name, min(unknown), f"no parameter but {BINARY}")
        outputs[name] = _flag(parameters.get(BINARY, all_binary), f"{name}.{BINARY}")
    return outputs


def _flag(given: Any, field: str) -> bool:
    if not isinstance(given, bool):
        raise wrong(field, given, "true or false")
    return given


def _request(parameters: Record, contract: Contract) -> Record:
    """Fields of a `/v1` request next to its rows, from the parameters of the protocol."""
    fields = {}
    for name, value in parameters.items():
        if name not in contract.parameters:
            raise wrong("parameters", name, no_such("parameter", name, [ALL_BINARY, *contract.parameters]))
        fields[name] = value if contract.parameters[name] else _parsed(name, value)
    return fields


def _parsed(name: str, value: Any) -> Any:
    try:
        return pydantic_core.from_json(value)
    except (ValueError, TypeError):
        raise wrong(f"parameters.{name}", value, "its JSON in a text") from None
