"""Tables in a request's body: an Arrow stream or a Parquet file, as blocks of rows."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

import pyarrow as pa

from serving.wire.bodies import ARROW
from serving.wire.budget import CELL, Budget
from serving.wire.messages import check_stream
from serving.wire.problems import ProblemError
from serving.wire.texts import Plain, is_text

ROWS = 10_000  # of a block: enough that numpy and trees are at their best, and few enough to be soon done
_TOGETHER = 100  # pieces of a block that are kept before they are put together: each has many small objects

Batches = Iterator[pa.RecordBatch]
Opened = tuple[pa.Schema, Callable[[list[str]], Batches]]


class Table:
    """Received table; read twice, for checks and for predictions, and never converted as a whole.

    Parameters
    ----------
    body : bytes or bytearray
        The body.
    kind : str
        ARROW or PARQUET.
    most_bytes : int, optional
        Most bytes of the table's cells and texts when it is decoded, so that no short body becomes a large table;
        None: the body was checked when it came.

    Raises
    ------
    ProblemError
        400 where the body is no such table, 413 where it would be too large, 422 where its form is not taken.
    """

    def __init__(self, body: bytes | bytearray, kind: str, most_bytes: int | None) -> None:
        self._body, self._kind, self._most = pa.py_buffer(body), kind, most_bytes
        open_table = _arrow if kind == ARROW else _parquet
        self.schema, self._batches = self._guarded(open_table, self._body, most_bytes)
        self.names: list[str] = self._guarded(getattr, self.schema, "names")

    def blocks(self, names: Iterable[str]) -> Iterator[pa.Table]:
        """Yield the named columns in blocks of `ROWS` rows, without dictionaries and with texts cut.

        Raises
        ------
        ProblemError
            400 where the body is damaged, 413 where the rows take more than they may.
        """
        held: list[pa.RecordBatch] = []
        count = 0
        for part in self._parts(list(names)):
            while part.num_rows:
                piece = part.slice(0, ROWS - count)
                part = part.slice(piece.num_rows)
                held.append(piece)
                count += piece.num_rows
                if count == ROWS:
                    yield pa.Table.from_batches([_joined(held)])
                    held, count = [], 0
                elif len(held) == _TOGETHER:
                    held = [_joined(held)]
        if held:
            yield pa.Table.from_batches([_joined(held)])

    def _parts(self, names: list[str]) -> Batches:
        """Pieces of the batches, decoded; each has at most `ROWS` rows."""
        budget, plain = Budget(self._most), Plain()
        batches = self._batches(names)
        while (batch := self._guarded(next, batches, None)) is not None:
            for first in range(0, batch.num_rows, ROWS):
                part = batch.slice(first, ROWS)
                budget.spend(part.num_rows * max(1, len(names)) * CELL)
                yield self._guarded(plain.of, part, budget)

    def _guarded(self, act: Callable[..., Any], *given: Any) -> Any:
        """Return the result of an operation on the body; any fault in the bytes is the sender's error."""
        try:
            return act(*given)
        except (pa.ArrowException, OSError, EOFError, ValueError, struct.error, IndexError) as error:
            expected = "Arrow stream" if self._kind == ARROW else "Parquet file"
            message = " ".join(str(error).split())[:200]
            raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is no valid {expected}: {message}") from None


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def _bytes(body: pa.Buffer) -> memoryview:
    """Bytes of a body as numbers from 0 to 255."""
    return memoryview(body).cast("B")


def _arrow(body: pa.Buffer, most: int | None) -> Opened:
    if most is not None:
        check_stream(_bytes(body), Budget(most))
    schema = pa.ipc.open_stream(body).schema

    def batches(names: list[str]) -> Batches:
        dictionaries = [name for name in names if pa.types.is_dictionary(schema.field(name).type)]
        whole = [name for name in names if name not in dictionaries]
        for batch in pa.ipc.open_stream(body):
            selected = batch.select(names)
            selected.validate()  # lengths and offsets may be anything in a body from outside
            batch.select(whole).validate(full=True)
            for name in dictionaries:
                batch.column(name).indices.validate(full=True)
            yield selected

    return schema, batches


def _parquet(body: pa.Buffer, most: int | None) -> Opened:
    import pyarrow.parquet as pq

    from serving.wire.parquet import File

    # A long text stays in its dictionary, once, until it is cut.
    long = [] if most is None else File(_bytes(body)).long_texts(Budget(most))
    file = pq.ParquetFile(pa.BufferReader(body), read_dictionary=long, arrow_extensions_enabled=False)
    schema = file.schema_arrow

    def batches(names: list[str]) -> Batches:
        texts = [name for name in names if is_text(schema.field(name).type)]
        for batch in file.iter_batches(ROWS, columns=names, use_threads=False):
            batch.select(texts).validate(full=True)  # Parquet's texts may be any bytes
            yield batch

    return schema, batches
