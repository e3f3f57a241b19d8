"""Tensors as bytes: little-endian, after the JSON of a request or response, sequentially."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from operations.forms.faults import RequestDefect, RequestError, invalid, shown

Datatype = Literal["FP64", "BYTES"]
Values = list[Any]

_ITEM = 8  # bytes of a number
_LENGTH = struct.Struct("<I")  # stands before each text


@dataclass(frozen=True)
class Tensor:
    """A tensor of shape (n,) as metadata describe it: numbers, or texts in UTF-8.

    Parameters
    ----------
    name : str
        Name of the input or output.
    datatype : str
        FP64 or BYTES.
    unit : str, optional
        Unit of numbers; None where there is none.
    """

    name: str
    datatype: Datatype
    unit: str | None = None


def from_bytes(tensor: Tensor, part: memoryview, n: int) -> Values:
    """Values of an input tensor; NaN and an empty text, which bytes have for what is missing, are None.

    Parameters
    ----------
    tensor : Tensor
        What the part holds.
    part : memoryview
        Its bytes.
    n : int
        Values that its shape promises.

    Raises
    ------
    RequestError
        422 where the bytes are not n such values.
    """
    return _numbers(tensor.name, part, n) if tensor.datatype == "FP64" else _texts(tensor.name, part, n)


def _numbers(name: str, part: memoryview, n: int) -> Values:
    if len(part) != n * _ITEM:
        raise wrong(name, len(part), f"{n * _ITEM} bytes: {n} numbers of {_ITEM}", n * _ITEM)
    numbers = np.frombuffer(part, "<f8")
    values: Values = numbers.tolist()
    for i in np.flatnonzero(np.isnan(numbers)).tolist():
        values[i] = None
    return values


def _texts(name: str, part: memoryview, n: int) -> Values:
    values, at = [], 0
    for row in range(n):
        begin = at + _LENGTH.size
        size = _LENGTH.unpack_from(part, at)[0] if begin <= len(part) else 0
        at = begin + size
        if at > len(part):
            expected = f"{n} texts, each with its length before it in {_LENGTH.size} bytes"
            raise wrong(name, len(part), f"{expected}; the bytes end within this one", row=row)
        try:
            values.append(str(part[begin:at], "utf-8") or None)
        except UnicodeDecodeError as error:
            raise wrong(name, str(error), "a text in UTF-8", row=row) from None
    if at != len(part):
        raise wrong(name, len(part), f"{at} bytes, the size of {n} texts", at)
    return values


def to_bytes(tensor: Tensor, values: Sequence[Any]) -> bytes:
    """Bytes of an output tensor; a number that is None is NaN, a text that is None is empty."""
    if tensor.datatype == "FP64":
        return np.array(values, dtype="<f8").tobytes()
    texts = [("" if value is None else value).encode() for value in values]
    return b"".join(part for text in texts for part in (_LENGTH.pack(len(text)), text))


def wrong(field: str, value: Any, expected: str, bound: float | None = None, row: int | None = None) -> RequestError:
    """A request that is refused for one fault."""
    return invalid([RequestDefect(row=row, field=field, value=shown(value), bound=bound, expected=expected)])
