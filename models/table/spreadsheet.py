"""Spreadsheets as they stand: one sheet's cells, row numbers, and what keeps it from being read."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from models.table.formatting import named, shortened
from models.table.sources import RawTable, TableDefect, repeated
from seeds import TableFormat

ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")

_PARTS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

# The library that reads a sheet holds every cell from A1 to the last one, empty or not. A sheet of more cells than this
# is read only where this share of them is filled.
_MOST_CELLS = 10_000_000
_FILLED_SHARE = 0.1

# A cell that is not empty, as it stands in a sheet's XML: its column and row.
_FILLED = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_ERROR = re.compile(rb'<c [^>]*\bt="e"')
_PART_BYTES = 1 << 20

Cell = str | float | int | bool | dt.datetime | dt.date | dt.time | dt.timedelta


def read_sheet(file: Path, form: TableFormat, sheet: str | None = None) -> RawTable:
    """Cells of one sheet: columns of numbers or times alone keep their types, all others become text.

    Parameters
    ----------
    file : Path
        A spreadsheet.
    form : TableFormat
        How the plant's files are written; its decimal sign is that of numbers in a column of texts.
    sheet : str, optional
        Name of the sheet; by default the one that `form` names, or the only one that holds anything.
    """
    try:
        book = CalamineWorkbook.from_path(str(file))
        chosen = _chosen(file, book, sheet or form.sheet)
        if isinstance(chosen, TableDefect):
            return RawTable(str(file), faults=[chosen])
        rows = sheet_rows(file, book, chosen)
    except CalamineError as error:
        got = f"a file that cannot be read ({shortened(str(error), 100)})"
        return RawTable(
            str(file), faults=[TableDefect(str(file), None, None, got, "a spreadsheet, whole and not protected")]
        )
    if isinstance(rows, TableDefect):
        return RawTable(str(file), faults=[rows])
    name = str(file) if len(book.sheet_names) == 1 else f"{file} [{chosen}]"
    if len(rows) < form.header:
        got = f"{len(rows)} rows"
        return RawTable(name, faults=[TableDefect(name, None, None, got, f"a header in row {form.header}")])
    headers = [str(cell).strip() for cell in rows[form.header - 1]]
    while headers and not headers[-1]:
        headers.pop()
    if not any(headers):
        fault = TableDefect(name, form.header, None, "an empty row", "a header row with the columns' names")
        return RawTable(name, faults=[fault])
    faults = repeated(Path(name), [header for header in headers if header])
    if faults:
        return RawTable(name, faults=faults)
    body = rows[form.header :]
    filled = [i for i, row in enumerate(body) if any(cell != "" for cell in row)]
    columns = {
        header: _column([body[i][place] for i in filled], form) for place, header in enumerate(headers) if header
    }
    row = np.array(filled, np.int64) + form.header + 1
    return RawTable(name, pd.DataFrame(columns), list(columns), row, [], _errors(file, chosen))


def sheet_rows(file: Path, book: CalamineWorkbook, sheet: str) -> list[list[Cell]] | TableDefect:
    """All cells of a sheet from A1 on, row by row; a fault where a cell stands far away from all others.

    Raises
    ------
    CalamineError
        The sheet is damaged.
    """
    fault = _far_cell(file, sheet)
    return fault or book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def _far_cell(file: Path, sheet: str) -> TableDefect | None:
    """A filled cell so far below or right of the others that the sheet does not fit into memory."""
    rows = columns = filled = 0
    lowest = rightmost = b""
    for letters, digits in _filled_cells(file, sheet):
        row, column = int(digits), _column_number(letters)
        filled += 1
        if row > rows:
            rows, lowest = row, letters + digits
        if column > columns:
            columns, rightmost = column, letters + digits
    if rows * columns <= max(_MOST_CELLS, filled / _FILLED_SHARE):
        return None
    far = " and ".join(dict.fromkeys(cell.decode() for cell in (lowest, rightmost)))
    got = f"{filled} filled cells in {rows} rows and {columns} columns, the last of them {far}"
    expected = f"a table without cells far away from it: delete the content of {far}"
    return TableDefect(f"{file} [{sheet}]", None, None, got, expected)


def _filled_cells(file: Path, sheet: str) -> Iterator[tuple[bytes, bytes]]:
    """Column and row of each filled cell of a sheet of XML; none of a file of another kind."""
    for part in _xml_parts(file, sheet):
        yield from _FILLED.findall(part)


def _column_number(letters: bytes) -> int:
    """Number of a column from its letters: 1 of A, 27 of AA."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _chosen(file: Path, book: CalamineWorkbook, sheet: str | None) -> str | TableDefect:
    """The sheet to read."""
    names = book.sheet_names
    if sheet is not None:
        if sheet in names:
            return sheet
        return TableDefect(str(file), None, None, f"sheets {named(names)}", f"a sheet '{sheet}', as [table] says")
    filled = [name for name in names if _far_cell(file, name) or book.get_sheet_by_name(name).height > 0]
    if len(filled) == 1:
        return filled[0]
    got = f"sheets {named(filled)}" if filled else "no sheet with cells"
    return TableDefect(
        str(file), None, None, got, "one sheet; say in the seed which: [table] sheet = ..., or sheets = [...]"
    )


