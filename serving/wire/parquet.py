"""Footer and pages of a Parquet file: what reading it takes, found before its pages are unpacked.

The sizes that a footer claims bound nothing: Arrow unpacks each page to the size that the page's own header says.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator

import pyarrow as pa

from serving.wire import messages
from serving.wire.budget import CELL, Budget, check_columns, check_description, refused
from serving.wire.texts import MOST_BYTES
from serving.wire.thrift import BINARY, I32, I64, LIST, STRUCT, Found, list_head, structure, varint

_END, _LENGTH = struct.Struct("<I4s"), struct.Struct("<I").unpack_from
_MAGIC = b"PAR1"
_ARROW = b"ARROW:schema"
_BEGINNING = 0x15, 0x19  # heads of the fields 1, a number, and 2, a list
_HISTOGRAMS = {1: I64, 2: I64, 3: I64}
_COLUMN = {2: I32, 3: BINARY, 8: {}, 13: {}, 16: _HISTOGRAMS, 17: {2: I32}}
LISTS = {2: {}, 4: {1: {3: _COLUMN}, 4: {}}, 5: {}, 7: {}}  # of parquet.thrift: FileMetaData and its contents
_DICTIONARY = 2  # among the kinds of pages
_ENCODINGS = {5: 2, 7: 2, 8: 4}  # fields of headers of data pages, dictionaries and data pages of version 2
_UNBOUND = {6: "DELTA_LENGTH_BYTE_ARRAY", 7: "DELTA_BYTE_ARRAY"}
"""Encodings whose texts' number or lengths are only in the page: no outer size bounds them."""
_VALUE = 16  # bytes that a decoder sets aside for each value that a page claims
_BYTE_ARRAY = 6  # among the types of columns
_CODECS = {0: None, 1: "snappy", 2: "gzip", 4: "brotli", 6: "zstd", 7: "lz4_raw"}
_LONGEST_HEADER = 64 * 1024  # bytes; of statistics it holds a text at each end
_OF_HEADER = 16  # bytes that one of a page's header becomes
_COPIES = 4  # of a page while it is read: unpacked, in its decoder, as values, and as what is made of these


class File:
    """File with its footer read here, since Arrow's accessor ends the process on a damaged footer.

    Parameters
    ----------
    body : memoryview
        The file.

    Raises
    ------
    RequestError
        422 where its columns, its footer or the schema of Arrow in it are not taken.
    OSError, ValueError, IndexError, struct.error
        It is no Parquet file.
    """

    def __init__(self, body: memoryview) -> None:
        footer = _footer(body)
        check_columns(_first_count(footer))
        check_description(len(footer))
        file, _ = structure(footer, 0, LISTS)
        elements = file.get((2, LIST), [])
        check_columns(len(elements) - 1)
        self._body, self._rows = body, file.get((3, I64), 0)
        self._leaves = [element for element in elements if not element.get((5, I32))]
        self._groups = [self._columns(group) for group in file.get((4, LIST), [])]
        for pair in file.get((5, LIST), []):
            if pair.get((1, BINARY)) == _ARROW:
                # Arrow reads this schema, and takes its types from there.
                messages.check_schema(memoryview(base64.b64decode(pair.get((2, BINARY), b""), validate=True)))

    def _columns(self, group: Found) -> list[Found]:
        """Metadata of the columns of a row group."""
        chunks = group.get((1, LIST), [])
        if len(chunks) != len(self._leaves) or not all((3, STRUCT) in chunk for chunk in chunks):
            raise OSError(f"a row group of {len(chunks)} columns, of {len(self._leaves)}")
        return [chunk[3, STRUCT] for chunk in chunks]

    def long_texts(self, budget: Budget) -> list[int]:
        """Check the pages.

        Parameters
        ----------
        budget : Budget
            Of the decoded table.

        Returns
        -------
        list of int
            Columns with texts so long in their dictionaries that the dictionaries must stay until they are cut.

        Raises
        ------
        ProblemError
            422 where an encoding is not taken, 413 where rows or pages take too much.
        OSError, IndexError, struct.error
            A page is damaged.
        """
        budget.spend(max(0, self._rows) * max(1, len(self._leaves)) * CELL)
        columns = set()
        for group in self._groups:
            for i, (leaf, column) in enumerate(zip(self._leaves, group, strict=True)):
                if _has_long_texts(self._body, leaf, column, budget):
                    columns.add(i)
        return sorted(columns)


