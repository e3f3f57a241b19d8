"""Parquet files of possible writers, and files with false metadata of pages, columns and file."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.fuzz.bulk.columns import ENDS, pick
from serving.wire.parquet import LISTS
from serving.wire.thrift import BINARY, I16, I32, I64, LIST, STRUCT, TRUE, Found, structure
from tests.suite.thrift import encoded

_PACKINGS = ("none", "snappy", "zstd", "gzip", "brotli", "lz4")
_FOR_TEXTS = ("PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY")
_FOR_NUMBERS = ("PLAIN", "BYTE_STREAM_SPLIT")
_DICTIONARY = 2  # kind of a page


def file(rng: np.random.Generator, table: pa.Table) -> bytes:
    """A table as a file, written with options that are drawn.

    Raises
    ------
    ArrowException
        Arrow does not write this.
    """
    options: dict[str, Any] = {"use_dictionary": True}
    # A dictionary that is unpacked would have each long text many times.
    has_dictionary = any(pa.types.is_dictionary(field.type) for field in table.schema)
    if rng.random() < 0.4 and not has_dictionary:
        encodings = {}
        for field in table.schema:
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
                encodings[field.name] = pick(rng, _FOR_TEXTS)
            elif pa.types.is_float64(field.type):
                encodings[field.name] = pick(rng, _FOR_NUMBERS)
        options = {"use_dictionary": False, "column_encoding": encodings or None}
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=int(pick(rng, (7, 1000, 2_000_000) if len(table) < 2000 else (20_000, 2_000_000))),
        compression=pick(rng, _PACKINGS),
        data_page_version=pick(rng, ("1.0", "2.0")),
        data_page_size=int(pick(rng, (100, 2**20) if len(table) < 2000 else (2**20,))),
        dictionary_pagesize_limit=2**26 if has_dictionary else int(pick(rng, (100, 2**20))),
        store_schema=bool(rng.random() < 0.7),
        write_page_index=bool(rng.random() < 0.3),
        **options,
    )
    return bytes(sink.getvalue())


def many_nulls(rng: np.random.Generator, names: list[str]) -> bytes:
    """Rows by the million in a file of some hundred bytes."""
    column = pa.nulls(int(pick(rng, (10**5, 10**6, 3 * 10**6))), pick(rng, (pa.null(), pa.int8())))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table([column] * len(names), names=names), sink, row_group_size=2**30)
    return bytes(sink.getvalue())


def forged(rng: np.random.Generator, body: bytes) -> bytes:
    """File with metadata read, changed and written again, with all dependent lengths corrected."""
    view = memoryview(body)
    length = struct.unpack_from("<I", body, len(body) - 8)[0]
    footer, _ = structure(view[len(body) - 8 - length : -8], 0, LISTS)
    out = bytearray(b"PAR1")
    if rng.random() < 0.7:
        chunks = [chunk[3, STRUCT] for group in footer.get((4, LIST), []) for chunk in group[1, LIST]]
        lied = int(rng.integers(len(chunks))) if chunks else 0
        for i, chunk in enumerate(chunks):
            _copy(rng if i == lied else None, view, chunk, out)
    else:
        out = bytearray(body[: len(body) - 8 - length])
        for _ in range(rng.integers(1, 4)):
            _lie(rng, footer)
    written = encoded(footer, LISTS)
    return bytes(out) + written + struct.pack("<I", len(written)) + b"PAR1"


def _copy(rng: np.random.Generator | None, body: memoryview, chunk: Found, out: bytearray) -> None:
    """Write the pages of a column again, one of them with lies where there is `rng`."""
    at, begin = chunk.get((11, I64)) or chunk[9, I64], len(out)
    end, has_data = at + chunk[7, I64], False
    while at < end:
        header, size = structure(body[at : min(end, at + 65536)], 0)
        page, at = body[at + size : at + size + header[3, I32]], at + size + header[3, I32]
        if header[1, I32] == _DICTIONARY:
            chunk[11, I64] = len(out)
        elif not has_data:
            chunk[9, I64], has_data = len(out), True
        copies = 1
        if rng is not None and rng.random() < 0.5:
            _lie(rng, header)
            copies = int(pick(rng, (1, 1, 2, 200)))
        out += (encoded(header, {}) + bytes(page)) * copies
    chunk[7, I64] = len(out) - begin


def _lie(rng: np.random.Generator, fields: Found) -> None:
    """Change one value somewhere in a structure."""
    if not fields:
        return
    key = pick(rng, sorted(fields))
    kind = key[1]
    value = fields[key]
    if kind == STRUCT:
        _lie(rng, value)
    elif kind == LIST and value and isinstance(value[0], dict) and rng.random() < 0.7:
        _lie(rng, pick(rng, value))
    elif kind == LIST:
        fields[key] = value * int(pick(rng, (0, 2, 50, 2000))) if len(value) < 100 else value[:1]
    elif kind == BINARY:
        fields[key] = bytes(value) * int(pick(rng, (0, 2, 1000))) if len(value) < 1000 else b"{" * 100_000
    elif kind in (I32, I64, I16):
        bits = {I16: 15, I32: 31, I64: 63}[kind]
        near = int(value) + int(rng.integers(-2, 3))
        fields[key] = max(-(2**bits), min(2**bits - 1, int(pick(rng, (near, near, *ENDS)))))
    elif kind == TRUE:
        fields[key] = not value
    if rng.random() < 0.05:
        del fields[key]
