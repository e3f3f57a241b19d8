"""Tensors of a process's requests and responses, derived from the types of its `/v1` forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pydantic_core
from pydantic import TypeAdapter

from operations.forms.fields import Record
from operations.predictions.payloads import Payloads
from serving.open_inference.tensors import Datatype, Tensor, Values

ROWS = "rows"
_KINDS: dict[str, Datatype] = {
    "number": "FP64",
    "integer": "FP64",
    "boolean": "FP64",  # 1 or 0, since a BOOL cannot be missing
    "string": "BYTES",
    "array": "BYTES",
}


@dataclass(frozen=True)
class Output:
    """An output tensor: a field of each prediction, named by its path such as `current_efficiency.low`.

    Parameters
    ----------
    tensor : Tensor
        How it is described.
    path : tuple of str
        Fields that lead to it.
    kind : str
        Type of the field in the JSON schema: the tensor has a list as a text of its JSON, a boolean as 1 or 0.
    """

    tensor: Tensor
    path: tuple[str, ...]
    kind: str

    def values(self, predictions: Sequence[Record]) -> Values:
        """Its value in each prediction; None where a prediction has null or nothing there."""
        cells: Values = list(predictions)
        for name in self.path:
            cells = [None if one is None else one.get(name) for one in cells]
        if self.kind == "array":
            return [_json(one) for one in cells]
        return [None if one is None else float(one) for one in cells] if self.kind == "boolean" else cells


@dataclass(frozen=True)
class Contract:
    """Input and output tensors of a process.

    Parameters
    ----------
    inputs : Mapping of str to Tensor
        Columns of a row, by name: key and time and what the model sees.
    outputs : Mapping of str to Output
        All leaves of a prediction, by name.
    parameters : Mapping of str to bool
        Request fields other than its rows, by name; whether it is a number, a boolean or a text, as parameters of the
        protocol may be, and not an object or a list, which is sent as its JSON.
    """

    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Output]
    parameters: Mapping[str, bool]


def contract(payloads: Payloads) -> Contract:
    """Tensors of a process; its units and types are those of `/v1`."""
    seed = payloads.seed
    named = [column.name for column in seed.by_role("key", "time")]
    inputs = {name: Tensor(name, "BYTES") for name in named}
    for column in seed.inputs:
        inputs[column.name] = Tensor(column.name, "FP64" if column.is_number else "BYTES", column.unit)
    answer = TypeAdapter(payloads.answer).json_schema()
    prediction = answer["properties"]["predictions"]["items"]
    outputs = [one for one in _leaves(prediction, answer["$defs"], ()) if one.path[0] not in named]
    request = TypeAdapter(payloads.request).json_schema()
    fields = {name: field for name, field in request["properties"].items() if name != ROWS}
    return Contract(
        inputs, {one.tensor.name: one for one in outputs}, {name: _is_plain(field) for name, field in fields.items()}
    )


def _leaves(field: Mapping[str, Any], kinds: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Output]:
    """Outputs in a field of a prediction, by its JSON schema.

    A unit that is always the same stands in the metadata.
    """
    kind = _resolved(field, kinds)
    unit = field.get("x-unit") or kind.get("properties", {}).get("unit", {}).get("const")
    if "properties" in kind:
        for name, inner in kind["properties"].items():
            if name != "unit" or unit is None:
                yield from _leaves({"x-unit": unit} | inner, kinds, (*path, name))
    else:
        datatype = _KINDS[kind["type"]]
        tensor = Tensor(".".join(path), datatype, unit if datatype == "FP64" else None)
        yield Output(tensor, path, kind["type"])


def _resolved(field: Mapping[str, Any], kinds: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a field refers to, null put aside."""
    (field,) = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    return kinds[field["$ref"].rpartition("/")[2]] if "$ref" in field else field


def _is_plain(field: Mapping[str, Any]) -> bool:
    """Return whether a request field is a number, a boolean or a text."""
    return any(one.get("type") in ("number", "boolean", "string") for one in field.get("anyOf", [field]))


def _json(value: Any) -> str | None:
    return None if value is None else pydantic_core.to_json(value, inf_nan_mode="null").decode()