def _footer(body: memoryview) -> memoryview:
    if len(body) < 12 or bytes(body[:4]) != _MAGIC:
        raise OSError(f"expected {_MAGIC.decode()} at both ends")
    length, magic = _END.unpack(body[-_END.size :])
    if magic != _MAGIC or length > len(body) - 12:
        raise OSError(f"expected {_MAGIC.decode()} at both ends and a footer before the last")
    return body[len(body) - _END.size - length : -_END.size]


def _first_count(footer: memoryview) -> int:
    """Number of columns where a footer begins with version and schema, as all writers have it; else 0."""
    _, at = varint(footer, 1)
    return list_head(footer, at + 1)[0] - 1 if (footer[0], footer[at]) == _BEGINNING else 0


def _has_long_texts(body: memoryview, leaf: Found, column: Found, budget: Budget) -> bool:
    """Check a column's pages in a row group; return whether its dictionary has a text that is too long."""
    is_too_long = False
    for header, packed in _pages(body, column, budget):
        for number, encoding in _ENCODINGS.items():
            own = header.get((number, STRUCT), {})
            if unbound := _UNBOUND.get(own.get((encoding, I32), 0)):
                name = bytes(leaf.get((4, BINARY), b"")).decode(errors="replace")
                raise refused(name, f"the encoding {unbound}", "another encoding: plain or a dictionary")
            budget.check(_VALUE * own.get((1, I32), 0))
        size = header[2, I32]
        budget.spend(size)
        budget.check(_COPIES * size)
        if header[1, I32] == _DICTIONARY and leaf.get((1, I32)) == _BYTE_ARRAY and size > MOST_BYTES:
            is_too_long |= _is_long(packed, size, column.get((4, I32), 0), header.get((7, STRUCT), {}).get((1, I32), 0))
    return is_too_long


def _pages(body: memoryview, column: Found, budget: Budget) -> Iterator[tuple[Found, memoryview]]:
    """Header and packed bytes of each page, as Arrow goes from one to the next."""
    at, dictionary = column.get((9, I64), 0), column.get((11, I64), 0)
    if 0 < dictionary < at:
        at = dictionary
    if at < 0:
        raise OSError(f"a page at {at}")
    end, values, seen = min(len(body), at + column.get((7, I64), 0)), column.get((5, I64), 0), 0
    while at < end and seen < values:
        header, size = structure(body[at : at + _LONGEST_HEADER], 0)
        at += size
        sizes = [header.get((number, I32), -1) for number in (1, 2, 3)]
        if min(sizes) < 0:
            raise OSError(f"a page of kind and sizes {sizes}")
        budget.spend(_OF_HEADER * size)
        yield header, body[at : at + sizes[2]]
        at += sizes[2]
        for number in (5, 8):
            seen += max(0, header.get((number, STRUCT), {}).get((1, I32), 0))


def _is_long(packed: memoryview, size: int, codec: int, count: int) -> bool:
    """Return whether a dictionary of `count` texts and `size` bytes has one too long or unmeasurable."""
    try:
        page = _unpacked(packed, size, codec)
        at = 0
        for _ in range(count):
            (length,) = _LENGTH(page, at)
            if length > MOST_BYTES:
                return True
            at += 4 + length
    except (pa.ArrowException, OSError, ValueError, KeyError, struct.error):
        return True
    return False


def _unpacked(packed: memoryview, size: int, codec: int) -> memoryview:
    """Bytes of a page; KeyError where Python has no such codec."""
    name = _CODECS[codec]
    return packed if name is None else memoryview(pa.Codec(name).decompress(pa.py_buffer(packed), size))
