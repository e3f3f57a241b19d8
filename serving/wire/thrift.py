"""Structures of Thrift's compact protocol, which the descriptions in a Parquet file are written in."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
_DEEPEST = 32  # structures and lists in each other; those of Parquet have six
_LAST_FIELD = 2**15 - 1
_BITS = {I16: 16, I32: 32, I64: 64}

Found = dict[tuple[int, int], Any]
"""Values of a structure by field number and type: Thrift skips a field of an unexpected type."""
Lists = Mapping[int, Any]
"""Kind of the elements of the lists in a structure by field, or the same of the structures in a field."""


def structure(data: memoryview, at: int, lists: Lists | None = None, depth: int = 0) -> tuple[Found, int]:
    """Read a structure.

    Parameters
    ----------
    data : memoryview
        Where it stands.
    at : int
        Its first byte.
    lists : mapping, optional
        Kinds of elements of its lists. Thrift takes these for granted, whatever the list says of itself.
    depth : int, optional
        How many structures it stands in.

    Returns
    -------
    tuple
        Its values, and the place after it.

    Raises
    ------
    OSError, IndexError, struct.error
        It is none.
    """
    fields: Found = {}
    number = 0
    while head := data[at]:
        at, kind = at + 1, head & 15
        if head >> 4:
            number += head >> 4
        else:
            number, at = _number(data, at, I16)
        if not 0 <= number <= _LAST_FIELD:
            raise OSError(f"a field of number {number}")
        if kind in (TRUE, FALSE):
            fields[number, TRUE] = kind == TRUE
        elif kind in _BITS and (byte := data[at]) < 128:  # most numbers are short
            fields[number, kind], at = (byte >> 1) ^ -(byte & 1), at + 1
        else:
            fields[number, kind], at = _value(data, at, kind, (lists or {}).get(number), depth)
    return fields, at + 1


def _value(data: memoryview, at: int, kind: int, inner: Any, depth: int) -> tuple[Any, int]:
    """Value of a kind, and the place after it."""
    if depth > _DEEPEST:
        raise OSError(f"more than {_DEEPEST} structures in each other")
    if kind in (TRUE, FALSE, BYTE):
        return data[at], at + 1
    if kind in _BITS:
        return _number(data, at, kind)
    if kind == DOUBLE:
        return struct.unpack_from("<d", data, at)[0], at + 8
    if kind == BINARY:
        length, at = _size(data, at)
        if at + length > len(data):
            raise OSError("a text that goes beyond the end")
        return data[at : at + length], at + length
    if kind in (LIST, SET):
        return _list(data, at, inner, depth)
    if kind == MAP:
        return _map(data, at, depth)
    if kind == STRUCT:
        return structure(data, at, inner if isinstance(inner, Mapping) else None, depth + 1)
    raise OSError(f"a value of unknown kind {kind}")


def list_head(data: memoryview, at: int) -> tuple[int, int, int]:
    """Length and kind of a list, and the place of its first element."""
    length, kind, at = data[at] >> 4, data[at] & 15, at + 1
    if length == 15:
        length, at = _size(data, at)
    return length, kind, at


def _list(data: memoryview, at: int, inner: Any, depth: int) -> tuple[list[Any], int]:
    length, kind, at = list_head(data, at)
    if inner is not None and length and kind != (inner if isinstance(inner, int) else STRUCT):
        raise OSError(f"a list of kind {kind}")
    values = []
    for _ in range(length):
        if kind in _BITS and (byte := data[at]) < 128:
            value, at = (byte >> 1) ^ -(byte & 1), at + 1
        else:
            value, at = _value(data, at, kind, inner, depth + 1)
        values.append(value)
    return values, at


def _map(data: memoryview, at: int, depth: int) -> tuple[None, int]:
    """Pass over a map: Parquet has none."""
    length, at = _size(data, at)
    if length:
        kinds, at = data[at], at + 1
        for kind in (kinds >> 4, kinds & 15) * length:
            _, at = _value(data, at, kind, None, depth + 1)
    return None, at


def _size(data: memoryview, at: int) -> tuple[int, int]:
    """Number of bytes or elements, and the place after it; each element has a byte at least."""
    size, at = varint(data, at)
    if size > len(data) - at:
        raise OSError(f"{size} bytes or elements, of which {len(data) - at} are there")
    return size, at


def _number(data: memoryview, at: int, kind: int) -> tuple[int, int]:
    """Signed number, and the place after it."""
    value, at = varint(data, at)
    if value >> _BITS[kind]:
        raise OSError(f"a number of more than {_BITS[kind]} bits")
    return (value >> 1) ^ -(value & 1), at


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """Number without a sign, and the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise OSError("a number of more than 64 bits")
