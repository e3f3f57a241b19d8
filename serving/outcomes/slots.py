"""Units and periods of recorded requests, and their rows, parsed as they were at first."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from models.consistency.unit_names import unit_name
from operations.forms.faults import RequestDefect
from operations.forms.fields import Record
from operations.forms.history import starts_of
from operations.predictions.payloads import Payloads
from records.outcomes import Slot
from records.request_index import Request
from seeds import Seed
from serving.wire.bodies import JSON
from system.cancellation import between

_SECOND = dt.timedelta(seconds=1)


def slots(rows: Sequence[Record], seed: Seed) -> tuple[list[Slot], list[RequestDefect]]:
    """Unit and period of each row as records have them, and faults of times that cannot be compared."""
    return _slots({column.name: [row[column.name] for row in rows] for column in seed.identity}, len(rows), seed)


def _slots(columns: Mapping[str, Sequence[str]], rows: int, seed: Seed) -> tuple[list[Slot], list[RequestDefect]]:
    units = [""] * rows if seed.key is None else [_unit(name) for name in columns[seed.key.name]]
    if seed.time is None or not rows:
        return [(unit, "") for unit in units], []
    times, precision = columns[seed.time.name], _precision(seed)
    if seed.table.time_zone is None:
        moments = [_moment(time, precision) for time in times]
        if len({offset for _, offset in moments}) == 1:
            return [(unit, period) for unit, (period, _) in zip(units, moments, strict=True)], []
    stated = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    starts, faults = starts_of(stated, 0, seed)
    if faults:
        return [], faults
    unit_of_time = "us" if precision == "auto" else "s"
    texts = np.datetime_as_string(starts.astype(f"datetime64[{unit_of_time}]")).tolist()
    return [(unit, text.removesuffix(".000000")) for unit, text in zip(units, texts, strict=True)], []


def _precision(seed: Seed) -> str:
    """Precision of times that distinguishes rows: seconds, or fractions if periods are shorter than one."""
    return "auto" if seed.period < _SECOND else "seconds"


@lru_cache(maxsize=4096)  # units share periods
def _moment(text: str, precision: str) -> tuple[str, dt.timedelta | None]:
    """A time as records have it, and its offset from UTC if it says one."""
    read = dt.datetime.fromisoformat(text)
    return read.replace(tzinfo=None).isoformat(timespec=precision), read.utcoffset()


@lru_cache(maxsize=4096)  # rows share units
def _unit(name: str) -> str:
    """Name of a unit as every database has it: PostgreSQL keeps no NUL."""
    return unit_name(name).replace("\0", "\N{REPLACEMENT CHARACTER}")


def slots_of(request: Request, seed: Seed) -> list[Slot]:
    """Units and periods of a request's rows, in their order; none where its times were of several offsets."""
    names = tuple(column.name for column in seed.identity)
    if request.kind != JSON:
        count = 0
        columns: dict[str, list[Any]] = {name: [] for name in names}
        for block in _blocks(request.body, request.kind, names):
            count += block.num_rows
            for name in block.column_names:
                columns[name] += map(_plain, block[name].to_pylist())
        return _slots(columns, count, seed)[0]
    rows = [msgspec.structs.astuple(row) for row in _reader(names)(request.body).rows]
    return _slots({name: [row[i] for row in rows] for i, name in enumerate(names)}, len(rows), seed)[0]


def rows_of(request: Request, numbers: Iterable[int], payloads: Payloads) -> dict[int, Record]:
    """Some rows of a request by their index, as they were answered."""
    if request.kind == JSON:
        rows, _ = payloads.read(request.body)
        return {i: rows[i] for i in numbers}
    names = [column.name for column in (*payloads.seed.identity, *payloads.seed.inputs)]
    which, given, first = sorted(set(numbers)), list[Record](), 0
    for block in _blocks(request.body, request.kind, names):
        own = [i - first for i in which if first <= i < first + block.num_rows]
        if own:
            given += _records(block.take(own))
        first += block.num_rows
    rows, _ = payloads.checked({"rows": given})
    return dict(zip(which, rows, strict=True))


@lru_cache
def _reader(names: tuple[str, ...]) -> Any:
    """Reader of these texts of a request's rows; what else stands there is passed over."""
    fields: Any = [(f"c{i}", str) for i in range(len(names))]
    row: Any = msgspec.defstruct("Identity", fields, rename={f"c{i}": name for i, name in enumerate(names)})
    return msgspec.json.Decoder(msgspec.defstruct("Rows", [("rows", list[row])])).decode


def read_table(body: bytes, kind: str, names: Iterable[str]) -> list[Record]:
    """Rows of a table in a request's body, with those of the columns that it has, as JSON has them."""
    return [row for block in _blocks(body, kind, names) for row in _records(block)]


def _blocks(body: bytes, kind: str, names: Iterable[str]) -> Iterator[Any]:
    """Blocks of a table's columns, those that it has, with a stop of the work before each."""
    from serving.wire.arrow_tables import Table

    table = Table(body, kind, None)  # it was checked when it was answered
    return between(table.blocks([name for name in names if name in table.names]))


def _records(block: Any) -> list[Record]:
    return [{name: _plain(value) for name, value in row.items()} for row in block.to_pylist()]


def _plain(value: Any) -> Any:
    """A cell as JSON has it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, int | str) else value.isoformat()
