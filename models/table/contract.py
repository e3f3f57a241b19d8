"""The table's contract: what a plant's rows must be before anything learns from them or is measured on them.

A fault of the file stops the work and all faults are reported at once. A single row with an impossible value is taken
out and listed. Nothing is repaired in silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.table import cells, data_warnings
from models.table.consistency import date_faults, order_cautions
from models.table.derived_columns import lenders, made_columns
from models.table.formatting import shortened
from models.table.periods import held, into_periods
from models.table.sources import LISTED, Fault, Source, TableError, cell_faults
from models.table.unit_errors import PartSlip, part_slip
from models.table.unit_errors import slip as _slip
from physics.arrays import BoolArray
from seeds import Column, Seed, TableFormat
from seeds.format.names import nearest

# More rows than this out of physical range mean a wrong file or unit, not some bad readings.
REJECTED_SHARE = 0.2

# Possible values in another unit in so many of the rows stop the work; fewer are a caution.
SLIP_SHARE = 0.1


@dataclass(frozen=True)
class Checked:
    """A table that keeps the contract.

    Attributes
    ----------
    table : DataFrame
        Columns of the seed in its order: unit as text (where the seed has a key), start of period as datetime64[us],
        classes as text, all others float64 in the seed's units, NaN where missing; a content below the laboratory's
        limit L is -L. Sorted by unit and time. Rows
        without a label are kept: they wait for it, and whoever trains leaves them out.
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
        """How many rows were taken out."""
        return len(self.rejected[["file", "row"]].drop_duplicates())


def check(
    frame: pd.DataFrame,
    seed: Seed,
    source: Source | None = None,
    *,
    today: dt.date | None = None,
    known: Sequence[Fault] = (),
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
    row lends no value to a later one.

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
    known : sequence of Fault
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
        whose rows show another unit, more than `REJECTED_SHARE` of the rows out of physical range.
    """
    source = source or Source.one("table", len(frame))
    frame = frame.reset_index(drop=True)
    found = _find_columns(frame, seed)
    faults = [*known, *_column_faults(frame, seed, source, found, labelled, unread)]
    if not len(frame):
        faults.append(Fault(source.name, None, None, "no rows", "at least one row"))
    if frame.empty:
        raise TableError(faults)
    headers = {name: where[0] for name, where in found.items() if len(where) == 1}
    values, found_here, said = _parsed(frame, seed, headers, source, form)
    faults += found_here
    texts = {
        name: cells.markers(frame[headers[name]], form)
        for name, column in values.items()
        if seed.column(name).is_number and column.hasnans
    }
    said += data_warnings.read_as_missing(texts)
    if compare_dates and seed.time is not None and not faults:
        unit = None if seed.key is None else values[seed.key.name]
        faults, lines = date_faults(frame, values[seed.clock.name], headers[seed.clock.name], unit, source)
        said += lines
    if form.every is not None and not faults:
        values, first, lines, unfit = into_periods(values, seed, form.every.timedelta)
        faults += [Fault(source.name, None, headers[name], *why) for name, why in unfit.items()]
        source, said = source.rows(first), [*lines, *said]
    rows = _Rows(seed, source, headers, values)
    slips = rows.slips()
    outside = {column.name: rows.outside(column) for column in rows.measured if column.name not in slips}
    parts = {name: part for name in outside if (part := rows.part_slip(seed.column(name))) is not None}
    faults += [*rows.identity_faults(today or dt.date.today()), *slips.values()]
    faults += rows.label_faults() if labelled else []
    faults += rows.held_labels() if labelled and not faults else []
    refused, slight = rows.part_faults(parts, outside)
    faults += [*refused, *rows.share_faults(outside)]
    if faults:
        raise TableError(faults)
    # A table of texts and classes alone has no column of numbers.
    outside = outside or {next(iter(values)): np.zeros(len(source.row), np.bool_)}
    table = rows.table(~np.logical_or.reduce(list(outside.values())))
    return Checked(
        table=table,
        rejected=rows.rejected(outside),
        ignored=tuple(str(header) for header in frame.columns if header not in headers.values()),
        cautions=(*said, *slight, *data_warnings.of_table(table, seed), *order_cautions(table, seed)),
    )


def first_not_begun(today: dt.date | None = None) -> pd.Timestamp:
    """Start from which on periods have not begun on a day; by default the clock's."""
    return pd.Timestamp(today or dt.date.today()) + pd.Timedelta(days=1)


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
    found: dict[str, list[str]],
    labelled: bool,
    unread: Sequence[str],
) -> Iterator[Fault]:
    """Columns that the table lacks or names twice."""
    may_lack = ("late",) if labelled else ("late", "target")
    held = {*map(str, frame.columns), *unread}
    free = held.difference(*found.values())
    for name, headers in found.items():
        column = seed.column(name)
        wanted = f"'{name}'" if column.tag in (None, name) else f"'{column.tag}' (or '{name}')"
        if not headers and column.role not in may_lack:
            near = nearest([name, *([column.tag] if column.tag else [])], free)
            hint = f"; the nearest is {shortened(repr(near), 60)}" if near else ""
            got = f"no such column among {len(held)}{hint}"
            yield Fault(source.name, None, column.tag or name, got, f"a column {wanted}")
        if len(headers) > 1:
            got = " and ".join(f"'{header}'" for header in headers)
            yield Fault(source.name, None, name, f"columns {got}", f"one column {wanted}")


