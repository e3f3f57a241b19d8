"""Rows of Parquet files sorted into parts on disk: a part holds a range of units, and of their time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.table import cells
from models.table.periods import period_start
from models.table.raw import known_headers, read_raw, stated_by_folders, untabular
from models.table.sources import RawTable, Source, TableDefect, TableError, heading_of, repeated
from physics.arrays import IntArray
from seeds import Seed

Units = npt.NDArray[np.object_]

_FILE, _ROW = "\0file", "\0row"  # names that no column of a file has
_BATCH = 2**16  # rows that are sorted into parts together
_SAMPLED = 200_000  # rows of which the ranges of the parts are taken


@dataclass(frozen=True)
class ParquetRows:
    """A Parquet file that is read batch by batch.

    Attributes
    ----------
    path : Path
        The file.
    raw : RawTable
        Its columns, without rows, and what is wrong with them.
    rows : int
        How many rows it holds.
    """

    path: Path
    raw: RawTable
    rows: int

    @classmethod
    def of(cls, path: Path, seed: Seed) -> ParquetRows:
        """Read the columns of a file that `seed` knows, and no row."""
        try:
            with pq.ParquetFile(path) as file:
                schema, rows = file.schema_arrow, file.metadata.num_rows
        except (pa.ArrowException, OSError):
            return cls(path, read_raw(path, seed), 0)
        stated, known = stated_by_folders(path), known_headers(seed)
        headers = [*schema.names, *stated]
        faults = repeated(path, headers)
        if not faults:
            faults = untabular(path, pa.schema([schema.field(name) for name in schema.names if name in known]))
        frame = pd.DataFrame({name: [] for name in headers if name in known})
        return cls(path, RawTable(str(path), frame, headers, faults=faults), rows)

    def batches(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the named columns, some rows at a time; TableError where the file is damaged."""
        stated = {name: value for name, value in stated_by_folders(self.path).items() if name in names}
        try:
            with pq.ParquetFile(self.path, page_checksum_verification=True, pre_buffer=False) as file:
                own = [name for name in names if name not in stated]
                for batch in file.iter_batches(_BATCH, columns=own, use_threads=False):
                    table = pa.Table.from_batches([batch])
                    for name, value in stated.items():
                        table = table.append_column(name, pa.repeat(pa.scalar(value, pa.string()), len(table)))
                    yield table
        except (pa.ArrowException, OSError) as error:
            got = f"a file that cannot be read ({str(error).splitlines()[0]})"
            expected = "a whole Parquet file; is this one cut off or damaged?"
            raise TableError([TableDefect(str(self.path), None, None, got, expected)]) from None


