"""Columns of cells of a plant's file, read as training reads it once the dialect is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from drafting.dialect import Dialect, below_header, find_dialect, find_header, find_signs
from drafting.findings import DraftError, counted
from models.table.csv_file import read_csv
from models.table.sources import RawTable, TableDefect, TableError
from models.table.spreadsheet import ENDINGS as WORKBOOKS
from models.table.spreadsheet import read_sheet, sheet_rows
from physics.arrays import IntArray

TEXTS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Content:
    """Content of a file.

    Attributes
    ----------
    file : Path
        Where it lies.
    dialect : Dialect
        How it is written.
    frame : DataFrame (n, k)
        Its cells under their headings; columns without a heading are left out.
    joined_on : tuple of str
        Headings that several sheets share and are joined on; none where the table is one sheet or file.
    row : int array (n,) or None
        Number of each row in the file, as a user counts; None where sheets are joined.
    """

    file: Path
    dialect: Dialect
    frame: pd.DataFrame
    joined_on: tuple[str, ...] = ()
    row: IntArray | None = None


def read_content(
    file: Path, sheet: str | None = None, decimal: str | None = None, time_format: Sequence[str] = ()
) -> Content:
    """Cells of a CSV, Parquet or workbook file.

    Parameters
    ----------
    file : Path
        The file; its ending says what it is.
    sheet : str, optional
        Name of a workbook's sheet; needed where several look like tables and cannot be joined.
    decimal : str, optional
        Decimal sign of numbers as text, where a person has said it.
    time_format : sequence of str, optional
        Formats of strptime that a user has stated; date cells among texts of a workbook are written by the first.

    Raises
    ------
    DraftError
        No such file, an ending that is none of these, no table in it, or a heading that stands twice.
    TableError
        The file is damaged, or rows have more or fewer cells than the header.
    """
    if not file.is_file():
        raise DraftError(f"{file}: no such file: expected a CSV, Parquet or Excel file")
    kind = file.suffix.lower()
    if sheet is not None and kind not in WORKBOOKS:
        raise DraftError(f"{file}: got --sheet '{sheet}': expected a workbook ({', '.join(WORKBOOKS)})")
    if kind == ".parquet":
        content = _parquet(file)
    elif kind in WORKBOOKS:
        content = _workbook(file, sheet, decimal, time_format)
    elif kind in TEXTS:
        content = _csv(file, decimal)
    else:
        known = ", ".join([*TEXTS, ".parquet", *WORKBOOKS])
        raise DraftError(f"{file}: got a {kind or 'nameless'} file: expected one of {known}")
    _once(file, content.frame.columns)
    if content.frame.empty:
        raise DraftError(f"{file}: got no rows below the header: expected at least one")
    return content


def _once(file: Path, headings: Iterable[str]) -> None:
    """Refuse headings that stand twice; empty ones head no column."""
    twice = [name for name, count in Counter(headings).items() if count > 1 and name]
    if twice:
        repeated = counted(len(twice), "heading")
        raise DraftError(f"{file}: got {repeated} more than once, such as '{twice[0]}': expected each once")


def _parquet(file: Path) -> Content:
    try:
        table = pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        raise DraftError(f"{file}: cannot be read as Parquet: {str(error).splitlines()[0]}") from None
    row = np.arange(1, table.num_rows + 1)
    return Content(file, Dialect(), table.to_pandas(ignore_metadata=True, date_as_object=False), row=row)


def _csv(file: Path, decimal: str | None) -> Content:
    try:
        dialect = find_dialect(file, decimal)
    except UnicodeError as error:
        raise DraftError(f"{file}: cannot be read as text: {error}") from None
    _once(file, dialect.headings)
    frame, row = _rows(read_csv(file, dialect.form), dialect)
    return Content(file, dialect, frame, row=row)


def _rows(raw: RawTable, dialect: Dialect) -> tuple[pd.DataFrame, IntArray]:
    """Rows of data of a file or sheet, and their numbers; TableError where the reader found fault with it."""
    if raw.faults:
        raise TableError(raw.faults)
    frame = raw.frame.loc[:, [name != "" for name in raw.frame.columns]]
    again = (frame == frame.columns).mean(axis=1).to_numpy() > 0.5 if _holds_header(frame) else False
    is_data = ~(np.isin(raw.row, dialect.skip) | again)
    return frame[is_data].reset_index(drop=True), raw.row[is_data]


def _holds_header(frame: pd.DataFrame) -> bool:
    """Return whether the header is repeated among the rows, as in concatenated reports."""
    first = frame.columns[0]
    return isinstance(frame[first].dtype, pd.StringDtype) and bool((frame[first] == first).any())


def _workbook(file: Path, sheet: str | None, decimal: str | None, time_format: Sequence[str]) -> Content:
    try:
        book = CalamineWorkbook.from_path(str(file))
    except (CalamineError, OSError) as error:
        raise DraftError(f"{file}: cannot be read as a workbook: {error}") from None
    names = list(book.sheet_names)
    if sheet is not None and sheet not in names:
        raise DraftError(f"{file}: got sheet '{sheet}': expected one of {', '.join(names)}")
    dialects = {}
    for name in [sheet] if sheet is not None else names:
        rows = _trimmed(_sheet(file, book, name))
        header = find_header(rows, len(rows[0])) if rows and len(rows[0]) > 1 else None
        if header is not None and len(rows) > header:
            dialects[name] = _sheet_dialect(file, name, rows, header, decimal)
    if not dialects:
        raise DraftError(f"{file}: no table with a header row in {f'sheet {sheet}' if sheet else 'any sheet'}")
    stated = {"time_format": list(time_format)}
    read = {
        name: _rows(read_sheet(file, dialect.form.model_copy(update=stated)), dialect)
        for name, dialect in dialects.items()
    }
    if len(dialects) == 1:
        ((name, dialect),) = dialects.items()
        frame, row = read[name]
        return Content(file, dialect, frame, row=row)
    return _joined(file, dialects, {name: frame for name, (frame, _) in read.items()})


def _sheet(file: Path, book: CalamineWorkbook, name: str) -> list[list[Any]]:
    """All cells of a sheet; TableError where they do not fit into memory."""
    try:
        rows = sheet_rows(file, book, name)
    except CalamineError as error:
        raise DraftError(f"{file}: sheet '{name}' cannot be read: {error}") from None
    if isinstance(rows, TableDefect):
        raise TableError([rows])
    return rows


def _sheet_dialect(file: Path, name: str, rows: list[list[Any]], header: int, decimal: str | None) -> Dialect:
    skip, units = below_header(rows, header)
    body = rows[header + len(skip) :]
    point, thousands, doubt = find_signs(
        (cell for row in body for cell in row if isinstance(cell, str)), str(file), decimal=decimal
    )
    return Dialect(None, None, point, thousands, header, skip, units, sheets=(name,), doubt=doubt)


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of a sheet without empty columns at its right side."""
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell not in ("", None)), default=0)
    return [row[:width] for row in rows] if width else []


