"""Rows of a table in the seed's types and units: defects, and rows with possible values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from models.table.derived_columns import lenders, made_columns
from models.table.periods import first_not_begun, held
from models.table.sources import LISTED, Source, TableDefect, cell_faults
from models.table.unit_errors import PartSlip, part_slip, slip
from physics.arrays import BoolArray
from seeds import Column, Seed

# More rows than this out of physical range mean a wrong file or unit, not some bad readings.
REJECTED_SHARE = 0.2

# Possible values in another unit in so many of the rows stop the work; fewer are a caution.
SLIP_SHARE = 0.1


@dataclass(frozen=True)
class TableRows:
    """Rows in the seed's types and units, before the faulty and the impossible are taken out.

    Attributes
    ----------
    seed : Seed
        The process.
    source : Source
        Where the n rows stand.
    headers : dict of str to str
        For each column that the file holds, the file's name of it.
    values : dict of str to Series (n,)
        These columns.
    is_part : bool
        Whether they are a part of a table whose sizes as a whole are checked elsewhere.
    """

    seed: Seed
    source: Source
    headers: dict[str, str]
    values: dict[str, pd.Series]
    is_part: bool = False

    def every(self, step: int) -> TableRows:
        """Return every so many rows, from the first, as a table of their own."""
        at = np.arange(0, len(self.source.row), step)
        values = {name: column.take(at).reset_index(drop=True) for name, column in self.values.items()}
        return TableRows(self.seed, self.source.rows(at), self.headers, values)

    @classmethod
    def together(cls, parts: Sequence[TableRows]) -> TableRows:
        """Return the rows of several parts of one table as one."""
        first = parts[0]
        values = {name: pd.concat([one.values[name] for one in parts], ignore_index=True) for name in first.values}
        source = Source(
            first.source.name,
            first.source.files,
            np.concatenate([one.source.file for one in parts]),
            np.concatenate([one.source.row for one in parts]),
        )
        return cls(first.seed, source, first.headers, values)

    @property
    def measured(self) -> list[Column]:
        """Number columns that the file holds."""
        return [column for column in self.seed.columns if column.is_number and column.name in self.values]

    def identity_faults(self, today: dt.date) -> Iterator[TableDefect]:
        """Yield defects of future periods and of duplicate rows of a unit and period."""
        time = self.seed.time
        if time is None:  # then two rows of a unit cannot be distinguished
            return
        names = [column.name for column in self.seed.identity if column.name in self.values]
        if time.name in names:
            start = self.values[time.name]
            future = np.flatnonzero((start >= first_not_begun(today)).to_numpy())
            expected = f"a period that has started, at the latest on {today}"
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
            yield TableDefect(*self.source.place(position), place, f"{got} again", expected)
        if len(again) > LISTED:
            got = f"{len(again) - LISTED} more rows of a unit and period that stand before"
            yield TableDefect(self.source.name, None, place, got, "one row a unit and period")

    def label_faults(self) -> Iterator[TableDefect]:
        """Yield targets without any label; element contents in addition to a class may be missing."""
        defect_columns = self.seed.elements if self.seed.classes else ()
        for column in self.seed.by_role("target"):
            if (
                column not in defect_columns
                and column.name in self.values
                and not self.values[column.name].notna().any()
            ):
                header = self.headers[column.name]
                yield TableDefect(self.source.name, None, header, "no value in any row", "at least one label")

    def held_labels(self) -> list[TableDefect]:
        """Return defects of targets repeated over faster rows: labels are fewer than rows."""
        repeated = [] if self.seed.time is None else held(self.seed, self.values)
        return [TableDefect(self.source.name, None, self.headers[name], *repeats) for name, repeats in repeated]

    @cached_property
    def slips(self) -> dict[str, TableDefect]:
        """For each column whose median shows another unit than the seed's, the fault; none of a part."""
        defects: dict[str, TableDefect] = {}
        if self.is_part:
            return defects
        for column in self.measured:
            found_here = slip(_sizes(self.values[column.name], column), column)
            if found_here is not None:
                defects[column.name] = TableDefect(self.source.name, None, self.headers[column.name], *found_here)
        return defects

    @cached_property
    def outside(self) -> dict[str, BoolArray]:
        """For each number column in the seed's unit, which rows have an impossible value in it."""
        impossible = {}
        for column in self.measured:
            if column.name not in self.slips:
                low, high = column.limits
                sizes = _sizes(self.values[column.name], column).to_numpy()
                impossible[column.name] = (sizes < low) | (sizes > high)
        # A table of texts and classes alone has no column of numbers.
        return impossible or {next(iter(self.values)): np.zeros(len(self.source.row), np.bool_)}

    @cached_property
    def impossible(self) -> BoolArray:
        """Return whether rows have an impossible value in any column."""
        return np.asarray(np.logical_or.reduce(list(self.outside.values())), dtype=np.bool_)

    @cached_property
    def part_slips(self) -> dict[str, PartSlip]:
        """Columns with part of the rows in another unit; a laboratory's limits are not scaled."""
        parts = {
            column.name: part_slip(self.values[column.name].to_numpy(), column)
            for column in self.measured
            if column.name in self.outside and not column.censored
        }
        return {name: part for name, part in parts.items() if part is not None}

    def part_faults(self) -> Iterator[TableDefect]:
        """Parts in another unit that stop the work."""
        for name, part in self.part_slips.items():
            if self._stops(name, part):
                got = f"{part.got}, from here on"
                yield TableDefect(*self._first_of(part), self.headers[name], got, part.expected)

    def part_cautions(self) -> list[str]:
        """Parts in another unit that are but a caution."""
        return [
            f"{self.headers[name]}: {part.got}, first in row {self._first_of(part)[1]}: expected {part.expected}"
            for name, part in self.part_slips.items()
            if not self._stops(name, part)
        ]

    def _stops(self, name: str, part: PartSlip) -> bool:
        """Return whether a part in another unit stops the job.

        It does if it is a tenth of the rows and physically possible, so that no range takes it out, or if so many rows
        are out of range that the file is refused. Where rows are of several classes, possible values are a caution at
        most: a class may have a signal a thousand times that of the others, such as titanium of paint.
        """
        most = 1.0 if self.seed.classes else SLIP_SHARE
        hidden = np.count_nonzero(part.rows & ~self.outside[name])
        return bool(self.impossible.mean() > REJECTED_SHARE or hidden >= most * len(part.rows))

    def _first_of(self, part: PartSlip) -> tuple[str, int]:
        return self.source.place(int(np.flatnonzero(part.rows)[0]))

    def share_faults(self) -> Iterator[TableDefect]:
        """So many impossible values that the file itself must be wrong."""
        if self.impossible.mean() <= REJECTED_SHARE:
            return
        got = f"{self.impossible.sum()} of {len(self.impossible)} rows out of physical range"
        yield TableDefect(self.source.name, None, None, got, f"at most {REJECTED_SHARE:.0%} of the rows")
        for name, mask in self.outside.items():
            bad = np.flatnonzero(mask)
            expected = self.seed.column(name).range_text
            yield from cell_faults(self.source, self.headers[name], self.values[name], bad, expected)

    def faults_of_whole(self, labelled: bool, sound: bool) -> list[TableDefect]:
        """Return the faults that the rows show together: of units, of labels and of the share out of range.

        Parameters
        ----------
        labelled : bool
            Whether targets are needed.
        sound : bool
            Whether no other fault was met; labels that are held over rows are found in sound tables alone.
        """
        faults = [*self.slips.values()]
        faults += self.label_faults() if labelled else []
        faults += self.held_labels() if labelled and sound and not faults else []
        return [*faults, *self.part_faults(), *self.share_faults()]

    def rejected(self) -> pd.DataFrame:
        """Values out of physical range, in the files' order."""
        parts = []
        bad = {name: mask for name, mask in self.outside.items() if mask.any()}
        for name, mask in (bad or dict([next(iter(self.outside.items()))])).items():
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

    def table(self) -> pd.DataFrame:
        """The possible rows, sorted by unit and time, as far as there are these, with all columns of the seed."""
        start = self._start.to_numpy()
        unit = np.zeros(len(start), np.int64)
        if self.seed.key is not None:
            unit = pd.factorize(self.values[self.seed.key.name], sort=True)[0].astype(np.int64)
        order = np.lexsort((start, unit)) if self.seed.time is not None else np.argsort(unit, kind="stable")
        order = order[~self.impossible[order]]
        values = {name: pd.Series(column.array[order]) for name, column in self.values.items()}
        nothing = pd.Series(np.full(len(order), np.nan))
        columns = {column.name: values.get(column.name, nothing) for column in self.seed.columns}
        lent_values = {name: _sizes(columns[name], self.seed.column(name)).to_numpy() for name in lenders(self.seed)}
        made = made_columns(lent_values, self.seed, unit[order], start[order])
        return pd.DataFrame(columns | {name: pd.Series(column) for name, column in made.items()}, copy=False)


def _sizes(values: pd.Series, column: Column) -> pd.Series:
    """Values as sizes: of what a laboratory found to be below its limit, the limit."""
    return values.abs() if column.censored else values
