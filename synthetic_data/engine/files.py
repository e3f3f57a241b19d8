"""Files of a simulated plant: schemas, parts written by blocks, and their final assembly."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.engine.plan import BlockRows, PlantEvent, RowGrid, RunPlan, UnitBlock
from synthetic_data.engine.simulator import simulator_of

NAMES = ("table", "truth", "events")
# A row group: so many of the portions that a block yields, fewer where they hold so many rows, that memory stays small.
# Fixed, so that the bytes do not depend on how a run was cut.
GROUP_PORTIONS, GROUP_ROWS = 60, 120_000

_TURNED = 32  # units whose periods are put behind each other together: their values then stay near the processor
_TIME = pa.timestamp("us")
_DAY = 86_400e6  # µs/d
_EVENTS = pa.schema(
    [("unit", pa.string()), ("kind", pa.string()), ("onset", _TIME), ("detected", _TIME), ("end", _TIME)]
)


def columns_of_table(plan: RunPlan) -> list[str]:
    """Columns of the table except key, time and those that the reader derives from earlier rows."""
    made = {column.name for column in plan.seed.columns if column.is_made}
    index = {column.name for column in plan.seed.by_role("key", "time")}
    return [column.name for column in plan.seed.columns if column.name not in made | index]


def group_tables(plan: RunPlan, block: UnitBlock, group: list[BlockRows]) -> dict[str, pa.Table]:
    """Arrow tables of some rows of a block, each sorted by unit and time."""
    in_order = _in_order(group)
    units, starts = in_order([rows.units for rows in group]), in_order([rows.starts for rows in group])
    name_of = simulator_of(plan.seed).unit_name
    names = [name_of(block.first + unit) for unit in range(block.count)]
    index: dict[str, pa.Array] = {}
    if plan.seed.key is not None:
        index[plan.seed.key.name] = _texts(units, names)
    index[plan.seed.clock.name] = pa.array(starts, _TIME)

    def joined(part: str, names: Iterable[str]) -> pa.Table:
        values = {name: in_order([getattr(rows, part)[name] for rows in group]) for name in names}
        columns = index | {name: _column(plan, name, column) for name, column in values.items()}
        # A number that is missing is NaN, so that there is no null to be marked.
        fields = [pa.field(name, column.type, nullable=False) for name, column in columns.items()]
        return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))

    events = [event for rows in group for event in rows.events]
    return {
        "table": joined("table", columns_of_table(plan)),
        "truth": joined("truth", group[0].truth),
        "events": _event_table(plan, names, events),
    }


def _in_order(group: list[BlockRows]) -> Callable[[list[NDArray[Any]]], NDArray[Any]]:
    """Return the function that joins values of consecutive rows, by unit and time."""
    grid = group[0].grid
    if grid is not None and all(rows.grid == grid for rows in group):
        return functools.partial(_of_grid, grid)
    units, starts = np.concatenate([rows.units for rows in group]), np.concatenate([rows.starts for rows in group])
    by_unit_and_time = np.lexsort((starts, units))
    if (by_unit_and_time == np.arange(len(units))).all():
        return _one_after_the_other  # what is in order is not copied again
    return lambda parts: np.concatenate(parts)[by_unit_and_time]


def _one_after_the_other(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if len(parts) > 1 else np.ascontiguousarray(parts[0])


def _of_grid(grid: RowGrid, parts: list[NDArray[Any]]) -> NDArray[Any]:
    if not grid.by_period:
        return np.concatenate([part.reshape(grid.units, -1) for part in parts], axis=1).reshape(-1)
    by_period = np.concatenate(parts).reshape(-1, grid.units)
    result = np.empty(by_period.shape[::-1], by_period.dtype)
    for first in range(0, grid.units, _TURNED):
        result[first : first + _TURNED] = by_period[:, first : first + _TURNED].T
    return result.reshape(-1)


def _column(plan: RunPlan, name: str, values: NDArray[Any]) -> pa.Array:
    """Numbers as float64, numbers of classes as the classes' text."""
    if name == plan.seed.target.name and plan.seed.classes:
        return _texts(values, plan.seed.classes)
    return pa.array(values, pa.float64())


