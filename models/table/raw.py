"""Files of a table as they stand: cells, row numbers, and what keeps a file from being read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.table import spreadsheet
from models.table.csv_file import preamble, read_csv
from models.table.formatting import shortened
from models.table.sources import RawTable, TableDefect, repeated
from seeds import Seed

# In a folder a text file may be anything.
IN_FOLDERS = (".csv", ".tsv", ".parquet", *spreadsheet.ENDINGS)
ENDINGS = (".csv", ".txt", *IN_FOLDERS[1:])

_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


def read_raw(file: Path, seed: Seed, sheet: str | None = None) -> RawTable:
    """Cells of one file, or why there are none; from Parquet only the columns that the seed knows.

    Parameters
    ----------
    file : Path
        A CSV or Parquet file or a spreadsheet, by its ending.
    seed : Seed
        The process, and how its files are written.
    sheet : str, optional
        Name of a spreadsheet's sheet; by default the one that the seed names.
    """
    try:
        if not file.stat().st_size:
            return RawTable(
                str(file), faults=[TableDefect(str(file), None, None, "an empty file", "a table with a header row")]
            )
        if file.suffix.lower() == ".parquet":
            return _read_parquet(file, seed)
        if file.suffix.lower() in spreadsheet.ENDINGS:
            return spreadsheet.read_sheet(file, seed.table, sheet)
        raw = read_csv(file, seed.table)
        above = preamble(file, raw.headers, seed) if raw.headers else []
        return RawTable(str(file), faults=above) if above else raw
    except OSError as error:
        unread = f"a file that cannot be read ({error.strerror or error})"
        return RawTable(str(file), faults=[TableDefect(str(file), None, None, unread, "a readable file")])


def _read_parquet(file: Path, seed: Seed) -> RawTable:
    """Read the columns that the seed knows; numbers keep their types."""
    known = known_headers(seed)
    headers: list[str] = []

    def required(names: list[str]) -> list[str]:
        headers.extend(names)
        return [name for name in names if name in known]

    table = open_parquet(file, required)
    stated = stated_by_folders(file)
    headers.extend(stated)
    faults = [table] if isinstance(table, TableDefect) else repeated(file, headers)
    if not isinstance(table, TableDefect):
        faults += untabular(file, table.schema)
    if isinstance(table, TableDefect) or faults:
        return RawTable(str(file), faults=faults)
    row = np.arange(1, table.num_rows + 1)
    for name in known.intersection(stated):
        table = table.append_column(name, pa.repeat(pa.scalar(stated[name], pa.string()), table.num_rows))
    # Each column becomes its own block and its Arrow buffers are given up one by one: no second copy of the table.
    frame = table.to_pandas(split_blocks=True, self_destruct=True, ignore_metadata=True, date_as_object=False)
    return RawTable(str(file), frame, headers, row)


def known_headers(seed: Seed) -> set[str]:
    """Return the names that columns of a file may have to be read: those of the seed, and their tags."""
    names = (name for column in seed.columns if not column.is_made for name in (column.name, column.tag))
    return {name for name in names if name is not None}


def stated_by_folders(file: Path) -> dict[str, str | None]:
    """Columns that the folders around a file state by their names `column=value`, as Hive partitions do.

    Examples
    --------
    >>> stated_by_folders(Path("rows/line=A%2F1/year=2026/part-0.parquet"))
    {'line': 'A/1', 'year': '2026'}
    """
    stated: dict[str, str | None] = {}
    for folder in file.parents:
        name, is_stated, value = folder.name.partition("=")
        if not is_stated:
            break
        stated = {unquote(name): None if value == _HIVE_NULL else unquote(value)} | stated
    return stated


def untabular(file: Path, schema: pa.Schema) -> list[TableDefect]:
    """Columns of a type that is neither number, text nor time: lists, structs, bytes."""
    kinds = pa.types
    faults = []
    for column in schema:
        held = column.type.value_type if kinds.is_dictionary(column.type) else column.type
        unsupported = (
            kinds.is_binary,
            kinds.is_large_binary,
            kinds.is_fixed_size_binary,
            kinds.is_duration,
            kinds.is_time,
        )
        if kinds.is_nested(held) or any(is_odd(held) for is_odd in unsupported):
            got = f"a column of type {shortened(str(held), 60)}"
            faults.append(TableDefect(str(file), None, column.name, got, "one number, text or time in each cell"))
    return faults


def open_parquet(file: Path, required: Callable[[list[str]], list[str]]) -> pa.Table | TableDefect:
    """Columns of a Parquet file that `required` picks of all names; a defect if the file a damaged file."""
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as parquet:
            return parquet.read(columns=required(parquet.schema_arrow.names))
    except (pa.ArrowException, OSError) as error:
        got = f"a file that cannot be read ({str(error).splitlines()[0]})"
        return TableDefect(str(file), None, None, got, "a whole Parquet file; is this one cut off or damaged?")
