"""Messages of an Arrow stream: what reading them takes, found before Arrow reads any of them.

A message is a FlatBuffer of Arrow's Message.fbs and Schema.fbs, of which some fields are read by their numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from serving.wire.budget import CELL, Budget, check_columns, check_description, refused

_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3  # kinds of a message's header
_MESSAGE = 1024  # bytes that a message takes at least when it is read
_CONTINUATION = 0xFFFFFFFF
_EXTENSION = b"ARROW:extension:name"


def check_stream(body: memoryview, budget: Budget) -> None:
    """Check the sizes of an Arrow stream against what it may take.

    Parameters
    ----------
    body : memoryview
        The stream.
    budget : Budget
        Of the decoded table.

    Raises
    ------
    RequestError
        422 where its schema or its compression is not taken, 413 where its rows take too much.
    OSError, IndexError, struct.error
        It is no Arrow stream.
    """
    columns = 0
    for metadata in _messages(body):
        kind, header = _header(metadata)
        if kind == _SCHEMA:
            columns = _check_schema(metadata, header)
        check_description(len(metadata))
        if kind == _DICTIONARY:
            header = _table(metadata, _field(metadata, header, 1))
        if kind in (_DICTIONARY, _BATCH) and _field(metadata, header, 3):
            # Compressed buffers are unpacked whole, whatever their size.
            expected = "buffers without compression; a Parquet file may be compressed"
            raise refused("body", "compressed Arrow buffers", expected)
        rows = _long(metadata, _field(metadata, header, 0)) if kind == _BATCH else 0
        budget.spend(_MESSAGE + max(0, rows) * max(1, columns) * CELL)


def check_schema(body: memoryview) -> None:
    """Check the schema that an Arrow stream begins with; see `check_stream`."""
    metadata = next(_messages(body), memoryview(b""))
    _check_schema(metadata, _header(metadata)[1])


def _messages(body: memoryview) -> Iterator[memoryview]:
    """Metadata of each message, as Arrow goes from one to the next."""
    at = 0
    while at + 4 <= len(body):
        (length,) = struct.unpack_from("<I", body, at)
        at += 4
        if length == _CONTINUATION:
            (length,) = struct.unpack_from("<I", body, at)
            at += 4
        if not length:
            return
        metadata = body[at : at + length]
        yield metadata
        message = _table(metadata, 0)
        size = _long(metadata, _field(metadata, message, 3))
        if size < 0:
            raise OSError(f"a message of {size} bytes")
        at += length + size


def _header(metadata: memoryview) -> tuple[int, int]:
    """Kind and place of a message's header."""
    message = _table(metadata, 0)
    return metadata[_field(metadata, message, 1)], _table(metadata, _field(metadata, message, 2))


def _check_schema(metadata: memoryview, schema: int) -> int:
    """Check a schema's fields, nested ones too; return the number of its columns."""
    columns = _vector(metadata, _field(metadata, schema, 1))
    check_columns(len(columns))
    check_description(len(metadata))
    if _EXTENSION in bytes(metadata):
        # Arrow parses what describes them, and its parser of JSON ends the process where that is nested deep.
        raise refused("body", "extension types of Arrow", "columns of plain types: numbers, texts, dates, timestamps")
    count, left = len(columns), list(columns)
    while left:
        field = _table(metadata, left.pop())
        inner = _vector(metadata, _field(metadata, field, 5))
        count += len(inner)
        check_columns(count)
        left += inner
    return len(columns)


def _field(metadata: memoryview, table: int, number: int) -> int:
    """Place of a field of a table; 0 where it is left out."""
    fields = table - struct.unpack_from("<i", metadata, table)[0]
    length = struct.unpack_from("<H", metadata, fields)[0]
    at = 4 + 2 * number
    offset = struct.unpack_from("<H", metadata, fields + at)[0] if at < length else 0
    return table + offset if offset else 0


def _table(metadata: memoryview, at: int) -> int:
    """Place that an offset at a place leads to."""
    return int(at + struct.unpack_from("<I", metadata, at)[0])


def _long(metadata: memoryview, at: int) -> int:
    """Number of 64 bits at a place; 0 where it is left out."""
    return int(struct.unpack_from("<q", metadata, at)[0]) if at else 0


def _vector(metadata: memoryview, at: int) -> range:
    """Places of the offsets in a vector; none where it is left out."""
    if not at:
        return range(0)
    begin = _table(metadata, at)
    return range(begin + 4, begin + 4 + 4 * struct.unpack_from("<I", metadata, begin)[0], 4)