@dataclass(frozen=True)
class Places:
    """First unit and time of each part but the first, in the order of a checked table.

    Attributes
    ----------
    units : ndarray of object, shape (p - 1,)
        Names of units.
    times : ndarray of int, shape (p - 1,)
        Starts of periods [microseconds since 1970].
    """

    units: Units
    times: IntArray

    @classmethod
    def of(cls, units: Units, times: IntArray, parts: int) -> Places:
        """Return places that divide rows, shape (n,) each, into about equal parts."""
        rows = pd.DataFrame({"unit": units, "time": times}).sort_values(["unit", "time"], ignore_index=True)
        at = np.unique(np.arange(1, parts) * len(rows) // parts)
        first = rows.iloc[at].drop_duplicates()
        return cls(first["unit"].to_numpy(dtype=object), first["time"].to_numpy(dtype=np.int64))

    def part_of(self, units: Units, times: IntArray) -> IntArray:
        """Return the number of the part of each row, shape (n,)."""
        code, names = pd.factorize(units)
        low, high = (np.searchsorted(self.units, names, side=side) for side in ("left", "right"))
        part = low[code].astype(np.int64)
        for number in np.flatnonzero(low < high):  # units of which a part begins within
            of_unit = code == number
            inside = self.times[low[number] : high[number]]
            part[of_unit] += np.searchsorted(inside, times[of_unit], side="right")
        return part


class StoredParts:
    """Parts of a table in files of a folder, each with its rows in the order of the table's files.

    Parameters
    ----------
    files : sequence of ParquetRows
        The table's files, without faults.
    seed : Seed
        The process.
    name : str
        What faults of the table as a whole name.
    folder : Path
        An empty folder, which takes a copy of the rows.
    parts : int
        How many parts are made of about equal size. A part is larger where its rows have one unit and time, or,
        with a time zone in the seed, one unit: the order of a unit's rows then says which of two equal hours is meant.
    step : callable
        Takes the number of rows that are sorted.
    """

    def __init__(
        self,
        files: Sequence[ParquetRows],
        seed: Seed,
        name: str,
        folder: Path,
        parts: int,
        step: Callable[[int], None],
    ) -> None:
        self.seed, self.name, self.folder = seed, name, folder
        self.files = tuple(str(file.path) for file in files)
        names = list(files[0].raw.frame.columns)
        self._keys = [
            header for column in seed.identity if (header := heading_of(column, files[0].raw.frame)) is not None
        ]
        places, done = self._places(files, parts), 0
        self.numbers = range(len(places.units) + 1)
        for number, file in enumerate(files):
            first = 0
            for batch in file.batches(names):
                row = np.arange(first + 1, first + 1 + len(batch))
                part = places.part_of(*self._identity(batch, done))
                batch = batch.append_column(_FILE, pa.array(np.full(len(batch), number)))
                self._add(batch.append_column(_ROW, pa.array(row)), part)
                first, done = first + len(batch), done + len(batch)
                step(done)

    def read(self, part: int) -> tuple[pd.DataFrame, Source] | None:
        """Return cells of a part as their files hold them, and where its rows stand; None without rows."""
        path = self._path(part)
        if not path.exists():
            return None
        frames, source = [], []
        for table in _same_schemas(path):
            source.append((table[_FILE].to_numpy(), table[_ROW].to_numpy()))
            table = table.drop_columns([_FILE, _ROW])
            frames.append(table.to_pandas(ignore_metadata=True, date_as_object=False))
        file, row = (np.concatenate(column) for column in zip(*source, strict=True))
        frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        return frame, Source(self.name, self.files, file, row)

    def _places(self, files: Sequence[ParquetRows], parts: int) -> Places:
        rows = sum(file.rows for file in files)
        step, seen = -(-rows // _SAMPLED), 0
        sampled: list[tuple[Units, IntArray]] = []
        for file in files:
            for batch in file.batches(self._keys) if self._keys else ():
                at = np.arange(-seen % step, len(batch), step)
                sampled.append(self._identity(batch.take(pa.array(at)), seen))
                seen += len(batch)
        if not sampled:
            return Places(np.empty(0, dtype=object), np.empty(0, dtype=np.int64))
        units, times = (np.concatenate(column) for column in zip(*sampled, strict=True))
        return Places.of(units, times, parts)

    def _identity(self, batch: pa.Table, first: int) -> tuple[Units, IntArray]:
        """Return unit and time of rows; those that cannot be read come first."""
        keys = [name for name in self._keys if name in batch.column_names]
        frame = batch.select(keys).to_pandas(ignore_metadata=True, date_as_object=False)
        units: Any = np.full(len(batch), "", dtype=object)
        if self.seed.key is not None and (header := heading_of(self.seed.key, frame)) is not None:
            units = cells.unit_names(frame[header])[0].fillna("").to_numpy(dtype=object)
        times = np.zeros(len(batch), dtype=np.int64)
        if self.seed.time is None:  # rows of a unit stay in the order of the files
            times = np.arange(first, first + len(batch))
        elif self.seed.table.zone is None and (header := heading_of(self.seed.time, frame)) is not None:
            start = cells.times(frame[header], self.seed.table)[0]
            if self.seed.table.every is not None:  # rows of a period stay together
                start = period_start(start, self.seed.period)
            times = start.to_numpy().astype("datetime64[us]").astype(np.int64)
        return units, times

    def _path(self, part: int) -> Path:
        return self.folder / f"{part}.arrows"

    def _add(self, batch: pa.Table, part: IntArray) -> None:
        """Append rows to the files of their parts, each time as an Arrow stream of its own."""
        order = np.argsort(part, kind="stable")
        rows = batch.take(pa.array(order))
        numbers, firsts = np.unique(part[order], return_index=True)
        for number, first, end in zip(numbers, firsts, [*firsts[1:], len(part)], strict=True):
            with self._path(int(number)).open("ab") as file:
                with pa.ipc.new_stream(file, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
                    writer.write_table(rows.slice(first, end - first))


def _same_schemas(path: Path) -> Iterator[pa.Table]:
    """Yield the rows of streams one after another, together as far as their columns have the same types."""
    held: list[pa.Table] = []
    with path.open("rb") as file:
        size = path.stat().st_size
        while file.tell() < size:
            table = pa.ipc.open_stream(file).read_all()
            if held and held[0].schema != table.schema:
                yield pa.concat_tables(held)
                held = []
            held.append(table)
    yield pa.concat_tables(held)
