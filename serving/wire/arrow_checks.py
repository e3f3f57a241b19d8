"""Checks of a table's columns by the rules of JSON rows: vectorised, with the same error messages."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.regression.unit_history import UnitHistory
from models.table.inputs import sizes
from operations.forms import history, unit_history
from operations.forms.columns import CheckedRows
from operations.forms.faults import MOST_FAULTS, RequestDefect, invalid, shown
from operations.forms.fields import Record
from operations.forms.values import LONGEST_TEXT, LONGEST_TIME
from operations.predictions.payloads import Payloads
from physics.arrays import IntArray
from seeds import Column, Seed
from serving.wire.arrow_tables import Table
from serving.wire.texts import is_text

T = TypeVar("T")

_A_SECOND = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9, "D": 1 / 86_400}
_FIRST, _LAST = -62_135_510_400, 253_402_214_400  # s since 1970 of 0001-01-02 and 9999-12-31
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
_NUMBERS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_null)
_TIMES = (*_TEXTS[:3], pa.types.is_timestamp, pa.types.is_date)


def check(table: Table, payloads: Payloads) -> int:
    """Check all of a table; gives how many rows it has.

    Raises
    ------
    RequestError
        422 where its columns or rows are wrong; all faults are named, or the first 100 of more.
    """
    faults = list(islice(_of_schema(table, payloads), MOST_FAULTS + 1))
    if faults:
        raise invalid(faults)
    names = [name for name in table.names if name in taken(payloads)]
    rows = 0
    for block in table.blocks(names):
        wrong = np.flatnonzero(_wrong(block, payloads.seed))[: MOST_FAULTS + 1]
        if len(wrong):
            for i, row in zip(wrong.tolist(), records(block.take(wrong), payloads.seed), strict=True):
                faults += payloads.row.read(row, rows + i)[1]
        if len(faults) > MOST_FAULTS:
            break
        if not faults and _calendar(payloads):
            block_of(block, payloads, payloads.seed, rows)  # its times must be comparable
        rows += block.num_rows
    if not faults and not rows:
        faults = [RequestDefect(field="rows", value=0, bound=1, expected="at least 1 entries")]
    if faults:
        raise invalid(faults)
    return rows


def taken(payloads: Payloads) -> dict[str, Column]:
    """Columns that a table may have, by name."""
    seed = payloads.seed
    return {column.name: column for column in (*seed.by_role("key", "time"), *seed.inputs)}


def _of_schema(table: Table, payloads: Payloads) -> Iterator[RequestDefect]:
    """Columns that are not taken, stand twice, are of a wrong type or are missing and needed."""
    known, schema = taken(payloads), table.schema
    for name, count in Counter(table.names).items():
        if count > 1:
            yield RequestDefect(field=str(shown(name)), value=f"{count} columns of this name", expected="one")
        elif name not in known:
            expected = "no column of this name: in a table it has no place"
            yield from payloads.row.unknown([name]) or [RequestDefect(field=name, expected=expected)]
        else:
            kind = schema.field(name).type
            kinds, expected = _kinds(known[name])
            inner = kind.value_type if pa.types.is_dictionary(kind) else kind
            is_null = inner is not kind and pa.types.is_null(inner)
            if is_null or not any(is_kind(inner) for is_kind in kinds) or not _is_readable(inner):
                yield RequestDefect(field=name, value=str(shown(str(kind))), expected=f"a column of {expected}")
    for column in payloads.seed.by_role("key", "time"):
        if column.name not in schema.names:
            yield RequestDefect(field=column.name, expected="this column, which is required")


def _kinds(column: Column) -> tuple[tuple[Any, ...], str]:
    if column.role == "time":
        return _TIMES, "timestamps, dates or texts in ISO 8601"
    return (_NUMBERS, "numbers") if column.is_number else (_TEXTS, "texts")


def _is_readable(kind: pa.DataType) -> bool:
    """Return whether times of a type can be read: its time zone is known."""
    try:
        pa.array([0]).cast(kind).to_pylist() if pa.types.is_timestamp(kind) else None
    except (ValueError, KeyError, OSError):
        return False
    return True


def plain(block: pa.Table, name: str) -> pa.Array:
    """A column in one piece, without a dictionary."""
    column = block.column(name)
    chunk = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()  # copies them, even a single one
    if pa.types.is_dictionary(chunk.type):
        # Rows of a file, whose texts may be of any length: large texts have room for all of them.
        values = chunk.dictionary
        chunk = (values.cast(pa.large_string()) if is_text(values.type) else values).take(chunk.indices)
    return chunk.cast(pa.large_string()) if pa.types.is_string_view(chunk.type) else chunk


def numbers(column: pa.Array) -> npt.NDArray[np.float64]:
    """Numbers, shape (n,); NaN where there is none."""
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    values: npt.NDArray[np.float64] = column.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    return values


def _wrong(block: pa.Table, seed: Seed) -> npt.NDArray[np.bool_]:
    """Rows with at least one fault, shape (n,)."""
    wrong = np.zeros(block.num_rows, dtype=np.bool_)
    for column in (*seed.by_role("key", "time"), *seed.inputs):
        if column.name not in block.column_names:
            continue
        values = plain(block, column.name)
        if column.role == "time":
            wrong |= _no_times(values)
        elif column.is_number:
            wrong |= _out_of_range(numbers(values), column)
        else:
            wrong |= _no_texts(values, is_needed=column.role == "key")
    return wrong


def _out_of_range(values: npt.NDArray[np.float64], column: Column) -> npt.NDArray[np.bool_]:
    low, high = column.low, column.high
    if column.censored and high is not None:
        low = -high  # a content below the laboratory's limit is that limit with a minus sign
    wrong = np.isinf(values) if low is None or high is None else np.zeros(len(values), dtype=np.bool_)
    if low is not None:
        wrong |= values < low
    if high is not None:
        wrong |= values > high
    return wrong


def _no_texts(values: pa.Array, is_needed: bool, longest: int = LONGEST_TEXT) -> npt.NDArray[np.bool_]:
    if pa.types.is_null(values.type):
        return np.full(len(values), is_needed)
    length = numbers(pc.utf8_length(values.cast(pa.large_string())))
    wrong = length > longest
    return wrong | ~(length > 0) if is_needed else wrong


def _no_times(values: pa.Array) -> npt.NDArray[np.bool_]:
    if not any(is_text(values.type) for is_text in _TEXTS):
        return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_) | _beyond_years(values)
    wrong = _no_texts(values, True, LONGEST_TIME)
    known = values.dictionary_encode()
    unlike = np.array([not _is_time(text) for text in known.dictionary.to_pylist()], dtype=np.bool_)
    places = known.indices.fill_null(0).to_numpy(zero_copy_only=False)
    return wrong | unlike[places] if len(unlike) else wrong


def _beyond_years(values: pa.Array) -> npt.NDArray[np.bool_]:
    """Mask of times before the year 1 or after 9999, shape (n,), less one day at each end."""
    size = _A_SECOND["D" if pa.types.is_date32(values.type) else getattr(values.type, "unit", "ms")]
    counted = values.view(pa.int32() if pa.types.is_date32(values.type) else pa.int64())
    since = counted.fill_null(0).to_numpy(zero_copy_only=False) / size
    return np.asarray((since < _FIRST) | (since > _LAST), dtype=np.bool_)


def _is_time(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def records(block: pa.Table, seed: Seed) -> list[Record]:
    """Rows of a block as JSON would hold them."""
    columns: dict[str, list[Any]] = {}
    for column in (*seed.by_role("key", "time"), *seed.inputs):
        if column.name not in block.column_names:
            continue
        values = plain(block, column.name)
        if column.role == "time":
            columns[column.name] = _texts_of_times(values)
        elif column.is_number:
            columns[column.name] = [None if math.isnan(value) else value for value in numbers(values).tolist()]
        else:
            columns[column.name] = values.to_pylist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _texts_of_times(values: pa.Array) -> list[str | None]:
    if any(is_text(values.type) for is_text in _TEXTS):
        return list(values.to_pylist())
    beyond = _beyond_years(values)
    if beyond.any():
        counted = values.view(pa.int32() if pa.types.is_date32(values.type) else pa.int64()).to_pylist()
        known = _texts_of_times(pc.if_else(pa.array(beyond), pa.scalar(None, values.type), values))
        return [
            f"{count} in {values.type}" if no else text for count, no, text in zip(counted, beyond, known, strict=True)
        ]
    if pa.types.is_date(values.type):
        return [None if day is None else day.isoformat() for day in values.to_pylist()]
    # Times are given to the microsecond; what is finer is no part of a period's start.
    micro = pc.cast(values, pa.timestamp("us", values.type.tz), safe=False)
    return [None if time is None else time.isoformat() for time in micro.to_pylist()]


def _calendar(payloads: Payloads) -> list[str]:
    """Inputs that are made from the time where rows leave them out."""
    return [column.name for column in history.made_inputs(payloads.seed) if column.calendar is not None]


def block_of(
    block: pa.Table, payloads: Payloads, model_seed: Seed, first: int = 0, of_units: UnitHistory | None = None
) -> tuple[CheckedRows, list[list[str]] | None]:
    """Return checked rows as a model takes them, and each row's derived columns; None if not allowed.

    Parameters
    ----------
    block : Table
        Rows that have passed `check`, the first of them number `first`.
    payloads : Payloads
        What the process takes and gives.
    model_seed : Seed
        The seed of the model that answers, which orders the inputs.
    first : int, optional
        As above.
    of_units : UnitHistory, optional
        History of units of that model, which fills its inputs that no row states.
    """
    names = set(block.column_names)
    X = np.full((block.num_rows, len(model_seed.inputs)), np.nan)
    # Objects by the ten thousand are slow to make and to collect: rows without texts share one.
    has_texts = any(column.values for column in model_seed.inputs)
    texts: list[Record] = [{} for _ in range(block.num_rows)] if has_texts else [{}] * block.num_rows
    for j, column in enumerate(model_seed.inputs):
        if column.values:
            held = plain(block, column.name).to_pylist() if column.name in names else [None] * block.num_rows
            numbered: dict[str | None, float] = {text: float(i) for i, text in enumerate(column.values)}
            X[:, j] = [numbered.get(text, np.nan) for text in held]
            for row, text in zip(texts, held, strict=True):
                row[column.name] = text
        elif column.name in names:
            X[:, j] = numbers(plain(block, column.name))
    key = payloads.seed.key
    units = None if key is None else plain(block, key.name)
    made = _make(X, block, payloads, model_seed, first) if history.MADE in payloads.echoed else None
    if of_units is not None:
        filled = unit_history.fill(X, *_unit_and_start(block, of_units), of_units)
        made = None if made is None else [[*one, *more] for one, more in zip(made, filled, strict=True)]
    return CheckedRows(sizes(X, model_seed), units, texts), made


def _unit_and_start(block: pa.Table, of_units: UnitHistory) -> tuple[list[str], IntArray]:
    """Unit of each row, and start of its period [microseconds since 1970]."""
    seed = of_units.seed
    if seed.table.time_zone is None:
        starts = _of_distinct(block.select([seed.clock.name]), partial(unit_history.starts, seed=seed), seed)
    else:  # the order of a unit's rows decides which of two equal hours is meant
        starts = unit_history.starts(records(block.select([one.name for one in seed.identity]), seed), seed)
    if seed.key is None:
        return [""] * block.num_rows, np.array(starts, dtype=np.int64)
    units = _of_distinct(
        block.select([seed.key.name]), lambda rows: [unit_history.unit_of(row, seed) for row in rows], seed
    )
    return units, np.array(starts, dtype=np.int64)


def _of_distinct(column: pa.Table, compute: Callable[[list[Record]], list[T]], seed: Seed) -> list[T]:
    """Values of a table of one column, computed once for equal cells."""
    (name,) = column.column_names
    held = plain(column, name).dictionary_encode()
    values = compute(records(pa.table({name: held.dictionary}), seed))
    return [values[i] for i in held.indices.to_pylist()]


def _make(
    X: npt.NDArray[np.float64], block: pa.Table, payloads: Payloads, model_seed: Seed, first: int
) -> list[list[str]]:
    """Derive calendar inputs that rows leave out, in place; return the derived columns of each row."""
    calendar = _calendar(payloads)
    at = {column.name: j for j, column in enumerate(model_seed.inputs)}
    made: list[list[str]] = [[]] * len(X)
    lacking = np.isnan(X[:, [at[name] for name in calendar]]).any(axis=1)
    if not calendar or not lacking.any():
        return made
    which = np.flatnonzero(lacking)
    needed = [column.name for column in (*payloads.seed.by_role("key", "time"), *history.made_inputs(payloads.seed))]
    rows: list[Record] = [
        dict.fromkeys(needed) | row
        for row in records(block.take(which).select([n for n in needed if n in block.column_names]), payloads.seed)
    ]
    faults = history.fill(rows, [], payloads.seed)
    if faults:
        raise invalid([one.model_copy(update={"row": first + int(which[one.row or 0])}) for one in faults])
    for i, row in zip(which.tolist(), rows, strict=True):
        made[i] = list(row[history.MADE])
        for name in made[i]:
            X[i, at[name]] = row[name]
    return made