def _parsed(
    frame: pd.DataFrame, seed: Seed, headers: Mapping[str, str], source: Source, form: TableFormat
) -> tuple[dict[str, pd.Series], list[Fault], list[str]]:
    """Columns in the seed's types and units, the faults of their cells, and what else to say of them."""
    values: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    said: list[str] = []
    for name, header in headers.items():
        column, raw = seed.column(name), frame[header]
        if column.values is not None:
            values[name], unknown = cells.texts(raw, column.values, form)
            said += data_warnings.unknown_texts(name, unknown)
            continue
        values[name], bad = _parse(raw, seed, column, form, values)
        for expected, mask in bad.items():
            faults += cell_faults(source, header, raw, np.flatnonzero(mask), expected)
        if column.role == "key":
            said += data_warnings.respelled(raw)
        if column.is_number and header == column.tag and column.scale != 1.0:
            values[name] = values[name] * column.scale
    return values, faults, said


def _parse(
    raw: pd.Series, seed: Seed, column: Column, form: TableFormat, known: Mapping[str, pd.Series]
) -> cells.Parsed:
    """A column in the seed's type, and the cells that are otherwise than expected; `known` may hold the units."""
    if column.classes is not None:
        return cells.classes(raw, column.classes, form)
    if column.role == "time":
        return cells.times(raw, form, None if seed.key is None else known.get(seed.key.name), seed.rows_are_days)
    if column.role == "key":
        return cells.unit_names(raw)
    if column.censored:
        return cells.contents(raw, form)
    return cells.marks(raw, form) if column.name in seed.defects else cells.numbers(raw, form)


