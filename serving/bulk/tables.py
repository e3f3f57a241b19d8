"""Tables in a request's body: an Arrow stream or a Parquet file, as blocks of rows."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

import pyarrow as pa

from serving.bodies import ARROW
from serving.problems import Fault, ProblemError, invalid

ROWS = 10_000  # of a block: enough that numpy and trees are at their best, and few enough to be soon done
_CELL = 8  # bytes of a number

Batches = Iterator[pa.RecordBatch]


class Table:
    """A table as it came; it is read twice, once to check all of it and once to answer, and never held in another form.

    Parameters
    ----------
    body : bytes or bytearray
        The body.
    kind : str
        ARROW or PARQUET.
    most_bytes : int
        Most bytes of the table's cells when nothing is compressed, so that no short body becomes a large table.

    Raises
    ------
    ProblemError
        400 where the body is no such table, 413 where it would be too large.
    """

    def __init__(self, body: bytes | bytearray, kind: str, most_bytes: int) -> None:
        self._body, self._kind, self._most = pa.py_buffer(body), kind, most_bytes
        open_table = _arrow if kind == ARROW else _parquet
        self.schema, self._batches = self._guarded(lambda: open_table(self._body, self._check_size))
        self.names: list[str] = self._guarded(lambda: self.schema.names)

    def blocks(self, names: Iterable[str]) -> Iterator[pa.Table]:
        """The columns of these names, at most `ROWS` rows at a time; ProblemError where the body is damaged."""
        batches = self._batches(list(names))
        held: list[pa.RecordBatch] = []
        count = 0
        while (batch := self._guarded(lambda: next(batches, None))) is not None:
            while batch.num_rows:
                part = batch.slice(0, ROWS - count)
                held.append(part)
                count += part.num_rows
                batch = batch.slice(part.num_rows)
                if count == ROWS:
                    yield pa.Table.from_batches(held)
                    held, count = [], 0
        if held:
            yield pa.Table.from_batches(held)

    def _check_size(self, rows: int, columns: int) -> None:
        if rows * max(1, columns) * _CELL > self._most:
            fault = Fault(field="body", value=rows, bound=self._most, expected=f"at most {self._most} bytes of cells")
            detail = f"a table of {rows} rows and {columns} columns is too large; send the rows in several requests"
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, [fault])

    def _guarded(self, act: Callable[[], Any]) -> Any:
        """What an act on the body gives; whatever is wrong with the bytes is the sender's fault."""
        try:
            return act()
        except (pa.ArrowException, OSError, EOFError, UnicodeDecodeError, struct.error, IndexError) as error:
            what = "Arrow stream" if self._kind == ARROW else "Parquet file"
            said = " ".join(str(error).split())[:200]
            raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is no valid {what}: {said}") from None


def _arrow(body: pa.Buffer, check: Callable[[int, int], None]) -> tuple[pa.Schema, Callable[[list[str]], Batches]]:
    schema = pa.ipc.open_stream(body).schema

    def batches(names: list[str]) -> Batches:
        for batch in pa.ipc.open_stream(body):
            check(batch.num_rows, len(names))
            wanted = batch.select(names)
            wanted.validate(full=True)  # lengths and offsets may be anything in a body from outside
            yield wanted

    # Compressed buffers are unpacked whole, whatever their size: their messages are looked at before any is read.
    for message in _messages(body):
        if message.type in ("record batch", "dictionary") and is_compressed(message.metadata.to_pybytes()):
            expected = "buffers without compression; a Parquet file may be compressed"
            raise invalid([Fault(field="body", value="compressed Arrow buffers", expected=expected)])
    return schema, batches


def _messages(body: pa.Buffer) -> Iterator[Any]:
    reader = pa.ipc.MessageReader.open_stream(body)
    while True:
        try:
            yield reader.read_next_message()
        except StopIteration:
            return


def is_compressed(metadata: bytes) -> bool:
    """Whether the buffers of a record batch or a dictionary are compressed, by its message's metadata.

    A FlatBuffer of Arrow's Message.fbs: the header is the third field of a message, a dictionary batch has its record
    batch as second field, and the fourth field of a record batch says how it is compressed.
    """
    message = struct.unpack_from("<I", metadata, 0)[0]
    kind = metadata[_field(metadata, message, 1)]
    header = _table(metadata, _field(metadata, message, 2))
    if kind == _DICTIONARY:
        header = _table(metadata, _field(metadata, header, 1))
    return _field(metadata, header, 3) != 0


_DICTIONARY = 2  # among the kinds of a message's header


def _field(metadata: bytes, table: int, number: int) -> int:
    """Place of a field of a table; 0 where it is left out."""
    fields = table - struct.unpack_from("<i", metadata, table)[0]
    length = struct.unpack_from("<H", metadata, fields)[0]
    at = 4 + 2 * number
    offset = struct.unpack_from("<H", metadata, fields + at)[0] if at < length else 0
    return table + offset if offset else 0


def _table(metadata: bytes, at: int) -> int:
    return int(at + struct.unpack_from("<I", metadata, at)[0])


def _parquet(body: pa.Buffer, check: Callable[[int, int], None]) -> tuple[pa.Schema, Callable[[list[str]], Batches]]:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(body))
    metadata = file.metadata
    check(metadata.num_rows, metadata.num_columns)
    for i in range(metadata.num_row_groups):
        check(-(-metadata.row_group(i).total_byte_size // _CELL), 1)

    def batches(names: list[str]) -> Batches:
        yield from file.iter_batches(ROWS, columns=names, use_threads=False)

    return file.schema_arrow, batches
