"""Samples of tables that exceed a budget of memory: whole units, or stretches of their time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.table import data_warnings
from models.table.contract import Checked
from models.table.parts import CheckedParts, Progress, checked_parts
from models.table.periods import held
from models.table.sources import TableDefect, TableError
from physics.arrays import BoolArray, IntArray
from seeds import Seed

BYTES_OF_CELL = 100
"""Memory of a training job for each cell of its table [byte]; a potline of 930,000 rows takes 93."""

FEWEST_UNITS = 50
"""Units of a sample of whole units: fewer say little of other units."""

STRETCH = 96
"""Periods of a stretch: twice those that the history of a unit reaches back."""


@dataclass(frozen=True)
class TableBudget:
    """Memory that a table may take.

    Attributes
    ----------
    memory : int
        Memory of the job that uses the table [byte].
    folder : Path
        A folder for the temporary copy of a large table; made if needed.
    """

    memory: int
    folder: Path

    def rows(self, seed: Seed) -> int:
        """Return how many rows fit."""
        return max(1, self.memory // (BYTES_OF_CELL * len(seed.columns)))


@dataclass(frozen=True)
class TableSample:
    """A sample of the rows of a table.

    Attributes
    ----------
    rows, of_rows : int
        Rows of the sample, and of the table.
    drawn, of : int
        Number of units or stretches in the sample, and in the table.
    kind : str
        The kind of these.
    """

    rows: int
    of_rows: int
    drawn: int
    of: int
    kind: str

    @property
    def facts(self) -> dict[str, object]:
        """The sample in a few figures."""
        return {"sample_of_rows": self.of_rows, "sample": f"{self.drawn} of {self.of} {self.kind}"}

    def __str__(self) -> str:
        drawn = f"{self.rows} of {self.of_rows} rows ({self.drawn} of {self.of} {self.kind})"
        return f"a sample of {drawn}: the table exceeds the memory of NONFERROUS_TRAINING_MEMORY"


@dataclass(frozen=True)
class SampledTable:
    """A table within a budget.

    Attributes
    ----------
    checked : Checked
        The table, or a sample of it.
    rejected_rows : int
        Number of excluded rows of the whole table, of which `checked` lists the first.
    sample : TableSample or None
        None of a whole table.
    """

    checked: Checked
    rejected_rows: int
    sample: TableSample | None


def read_within(path: Path, seed: Seed, budget: TableBudget, step: Progress) -> SampledTable:
    """Read a table to learn from; of one that exceeds the budget a sample, the same each time.

    Units in the order of their first period are divided into as many strata as units fit, and of each stratum one is
    drawn by a hash of its name, with all of its rows. Where the table has too few units, stretches of their time are
    drawn in the same way. Columns of earlier periods are made from all rows of the table.

    Parameters
    ----------
    path : Path
        As of `models.table.reading.read_table`.
    seed : Seed
        The process.
    budget : TableBudget
        Memory that the table may take.
    step : callable
        Takes the progress: what is done, rows done, all rows.

    Raises
    ------
    TableError
        As `read_table`.
    """
    most = budget.rows(seed)
    cells = most * len(seed.columns)
    with checked_parts(path, seed, folder=budget.folder, step=step, labelled=True, whole=cells) as parts:
        sample: TableSample | None = None
        tables = list(parts.tables()) if parts.rows <= most else []
        if not tables:
            tables, sample = _sampled(parts, seed, most)
    table = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    if (
        sample is not None
        and seed.time is not None
        and (repeated := held(seed, {str(name): table[name] for name in table}))
    ):
        raise TableError(TableDefect(str(path), None, name, *repeats) for name, repeats in repeated)
    cautions = parts.cautions if sample is None else (str(sample), *parts.cautions)
    checked = Checked(table, parts.rejected, parts.ignored, cautions, tuple(data_warnings.lacks(table, seed)))
    return SampledTable(checked, parts.rejected_rows, sample)


def _sampled(parts: CheckedParts, seed: Seed, most: int) -> tuple[list[pd.DataFrame], TableSample]:
    """Return the rows of the sample by parts, and what it is."""
    stretches = pd.concat([_stretches(table, seed) for table in parts.tables()], ignore_index=True)
    stretches = stretches.groupby(["unit", "stretch"], sort=True, as_index=False).agg({"rows": "sum", "first": "min"})
    units = stretches.groupby("unit", sort=True, as_index=False).agg({"rows": "sum", "first": "min"})
    units = units.sort_values(["first", "unit"], kind="stable", ignore_index=True)
    drawn = _drawn(units, units["unit"].tolist(), most)
    if len(drawn) >= FEWEST_UNITS:
        chosen, of, kind = units.loc[drawn, ["unit"]], len(units), "lots" if seed.lots is not None else "units"
    else:
        names = [f"{unit}\n{number}" for unit, number in zip(stretches["unit"], stretches["stretch"], strict=True)]
        drawn = _drawn(stretches, names, most)
        chosen, of, kind = stretches.loc[drawn, ["unit", "stretch"]], len(stretches), "stretches of units"
    tables = list(_chosen(parts.tables, chosen, seed))
    return tables, TableSample(sum(map(len, tables)), parts.rows, len(chosen), of, kind)


def _chosen(tables: Callable[[], Iterator[pd.DataFrame]], chosen: pd.DataFrame, seed: Seed) -> Iterator[pd.DataFrame]:
    """Yield the rows of chosen units or stretches."""
    places = pd.MultiIndex.from_frame(chosen)
    for table in tables():
        rows = pd.DataFrame(dict(zip(("unit", "stretch"), _places(table, seed), strict=True)))
        is_chosen: BoolArray = pd.MultiIndex.from_frame(rows[list(chosen.columns)]).isin(places)
        if is_chosen.any():
            yield table[is_chosen].reset_index(drop=True)


def _places(table: pd.DataFrame, seed: Seed) -> tuple[npt.NDArray[np.object_], IntArray]:
    """Return unit and number of the stretch of each row, shape (n,) each; without time one stretch."""
    key, time = seed.key, seed.time
    units = np.full(len(table), "", dtype=object) if key is None else table[key.name].to_numpy(dtype=object)
    if time is None:
        return units, np.zeros(len(table), dtype=np.int64)
    start = table[time.name].to_numpy().astype("datetime64[us]").astype(np.int64)
    return units, start // round(STRETCH * seed.period.total_seconds() * 1e6)


def _stretches(table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Rows and first start of each stretch of a part."""
    units, number = _places(table, seed)
    first = number if seed.time is None else table[seed.time.name].to_numpy()
    rows = pd.DataFrame({"unit": units, "stretch": number, "rows": 1, "first": first})
    return rows.groupby(["unit", "stretch"], sort=False, as_index=False).agg({"rows": "sum", "first": "min"})


def _drawn(clusters: pd.DataFrame, names: list[str], most: int) -> IntArray:
    """Return positions of clusters with at most so many rows together: one of each stratum."""
    rank = np.array([int(hashlib.sha256(f"sample\n{name}".encode()).hexdigest()[:15], 16) for name in names])
    rows = clusters["rows"].to_numpy(dtype=np.int64)
    strata = min(len(rows), int(len(rows) * most / rows.sum()))
    while strata > 0:
        stratum = np.arange(len(rows)) * strata // len(rows)
        order = np.lexsort((rank, stratum))
        drawn = np.sort(order[np.unique(stratum[order], return_index=True)[1]])
        if rows[drawn].sum() <= most:
            return np.asarray(drawn, dtype=np.int64)
        strata = min(strata - 1, int(strata * most / rows[drawn].sum()))
    return np.array([int(np.argmin(rank))])