@dataclass(frozen=True)
class _Rows:
    """Rows in the seed's types and units, before the faulty and the impossible are taken out."""

    seed: Seed
    source: Source
    headers: dict[str, str]
    values: dict[str, pd.Series]

    @property
    def measured(self) -> list[Column]:
        """Number columns that the file holds."""
        return [column for column in self.seed.columns if column.is_number and column.name in self.values]

    def identity_faults(self, today: dt.date) -> Iterator[Fault]:
        """Periods that have not begun, and rows of a unit and period that stand before."""
        time = self.seed.time
        if time is None:  # then nothing tells two rows of a unit apart
            return
        names = [column.name for column in self.seed.identity if column.name in self.values]
        if time.name in names:
            start = self.values[time.name]
            future = np.flatnonzero((start >= first_not_begun(today)).to_numpy())
            expected = f"a period that has begun, at the latest on {today}"
            yield from cell_faults(self.source, self.headers[time.name], start, future, expected)
        if len(names) < len(self.seed.identity):
            return
        identity = pd.DataFrame({name: self.values[name] for name in names}).dropna()
        again = identity.index[identity.duplicated()]
        place = ", ".join(self.headers[name] for name in names)
        for position in again[:LISTED]:
            first = identity.index[(identity == identity.loc[position]).all(axis=1)][0]
            got = " ".join(str(value) for value in identity.loc[position])
            file, row = self.source.place(first)
            expected = f"one row a unit and period, as in row {row} of {file}"
            yield Fault(*self.source.place(position), place, f"{got} again", expected)
        if len(again) > LISTED:
            got = f"{len(again) - LISTED} more rows of a unit and period that stand before"
            yield Fault(self.source.name, None, place, got, "one row a unit and period")

    def label_faults(self) -> Iterator[Fault]:
        """Targets without a single label; element contents beside a class may be unknown."""
        beside = self.seed.elements if self.seed.classes else ()
        for column in self.seed.by_role("target"):
            if column not in beside and column.name in self.values and not self.values[column.name].notna().any():
                header = self.headers[column.name]
                yield Fault(self.source.name, None, header, "no value in any row", "at least one label")

    def held_labels(self) -> list[Fault]:
        """A target that stands in many rows, because they are faster than it: so many labels, not so many rows."""
        found = [] if self.seed.time is None else held(self.seed, self.values)
        return [Fault(self.source.name, None, self.headers[name], *said) for name, said in found]

    def slips(self) -> dict[str, Fault]:
        """For each column whose median shows another unit than the seed's, the fault."""
        found = {}
        for column in self.measured:
            found_here = _slip(_sizes(self.values[column.name], column), column)
            if found_here is not None:
                found[column.name] = Fault(self.source.name, None, self.headers[column.name], *found_here)
        return found

    def outside(self, column: Column) -> BoolArray:
        """Which rows have an impossible value in this column."""
        low, high = column.limits
        values = _sizes(self.values[column.name], column).to_numpy()
        return (values < low) | (values > high)

    def part_slip(self, column: Column) -> PartSlip | None:
        """The part of a column's rows that is in another unit; a laboratory's limits have no size of their own."""
        return None if column.censored else part_slip(self.values[column.name].to_numpy(), column)

    def part_faults(self, parts: dict[str, PartSlip], outside: dict[str, BoolArray]) -> tuple[list[Fault], list[str]]:
        """Parts in another unit that stop the work, and those that are but a caution.

        A part stops it if it is a tenth of the rows and physically possible, so that no range takes it out, or if so
        many rows are out of range that the file is refused. Where rows are of several classes, possible values are a
        caution at most: a class may have a signal a thousand times that of the others, such as titanium of paint.
        """
        refused, slight = [], []
        most = 1.0 if self.seed.classes else SLIP_SHARE
        too_many = bool(outside) and np.logical_or.reduce(list(outside.values())).mean() > REJECTED_SHARE
        for name, part in parts.items():
            hidden = np.count_nonzero(part.rows & ~outside[name])
            first = self.source.place(int(np.flatnonzero(part.rows)[0]))
            if too_many or hidden >= most * len(part.rows):
                refused.append(Fault(*first, self.headers[name], f"{part.got}, from here on", part.expected))
            else:
                slight.append(f"{self.headers[name]}: {part.got}, first in row {first[1]}: expected {part.expected}")
        return refused, slight

    def share_faults(self, outside: dict[str, BoolArray]) -> Iterator[Fault]:
        """So many impossible values that the file itself must be wrong."""
        rejected = np.logical_or.reduce(list(outside.values()))
        if not outside or rejected.mean() <= REJECTED_SHARE:
            return
        got = f"{rejected.sum()} of {len(rejected)} rows out of physical range"
        yield Fault(self.source.name, None, None, got, f"at most {REJECTED_SHARE:.0%} of the rows")
        for name, mask in outside.items():
            bad = np.flatnonzero(mask)
            expected = self.seed.column(name).range_text
            yield from cell_faults(self.source, self.headers[name], self.values[name], bad, expected)

    def rejected(self, outside: dict[str, BoolArray]) -> pd.DataFrame:
        """Values out of physical range, in the files' order."""
        parts = []
        for name, mask in outside.items():
            at = np.flatnonzero(mask)
            tag = "" if self.headers[name] == name else f" (in the file: {self.headers[name]})"
            part = {
                "file": np.array(self.source.files, object)[self.source.file[at]],
                "row": self.source.row[at],
                "unit": "" if self.seed.key is None else self.values[self.seed.key.name].iloc[at].array,
                "period_start": self._start.iloc[at].array,
                "column": name,
                "value": self.values[name].iloc[at].array,
                "reason": f"outside {self.seed.column(name).range_text}{tag}" if len(at) else "",
            }
            parts.append(pd.DataFrame(part).astype({"file": "str", "unit": "str", "column": "str", "reason": "str"}))
        return pd.concat(parts).sort_values(["file", "row"], kind="stable", ignore_index=True)

    @property
    def _start(self) -> pd.Series:
        """Start of each row's period; NaT where the table has no time."""
        if self.seed.time is None:
            return pd.Series(np.full(len(self.source.row), "NaT", "datetime64[us]"))
        return self.values[self.seed.time.name]

    def table(self, kept: BoolArray) -> pd.DataFrame:
        """The kept rows, sorted by unit and time, as far as there are these, with all columns of the seed."""
        start = self._start.to_numpy()
        unit = np.zeros(len(start), np.int64)
        if self.seed.key is not None:
            unit = pd.factorize(self.values[self.seed.key.name], sort=True)[0].astype(np.int64)
        order = np.lexsort((start, unit)) if self.seed.time is not None else np.argsort(unit, kind="stable")
        order = order[kept[order]]
        values = {name: pd.Series(column.array[order]) for name, column in self.values.items()}
        nothing = pd.Series(np.full(len(order), np.nan))
        columns = {column.name: values.get(column.name, nothing) for column in self.seed.columns}
        lent = {name: _sizes(columns[name], self.seed.column(name)).to_numpy() for name in lenders(self.seed)}
        made = made_columns(lent, self.seed, unit[order], start[order])
        return pd.DataFrame(columns | {name: pd.Series(column) for name, column in made.items()}, copy=False)


def _sizes(values: pd.Series, column: Column) -> pd.Series:
    """Values as sizes: of what a laboratory found to be below its limit, the limit."""
    return values.abs() if column.censored else values
