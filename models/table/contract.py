"""Table contract: requirements on a plant's rows before training, prediction or evaluation.

A fault of the file stops the job, and all faults are reported together. A single row with an impossible value is
excluded and listed. Nothing is repaired in silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.table import cells, data_warnings
from models.table.consistency import date_faults
from models.table.formatting import shortened
from models.table.periods import into_periods
from models.table.rows import TableRows
from models.table.sources import Source, TableDefect, TableError, cell_faults
from seeds import Column, Seed, TableFormat
from seeds.format.names import nearest


@dataclass(frozen=True)
class Checked:
    """A table that keeps the contract.

    Attributes
    ----------
    table : DataFrame
        Columns of the seed in its order: unit as text (where the seed has a key), start of period as datetime64[us],
        classes as text, all others float64 in the seed's units, NaN where missing; a content below the laboratory's
        limit L is -L. Sorted by unit and time. Rows
        without a label are kept: they wait for it, and training leaves them out.
    rejected : DataFrame
        Values out of physical range, one a line: file, row, unit, period_start, column, value, reason. Their rows are
        not in `table`. From files also rows that are none of the plant, such as the header again.
    ignored : tuple of str
        Columns of the file that were not used.
    cautions : tuple of str
        What a reader of the table should know, line by line.
    lacks : tuple of str
        What the table has not, line by line; known of files alone.
    """

    table: pd.DataFrame
    rejected: pd.DataFrame
    ignored: tuple[str, ...]
    cautions: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def rejected_rows(self) -> int:
        """Number of excluded rows."""
        return len(self.rejected[["file", "row"]].drop_duplicates())


def check(
    frame: pd.DataFrame,
    seed: Seed,
    source: Source | None = None,
    *,
    today: dt.date | None = None,
    known: Sequence[TableDefect] = (),
    form: TableFormat = cells.ISO,
    labelled: bool = True,
    unread: Sequence[str] = (),
    compare_dates: bool = False,
) -> Checked:
    """Check a plant's rows against the seed and bring them into the seed's form.

    A column is found by its `tag`, and then multiplied by its `scale` into the seed's unit, or by its own name, and
    then it is in the seed's unit already; so a checked table passes again unchanged. Columns of role `late` may be
    absent. `previous` columns are never read: they are made here, from the rows that remain, by time: the value of the
    same unit nearest to `periods` periods earlier and less than half a period off, NaN where there is none. A rejected
    row provides no value to a later one.

    Parameters
    ----------
    frame : DataFrame
        Rows as read: cells may be text. It is not changed.
    seed : Seed
        The process.
    source : Source, optional
        Where the rows stand; by default rows 1 to n of "table".
    today : date, optional
        Day after which no period may start; by default the clock's.
    known : sequence of TableDefect
        Faults met while reading, to be reported together with those found here.
    form : TableFormat, optional
        How the cells are written; by default as a checked table has them. Where it says how fast rows are, they become
        periods before anything is checked by size.
    labelled : bool
        Whether targets are needed: rows to learn from have them, rows to predict need none.
    unread : sequence of str
        Columns of the file that were not read, since the seed does not know them.
    compare_dates : bool
        Whether dates are compared with the order of rows and with columns of weekdays, months and shifts.

    Raises
    ------
    TableError
        With every fault: a column missing or named twice, no rows, text or a decimal comma in a number, infinity, a
        time that is no ISO date or carries a zone, a row without unit or period, two rows of one unit and period, a
        period in the future, dates with day and month exchanged, no label at all, a column whose median or a tenth of
        whose rows show another unit, more than `models.table.rows.REJECTED_SHARE` of the rows out of physical range.
    """
    source = source or Source.one("table", len(frame))
    parsed = parse(
        frame,
        seed,
        source,
        today=today,
        known=known,
        form=form,
        labelled=labelled,
        unread=unread,
        compare_dates=compare_dates,
    )
    rows = parsed.rows
    faults = [*parsed.faults, *rows.faults_of_whole(labelled, not parsed.faults)]
    if faults:
        raise TableError(faults)
    table = rows.table()
    return Checked(
        table=table,
        rejected=rows.rejected(),
        ignored=parsed.ignored,
        cautions=(*parsed.cautions, *rows.part_cautions(), *data_warnings.of_table(table, seed)),
    )


@dataclass(frozen=True)
class ParsedTable:
    """Rows in the seed's types and units, and what each row or column alone shows of them.

    Attributes
    ----------
    rows : TableRows
        The rows.
    faults : list of TableDefect
        Faults of cells, of columns and of rows that stand twice; not of the table's sizes as a whole.
    cautions : tuple of str
        Warnings of reading, line by line.
    ignored : tuple of str
        Columns of the frame that are not used.
    """

    rows: TableRows
    faults: list[TableDefect]
    cautions: tuple[str, ...]
    ignored: tuple[str, ...]


def parse(
    frame: pd.DataFrame,
    seed: Seed,
    source: Source,
    *,
    today: dt.date | None = None,
    known: Sequence[TableDefect] = (),
    form: TableFormat = cells.ISO,
    labelled: bool = True,
    unread: Sequence[str] = (),
    compare_dates: bool = False,
    is_part: bool = False,
) -> ParsedTable:
    """Bring rows into the seed's form, with the faults that need no other rows; parameters as of `check`.

    `is_part` states that the rows are a part of a table whose sizes are compared with the seed elsewhere.

    Raises
    ------
    TableError
        There are no rows.
    """
    frame = frame.reset_index(drop=True)
    located = _find_columns(frame, seed)
    faults = [*known, *_column_faults(frame, seed, source, located, labelled, unread)]
    if not len(frame):
        faults.append(TableDefect(source.name, None, None, "no rows", "at least one row"))
    if frame.empty:
        raise TableError(faults)
    headers = {name: where[0] for name, where in located.items() if len(where) == 1}
    values, found_here, lines_of_parsing = _parsed(frame, seed, headers, source, form)
    faults += found_here
    texts = {
        name: cells.markers(frame[headers[name]], form)
        for name, column in values.items()
        if seed.column(name).is_number and column.hasnans
    }
    lines_of_parsing += data_warnings.read_as_missing(texts)
    if compare_dates and seed.time is not None and not faults:
        unit = None if seed.key is None else values[seed.key.name]
        faults, lines = date_faults(frame, values[seed.clock.name], headers[seed.clock.name], unit, source)
        lines_of_parsing += lines
    if form.every is not None and not faults:
        values, first, lines, unfit = into_periods(values, seed, form.every.timedelta)
        faults += [TableDefect(source.name, None, headers[name], *fault) for name, fault in unfit.items()]
        source, lines_of_parsing = source.rows(first), [*lines, *lines_of_parsing]
    rows = TableRows(seed, source, headers, values, is_part)
    ignored = tuple(str(header) for header in frame.columns if header not in headers.values())
    return ParsedTable(
        rows, [*faults, *rows.identity_faults(today or dt.date.today())], tuple(lines_of_parsing), ignored
    )


def _find_columns(frame: pd.DataFrame, seed: Seed) -> dict[str, list[str]]:
    """For each column of the seed that a file can hold, the file's headers that mean it."""
    held = list(frame.columns)
    return {
        column.name: [header for header in held if header in (column.tag, column.name)]
        for column in seed.columns
        if not column.is_made
    }


