"""JSON of objects that differ in values alone: the constant part is encoded once, at start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

BLANK = msgspec.Raw(b"\0")  # no JSON holds this byte
_ENCODER = msgspec.json.Encoder()


class JsonTemplate:
    """An object of answers with blanks in it.

    Parameters
    ----------
    record : dict
        The object, `BLANK` in place of each value that differs from one answer to the next.
    """

    def __init__(self, record: dict[str, Any]) -> None:
        printed = msgspec.json.encode(record).split(bytes(BLANK))
        self._parts = [part for one in printed for part in (one, b"")][:-1]

    def filled(self, values: Iterable[Any]) -> msgspec.Raw:
        """The object as JSON with values, anything that JSON has, in its blanks in their order; NaN is null.

        Raises
        ------
        ValueError
            There are more values than blanks, or fewer.
        """
        parts = self._parts.copy()
        # One value a line: no JSON of a value holds a line break.
        parts[1::2] = _ENCODER.encode_lines(values).splitlines()
        return msgspec.Raw(b"".join(parts))
