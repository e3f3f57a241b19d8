"""Response schemas of the protocol, except tensors as bytes, which OpenAPI cannot describe."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from serving.open_inference.tensors import Tensor


class Server(BaseModel):
    """The server."""

    name: str
    version: str
    extensions: list[str]


class ServerLive(BaseModel):
    """The server runs."""

    live: bool


class ServerReady(BaseModel):
    """Every model that there is answers."""

    ready: bool


class ModelReady(BaseModel):
    """The model answers."""

    name: str
    ready: bool


class TensorDescribed(BaseModel):
    """A tensor."""

    name: str
    datatype: Annotated[str, Field(description="FP64: numbers; BYTES: texts in UTF-8")]
    shape: Annotated[list[int], Field(description="[-1]: one value a row")]
    parameters: Annotated[dict[str, str] | None, Field(description="`unit` of numbers")] = None

    @classmethod
    def of(cls, tensor: Tensor) -> TensorDescribed:
        """A tensor; the protocol has no place for its unit, so that is a parameter."""
        unit = None if tensor.unit is None else {"unit": tensor.unit}
        return cls(name=tensor.name, datatype=tensor.datatype, shape=[-1], parameters=unit)


class ModelDescribed(BaseModel):
    """A process, and the model that answers."""

    name: str
    versions: Annotated[list[str], Field(description="the version that answers; no other one can be asked")]
    platform: str
    inputs: list[TensorDescribed]
    outputs: list[TensorDescribed]


class ResponseOutput(BaseModel):
    """An output."""

    name: str
    datatype: str
    shape: list[int]
    parameters: Annotated[dict[str, int] | None, Field(description="`binary_data_size`: bytes behind the JSON")] = None
    data: Annotated[list[Any] | None, Field(description="its values; null: not determined")] = None


class InferenceResponse(BaseModel):
    """Predictions as tensors."""

    model_name: str
    model_version: str
    id: Annotated[str | None, Field(description="that of the request")] = None
    parameters: Annotated[
        dict[str, bool | float | str],
        Field(description="the model, and fields of a `/v1` response other than its predictions: objects as JSON"),
    ]
    outputs: list[ResponseOutput]


class InferenceError(BaseModel):
    """Reason why a request fails."""

    error: str
