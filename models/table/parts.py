"""Checked tables that may be larger than memory, as parts in the order of units and time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.table import data_warnings
from models.table.contract import Checked, ParsedTable, parse
from models.table.derived_columns import lenders, made_columns
from models.table.formatting import visible
from models.table.joining import ReadRows, together
from models.table.non_data_rows import without_strays
from models.table.reading import PARQUET, read_table, table_files
from models.table.rows import TableRows
from models.table.sources import TableDefect, TableError
from models.table.stored_parts import ParquetRows, StoredParts
from seeds import Seed
from system.temporary_folder import scratch, sweep

CELLS = 2**20
"""Cells of one part: as numbers 8 MiB, of which a few copies are in memory together."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class CheckedParts:
    """A checked table in parts.

    Attributes
    ----------
    rows : int
        Rows of all parts.
    rejected : DataFrame
        As `Checked.rejected`; of a table of several parts the first values in the order of files and rows.
    rejected_rows, rejected_values : int
        Number of excluded rows, and of the values for which they were.
    ignored, cautions : tuple of str
        As of `Checked`.
    has_labels : bool
        Whether a target has a value.
    tables : callable
        Gives the parts as `Checked.table`, in order, each time from the first.
    """

    rows: int
    rejected: pd.DataFrame
    rejected_rows: int
    rejected_values: int
    ignored: tuple[str, ...]
    cautions: tuple[str, ...]
    has_labels: bool
    tables: Callable[[], Iterator[pd.DataFrame]]


@contextmanager
def checked_parts(
    path: Path,
    seed: Seed,
    *,
    folder: Path,
    step: Progress,
    today: dt.date | None = None,
    labelled: bool = False,
    whole: int | None = None,
) -> Iterator[CheckedParts]:
    """Check a table, and yield it in parts if it is large.

    A table of Parquet files with more than CELLS cells is sorted into parts on disk. The faults of cells and rows are
    those of `read_table`. Shares and medians of columns are of a sample of rows, every p-th of p parts.

    Parameters
    ----------
    path : Path
        As of `read_table`.
    seed : Seed
        The process.
    folder : Path
        A folder in which the rows have a copy for the time; made if needed.
    step : callable
        Takes the progress: what is done, rows done, all rows.
    today : date, optional
        Day after which no period may start; by default the clock's.
    labelled : bool
        Whether targets are needed.
    whole : int, optional
        Cells up to which a table is read in whole; by default CELLS, the size of a part.

    Raises
    ------
    TableError
        As `read_table`; of a table in parts with the faults of the first part that has any.
    """
    files, columns = _parquet_files(path, seed)
    rows = sum(file.rows for file in files)
    cells = rows * max((len(file.raw.headers) for file in files), default=0)
    if columns is None or cells <= (CELLS if whole is None else whole):
        step("read and check the table", 0, 1)
        yield _in_one_part(read_table(path, seed, today=today, labelled=labelled), seed)
        return
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    with scratch(folder) as own:
        parts = -(-cells // CELLS)
        stored = StoredParts(files, seed, str(path), own, parts, lambda done: step("sort the rows", done, rows))
        yield _Reading(stored, columns, today, labelled).checked(lambda done: step("check the rows", done, rows))


def _parquet_files(path: Path, seed: Seed) -> tuple[list[ParquetRows], ReadRows | None]:
    """Return the files that can be read in parts, and their columns; none if they are read in whole."""
    paths = table_files(path, seed.table)
    is_joined = (seed.table.files or seed.table.sheets) is not None
    if is_joined or any(file.suffix.lower() != PARQUET for file in paths):
        return [], None
    files = [ParquetRows.of(file, seed) for file in paths]
    columns = together([file.raw for file in files], seed, str(path))
    if columns.faults:
        raise TableError(columns.faults)
    return [file for file in files if file.rows] or files, columns


def _in_one_part(checked: Checked, seed: Seed) -> CheckedParts:
    return CheckedParts(
        rows=len(checked.table),
        rejected=checked.rejected,
        rejected_rows=checked.rejected_rows,
        rejected_values=len(checked.rejected),
        ignored=checked.ignored,
        cautions=checked.cautions,
        has_labels=_has_labels(checked.table, seed),
        tables=lambda: iter([checked.table]),
    )


def _has_labels(table: pd.DataFrame, seed: Seed) -> bool:
    return bool(table[[column.name for column in seed.labels]].notna().to_numpy().any())


@dataclass
class _Reading:
    """Reads the parts of a table, each as `models.table.reading.read_table` reads a table."""

    stored: StoredParts
    whole: ReadRows
    today: dt.date | None
    labelled: bool

    def checked(self, step: Callable[[int], None]) -> CheckedParts:
        """Check all parts, then the table as a whole by a sample."""
        seed, sample, cautions = self.stored.seed, [], []
        rows = rejected_rows = rejected_values = done = 0
        listed = pd.DataFrame()
        has_labels = False
        for parsed, strays in self._parts(compare_dates=True):
            sample.append(parsed.rows.every(len(self.stored.numbers)))
            rejected = _rejected(parsed.rows, strays)
            rejected_rows += len(rejected[["file", "row"]].drop_duplicates())
            rejected_values += len(rejected)
            listed = pd.concat([listed, rejected]) if len(listed) else rejected
            listed = listed.sort_values(["file", "row"], kind="stable", ignore_index=True).head(_LISTED)
            rows += int(np.count_nonzero(~parsed.rows.impossible))
            cautions += [f"{_range(parsed.rows)}: {line}" for line in parsed.cautions]
            values = parsed.rows.values
            has_labels |= any(
                column.name in values and bool(values[column.name].notna().any()) for column in seed.labels
            )
            done += len(parsed.rows.source.row) + len(strays)
            step(done)
        if not rows and not sample:
            raise TableError([TableDefect(self.stored.name, None, None, "no rows", "at least one row")])
        of_sample = TableRows.together(sample)
        if faults := of_sample.faults_of_whole(self.labelled, sound=True):
            raise TableError(faults)
        lines = [*of_sample.part_cautions(), *data_warnings.of_table(of_sample.table(), seed)]
        cautions = [f"in a sample of {len(of_sample.source.row)} rows: {line}" for line in lines] + cautions
        unread = self.whole.unread
        return CheckedParts(
            rows=rows,
            rejected=listed,
            rejected_rows=rejected_rows,
            rejected_values=rejected_values,
            ignored=unread,
            cautions=(*cautions, *data_warnings.unused_columns(unread, seed)),
            has_labels=has_labels,
            tables=self._tables,
        )

    def _parts(self, *, compare_dates: bool) -> Iterator[tuple[ParsedTable, pd.DataFrame]]:
        """Yield parts without faults, and their rows that are none of the plant."""
        for number in self.stored.numbers:
            if (read := self.stored.read(number)) is None:
                continue
            frame, source, strays = without_strays(*read, self.stored.seed)
            if frame.empty:
                continue
            parsed = parse(
                frame,
                self.stored.seed,
                source,
                today=self.today,
                form=self.whole.form,
                labelled=self.labelled,
                unread=self.whole.unread,
                compare_dates=compare_dates,
                is_part=True,
            )
            if parsed.faults:
                raise TableError(parsed.faults)
            yield parsed, strays

    def _tables(self) -> Iterator[pd.DataFrame]:
        before: pd.DataFrame | None = None
        for parsed, _ in self._parts(compare_dates=False):
            table = parsed.rows.table()
            if len(table):
                table = _continued(before, table, self.stored.seed)
                before = _newest(before, table, self.stored.seed)
                yield table


_LISTED = 10_000  # rejected values that are kept of a table in parts


def _rejected(rows: TableRows, strays: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows.rejected().astype({"value": object}), strays]) if len(strays) else rows.rejected()


