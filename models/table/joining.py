"""Rows of several files or sheets in one frame: appended, or joined on time and unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.table import cells
from models.table.sources import LISTED, RawTable, Source, TableDefect, TableError, cell_faults, heading_of
from seeds import Seed, TableFormat


@dataclass(frozen=True)
class ReadRows:
    """Rows of all files of a table, as read.

    Attributes
    ----------
    frame : DataFrame (n, k)
        Cells.
    source : Source
        Where the rows stand.
    form : TableFormat
        How the cells are written.
    unread : tuple of str
        Names of the files' columns that `frame` does not hold.
    faults : list of TableDefect
        What was met on the way and keeps no file from being checked.
    """

    frame: pd.DataFrame
    source: Source
    form: TableFormat
    unread: tuple[str, ...]
    faults: list[TableDefect]


def together(raws: Sequence[RawTable], seed: Seed, name: str) -> ReadRows:
    """Return rows of all files: joined if the seed names several files or sheets, else appended.

    Parameters
    ----------
    raws : sequence of RawTable
        The files.
    seed : Seed
        The process.
    name : str
        What faults of the table as a whole name.

    Raises
    ------
    TableError
        A file that cannot be used, files of other columns than the first, or what `joined` refuses.
    """
    form, faults = seed.table, [fault for raw in raws for fault in raw.faults]
    is_joined = len(raws) > 1 and (form.files or form.sheets) is not None
    mixed = [] if is_joined else _mixed(raws)
    if mixed or not all(raw.headers for raw in raws):
        raise TableError([*faults, *mixed])
    frame, source = joined(raws, seed, name) if is_joined else _one_after_the_other(raws, name)
    if is_joined:  # the times of joined rows are read, in standard time already
        form = form.model_copy(update={"time_zone": None})
    headers = dict.fromkeys(header for raw in raws for header in raw.headers)
    unread = tuple(header for header in headers if header not in frame.columns)
    return ReadRows(frame, source, form, unread, faults)


def _mixed(raws: Sequence[RawTable]) -> list[TableDefect]:
    """Files of a folder whose columns are not those of the first."""
    whole = [raw for raw in raws if raw.headers]
    faults = []
    for raw in whole[1:]:
        lacking = set(whole[0].headers) - set(raw.headers)
        more = set(raw.headers) - set(whole[0].headers)
        if lacking or more:
            parts = [f"without {', '.join(sorted(lacking))}"] * bool(lacking)
            parts += [f"with {', '.join(sorted(more))}"] * bool(more)
            expected = f"the same columns as in {whole[0].file}"
            faults.append(TableDefect(raw.file, None, None, f"columns {' and '.join(parts)}", expected))
    return faults


def _one_after_the_other(raws: Sequence[RawTable], name: str) -> tuple[pd.DataFrame, Source]:
    """Rows of files with the same columns, one file after the other."""
    frame = raws[0].frame if len(raws) == 1 else pd.concat([raw.frame for raw in raws], ignore_index=True)
    return frame, Source(
        name=raws[0].file if len(raws) == 1 else name,
        files=tuple(raw.file for raw in raws),
        file=np.repeat(np.arange(len(raws)), [len(raw.row) for raw in raws]),
        row=np.concatenate([raw.row for raw in raws]),
    )


def joined(raws: Sequence[RawTable], seed: Seed, name: str) -> tuple[pd.DataFrame, Source]:
    """Rows of all files, side by side where time and unit are the same; a row that only some have is kept.

    A file without the column of the unit is one for all units: its rows are joined to those of each unit.

    Parameters
    ----------
    raws : sequence of RawTable
        The files, each with the column of time; no two of them share any other column but that of the unit.
    seed : Seed
        The process.
    name : str
        What faults of the table as a whole name.

    Returns
    -------
    DataFrame, Source
        Cells, times read already; and where they stand: a row has the place of the first file that holds it.

    Raises
    ------
    TableError
        A file without time, a time that cannot be read, two rows of one time and unit in a file, a column in two files.
    """
    faults = [*_shared_columns(raws, seed, name)]
    frames = []
    for place, raw in enumerate(raws):
        frame, wrong = _with_identity(raw, seed)
        faults += wrong
        frames.append(frame.assign(**{_ROW.format(place): np.arange(len(frame))}))
    if faults:
        raise TableError(faults)
    whole = frames[0]
    for frame in frames[1:]:
        on = [column for column in _IDENTITY if column in whole and column in frame]
        whole = whole.merge(frame, how="outer", on=on, sort=False)
    row, file = np.zeros(len(whole), np.int64), np.zeros(len(whole), np.int64)
    for place in reversed(range(len(raws))):
        at = whole[_ROW.format(place)]
        there = at.notna().to_numpy()
        row[there], file[there] = raws[place].row[at[there].astype(np.int64)], place
    source = Source(name, tuple(raw.file for raw in raws), file, row)
    names = {_TIME: seed.clock.tag or seed.clock.name}
    if seed.key is not None:
        names[_UNIT] = seed.key.tag or seed.key.name
    return whole.drop(columns=[_ROW.format(place) for place in range(len(raws))]).rename(columns=names), source


# Names that no file has while its columns are joined.
_TIME, _UNIT, _ROW = "\0time", "\0unit", "\0row{}"
_IDENTITY = (_TIME, _UNIT)


def _shared_columns(raws: Sequence[RawTable], seed: Seed, name: str) -> Iterator[TableDefect]:
    """Yield defects of columns that two files contain, as their precedence is unknown."""
    identity = {header for column in seed.identity for header in (column.name, column.tag)}
    owner: dict[str, str] = {}
    for raw in raws:
        for header in raw.headers:
            if header in owner and header not in identity:
                yield TableDefect(
                    name, None, header, f"a column of {owner[header]} and of {raw.file}", "one file for each column"
                )
            owner.setdefault(header, raw.file)


def _with_identity(raw: RawTable, seed: Seed) -> tuple[pd.DataFrame, list[TableDefect]]:
    """A file's cells with time and unit read, under names of their own, and what is wrong with these."""
    source = Source(raw.file, (raw.file,), np.zeros(len(raw.row), np.int64), raw.row)
    frame = raw.frame.reset_index(drop=True)
    faults: list[TableDefect] = []
    unit = None if seed.key is None else heading_of(seed.key, raw.frame)
    at = heading_of(seed.clock, raw.frame)
    if at is None:
        return frame, [
            TableDefect(raw.file, None, seed.clock.tag or seed.clock.name, "no such column", "the time to join on")
        ]
    frames = {}
    if unit is not None:
        frames[unit] = (_UNIT, *cells.unit_names(frame[unit]))
    frames[at] = (
        _TIME,
        *cells.times(frame[at], seed.table, None if unit is None else frames[unit][1], seed.rows_are_days),
    )
    for header, (_, _, bad) in frames.items():
        for expected, mask in bad.items():
            faults += cell_faults(source, header, frame[header], np.flatnonzero(mask), expected)
    identity = pd.DataFrame({name: values for name, values, _ in frames.values()})
    again = np.flatnonzero(identity.duplicated())
    for position in again[:LISTED] if not faults else []:
        faults.append(
            TableDefect(
                *source.place(position), at, f"{identity[_TIME].iloc[position]} again", "one row a time and unit"
            )
        )
    return pd.concat([frame.drop(columns=list(frames)), identity], axis=1), faults