def _column(cells: list[Cell], form: TableFormat) -> pd.Series:
    """A column as numbers or times where it holds nothing else, or else as text."""
    there = [cell for cell in cells if cell != ""]
    if there and all(isinstance(cell, dt.datetime | dt.date) for cell in there):
        return pd.Series(np.array([None if cell == "" else cell for cell in cells], dtype="datetime64[us]"))
    if there and all(type(cell) in (float, int) for cell in there):
        numbers = np.array([np.nan if cell == "" else cell for cell in cells], dtype=np.float64)
        known = numbers[~np.isnan(numbers)]
        if (known != np.floor(known)).any() or (np.abs(known) >= 2**53).any():
            return pd.Series(numbers)
        if len(known) == len(numbers):  # whole numbers may be names of units, which 12.0 is not
            return pd.Series(numbers.astype(np.int64))
    return pd.Series([_text(cell, form) for cell in cells], dtype="str")


def _text(cell: Cell, form: TableFormat) -> str:
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float | int):
        return (f"{cell:.0f}" if cell == int(cell) else repr(cell)).replace(".", form.decimal)
    if isinstance(cell, dt.date):
        return cell.strftime(form.time_format[0]) if form.time_format else cell.isoformat()
    return str(cell)


def _errors(file: Path, sheet: str) -> tuple[str, ...]:
    """Return the count of error cells of a sheet, such as #REF!, which are read as empty."""
    count = sum(len(_ERROR.findall(part)) for part in _xml_parts(file, sheet))
    return (f"read as missing: {count} cells with an error such as #REF! in sheet {sheet}",) if count else ()


def _xml_parts(file: Path, sheet: str) -> Iterator[bytes]:
    """The XML of a sheet, in parts that break no tag; nothing of a file of another kind."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        path = _xml_path(archive, sheet)
        if path not in archive.namelist():
            return
        with archive.open(path) as content:
            remaining = b""
            while part := content.read(_PART_BYTES):
                whole, mark, remaining = (remaining + part).rpartition(b"<")
                yield whole
                remaining = mark + remaining
            yield remaining


def _xml_path(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the places of the XML of a sheet in a workbook; empty where the workbook is not of XML."""
    if "xl/workbook.xml" not in archive.namelist():
        return ""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    parts = {one.get("name"): one.get(_PARTS) for one in book.iter() if one.tag.endswith("}sheet")}
    related = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next((one.get("Target", "") for one in related if one.get("Id") == parts.get(sheet)), "")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