def _range(rows: TableRows) -> str:
    """Units of a part, as text."""
    seed = rows.seed
    column = seed.key or seed.time
    if column is None:
        return "a part of the rows"
    first, last = rows.values[column.name].min(), rows.values[column.name].max()
    return visible(str(first)) if first == last else f"{visible(str(first))} to {visible(str(last))}"


def _reach(seed: Seed) -> dt.timedelta:
    """Return how long before a row another may start from which its columns are made."""
    periods = [0]
    for column in seed.columns:
        if column.previous is not None:
            periods.append(column.previous.periods)
        if column.rolling is not None:
            first = seed.wait(str(column.lent_by)) if column.lent_by in seed.targets else 1
            periods.append(first + column.rolling.window - 1)
    return seed.period * (max(periods) + 0.5)


def _of_unit(table: pd.DataFrame, unit: object, seed: Seed) -> pd.DataFrame:
    return table if seed.key is None else table[table[seed.key.name] == unit]


def _newest(before: pd.DataFrame | None, table: pd.DataFrame, seed: Seed) -> pd.DataFrame | None:
    """Return rows from which those of the next part may be made: the newest of the last unit."""
    if not lenders(seed) or seed.time is None:
        return None
    unit = None if seed.key is None else table[seed.key.name].iloc[-1]
    rows = _of_unit(table, unit, seed)
    if before is not None:
        rows = pd.concat([_of_unit(before, unit, seed), rows], ignore_index=True)
    start = rows[seed.time.name]
    newest: pd.DataFrame = rows[start >= start.iloc[-1] - _reach(seed)].reset_index(drop=True)
    return newest


def _continued(before: pd.DataFrame | None, table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Make the columns of a part's first unit again, from the rows of the part before it, too."""
    if before is None:
        return table
    unit = None if seed.key is None else table[seed.key.name].iloc[0]
    earlier, own = _of_unit(before, unit, seed), _of_unit(table, unit, seed)
    if earlier.empty:
        return table
    both = pd.concat([earlier, own], ignore_index=True)
    lent_values = {}
    for name in lenders(seed):
        values = both[name].to_numpy(dtype=np.float64)
        lent_values[name] = np.abs(values) if seed.column(name).censored else values
    made = made_columns(lent_values, seed, np.zeros(len(both), np.int64), both[seed.clock.name].to_numpy())
    table = table.copy(deep=False)
    for name, values in made.items():
        table[name] = np.concatenate([values[len(earlier) :], table[name].to_numpy()[len(own) :]])
    return table
