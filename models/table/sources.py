"""Sources of a table's rows and cells: files as read, row numbers, and defects with their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from models.table.formatting import shortened
from physics.arrays import IntArray
from seeds import Column

# Faults of one kind that are reported one by one in each column; the rest is counted.
LISTED = 5


@dataclass(frozen=True)
class TableDefect:
    """One thing wrong with a table: where it stands, what was found and what was expected."""

    file: str
    row: int | None
    column: str | None
    value: str
    expected: str

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.file}{row}{column}: got {self.value}: expected {self.expected}"


class TableError(ValueError):
    """A table that cannot be used; `faults` holds each thing wrong with it."""

    def __init__(self, faults: Iterable[TableDefect]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Source:
    """File positions of a frame's rows.

    Attributes
    ----------
    name : str
        What faults of the table as a whole name: a file or a folder.
    files : tuple of str
        Names of the files.
    file : int array (n,)
        For each row its file, as an index into `files`.
    row : int array (n,)
        For each row its number in that file, counted from 1.
    """

    name: str
    files: tuple[str, ...]
    file: IntArray
    row: IntArray

    @classmethod
    def one(cls, name: str, rows: int, first: int = 1) -> Source:
        """Source of `rows` rows that follow each other in one file, the first numbered `first`."""
        return cls(name, (name,), np.zeros(rows, np.int64), np.arange(first, first + rows, dtype=np.int64))

    def rows(self, positions: IntArray) -> Source:
        """Source of some of the rows."""
        return Source(self.name, self.files, self.file[positions], self.row[positions])

    def place(self, position: int) -> tuple[str, int]:
        """File and row number of the frame's row at `position`."""
        return self.files[self.file[position]], int(self.row[position])


@dataclass(frozen=True)
class RawTable:
    """One file as read.

    Attributes
    ----------
    file : str
        Its path.
    frame : DataFrame (n, k)
        Cells: text from CSV, the file's own types from Parquet and spreadsheets. Blank rows are left out.
    headers : list of str
        Names of all its columns, also of those not read; none where the file cannot be used.
    row : int array (n,)
        Row numbers counted from 1: in CSV and sheets with the header, in Parquet the first row is 1.
    faults : list of TableDefect
        What was met on the way.
    cautions : tuple of str
        What a reader of the table should know of the file, line by line.
    """

    file: str
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    headers: list[str] = field(default_factory=list)
    row: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    faults: list[TableDefect] = field(default_factory=list)
    cautions: tuple[str, ...] = ()


def heading_of(column: Column, frame: pd.DataFrame) -> str | None:
    """Return the frame's name of a seed column, its tag or its own name; None if absent."""
    return next((heading for heading in (column.tag, column.name) if heading in frame.columns), None)


def repeated(file: Path, headers: Iterable[str]) -> list[TableDefect]:
    """Names that head more than one column."""
    return [
        TableDefect(str(file), 1, name, f"{count} columns of this name", "one")
        for name, count in Counter(headers).items()
        if count > 1
    ]


def cell_faults(source: Source, header: str, shown: pd.Series, bad: IntArray, expected: str) -> Iterator[TableDefect]:
    """Faults of a column's cells: the first few one by one, then how many more."""
    for position in bad[:LISTED]:
        yield TableDefect(*source.place(position), header, _shown(shown.iloc[position]), expected)
    if len(bad) > LISTED:
        yield TableDefect(source.name, None, header, f"{len(bad) - LISTED} more cells like the last", expected)


def _shown(cell: object) -> str:
    if pd.isna(cell) or cell == "":  # type: ignore[call-overload]
        return "nothing"
    return shortened(f"{cell:.6g}" if isinstance(cell, float) else repr(str(cell)), 60)
