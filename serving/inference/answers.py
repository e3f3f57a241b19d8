"""Inference answers: from predictions as `/v1` gives them to tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pydantic_core

from serving.inference.contract import Output
from serving.inference.requests import LENGTH, SIZE, Asked
from serving.inference.tensors import to_bytes
from serving.payloads import Record

OCTETS, JSON = "application/octet-stream", "application/json"


@dataclass(frozen=True)
class Encoded:
    """The body of an answer, its media type and further headers."""

    body: bytes
    media_type: str
    headers: dict[str, str]


def encoded(asked: Asked, process: str, used: Record, answer: Record, wanted: Sequence[tuple[Output, bool]]) -> Encoded:
    """An answer's body.

    Parameters
    ----------
    asked : Asked
        The request.
    process : str
        Name of the process.
    used : dict
        The model that answered, as `ModelUsed` describes it.
    answer : dict
        Predictions, and what stands beside them, as `/v1` gives them but for what all its answers begin with.
    wanted : sequence of tuple
        The outputs, and whether as bytes.
    """
    outputs, parts = [], []
    for output, binary in wanted:
        tensor, values = output.tensor, output.values(answer["predictions"])
        one: Record = {"name": tensor.name, "datatype": tensor.datatype, "shape": [len(values)]}
        if binary:
            parts.append(to_bytes(tensor, values))
            one["parameters"] = {SIZE: len(parts[-1])}
        else:
            one["data"] = values if tensor.datatype == "FP64" else [value or "" for value in values]
        outputs.append(one)
    beside = {name: _parameter(value) for name, value in answer.items() if name != "predictions"}
    head = pydantic_core.to_json(
        {
            "model_name": process,
            "model_version": str(used["version"]),
            **({} if asked.id is None else {"id": asked.id}),
            "parameters": {**{name: used[name] for name in ("alias", "digest", "baseline")}, **beside},
            "outputs": outputs,
        },
        inf_nan_mode="null",
    )
    if not parts:
        return Encoded(head, JSON, {})
    return Encoded(b"".join([head, *parts]), OCTETS, {LENGTH: str(len(head))})


def _parameter(value: Any) -> bool | float | str:
    """A field of an answer as a parameter of the protocol, which may be no object."""
    if isinstance(value, bool | int | float | str):
        return value
    return pydantic_core.to_json(value, inf_nan_mode="null").decode()