def _joined(file: Path, dialects: dict[str, Dialect], frames: dict[str, pd.DataFrame]) -> Content:
    """Join sheets that share only a time and perhaps a unit; raise otherwise."""
    counts = Counter(heading for frame in frames.values() for heading in frame.columns)
    shared = [heading for heading, count in counts.items() if count > 1]
    first, *others = dialects.values()
    on = [heading for heading in shared if counts[heading] == len(frames)]
    alike = all(replace(other, sheets=first.sheets, units={}) == replace(first, units={}) for other in others)
    kinds = {tuple(str(frame[heading].dtype) for heading in shared) for frame in frames.values() if on == shared}
    once = all(not frame.duplicated(on).any() for frame in frames.values()) if on else False
    if not (1 <= len(shared) <= 2 and on == shared and alike and len(kinds) == 1 and once):
        listed = ", ".join(f"'{name}' ({counted(len(frame), 'row')})" for name, frame in frames.items())
        raise DraftError(f"{file}: {len(dialects)} sheets hold a table, {listed}: name one by --sheet")
    whole, *further = frames.values()
    for frame in further:
        whole = whole.merge(frame, how="outer", on=on, sort=False)
    units = {heading: unit for dialect in dialects.values() for heading, unit in dialect.units.items()}
    return Content(file, replace(first, sheets=tuple(dialects), units=units), whole, tuple(on))
