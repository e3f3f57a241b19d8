"""Arrow streams as writers may make them, and with lies in their messages."""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa

from benchmarks.fuzz.bulk.columns import ENDS, pick

_EXTENSIONS = ("arrow.json", "arrow.uuid", "arrow.fixed_shape_tensor", "arrow.opaque", "arrow.bool8", "own.type")


def stream(rng: np.random.Generator, table: pa.Table) -> bytes:
    """A table as a stream, written with options that are drawn.

    Raises
    ------
    ArrowException
        Arrow does not write this.
    """
    options = pa.ipc.IpcWriteOptions(
        metadata_version=pick(rng, (pa.ipc.MetadataVersion.V5, pa.ipc.MetadataVersion.V4)),
        use_legacy_format=bool(rng.random() < 0.1),
        compression=pick(rng, (None, None, None, None, None, "lz4", "zstd")),
        emit_dictionary_deltas=bool(rng.random() < 0.5),
        allow_64bit=True,
    )
    sink = pa.BufferOutputStream()
    rows = pick(rng, (7, 100, 10_000, 10_000_000)) if len(table) < 10_000 else 10_000_000
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        for batch in table.to_batches(max_chunksize=rows):
            writer.write_batch(batch)
        empty = pa.RecordBatch.from_pylist([], table.schema)
        for _ in range(pick(rng, (0, 0, 0, 1, 300))):
            writer.write_batch(empty)
    return bytes(sink.getvalue())


def growing(rng: np.random.Generator, name: str) -> bytes:
    """Many batches of one row, each with a dictionary that is longer than the one before by a text."""
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=bool(rng.random() < 0.7))
    sink, words = pa.BufferOutputStream(), ["w" * int(pick(rng, (1, 200, 50_000)))]
    schema = pa.schema([(name, pa.dictionary(pa.int32(), pa.string()))])
    with pa.ipc.new_stream(sink, schema, options=options) as writer:
        for i in range(int(pick(rng, (3, 60)))):
            words.append(f"word {i}")
            column = pa.DictionaryArray.from_arrays(pa.array([i], pa.int32()), pa.array(words))
            writer.write_batch(pa.record_batch([column], schema=schema))
    return bytes(sink.getvalue())


def many_nulls(rng: np.random.Generator, names: list[str]) -> bytes:
    """Batches without number of as many rows as a number has room for, none of which takes a byte."""
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([pa.nulls(int(pick(rng, (10**5, 10**6, 10**9, 2**62))))] * len(names), names=names)
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        for _ in range(int(pick(rng, (1, 1, 50)))):
            writer.write_batch(batch)
    return bytes(sink.getvalue())


def with_extension(rng: np.random.Generator, table: pa.Table) -> pa.Table:
    """A table, one of whose columns says of itself that it is of an extension type."""
    at = int(rng.integers(table.num_columns))
    depth = int(pick(rng, (0, 10, 10_000, 200_000)))
    description = b'{"shape":[2],"x":' + b"[" * depth + b"]" * depth + b"}"
    metadata = {b"ARROW:extension:name": pick(rng, _EXTENSIONS).encode(), b"ARROW:extension:metadata": description}
    # Arrow would make the type of it: the field is put in as a list of two where that is what the type stands on.
    column = pa.nulls(len(table), pa.list_(pa.float64(), 2)) if rng.random() < 0.5 else table.column(at)
    field = pa.field(table.schema.names[at], column.type, metadata=metadata)
    return table.set_column(at, field, column)


def patched(rng: np.random.Generator, body: bytes) -> bytes:
    """A body with some words of its messages, or of anything else, put to the ends of what they may say."""
    patched_body = bytearray(body)
    for _ in range(rng.integers(1, 4)):
        last = len(patched_body) // 8 - 1
        if last < 0:
            break
        # Most of what a message says of itself stands near the front or the end of a short body.
        at = 8 * int(rng.integers(0, min(last, 500) + 1)) if rng.random() < 0.7 else 8 * int(rng.integers(0, last + 1))
        if rng.random() < 0.5:
            struct.pack_into("<Q", patched_body, at, int(pick(rng, ENDS)) % 2**64)
        else:
            struct.pack_into("<I", patched_body, at + int(pick(rng, (0, 4))), int(pick(rng, ENDS)) % 2**32)
    return bytes(patched_body)
