"""Set-point tests of a plant, read from its own records."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from models.table.raw import read_raw
from models.table.sources import Source, TableDefect, TableError, cell_faults, heading_of
from seeds import Seed
from training.core.dataset import Dataset


def read_tests(path: Path, seed: Seed) -> pd.DataFrame:
    """Read the randomised test part of each set-point by period.

    Parameters
    ----------
    path : Path
        A CSV or Parquet file or a spreadsheet, written as the seed says: unit, start of the period, and a column for
        each tested set-point, under its own heading [its unit]. Where a row or a value is missing, nothing was
        tested.
    seed : Seed
        The process.

    Returns
    -------
    DataFrame
        Key, time and set-points; one row a unit and period.

    Raises
    ------
    TableError
        The file cannot be read, lacks unit, time or set-points, repeats a row, or holds what is no time or number.
    """
    raw = read_raw(path, seed)
    if raw.faults:
        raise TableError(raw.faults)
    identity, setpoints = seed.identity, seed.by_role("setpoint")
    headings = {column.name: heading_of(column, raw.frame) for column in (*identity, *setpoints)}
    tested = [column.name for column in setpoints if headings[column.name] is not None]
    if not tested or any(headings[column.name] is None for column in identity):
        known = ", ".join(one.name for one in setpoints)
        required = f"{', '.join(column.name for column in identity)} and a set-point: {known}"
        raise TableError([TableDefect(str(path), None, None, f"columns {', '.join(raw.headers)}", required)])
    cells = {name: raw.frame[heading] for name, heading in headings.items() if heading is not None}
    time = seed.clock.name
    read = pd.DataFrame({column.name: cells[column.name].astype("str") for column in identity})
    read[time] = pd.to_datetime(cells[time], errors="coerce").astype("datetime64[us]")
    bad = {time: ("a time", read[time].isna())}
    for name in tested:
        read[name] = pd.to_numeric(cells[name], errors="coerce").astype(np.float64)
        given = cells[name].notna() & (cells[name].astype("str").str.strip() != "")
        bad[name] = "a number, or nothing where nothing was tested", given & ~np.isfinite(read[name])
    source = Source(raw.file, (raw.file,), np.zeros(len(read), np.int64), raw.row)
    faults: list[TableDefect] = []
    for name, (expected, where) in bad.items():
        faults += cell_faults(source, str(headings[name]), cells[name], np.flatnonzero(where), expected)
    again = read.duplicated([column.name for column in identity]).to_numpy()
    faults += cell_faults(source, str(headings[time]), cells[time], np.flatnonzero(again), "one row a unit and period")
    if faults:
        raise TableError(faults)
    return read


def with_tests(data: Dataset, tests: pd.DataFrame | None, file: str) -> Dataset:
    """Return the data set with its tests and a caution on unmatched ones; TableError if none match."""
    if tests is None:
        return data
    identity = [column.name for column in data.seed.identity]
    there = pd.MultiIndex.from_frame(tests[identity]).isin(pd.MultiIndex.from_frame(data.checked[identity]))
    if len(tests) and not there.any():
        expected = "tests of units and periods that the table holds"
        raise TableError(
            [TableDefect(file, None, None, f"{len(tests)} tests, none of which is of a row of the table", expected)]
        )
    stray = int((~there).sum())
    cautions = [f"{stray} of {len(tests)} set-point tests are of units and periods that the table does not hold"] * (
        stray > 0
    )
    return replace(data, tests=tests, cautions=(*data.cautions, *cautions))


def joined_tests(old: pd.DataFrame | None, new: pd.DataFrame | None, seed: Seed) -> pd.DataFrame | None:
    """Tests of history and of new rows, the new ones where both have a row; None where neither is known."""
    known = [part for part in (old, new) if part is not None]
    if not known:
        return None
    identity = [column.name for column in seed.identity]
    return pd.concat(known, ignore_index=True).drop_duplicates(identity, keep="last", ignore_index=True)
