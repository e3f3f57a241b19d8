"""Arrays in a model: protected from changes, and in the form of its file."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from physics.arrays import FloatArray


def freeze(owner: object, **parts: np.ndarray[Any, Any]) -> None:
    """Set arrays as attributes of a frozen dataclass, so that nothing changes them."""
    for name, part in parts.items():
        part.flags.writeable = False
        object.__setattr__(owner, name, part)


def encoded(numbers: FloatArray, kind: str = "<f8") -> str:
    """Return numbers as base64 of their bytes, of a little-endian numpy type."""
    return base64.b64encode(numbers.astype(kind).tobytes()).decode()


def decoded(text: str, kind: str = "<f8") -> FloatArray:
    """Return the numbers that `encoded` was given, shape (n,).

    Raises
    ------
    ValueError
        The text is not base64, or not of whole numbers.
    """
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=kind)
