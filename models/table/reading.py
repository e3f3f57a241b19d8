"""Tables from files: a CSV or Parquet file, or a folder of them, checked and in the seed's form."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

import numpy as np
import pandas as pd

from models.table import data_warnings, spreadsheet
from models.table.contract import Checked, check
from models.table.joining import together
from models.table.non_data_rows import without_strays
from models.table.raw import ENDINGS, IN_FOLDERS, open_parquet, read_raw
from models.table.sources import RawTable, TableDefect, TableError
from seeds import Seed, TableFormat

TABLE, TRUTH = "table.parquet", "truth.parquet"
PARQUET = ".parquet"


def read_table(path: str | Path, seed: Seed, *, today: dt.date | None = None, labelled: bool = True) -> Checked:
    """Read a plant's table and check it against the seed.

    Parameters
    ----------
    path : str or Path
        A CSV file (by default UTF-8, commas, decimal points, one header row), a Parquet file, a spreadsheet, or a
        folder: the file `table.parquet` in it, or else all its files, which must have the same columns, or the files
        that the seed names, which are joined on time and unit. Folders in it that are named `column=value` state a
        column of their files.
    seed : Seed
        The process, and in its [table] how the files are written.
    today : date, optional
        Day after which no period may start; by default the clock's.
    labelled : bool
        Whether targets are needed, see `models.table.contract.check`.

    Returns
    -------
    Checked
        The table with its `previous` columns, the values rejected with their rows' numbers (a CSV file's header is row
        1; Parquet rows count from 1), the names of unused columns, cautions and what the table lacks. Each row of the
        files is in the table or listed as rejected.

    Raises
    ------
    TableError
        With every fault of every file.
    """
    path = Path(path)
    raws = _raw_tables(path, seed)
    whole = together(raws, seed, str(path))
    frame, source, strays = without_strays(whole.frame, whole.source, seed)
    checked = check(
        frame,
        seed,
        source,
        today=today,
        known=whole.faults,
        form=whole.form,
        labelled=labelled,
        unread=whole.unread,
        compare_dates=True,
    )
    ignored = (*checked.ignored, *whole.unread)
    rejected = checked.rejected
    if not strays.empty:
        rejected = pd.concat([rejected.astype({"value": object}), strays])
        rejected = rejected.sort_values(["file", "row"], kind="stable", ignore_index=True)
    return dataclasses.replace(
        checked,
        rejected=rejected,
        ignored=ignored,
        cautions=(
            *(line for raw in raws for line in raw.cautions),
            *checked.cautions,
            *data_warnings.unused_columns(ignored, seed),
        ),
        lacks=tuple(data_warnings.lacks(checked.table, seed)),
    )


def read_truth(path: str | Path, seed: Seed) -> pd.DataFrame | None:
    """Return noise-free targets of a simulated plant, for evaluation only, without hidden states.

    Parameters
    ----------
    path : str or Path
        The plant's folder, or the `table.parquet` in it.
    seed : Seed
        The process.

    Returns
    -------
    DataFrame or None
        Sorted by unit and time as the table is; None where no truth is known.

    Raises
    ------
    TableError
        The file is damaged or lacks the unit, the period or the target.
    """
    folder = Path(path)
    if folder.name == TABLE:
        folder = folder.parent
    file = folder / TRUTH
    if not file.is_file():
        return None
    identity = [column.name for column in seed.identity]
    needed = [*identity, *(column.name for column in seed.primaries)]
    columns, held = {*needed, *(column.name for column in seed.by_role("target"))}, ""

    def required(names: list[str]) -> list[str]:
        nonlocal held
        held = ", ".join(names)
        return [name for name in names if name in columns]

    truth = open_parquet(file, required)
    if isinstance(truth, TableDefect):
        raise TableError([truth])
    frame: pd.DataFrame = truth.to_pandas(ignore_metadata=True, date_as_object=False)
    lacking = [name for name in needed if name not in frame]
    if lacking:
        raise TableError(
            TableDefect(str(file), None, name, f"columns {held}", f"a column '{name}'") for name in lacking
        )
    frame[seed.clock.name] = frame[seed.clock.name].astype("datetime64[us]")
    if seed.key is not None:
        frame[seed.key.name] = frame[seed.key.name].astype("str")
    return frame.sort_values(identity, ignore_index=True)


def digest(table: pd.DataFrame) -> str:
    """Digest of a checked table's content, whatever file it came from.

    The order of rows and columns, the sign of zero and the kind of NaN do not matter; names, values and missing cells
    do.

    Parameters
    ----------
    table : DataFrame
        A checked table: one row a unit and period.

    Returns
    -------
    str
        `sha256:` and 64 hexadecimal digits.
    """
    names = sorted(table.columns)
    identity = [name for name in names if table[name].dtype != np.float64]
    order = np.arange(len(table))
    if identity:
        order = np.lexsort([pd.factorize(table[name], sort=True)[0] for name in reversed(identity)])
    total = hashlib.sha256(str(len(table)).encode())
    for name in names:
        total.update(f"\n{len(name)}:{name}:".encode())
        total.update(_content(table[name].take(order)))
    return f"sha256:{total.hexdigest()}"


def write_frame(frame: pd.DataFrame, path: str | Path) -> None:
    """Write rows as CSV, or as Parquet where the file is called so; the file is there whole or not at all.

    A text that a spreadsheet would compute (it begins with = + - @ tab or CR and is no number) gets an apostrophe in
    front, which a spreadsheet takes for "this is text".

    Parameters
    ----------
    frame : DataFrame
        Such as `Checked.rejected`.
    path : str or Path
        The file; its folder must exist. A file of that name is replaced.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            if path.suffix.lower() == PARQUET:
                frame.to_parquet(file, index=False)
            else:
                write_csv(frame.map(as_text), file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_csv(frame: pd.DataFrame, file: IO[bytes], *, header: bool = True) -> None:
    """Write rows as CSV, the same bytes under every Python.

    Up to 3.12 its library leaves a text with a carriage return unquoted, which ends the line for other readers. So
    where a text has one all texts are quoted.

    Parameters
    ----------
    frame : DataFrame
        Rows, without their index.
    file : binary file
        Takes them as UTF-8.
    header : bool
        Whether the headings come first.
    """
    texts = frame.select_dtypes(exclude=["number", "bool", "datetime", "datetimetz"])
    ends = texts.map(lambda cell: isinstance(cell, str) and "\r" in cell).to_numpy().any()
    quoting: Literal[0, 2] = (
        csv.QUOTE_NONNUMERIC if ends or any("\r" in str(name) for name in frame) else csv.QUOTE_MINIMAL
    )
    frame.to_csv(file, index=False, encoding="utf-8", header=header, quoting=quoting)


def as_text(cell: object) -> object:
    """A cell that no spreadsheet computes."""
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _raw_tables(path: Path, seed: Seed) -> list[RawTable]:
    """The files, or sheets of one spreadsheet, that make up the table."""
    files = table_files(path, seed.table)
    if seed.table.sheets is None:
        return [read_raw(file, seed) for file in files]
    return [read_raw(file, seed, sheet) for sheet in seed.table.sheets for file in files]


def table_files(path: Path, form: TableFormat) -> list[Path]:
    """Files that make up a table; the spreadsheet where its sheets do.

    Raises
    ------
    TableError
        There is no such file or folder, or none of its files is a table.
    """
    if form.sheets is not None:
        if path.suffix.lower() in spreadsheet.ENDINGS:
            return [path]
        expected = f"a spreadsheet ({', '.join(spreadsheet.ENDINGS)}) with the sheets that [table] names"
        raise TableError([TableDefect(str(path), None, None, f"a {path.suffix or 'nameless'} file", expected)])
    if path.is_file():
        if path.suffix.lower() in ENDINGS:
            return [path]
        expected = f"one of {', '.join(ENDINGS)}"
        raise TableError([TableDefect(str(path), None, None, f"a {path.suffix or 'nameless'} file", expected)])
    if not path.is_dir():
        expected = "a CSV or Parquet file, a spreadsheet, or a folder"
        raise TableError([TableDefect(str(path), None, None, "no such file or folder", expected)])
    if form.files is not None:
        absent = [name for name in form.files if not (path / name).is_file()]
        if absent:
            expected = "the file {}, as [table] says"
            raise TableError(
                TableDefect(str(path), None, None, "no such file", expected.format(name)) for name in absent
            )
        return [path / name for name in form.files]
    if (path / TABLE).is_file():
        return [path / TABLE]
    files = sorted(_in_folder(path))
    if not files:
        expected = f"files in it that end in {', '.join(IN_FOLDERS)}"
        raise TableError([TableDefect(str(path), None, None, "a folder without tables", expected)])
    return files


def _in_folder(folder: Path) -> Iterator[Path]:
    """Yield the files of rows in a folder, and in folders of it that are named `column=value`."""
    for entry in folder.iterdir():
        if entry.is_dir() and "=" in entry.name:
            yield from _in_folder(entry)
        elif entry.suffix.lower() in IN_FOLDERS and entry.is_file() and not entry.name.startswith((".", "~$")):
            yield entry


def _content(column: pd.Series) -> bytes:
    """Bytes of a column that are equal where values are equal."""
    if column.dtype == np.float64:
        numbers = column.to_numpy() + 0.0
        numbers[np.isnan(numbers)] = np.nan
        return numbers.astype("<f8").tobytes()
    if column.dtype.kind == "M":
        return column.to_numpy().astype("datetime64[us]").astype("<i8").tobytes()
    texts = [str(text).encode() for text in column]
    lengths = np.array([len(text) for text in texts], "<i8")
    return lengths.tobytes() + b"".join(texts)
