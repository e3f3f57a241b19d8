"""An answer as an Arrow stream: a batch for each block of rows, made when the one before has gone out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pydantic_core

from operations.forms import history
from operations.forms.columns import Columns, Described, Values
from operations.forms.fields import Record
from operations.forms.include import includes
from operations.predictions.operation import Predictions
from operations.predictions.payloads import Payloads
from serving.wire.arrow_checks import block_of, plain
from system.cancellation import between

T = TypeVar("T")

ABOUT = b"nonferrous"  # key of what is not of a row: JSON in the schema's metadata, and in the last batch's
UNIT = b"unit"  # key of a column's unit, in its field's metadata
FLAGS = "flags"
PIECE = 2**18  # bytes of one write: few enough that the event loop, which sends them, is soon free
_LISTS = pa.list_(pa.string())


class AnsweredRows(Protocol):
    """Rows that are answered."""

    names: list[str]

    def blocks(self, names: Iterable[str]) -> Iterator[pa.Table]:
        """The columns of these names, some rows at a time, in order."""


def answered(
    table: AnsweredRows, rows: int, payloads: Payloads, task: Predictions, model: Any, request: Record
) -> Iterator[Any]:
    """Blocks of a response in row order: an Arrow table, its common fields, and the state after each.

    Parameters
    ----------
    table : AnsweredRows
        Rows that have passed `serving.wire.arrow_checks.check`.
    rows : int
        How many these are.
    payloads, task, model
        Requests and responses of the process, predictions of its task, and the model in service.
    request : dict
        What was asked, as `Payloads.envelope` has it.
    """
    described, first = task.described(payloads), 0
    echoed = [column.name for column in payloads.seed.by_role("key", "time")]
    names = [name for name in table.names if name in {*echoed, *(c.name for c in payloads.seed.inputs)}]
    for held in table.blocks(names):
        block, made = block_of(held, payloads, model.seed, first, getattr(model, "history", None))
        columns: Columns = task.columns(payloads, model, block, request)
        request = request | columns.after | columns.carried
        first += held.num_rows
        arrays = [plain(held, name) for name in echoed]
        fields = [pa.field(name, array.type) for name, array in zip(echoed, arrays, strict=True)]
        if made is not None and includes(request, history.MADE):
            arrays.append(pa.array(made, _LISTS))
            fields.append(pa.field(history.MADE, _LISTS))
        for name in described:
            if name in columns.values:
                arrays.append(column_of(columns.values[name]))
                fields.append(_field(name, arrays[-1], described))
        arrays.append(pa.array(columns.flags, _LISTS))
        fields.append(pa.field(FLAGS, _LISTS))
        yield pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields)), columns.beside, columns.after, first >= rows


def column_of(values: Values) -> pa.Array:
    """A column of an answer; what is not a finite number is null."""
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        lacking = ~np.isfinite(values)
        return pa.array(values, mask=lacking if lacking.any() else None)
    if isinstance(values, np.ndarray) and values.dtype == np.bool_:
        return pa.array(values)
    return pa.array(values if isinstance(values, list) else values.tolist(), pa.string())  # type: ignore[union-attr]


def _field(name: str, array: pa.Array, described: Described) -> pa.Field:
    unit = described[name][0]
    return pa.field(name, array.type, metadata=None if unit is None else {UNIT: unit.encode()})


def _json(record: Record) -> bytes:
    """JSON of a part of an answer; NaN has no place in it."""
    return pydantic_core.to_json(record, inf_nan_mode="null")


class _Sink:
    """A file that hands out what was written to it."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._size += len(data)
        if self._size >= PIECE:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Put the newest parts together as a piece."""
        if self._parts:
            self._pieces.append(b"".join(self._parts))
        self._parts, self._size = [], 0

    def taken(self) -> list[bytes]:
        self.flush()
        pieces, self._pieces = self._pieces, []
        return pieces


def coverage_of(answer: bytes) -> float:
    """Coverage that was asked of an answer, of which the beginning is given."""
    coverage: float = pydantic_core.from_json(pa.ipc.open_stream(answer).schema.metadata[ABOUT])["coverage"]
    return coverage


def read_back(file: Any, identity: Sequence[str], most: int) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each field of a recorded stream; rows are an iterator, to be read first.

    Parameters
    ----------
    file : file
        The stream; where it was cut off, the whole batches of it are read.
    identity : sequence of str
        Columns that name a row.
    most : int
        Rows that are given with all columns; those behind them have their names and flags alone.
    """
    reader = pa.ipc.open_stream(file)
    yield from pydantic_core.from_json(reader.schema.metadata[ABOUT]).items()
    after: Record = {}

    def rows() -> Iterator[Record]:
        left = most
        for batch, metadata in whole(reader.iter_batches_with_custom_metadata()):
            after.update(pydantic_core.from_json(metadata[ABOUT]) if metadata else {})
            brief = batch.select([name for name in (*identity, FLAGS) if name in batch.schema.names])
            for row in between((*batch[:left].to_pylist(), *brief[left:].to_pylist())):
                yield {name: value if _is_json(value) else value.isoformat() for name, value in row.items()}
            left = max(0, left - batch.num_rows)

    yield Predictions.name, rows()
    yield from after.items()


def whole(batches: Iterable[T]) -> Iterator[T]:
    """Yield the complete batches of a recorded stream, which a lost client or a killed service may cut."""
    try:
        yield from batches
    except (pa.ArrowInvalid, OSError):
        return


def _is_json(value: Any) -> bool:
    """Return whether a cell can be written as JSON; times cannot."""
    return value is None or isinstance(value, bool | int | float | str | list)


def stream(blocks: Iterator[Any], head: Record) -> Iterator[list[bytes]]:
    """An Arrow stream, for each block its bytes in pieces of PIECE and the column that follows.

    Parameters
    ----------
    blocks : iterator
        As `answered` gives them.
    head : dict
        What an answer of JSON begins with: process, model and coverage; and the request's id.
    """
    sink = _Sink()
    writer = None
    for batch, common, after, is_last in blocks:
        if writer is None:
            about = _json({**head, **common})
            writer = pa.ipc.new_stream(pa.PythonFile(sink, "w"), batch.schema.with_metadata({ABOUT: about}))
        metadata = {ABOUT: _json(after)} if is_last and after else None
        writer.write_batch(batch, custom_metadata=metadata)
        if is_last:
            writer.close()
        yield sink.taken()
