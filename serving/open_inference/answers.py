"""Inference answers: from predictions as `/v1` gives them to tensors."""

from __future__ import annotations

from typing import Any

import msgspec
import pydantic_core

from operations.forms.fields import Record
from operations.predictions.missing_inputs import MISSING
from serving.open_inference.contract import Contract, Output
from serving.open_inference.requests import LENGTH, SIZE, ParsedInferenceRequest
from serving.open_inference.tensors import Values, to_bytes

OCTETS, JSON = "application/octet-stream", "application/json"
_PREDICTIONS = "predictions"


class Encoded:
    """An answer that grows block by block: rows are columns as soon as they are answered.

    Parameters
    ----------
    request : ParsedInferenceRequest
        The request.
    contract : Contract
        Tensors of the process.
    """

    def __init__(self, request: ParsedInferenceRequest, contract: Contract) -> None:
        self._asked, self._contract = request, contract
        self._wanted: list[tuple[Output, bool]] = []
        self._columns: list[Values] = []
        self._beside: Record = {}

    def add(self, answer: Record) -> None:
        """Add the response to the next rows; its fields next to `predictions` replace earlier ones.

        Raises
        ------
        ProblemError
            A requested output is not in the response.
        """
        predictions = [_opened(one) for one in answer[_PREDICTIONS]]
        if not self._wanted:
            self._wanted = self._asked.wanted(self._contract, predictions)
            self._columns = [[] for _ in self._wanted]
        for column, (output, _) in zip(self._columns, self._wanted, strict=True):
            column += output.values(predictions)
        self._beside = {name: value for name, value in answer.items() if name != _PREDICTIONS}

    def response(self, process: str, used: Record) -> tuple[bytes, dict[str, str], str]:
        """Body, headers and media type.

        Parameters
        ----------
        process : str
            Name of the process.
        used : dict
            The model that answered, as `ModelUsed` describes it.
        """
        outputs, parts = [], []
        for (output, binary), values in zip(self._wanted, self._columns, strict=True):
            tensor = output.tensor
            one: Record = {"name": tensor.name, "datatype": tensor.datatype, "shape": [len(values)]}
            if binary:
                parts.append(to_bytes(tensor, values))
                one["parameters"] = {SIZE: len(parts[-1])}
            else:
                one["data"] = values if tensor.datatype == "FP64" else [value or "" for value in values]
            outputs.append(one)
        head = pydantic_core.to_json(
            {
                "model_name": process,
                "model_version": str(used["version"]),
                **({} if self._asked.id is None else {"id": self._asked.id}),
                "parameters": {
                    **{name: used[name] for name in ("alias", "digest", "baseline")},
                    **{name: _parameter(value) for name, value in self._beside.items()},
                },
                "outputs": outputs,
            },
            inf_nan_mode="null",
        )
        if not parts:
            return head, {}, JSON
        return b"".join([head, *parts]), {LENGTH: str(len(head))}, OCTETS


def _opened(prediction: Record) -> Record:
    """Prediction with its JSON read, and null where it states no missing inputs."""
    read = {name: msgspec.json.decode(one) if isinstance(one, msgspec.Raw) else one for name, one in prediction.items()}
    return {MISSING: None} | read


def _parameter(value: Any) -> bool | float | str:
    """A field of an answer as a parameter of the protocol, which may be no object."""
    if isinstance(value, bool | int | float | str):
        return value
    return pydantic_core.to_json(value, inf_nan_mode="null").decode()
