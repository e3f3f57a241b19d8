"""Texts of a table, cut before anything is made of them: one long text may stand in thousands of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from operations.forms.values import LONGEST_KEY, LONGEST_TEXT, LONGEST_TIME
from serving.wire.budget import Budget

LONGEST = max(LONGEST_KEY, LONGEST_TEXT, LONGEST_TIME)  # characters
MOST_BYTES = 4 * (LONGEST + 1)  # of a text; a longer one has more than LONGEST characters, and so has what is left


class Plain:
    """Columns without dictionaries and without texts that are longer than any that is taken.

    Dictionaries are checked one time, not for each batch of rows that uses them.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[pa.Array, pa.Array]] = {}
        self._columns: list[tuple[int, pa.Field]] | None = None

    def of(self, batch: pa.RecordBatch, budget: Budget) -> pa.RecordBatch:
        """Rows of a batch; all batches have the same columns.

        Raises
        ------
        ProblemError
            413 where dictionaries and texts take more than the budget has left.
        ArrowInvalid, ArrowIndexError
            A dictionary is damaged.
        """
        if self._columns is None:
            self._columns = [(i, field) for i, field in enumerate(batch.schema) if _is_of_texts(field.type)]
        for i, field in self._columns:
            column = batch.column(i)
            if pa.types.is_dictionary(field.type):
                column = self._dictionary(field.name, column.dictionary, budget).take(column.indices)
            else:
                column = cut(column)
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


def _is_of_texts(kind: pa.DataType) -> bool:
    return is_text(kind) or bool(pa.types.is_dictionary(kind))


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type is one of texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def cut(values: pa.Array) -> pa.Array:
    """Return the values with texts cut to `MOST_BYTES`; views are copied."""
    if not is_text(values.type):
        return values
    is_view = pa.types.is_string_view(values.type)
    if not is_view and (pc.max(pc.binary_length(values)).as_py() or 0) <= MOST_BYTES:
        return values
    long = np.flatnonzero(_bytes(values) > MOST_BYTES)
    if not len(long):
        return values.cast(pa.large_string())
    beginnings = [bytes(values[i].as_buffer().slice(0, MOST_BYTES)).decode(errors="ignore") for i in long.tolist()]
    pieces = [values.slice(begin, end - begin) for begin, end in _between(long, len(values))]
    kind = pa.large_string() if is_view else values.type
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
        lengths: npt.NDArray[np.int64] = pc.binary_length(texts).fill_null(0).to_numpy(zero_copy_only=False)
        return lengths
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    # A view begins with the number of its bytes.
    views = np.frombuffer(texts.buffers()[1], dtype=np.int32, count=4 * (texts.offset + len(texts))).reshape(-1, 4)
    absent = texts.is_null().to_numpy(zero_copy_only=False)
    return np.where(absent, 0, views[texts.offset :, 0]).astype(np.int64)
