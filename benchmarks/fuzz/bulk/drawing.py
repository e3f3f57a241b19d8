"""Bulk bodies of a process, drawn by number: a valid table with some unusual or invalid parts."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from benchmarks.fuzz.bulk import files, streams
from benchmarks.fuzz.bulk.columns import DAMAGED, MAKERS, pick
from seeds import Column, Seed, load
from serving.wire.bodies import ARROW, PARQUET

ROWS = (0, 1, 5, 40, 1000, 10_000, 25_000)
_SHARE_OF_ROWS = (0.05, 0.15, 0.25, 0.25, 0.18, 0.10, 0.02)
_FEW = 3  # inputs of a table that has many rows
_BEGIN = np.datetime64("2026-01-01", "s")
SOUND, WIDE, NAMED, ABOUT = "no anomaly", "many columns", "unusual names", "long metadata"
GROWING, NULLS, EXTENSION, FORGED, CHANGED = (
    "growing dictionaries",
    "nulls without number",
    "an extension type",
    "false descriptions",
    "changed words or bytes",
)
KINDS = (SOUND, *MAKERS, WIDE, NAMED, ABOUT, GROWING, NULLS, EXTENSION, FORGED, CHANGED)


class Body(NamedTuple):
    """A body that is sent.

    Attributes
    ----------
    number : int
        By which it is drawn again.
    kind : str
        What is odd in it, of KINDS.
    media : str
        ARROW or PARQUET.
    content : bytes
        The body.
    """

    number: int
    kind: str
    media: str
    content: bytes


def body(process: Seed, seed: int, number: int) -> Body:
    """The body of a number; two of the same seed and number are equal."""
    rng = np.random.default_rng([seed, number])
    kind = KINDS[number % len(KINDS)]
    share = 1.0 if kind in DAMAGED else 0.5
    media = ARROW if rng.random() < share else PARQUET
    while True:
        try:
            return Body(number, kind, media, _content(rng, process, kind, media))
        except (pa.ArrowException, OSError, OverflowError, ValueError):
            # Arrow makes or writes no such table: another one of the kind, and at last in the other form.
            media = ARROW if rng.random() < max(share, 0.7) else PARQUET


def drawn(process: str, seed: int, numbers: Iterable[int]) -> Iterator[Body]:
    """Bodies drawn in a separate process; tables on which Arrow's writer ends the process are left out.

    Parameters
    ----------
    process : str
        Name of a process of this project.
    seed : int
        Of the random numbers.
    numbers : iterable of int
        Which bodies.
    """
    context = multiprocessing.get_context("spawn")
    left = iter(numbers)
    number = next(left, None)
    while number is not None:
        with ProcessPoolExecutor(1, context) as pool:
            try:
                while number is not None:
                    yield pool.submit(_of_process, process, seed, number).result()
                    number = next(left, None)
            except BrokenProcessPool:
                print(f"body {number} is left out: Arrow's writer ended the process that drew it", file=sys.stderr)
                number = next(left, None)


def _of_process(process: str, seed: int, number: int) -> Body:
    return body(load(process), seed, number)


def _content(rng: np.random.Generator, process: Seed, kind: str, media: str) -> bytes:
    if kind == GROWING and media == ARROW:
        return streams.growing(rng, process.by_role("key", "time")[0].name)
    if kind == NULLS:
        names = [column.name for column in process.inputs][: int(pick(rng, (1, 5)))]
        return (streams if media == ARROW else files).many_nulls(rng, names)
    table = _odd(rng, process, kind, sound(rng, process))
    written = streams.stream(rng, table) if media == ARROW else files.file(rng, table)
    if kind == FORGED:
        return streams.patched(rng, written) if media == ARROW else files.forged(rng, written)
    if kind == CHANGED:
        return _changed(rng, written)
    return written


def sound(rng: np.random.Generator, process: Seed) -> pa.Table:
    """A table that a process takes, of a number of rows that is drawn."""
    n = int(rng.choice(ROWS, p=_SHARE_OF_ROWS))
    first = int(rng.integers(len(process.inputs)))
    inputs = process.inputs if n < 1000 else process.inputs[first : first + _FEW]
    return pa.table({column.name: _sound(rng, column, n) for column in (*process.by_role("key", "time"), *inputs)})


def _sound(rng: np.random.Generator, column: Column, n: int) -> pa.Array:
    """Values of a column that are taken, in one of the forms that are."""
    if column.role == "time":
        times = pa.array(_BEGIN + np.arange(n).astype("timedelta64[h]"))
        return times if rng.random() < 0.5 else times.cast(pa.string())
    if not column.is_number or column.role == "key":
        words = list(column.values or ("A-1", "A-2"))
        texts = pa.array([words[i % len(words)] for i in range(n)], pa.string())
        return texts.dictionary_encode() if rng.random() < 0.5 else texts
    low, high = (float(np.clip(end, -1e9, 1e9)) for end in column.limits)
    return pa.array(rng.uniform(low, high, n), mask=rng.random(n) < 0.05)


def _odd(rng: np.random.Generator, process: Seed, kind: str, table: pa.Table) -> pa.Table:
    """The table with what is odd in a kind of bodies."""
    changes: dict[str, Callable[[], pa.Table]] = {
        WIDE: lambda: _wide(rng, table),
        NAMED: lambda: _named(rng, table),
        ABOUT: lambda: table.replace_schema_metadata({b"about": b"a" * int(pick(rng, (1000, 2**20, 3 * 2**20)))}),
        EXTENSION: lambda: streams.with_extension(rng, table),
    }
    if kind in changes:
        return changes[kind]()
    if kind in MAKERS:
        for _ in range(rng.integers(1, 3)):
            at = int(rng.integers(table.num_columns)) if rng.random() < 0.5 else int(rng.integers(2))
            name, column = table.schema.names[at], MAKERS[kind](rng, len(table))
            if len(column) != len(table):
                table = table.slice(0, len(column))
            table = table.set_column(at, name, column)
    return table


def _wide(rng: np.random.Generator, table: pa.Table) -> pa.Table:
    count = int(rng.choice((1, 50, 101, 900, 1001, 5000), p=(0.25, 0.25, 0.25, 0.12, 0.12, 0.01)))
    table = table.slice(0, min(len(table), 5_000 // count))
    more = [pa.nulls(len(table), pa.int8())] * count
    names = [f"c{i}" for i in range(count)] if rng.random() < 0.8 else [table.schema.names[-1]] * count
    return pa.table([*table.columns, *more], names=[*table.schema.names, *names])


def _named(rng: np.random.Generator, table: pa.Table) -> pa.Table:
    names = list(table.schema.names)
    for _ in range(rng.integers(1, 4)):
        unusual = (
            "",
            "\0",
            "n" * 1000,
            "n" * 300_000,
            "鋁" * 500_000,
            names[0],
            "a.b",
            names[0].upper(),
            "rows",
            "quality",
        )
        names[int(rng.integers(len(names)))] = str(pick(rng, unusual))
    return table.rename_columns(names)


def _changed(rng: np.random.Generator, content: bytes) -> bytes:
    """Some bytes changed, a part cut off, put twice or put at the end."""
    if rng.random() < 0.3:
        return streams.patched(rng, content)
    content_changed = bytearray(content)
    way = int(rng.integers(4))
    if way == 0:
        for _ in range(rng.integers(1, 9)):
            content_changed[int(rng.integers(len(content_changed)))] = int(rng.integers(256))
    elif way == 1:
        del content_changed[int(rng.integers(len(content_changed))) :]
    elif way == 2:
        begin, end = sorted(int(i) for i in rng.integers(len(content_changed), size=2))
        content_changed[begin:begin] = content_changed[begin:end]
    else:
        content_changed += bytes(rng.integers(0, 256, int(pick(rng, (1, 8, 5000))), dtype=np.uint8))
    return bytes(content_changed)