def _column_faults(
    frame: pd.DataFrame,
    seed: Seed,
    source: Source,
    names: dict[str, list[str]],
    labelled: bool,
    unread: Sequence[str],
) -> Iterator[TableDefect]:
    """Columns that the table lacks or names twice."""
    may_lack = ("late",) if labelled else ("late", "target")
    held = {*map(str, frame.columns), *unread}
    free = held.difference(*names.values())
    for name, headers in names.items():
        column = seed.column(name)
        expected_header = f"'{name}'" if column.tag in (None, name) else f"'{column.tag}' (or '{name}')"
        if not headers and column.role not in may_lack:
            near = nearest([name, *([column.tag] if column.tag else [])], free)
            hint = f"; the nearest is {shortened(repr(near), 60)}" if near else ""
            got = f"no such column among {len(held)}{hint}"
            yield TableDefect(source.name, None, column.tag or name, got, f"a column {expected_header}")
        if len(headers) > 1:
            got = " and ".join(f"'{header}'" for header in headers)
            yield TableDefect(source.name, None, name, f"columns {got}", f"one column {expected_header}")


def _parsed(
    frame: pd.DataFrame, seed: Seed, headers: Mapping[str, str], source: Source, form: TableFormat
) -> tuple[dict[str, pd.Series], list[TableDefect], list[str]]:
    """Columns in the seed's types and units, the faults of their cells, and what else to say of them."""
    values: dict[str, pd.Series] = {}
    faults: list[TableDefect] = []
    messages: list[str] = []
    for name, header in headers.items():
        column, raw = seed.column(name), frame[header]
        if column.values is not None:
            values[name], unknown = cells.texts(raw, column.values, form)
            messages += data_warnings.unknown_texts(name, unknown)
            continue
        values[name], bad = _parse(raw, seed, column, form, values)
        for expected, mask in bad.items():
            faults += cell_faults(source, header, raw, np.flatnonzero(mask), expected)
        if column.role == "key":
            messages += data_warnings.respelled(raw)
        if column.is_number and header == column.tag and column.scale != 1.0:
            values[name] = values[name] * column.scale
    return values, faults, messages


def _parse(
    raw: pd.Series, seed: Seed, column: Column, form: TableFormat, known: Mapping[str, pd.Series]
) -> cells.Parsed:
    """Parse a column to the seed's type with its deviating cells; `known` may hold the units."""
    if column.classes is not None:
        return cells.classes(raw, column.classes, form)
    if column.role == "time":
        return cells.times(raw, form, None if seed.key is None else known.get(seed.key.name), seed.rows_are_days)
    if column.role == "key":
        return cells.unit_names(raw)
    if column.censored:
        return cells.contents(raw, form)
    return cells.marks(raw, form) if column.name in seed.defects else cells.numbers(raw, form)
