"""CSV files as they stand: all cells as text, row numbers, and what keeps a file from being read."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from models.table.contract import LISTED, Fault
from models.table.raw_table import RawTable, repeated
from models.table.wording import shortened
from physics.arrays import IntArray
from seeds import Seed

_UTF8 = "a UTF-8 file (in a spreadsheet: save as 'CSV UTF-8')"

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


def read_csv(file: Path) -> RawTable:
    """Read all cells as text, so that what is no number can be shown as it stands in the file."""
    written = _other_format(file) or _csv_headers(file)
    if isinstance(written, Fault):
        return RawTable(str(file), faults=[written])
    headers = [name.strip() for name in written]
    faults = repeated(file, headers)
    if faults:
        return RawTable(str(file), faults=faults)
    ragged: list[pa_csv.InvalidRow] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    try:
        table = pa_csv.read_csv(
            file,
            # Row numbers are only known to a reader with one thread.
            read_options=pa_csv.ReadOptions(use_threads=False),
            parse_options=pa_csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.large_string() for name in written}, strings_can_be_null=False
            ),
        )
    except pa.ArrowException as error:
        message = str(error).splitlines()[0]
        if "Empty CSV" in message:
            return RawTable(str(file), pd.DataFrame(columns=headers), headers)
        unread = Fault(str(file), None, None, f"a file that cannot be read ({message})", "a CSV file")
        if "straddling" in message:
            got = "a row of more than 1 MB"
            unread = Fault(str(file), None, None, got, "rows of cells; is a quote opened and never closed?")
        return RawTable(str(file), faults=[_not_utf8(file) if "UTF8" in message else unread])
    numbers = np.arange(2, 2 + table.num_rows + len(ragged))
    numbers = np.setdiff1d(numbers, [row.number for row in ragged], assume_unique=True)
    frame = table.to_pandas(split_blocks=True, self_destruct=True).set_axis(headers, axis=1)
    blank = (frame.iloc[:, 0] == "").to_numpy(copy=True)
    blank[blank] = (frame[blank] == "").all(axis=1)
    faults = _ragged(file, ragged)
    if _lines(file) > 1 + len(numbers) + len(ragged):
        faults += _swallowed(file, frame, numbers)
    return RawTable(str(file), frame[~blank] if blank.any() else frame, headers, numbers[~blank], faults)


def _other_format(file: Path) -> Fault | None:
    """What a file is that is called CSV and is none, by its first bytes."""
    with file.open("rb") as content:
        start = content.read(8)
    for sign, kind in _FORMATS.items():
        if start.startswith(sign):
            expected = "a CSV or Parquet file, as its name says (in a spreadsheet: save as 'CSV UTF-8')"
            return Fault(str(file), None, None, kind, expected)
    return None


def preamble(file: Path, headers: list[str], seed: Seed) -> list[Fault]:
    """Lines above the header, such as a title; the header is where the name of the time stands, or of the target."""
    known = seed.time or seed.target
    names = {name for name in (known.name, known.tag) if name}
    if names & set(headers):
        return []
    with file.open("rb") as lines:
        for row, line in enumerate(itertools.islice(lines, _PREAMBLE_LINES), start=1):
            cells = {cell.strip(' "') for cell in line.decode("utf-8-sig", "replace").rstrip("\r\n").split(",")}
            if names & cells:
                got = shortened(repr(",".join(headers)), 60)
                expected = f"the header, which stands in row {row}: delete what is above it"
                return [Fault(str(file), 1, None, got, expected)]
    return []


def _csv_headers(file: Path) -> list[str] | Fault:
    """Names in the header row, or what is wrong with it."""
    first = _first_row(file)
    try:
        text = first.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        return _not_utf8(file)
    expected = "a header row with the columns' names"
    if text.count('"') % 2:
        return Fault(str(file), 1, None, f"a quote that is never closed in {shortened(repr(text), 60)}", expected)
    if "\r" in re.sub('"[^"]*"', "", text):
        got = f"lines that end in CR alone, as in {shortened(repr(text), 60)}"
        return Fault(str(file), 1, None, got, "lines that end in LF or CR LF (in a spreadsheet: save as 'CSV UTF-8')")
    separator = max(",;\t|", key=text.count)
    if separator != ",":
        got = f"columns separated by {separator!r}"
        return Fault(str(file), 1, None, got, "commas between columns, and then decimal points in numbers")
    if len(first) > _HEADER_BYTES:
        got = f"more than {_HEADER_BYTES} bytes, {shortened(repr(text), 60)}"
        return Fault(str(file), 1, None, got, expected)
    try:
        headers = next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:  # one name alone is longer than the reader takes
        headers = [name.strip('"') for name in text.split(",")]
    if not any(headers):
        return Fault(str(file), 1, None, "an empty row", expected)
    return next(_odd_names(file, headers), headers)


def _odd_names(file: Path, headers: list[str]) -> Iterator[Fault]:
    """Names that no person gives to a column."""
    for number, name in enumerate(headers, start=1):
        shown = shortened(repr(name), 60)
        if len(name) > _NAME_CHARACTERS:
            got = f"a name of {len(name)} characters, {shown}"
            yield Fault(str(file), 1, f"number {number}", got, f"a name of at most {_NAME_CHARACTERS} characters")
        elif "\0" in name:
            yield Fault(str(file), 1, f"number {number}", shown, "a name without the character NUL (\\x00)")


def _first_row(file: Path) -> bytes:
    """The first line, and those that a name in quotes goes on in; cut off where it is too long for a header."""
    first = b""
    with file.open("rb") as lines:
        while line := lines.readline(_HEADER_BYTES + 1 - len(first)):
            first += line
            if first.count(b'"') % 2 == 0 or len(first) > _HEADER_BYTES:
                break
    return first


def _lines(file: Path) -> int:
    """How many line ends a file has."""
    with file.open("rb") as lines:
        return sum(part.count(b"\n") for part in iter(lambda: lines.read(1 << 20), b""))


def _swallowed(file: Path, frame: pd.DataFrame, row: IntArray) -> list[Fault]:
    """Cells in which whole rows lie, behind a quote that is never closed; a text of several lines is none."""
    faults = []
    for name in frame.columns:
        for position in np.flatnonzero(frame[name].str.contains("\n", regex=False)):
            first, *more = str(frame[name].iloc[position]).splitlines()
            if any(line.count(",") >= len(frame.columns) - 1 > 0 for line in more):
                got = f"{shortened(repr(first), 60)} and {len(more)} more lines in one cell"
                faults.append(Fault(str(file), int(row[position]), name, got, "a quote that is closed in its own row"))
    return faults[:LISTED]


def _not_utf8(file: Path) -> Fault:
    """Where the file stops being UTF-8."""
    with file.open("rb") as lines:
        for row, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return Fault(str(file), row, None, f"{line[error.start : error.end]!r}, which is not UTF-8", _UTF8)
    return Fault(str(file), None, None, "bytes that are not UTF-8", _UTF8)


def _ragged(file: Path, rows: list[pa_csv.InvalidRow]) -> list[Fault]:
    """Rows with more or fewer cells than the header."""
    faults = []
    for row in rows[:LISTED]:
        hint = ": a decimal comma, or a comma in a text without quotes?"
        expected = f"{row.expected_columns} as in the header{hint * (row.actual_columns > row.expected_columns)}"
        faults.append(Fault(str(file), row.number, None, f"{row.actual_columns} cells", expected))
    if len(rows) > LISTED:
        got = f"{len(rows) - LISTED} more rows like these"
        faults.append(Fault(str(file), None, None, got, f"{rows[0].expected_columns} cells as in the header"))
    return faults
