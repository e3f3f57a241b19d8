"""Structures in the compact protocol of Thrift, as headers and footers of Parquet are written."""

from __future__ import annotations

import struct
from typing import Any

from serving.wire.thrift import BINARY, BYTE, DOUBLE, I16, I32, I64, STRUCT, TRUE, Found


def encoded(result: Found, lists: Any) -> bytes:
    """A structure in Thrift's compact protocol."""
    out, last = bytearray(), 0
    for (number, kind), value in sorted(result.items(), key=lambda one: one[0]):
        head = (kind if kind != TRUE or value else TRUE + 1) | ((number - last) << 4 if 0 < number - last < 16 else 0)
        out.append(head)
        if not head >> 4:
            out += _signed(number)
        last = number
        if kind != TRUE:
            out += _value(value, kind, (lists or {}).get(number))
    return bytes(out) + b"\0"


def _value(value: Any, kind: int, inner: Any) -> bytes:
    if kind == BYTE:
        return bytes([value])
    if kind in (I16, I32, I64):
        return _signed(value)
    if kind == DOUBLE:
        return struct.pack("<d", value)
    if kind == BINARY:
        return _plain(len(value)) + bytes(value)
    if kind == STRUCT:
        return encoded(value, inner)
    of = inner if isinstance(inner, int) else STRUCT if not value or isinstance(value[0], dict) else I32
    head = bytes([len(value) << 4 | of]) if len(value) < 15 else bytes([0xF0 | of]) + _plain(len(value))
    return head + b"".join(_value(one, of, inner) for one in value)


def _signed(value: int) -> bytes:
    return _plain((value << 1) ^ (value >> 63) if value < 0 else value << 1)


def _plain(value: int) -> bytes:
    out = bytearray()
    value &= 2**64 - 1
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])
