"""Odd columns of a table, each of a kind that some reader of Arrow or Parquet has failed at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

Maker = Callable[[np.random.Generator, int], pa.Array]
LENGTHS = (0, 1, 200, 201, 804, 805, 5_000, 70_000, 300_000, 1_000_000)  # characters
LETTERS = ("x", "é", "鋁", "🜨")
TEXTS = (pa.string(), pa.large_string(), pa.string_view())
INDICES = (pa.int8(), pa.uint8(), pa.int16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64())
NUMBERS = (pa.int8(), pa.uint16(), pa.int32(), pa.int64(), pa.uint64(), pa.float16(), pa.float32(), pa.float64())
ENDS = (0, 1, -1, 100, 127, -(2**31), 2**31 - 1, 2**31, 2**53, 2**63 - 1, -(2**63), 2**64 - 1)
ZONES = (None, "UTC", "Asia/Shanghai", "+05:30", "Nowhere/Atlantis", "+99:99", "../../zone", "UTC\0", "", "z" * 100_000)
WORDS = ("", "2026-11-01", "2026-11-01T06:00:00+01:00", "yesterday", "9" * 40, "0000-00-00", "\0", "A-1", "２０２６")
MOST_PLAIN = 4_000_000  # characters of a column without a dictionary


def pick(rng: np.random.Generator, values: Any) -> Any:
    """One of some values."""
    return values[int(rng.integers(len(values)))]


def text(rng: np.random.Generator) -> str:
    """A text of one of the lengths at which something changes."""
    letter = str(pick(rng, LETTERS))
    return letter * (int(pick(rng, LENGTHS)) // len(letter.encode()))


def _indices(rng: np.random.Generator, n: int, count: int) -> pa.Array:
    kind = pick(rng, INDICES)
    absent = rng.random(n) < 0.1 if rng.random() < 0.3 else None
    return pa.array(rng.integers(0, count, n), mask=absent).cast(kind)


def dictionary_of_texts(rng: np.random.Generator, n: int) -> pa.Array:
    """A dictionary with few texts, some of them long."""
    words: list[str | None] = [text(rng) for _ in range(rng.integers(1, 4))]
    words += [None] if rng.random() < 0.2 else []
    return pa.DictionaryArray.from_arrays(_indices(rng, n, len(words)), pa.array(words, pick(rng, TEXTS)))


def dictionary_of_others(rng: np.random.Generator, n: int) -> pa.Array:
    """A dictionary of numbers or times."""
    values = pick(rng, (numbers, times))(rng, int(rng.integers(1, 9)))
    return pa.DictionaryArray.from_arrays(_indices(rng, n, len(values)), values)


def indices_without_texts(rng: np.random.Generator, n: int) -> pa.Array:
    """A dictionary whose indices go beyond it."""
    values = rng.integers(-3, 100, n) if rng.random() < 0.5 else rng.choice([0, 2**31 - 1], n)
    return pa.DictionaryArray.from_arrays(pa.array(values, pa.int32()), pa.array(["A", "B"]), safe=False)


def texts(rng: np.random.Generator, n: int) -> pa.Array:
    """Texts without a dictionary."""
    choices = [text(rng), *WORDS]
    chosen = [pick(rng, choices) for _ in range(n)]
    most = MOST_PLAIN // max(1, n)
    return pa.array([word[: max(most, 40)] for word in chosen], pick(rng, TEXTS))


def views_of_one_text(rng: np.random.Generator, n: int) -> pa.Array:
    """Views that all show the same long text."""
    data = b"v" * int(pick(rng, LENGTHS[4:]))
    view = np.zeros((n, 4), dtype=np.int32)
    view[:, 0], view[:, 1] = len(data), int.from_bytes(b"vvvv", "little")
    view[:, 3] = pick(rng, (0, 0, 0, 1, -1))
    kind = pick(rng, (pa.string_view(), pa.string_view(), pa.binary_view()))
    return pa.Array.from_buffers(kind, n, [None, pa.py_buffer(view.tobytes()), pa.py_buffer(data)])


def damaged_texts(rng: np.random.Generator, n: int) -> pa.Array:
    """Texts whose offsets lead anywhere, or that are no UTF-8."""
    large = rng.random() < 0.5
    offsets = np.arange(n + 1, dtype=np.int64 if large else np.int32)
    if rng.random() < 0.7 and n:
        offsets[int(rng.integers(n + 1))] = pick(rng, (-1, 2**31 - 1, -(2**31), 10**6))
    data = bytes(rng.integers(0, 256, n + 1, dtype=np.uint8))
    kind = pa.large_string() if large else pa.string()
    return pa.Array.from_buffers(kind, n, [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data)])


def runs(rng: np.random.Generator, n: int) -> pa.Array:
    """Run-end encoded values: as many rows as it likes from one value."""
    ends = pa.array([max(n, 1)], pick(rng, (pa.int32(), pa.int64())))
    values = pa.array([text(rng)]) if rng.random() < 0.5 else pa.array([1.5])
    return pa.RunEndEncodedArray.from_arrays(ends, values).slice(0, n)


def numbers(rng: np.random.Generator, n: int) -> pa.Array:
    """Numbers of any type, their ends among them."""
    kind = pick(rng, NUMBERS)
    if pa.types.is_floating(kind):
        choices = [0.0, 1.5, -1.0, float("nan"), float("inf"), 60000.0]
        return pa.array(np.array([pick(rng, choices) for _ in range(n)]), pa.float64()).cast(kind, safe=False)
    low, high = (int(end) for end in (np.iinfo(kind.to_pandas_dtype()).min, np.iinfo(kind.to_pandas_dtype()).max))
    return pa.array([min(max(int(pick(rng, ENDS)), low), high) for _ in range(n)], kind)


def times(rng: np.random.Generator, n: int) -> pa.Array:
    """Times and dates of any type, those that no calendar has among them."""
    width, kind = 64, pa.timestamp(pick(rng, ("s", "ms", "us", "ns")), pick(rng, ZONES))
    if rng.random() < 0.3:
        width, kind = pick(rng, ((32, pa.date32()), (64, pa.date64()), (64, pa.duration("s")), (32, pa.time32("s"))))
    counts = [int(pick(rng, (0, 20_000, 1_780_000_000, *ENDS[5:11]))) % 2**width for _ in range(n)]
    values = np.array(counts, dtype=np.uint64).astype(f"u{width // 8}")
    return pa.Array.from_buffers(kind, n, [None, pa.py_buffer(values.tobytes())])


def kind(rng: np.random.Generator, depth: int) -> pa.DataType:
    """A type of any make, nested up to a depth."""
    flat: list[Any] = [
        pa.null(),
        pa.bool_(),
        pa.binary(),
        pa.large_binary(),
        pa.binary_view(),
        pa.binary(int(pick(rng, (0, 1, 16, 100_000)))),
        pa.decimal32(9, 2),
        pa.decimal128(38, int(pick(rng, (-5, 0, 38)))),
        pa.decimal256(76, 3),
        pa.month_day_nano_interval(),
        pa.time64("ns"),
        *NUMBERS,
        *TEXTS,
    ]
    if depth <= 0 or rng.random() < 0.2:
        return pick(rng, flat)
    inner = kind(rng, depth - 1)
    fields = [pa.field(f"f{i}", kind(rng, depth - 2)) for i in range(rng.integers(0, 4))]
    nested: list[Callable[[], Any]] = [
        lambda: pa.list_(inner),
        lambda: pa.large_list(inner),
        lambda: pa.list_view(inner),
        lambda: pa.list_(inner, int(pick(rng, (0, 1, 3)))),
        lambda: pa.struct(fields),
        lambda: pa.map_(pa.string(), inner),
        lambda: pa.dictionary(pick(rng, INDICES), inner),
        lambda: pa.run_end_encoded(pa.int32(), inner),
        lambda: pa.sparse_union(fields or [pa.field("f", inner)]),
        lambda: pa.dense_union(fields or [pa.field("f", inner)]),
    ]
    return pick(rng, nested)()


def nested(rng: np.random.Generator, n: int) -> pa.Array:
    """Nothing, of a type of any make."""
    return pa.nulls(n, kind(rng, int(rng.integers(1, 6))))


def deep(rng: np.random.Generator, n: int) -> pa.Array:
    """Lists in lists, more than any reader goes down."""
    deepest = pa.float64()
    for _ in range(int(pick(rng, (10, 40, 70, 130)))):
        deepest = pa.list_(deepest) if rng.random() < 0.9 else pa.struct([("f", deepest)])
    return pa.nulls(n, deepest)


def wide(rng: np.random.Generator, n: int) -> pa.Array:
    """A structure of thousands of fields."""
    return pa.nulls(
        min(n, 10),
        pa.struct([(f"f{i}", pa.null()) for i in range(rng.choice((90, 999, 1001, 5000), p=(0.4, 0.3, 0.28, 0.02)))]),
    )


def nothing(rng: np.random.Generator, n: int) -> pa.Array:
    """Nulls without a type, which take no bytes however many they are."""
    return pa.nulls(n)


MAKERS: dict[str, Maker] = {
    "a dictionary of texts": dictionary_of_texts,
    "a dictionary of numbers or times": dictionary_of_others,
    "indices beyond their dictionary": indices_without_texts,
    "texts": texts,
    "views of one text": views_of_one_text,
    "damaged texts": damaged_texts,
    "runs": runs,
    "numbers": numbers,
    "times": times,
    "nested types": nested,
    "deep types": deep,
    "a wide structure": wide,
    "nulls": nothing,
}

DAMAGED = ("indices beyond their dictionary", "damaged texts", "views of one text")
"""Columns that Arrow cannot write to Parquet: the process ends, or the file repeats long texts."""