def _texts(numbers: NDArray[np.intp], texts: Sequence[str]) -> pa.Array:
    """The text that each number stands for."""
    return pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), pa.array(texts, pa.string())).cast(pa.string())


def groups(rows: Iterator[BlockRows]) -> Iterator[list[BlockRows]]:
    """Yield the rows of a block in the groups that become row groups."""
    group: list[BlockRows] = []
    for subset in rows:
        group.append(subset)
        if len(group) == GROUP_PORTIONS or sum(len(one.units) for one in group) >= GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group


def _part_path(folder: Path, name: str, block: int) -> Path:
    """File in which a block waits for those before it."""
    return folder / f"{name}-{block:05d}.arrow.partial"


class PlantWriter:
    """Writes the plant's files as `<name>.parquet.partial`: row groups of block after block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        return self

    def write(self, tables: dict[str, pa.Table]) -> None:
        """Append one row group to each file."""
        for name, table in tables.items():
            if name not in self._writers:
                # Checksums let a reader notice a damaged page, which otherwise reads as other numbers.
                self._writers[name] = pq.ParquetWriter(
                    self._path(name), table.schema, compression="snappy", use_dictionary=_repeated(table.schema),
                    write_page_checksum=True, write_statistics=_index(table.schema),
                )  # fmt: skip
            self._writers[name].write_table(table)

    def append_part(self, block: int) -> None:
        """Append what `PartWriter` wrote of a block, and take that away."""
        paths = {name: _part_path(self._folder, name, block) for name in NAMES}
        parts = {name: pa.ipc.open_file(pa.memory_map(str(path))) for name, path in paths.items()}
        for i in range(parts[NAMES[0]].num_record_batches):
            self.write({name: pa.Table.from_batches([part.get_batch(i)]) for name, part in parts.items()})
        for path in paths.values():
            path.unlink()

    def digests(self) -> dict[str, str]:
        """End the files; digests by the names that they are to get."""
        self._close()
        return {f"{name}.parquet": _digest(self._path(name)) for name in NAMES}

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.parquet.partial"

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._close()


class PartWriter:
    """Writes the share of one block, a row group at a time, for `PlantWriter.append_part`."""

    def __init__(self, folder: Path, block: int) -> None:
        self._paths = {name: _part_path(folder, name, block) for name in NAMES}
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def write(self, tables: dict[str, pa.Table]) -> None:
        """Append one row group."""
        for name, table in tables.items():
            if name not in self._writers:
                self._writers[name] = pa.ipc.new_file(str(self._paths[name]), table.schema)
            self._writers[name].write_batch(table.combine_chunks().to_batches()[0] if len(table) else _empty(table))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()


def remove_partial(folder: Path) -> None:
    """Take away what a stopped run left."""
    for name in NAMES:
        for stale in (*folder.glob(f"{name}-*.arrow.partial"), *folder.glob(f"{name}.parquet.partial")):
            stale.unlink()


def _repeated(schema: pa.Schema) -> list[str]:
    """Text columns: only these gain from a dictionary, random numbers do not."""
    return [field.name for field in schema if pa.types.is_string(field.type)]


def _index(schema: pa.Schema) -> list[str]:
    """Columns that a reader picks rows by: least and most of random numbers would help none."""
    return [field.name for field in schema if not pa.types.is_floating(field.type)]


def _empty(table: pa.Table) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in table.schema], schema=table.schema)


def _event_table(plan: RunPlan, names: list[str], events: list[PlantEvent]) -> pa.Table:
    numbers, kinds, *times = zip(*events, strict=True) if events else ((),) * len(_EVENTS)
    units = [None if unit is None else names[unit] for unit in numbers]
    arrays = [_times(plan, np.array(days, dtype=np.float64)) for days in times]
    return pa.table([pa.array(units, pa.string()), pa.array(kinds, pa.string()), *arrays], schema=_EVENTS)


def _times(plan: RunPlan, days: FloatArray) -> pa.Array:
    """Instants so many days after the start of the run."""
    start = np.datetime64(plan.period_start(0), "us")
    return pa.array(start + np.round(days * _DAY).astype("timedelta64[us]"), _TIME)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
