"""CSV files as they stand: all cells as text, row numbers, and what keeps a file from being read."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from models.table.formatting import shortened
from models.table.sources import LISTED, RawTable, TableDefect, repeated
from physics.arrays import IntArray
from seeds import Seed, TableFormat

_UTF8 = "a UTF-8 file (in a spreadsheet: save as 'CSV UTF-8', or say [table] encoding in the seed)"
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
RowNumber = TypeVar("RowNumber", int, IntArray)

# A header row or a name that is longer is no header: the file is no table, or a quote was opened and never closed.
_HEADER_BYTES = 1 << 20
_NAME_CHARACTERS = 1000

# Titles and comments stand above a header in a few lines at most.
_PREAMBLE_LINES = 30

# Files that are called CSV and are something else, by their first bytes.
_FORMATS = {
    b"PK\x03\x04": "a spreadsheet (xlsx) or a zip archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of an old format (xls)",
    b"\x1f\x8b": "a file packed by gzip",
    b"PAR1": "a Parquet file",
}


@dataclass(frozen=True)
class _Text:
    """Text of a CSV file from its header on, as UTF-8: the file itself, or its bytes if converted."""

    file: Path
    form: TableFormat
    content: bytes | None = None

    def open(self) -> BinaryIO:
        """The text from its beginning."""
        return self.file.open("rb") if self.content is None else io.BytesIO(self.content)

    def row(self, number: RowNumber) -> RowNumber:
        """Row number in the file of a row that has this number from the header on, which is 1."""
        return number + self.form.header - 1


def read_csv(file: Path, form: TableFormat) -> RawTable:
    """Read all cells as text, so that what is no number can be shown as it stands in the file."""
    text = _other_format(file) or _text(file, form)
    written = text if isinstance(text, TableDefect) else _csv_headers(text)
    if isinstance(text, TableDefect) or isinstance(written, TableDefect):
        return RawTable(str(file), faults=[fault for fault in (text, written) if isinstance(fault, TableDefect)][:1])
    headers = [name.strip() for name in written]
    faults = repeated(file, headers)
    return RawTable(str(file), faults=faults) if faults else _read_cells(text, written, headers)


def _text(file: Path, form: TableFormat) -> _Text | TableDefect:
    """The text of a file in the encoding that the seed states, or where it is not in it."""
    if codecs.lookup(form.encoding).name == "utf-8" and form.header == 1:
        return _Text(file, form)
    content = file.read_bytes()
    try:
        text = content.decode(form.encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        got = f"{content[error.start : error.end]!r}, which is not {form.encoding}"
        return TableDefect(str(file), row, None, got, f"the encoding that [table] states, {form.encoding}")
    lines = text.removeprefix("\ufeff").split("\n", form.header - 1)
    if len(lines) < form.header:
        return TableDefect(
            str(file), None, None, f"{len(lines)} lines", f"a header in row {form.header}, as [table] says"
        )
    return _Text(file, form, lines[-1].encode())


def _read_cells(text: _Text, written: list[str], headers: list[str]) -> RawTable:
    """Cells below a header that was found to be sound."""
    file = text.file
    ragged: list[pa_csv.InvalidRow] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        with text.open() as content:
            table = pa_csv.read_csv(
                content,
                # Row numbers are only known to a reader with one thread.
                read_options=pa_csv.ReadOptions(use_threads=False),
                parse_options=pa_csv.ParseOptions(
                    delimiter=text.form.separator,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=skip,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types={name: pa.large_string() for name in written}, strings_can_be_null=False
                ),
            )
    except pa.ArrowException as error:
        message = str(error).splitlines()[0]
        if "Empty CSV" in message:
            return RawTable(str(file), pd.DataFrame(columns=headers), headers)
        unread = TableDefect(str(file), None, None, f"a file that cannot be read ({message})", "a CSV file")
        if "straddling" in message:
            got = "a row of more than 1 MB"
            unread = TableDefect(str(file), None, None, got, "rows of cells; is a quote opened and never closed?")
        return RawTable(str(file), faults=[_not_utf8(text) if "UTF8" in message else unread])
    numbers = np.arange(2, 2 + table.num_rows + len(ragged))
    numbers = text.row(np.setdiff1d(numbers, [row.number for row in ragged], assume_unique=True))
    frame = table.to_pandas(split_blocks=True, self_destruct=True).set_axis(headers, axis=1)
    blank = (frame.iloc[:, 0] == "").to_numpy(copy=True)
    blank[blank] = (frame[blank] == "").all(axis=1)
    faults = _ragged(text, ragged)
    if _lines(text) > 1 + len(numbers) + len(ragged):
        faults += _swallowed(text, frame, numbers)
    return RawTable(str(file), frame[~blank] if blank.any() else frame, headers, numbers[~blank], faults)


def _other_format(file: Path) -> TableDefect | None:
    """Return the defect of a file named CSV with another format, by its first bytes."""
    with file.open("rb") as content:
        start = content.read(8)
    for sign, kind in _FORMATS.items():
        if start.startswith(sign):
            expected = "a CSV file, as its name says (a spreadsheet's file ends in .xlsx, .xls, .xlsb or .ods)"
            return TableDefect(str(file), None, None, kind, expected)
    return None


def preamble(file: Path, headers: list[str], seed: Seed) -> list[TableDefect]:
    """Return defects of lines above the header, the first row with the time's or target's name."""
    known = seed.time or seed.target
    names = {name for name in (known.name, known.tag) if name}
    if names & set(headers):
        return []
    with file.open("rb") as lines:
        for row, line in enumerate(itertools.islice(lines, _PREAMBLE_LINES), start=1):
            text = line.decode("utf-8-sig", "replace").rstrip("\r\n")
            cells = {cell.strip(' "') for cell in text.split(seed.table.separator)}
            if names & cells:
                got = shortened(repr(seed.table.separator.join(headers)), 60)
                expected = f"the header, which stands in row {row}: say [table] header = {row} in the seed"
                return [TableDefect(str(file), seed.table.header, None, got, expected)]
    return []


def _csv_headers(written: _Text) -> list[str] | TableDefect:
    """Names in the header row, or what is wrong with it."""
    file, row, first = str(written.file), written.form.header, _first_row(written)
    try:
        text = first.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        return _not_utf8(written)
    expected = "a header row with the columns' names"
    if text.count('"') % 2:
        return TableDefect(file, row, None, f"a quote that is never closed in {shortened(repr(text), 60)}", expected)
    if "\r" in re.sub('"[^"]*"', "", text):
        got = f"lines that end in CR alone, as in {shortened(repr(text), 60)}"
        return TableDefect(
            file, row, None, got, "lines that end in LF or CR LF (in a spreadsheet: save as 'CSV UTF-8')"
        )
    stated, separator = written.form.separator, max(",;\t|", key=text.count)
    if text.count(separator) > 0 and text.count(stated) == 0 and separator != stated:
        got = f"columns separated by {separator!r}"
        expected = f"{_SEPARATORS[stated]} between columns; or say [table] separator = {separator!r} in the seed"
        return TableDefect(file, row, None, got, expected)
    if len(first) > _HEADER_BYTES:
        got = f"more than {_HEADER_BYTES} bytes, {shortened(repr(text), 60)}"
        return TableDefect(file, row, None, got, expected)
    try:
        headers = next(csv.reader(io.StringIO(text, newline=""), delimiter=stated), [])
    except csv.Error:  # one name alone is longer than the reader takes
        headers = [name.strip('"') for name in text.split(stated)]
    if not any(headers):
        return TableDefect(file, row, None, "an empty row", expected)
    return next(_odd_names(written, headers), headers)


def _odd_names(written: _Text, headers: list[str]) -> Iterator[TableDefect]:
    """Names that no person gives to a column."""
    file, row = str(written.file), written.form.header
    for number, name in enumerate(headers, start=1):
        shown = shortened(repr(name), 60)
        if len(name) > _NAME_CHARACTERS:
            got = f"a name of {len(name)} characters, {shown}"
            yield TableDefect(file, row, f"number {number}", got, f"a name of at most {_NAME_CHARACTERS} characters")
        elif "\0" in name:
            yield TableDefect(file, row, f"number {number}", shown, "a name without the character NUL (\\x00)")


def _first_row(written: _Text) -> bytes:
    """Return the first line, with continuation lines of a quoted name; cut at the maximum header length."""
    first = b""
    with written.open() as lines:
        while line := lines.readline(_HEADER_BYTES + 1 - len(first)):
            first += line
            if first.count(b'"') % 2 == 0 or len(first) > _HEADER_BYTES:
                break
    return first


def _lines(written: _Text) -> int:
    """Return the number of line ends from the header on."""
    with written.open() as lines:
        return sum(part.count(b"\n") for part in iter(lambda: lines.read(1 << 20), b""))


def _swallowed(written: _Text, frame: pd.DataFrame, row: IntArray) -> list[TableDefect]:
    """Cells in which whole rows lie, behind a quote that is never closed; a text of several lines is none."""
    faults = []
    for name in frame.columns:
        for position in np.flatnonzero(frame[name].str.contains("\n", regex=False)):
            first, *more = str(frame[name].iloc[position]).splitlines()
            if any(line.count(written.form.separator) >= len(frame.columns) - 1 > 0 for line in more):
                got = f"{shortened(repr(first), 60)} and {len(more)} more lines in one cell"
                expected = "a quote that is closed in its own row"
                faults.append(TableDefect(str(written.file), int(row[position]), name, got, expected))
    return faults[:LISTED]


def _not_utf8(written: _Text) -> TableDefect:
    """Return the defect of the first byte that is not UTF-8."""
    file = str(written.file)
    with written.open() as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                got = f"{line[error.start : error.end]!r}, which is not UTF-8"
                return TableDefect(file, written.row(number), None, got, _UTF8)
    return TableDefect(file, None, None, "bytes that are not UTF-8", _UTF8)


def _ragged(written: _Text, rows: list[pa_csv.InvalidRow]) -> list[TableDefect]:
    """Rows with more or fewer cells than the header."""
    file, faults = str(written.file), []
    for row in rows[:LISTED]:
        hint = ": a decimal comma, or a comma in a text without quotes?"
        expected = f"{row.expected_columns} as in the header{hint * (row.actual_columns > row.expected_columns)}"
        faults.append(TableDefect(file, written.row(row.number), None, f"{row.actual_columns} cells", expected))
    if len(rows) > LISTED:
        got = f"{len(rows) - LISTED} more rows like these"
        faults.append(TableDefect(file, None, None, got, f"{rows[0].expected_columns} cells as in the header"))
    return faults
