"""Texts of a table, cut before anything is made of them: one long text may stand in thousands of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from serving.bulk.budget import Budget
from serving.column_values import LONGEST_KEY, LONGEST_TEXT, LONGEST_TIME

LONGEST = max(LONGEST_KEY, LONGEST_TEXT, LONGEST_TIME)  # characters
MOST_BYTES = 4 * (LONGEST + 1)  # of a text; a longer one has more than LONGEST characters, and so has what is left


class Plain:
    """Columns without dictionaries and without texts that are longer than any that is taken.

    Dictionaries are looked at once, not once for each batch of rows that uses them.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[pa.Array, pa.Array]] = {}

    def check(self, batch: pa.RecordBatch) -> None:
        """Check lengths, offsets and texts of a batch, which may be anything in a body from outside; ArrowInvalid."""
        batch.validate()
        for column in batch.columns:
            (column.indices if pa.types.is_dictionary(column.type) else column).validate(full=True)

    def of(self, batch: pa.RecordBatch, budget: Budget) -> pa.RecordBatch:
        """Rows of a batch that was checked.

        Raises
        ------
        ProblemError
            413 where dictionaries and texts take more than the budget has left.
        ArrowInvalid, ArrowIndexError
            A dictionary is damaged.
        """
        for i, field in enumerate(batch.schema):
            if pa.types.is_dictionary(field.type):
                dictionary = self._dictionary(field.name, batch.column(i).dictionary, budget)
                column = dictionary.take(batch.column(i).indices)
            elif is_text(field.type):
                column = cut(batch.column(i))
            else:
                continue
            budget.spend(column.nbytes)
            batch = batch.set_column(i, pa.field(field.name, column.type), column)
        return batch

    def _dictionary(self, name: str, dictionary: pa.Array, budget: Budget) -> pa.Array:
        """A column's dictionary with its texts cut."""
        last = self._last.get(name)
        if last is None or _place(last[0]) != _place(dictionary):
            budget.spend(dictionary.nbytes)
            dictionary.validate(full=True)
            last = self._last[name] = dictionary, cut(dictionary)
        return last[1]


def _place(array: pa.Array) -> tuple[Any, ...]:
    """Place of an array in memory, which no other has while it is kept."""
    buffers = [(buffer.address, buffer.size) if buffer else None for buffer in array.buffers()]
    return array.type, array.offset, len(array), buffers


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type is one of texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def cut(values: pa.Array) -> pa.Array:
    """Values, those that are texts of more than `MOST_BYTES` cut to these; views become texts that stand alone."""
    if not is_text(values.type):
        return values
    long = np.flatnonzero(_bytes(values) > MOST_BYTES)
    if not len(long):
        return values.cast(pa.large_string()) if pa.types.is_string_view(values.type) else values
    beginnings = [bytes(values[i].as_buffer().slice(0, MOST_BYTES)).decode(errors="ignore") for i in long.tolist()]
    pieces = [values.slice(begin, end - begin) for begin, end in _between(long, len(values))]
    kind = pa.large_string() if pa.types.is_string_view(values.type) else values.type
    parts: list[pa.Array] = []
    for piece, beginning in zip(pieces, [*beginnings, None], strict=True):
        parts += [piece.cast(kind), *([] if beginning is None else [pa.array([beginning], kind)])]
    return pa.concat_arrays(parts)


def _between(long: npt.NDArray[np.intp], length: int) -> list[tuple[int, int]]:
    """First and last row of the rows before, between and after the long ones."""
    return list(zip([0, *(long + 1).tolist()], [*long.tolist(), length], strict=True))


def _bytes(texts: pa.Array) -> npt.NDArray[np.int64]:
    """Bytes of each text, shape (n,); 0 where there is none."""
    if not pa.types.is_string_view(texts.type):
        found: npt.NDArray[np.int64] = pc.binary_length(texts).fill_null(0).to_numpy(zero_copy_only=False)
        return found
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    # A view begins with the number of its bytes.
    views = np.frombuffer(texts.buffers()[1], dtype=np.int32, count=4 * (texts.offset + len(texts))).reshape(-1, 4)
    absent = texts.is_null().to_numpy(zero_copy_only=False)
    return np.where(absent, 0, views[texts.offset :, 0]).astype(np.int64)
