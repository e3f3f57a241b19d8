"""Checked table of a job: labelled rows, inputs and labels, and the simulated truth if it exists."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.processes.lookup import check_process
from models.regression.unit_history import UnitHistory
from models.table.contract import Checked
from models.table.inputs import matrix
from models.table.reading import digest, read_table, read_truth
from models.table.sampling import SampledTable, TableBudget, TableSample, read_within
from models.table.sources import TableDefect, TableError
from physics.arrays import BoolArray, FloatArray, IntArray
from reporting.timestamps import moment_format
from seeds import Column, Seed
from training.core.progress import Progress, silent

FIRST_DAY = pd.Timestamp("1970-01-01")  # of the days that stand for rows or units where a table has no time


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows that a job trains and evaluates on.

    Attributes
    ----------
    seed : Seed
        The process.
    checked : DataFrame
        The whole table that keeps the contract: what a later job takes for history.
    table : DataFrame, n rows
        Its labelled rows, sorted by unit and period.
    X : ndarray, shape (n, k)
        Inputs in plant units.
    y : ndarray, shape (n,)
        Measured primary target [its unit]; the number of the class in the seed's order where it has classes. Where lots
        are graded, `labels` holds all targets.
    truth : ndarray, shape (n,), or None
        Noise-free primary target as `y`, NaN where unknown; None where there is no simulator's truth at all.
        Evaluation alone looks at it.
    truth_frame : DataFrame, n rows, or None
        All that the simulator knows of each row. Evaluation alone looks at it.
    digest : str
        Content digest of the checked table.
    rejected : DataFrame
        Values out of physical range, whose rows the contract turned away: where they stood and the reason.
    rejected_rows : int
        How many rows that is.
    ignored : tuple of str
        Columns of the file that the seed does not know.
    unlabelled_rows : int
        Rows without a label, which are no training rows.
    cautions, lacks : tuple of str
        What a reader of the table should know, and what it has not, line by line.
    tests : DataFrame or None
        Part of each set-point that was a test; None if no tests are known.
    advised : DataFrame or None
        Part of each set-point that followed an accepted recommendation; None if no such moves are known.
    history : UnitHistory or None
        Inputs among those of `X` that describe the history of units; None without any.
    sample : TableSample or None
        What part of a large table the rows are; None of a whole table.
    """

    seed: Seed
    checked: pd.DataFrame
    table: pd.DataFrame
    X: FloatArray
    y: FloatArray
    truth: FloatArray | None
    truth_frame: pd.DataFrame | None
    digest: str
    rejected: pd.DataFrame
    rejected_rows: int
    ignored: tuple[str, ...]
    unlabelled_rows: int
    cautions: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    tests: pd.DataFrame | None = None
    advised: pd.DataFrame | None = None
    history: UnitHistory | None = None
    sample: TableSample | None = None

    def of(self, name: str) -> "Dataset":
        """The rows that have a label of one of `Seed.primaries`, with that as the only target."""
        seed, has = self.seed.for_target(name), self.table[name].notna().to_numpy()
        table, known = self.table[has], self.truth_frame
        known = None if known is None else known[has].reset_index(drop=True)
        return replace(
            self,
            seed=seed,
            table=table.reset_index(drop=True),
            X=self.X[has],
            y=_labels(table[name], seed.target),
            truth=None if known is None else _labels(known[name], seed.target),
            truth_frame=known,
            unlabelled_rows=len(self.checked) - len(table),
        )

    @property
    def each(self) -> "list[Dataset]":
        """The rows of each target; the data set itself where there is but one."""
        names = [column.name for column in self.seed.primaries]
        return [self] if len(names) == 1 else [self.of(name) for name in names]

    @property
    def units(self) -> npt.NDArray[np.object_]:
        """Unit of each row, shape (n,); the process's name where the whole table is one unit."""
        if self.seed.key is None:
            return np.full(len(self.table), self.seed.process.name, dtype=object)
        return self.table[self.seed.key.name].to_numpy(dtype=object)

    @property
    def periods(self) -> pd.DatetimeIndex:
        """Start of each row's period, or of its lot where rows are pieces of lots, length n."""
        return period_of(self.table, self.seed)

    @property
    def contents(self) -> FloatArray:
        """Element contents of the laboratory, shape (n, e), in seed order; -L means below L, NaN unknown."""
        return self.table[[column.name for column in self.seed.elements]].to_numpy(dtype=np.float64)

    @property
    def defects(self) -> FloatArray:
        """Defects of each lot, shape (n, d): 1, 0, or NaN if the lot was not inspected."""
        return self.table[list(self.seed.defects)].to_numpy(dtype=np.float64)

    @cached_property
    def labels(self) -> FloatArray:
        """Training labels: `y`, or for graded lots contents followed by defects, shape (n, e + d)."""
        first, *others = (_labels(self.table[column.name], column) for column in self.seed.labels)
        return np.column_stack([first, *others]) if others else first

    @cached_property
    def true_contents(self) -> FloatArray | None:
        """Noise-free contents for evaluation only, shape (n, e); None without a simulated truth."""
        if self.truth_frame is None:
            return None
        return self.truth_frame[[column.name for column in self.seed.elements]].to_numpy(dtype=np.float64)

    @property
    def rejected_by_name(self) -> pd.DataFrame:
        """The rejected values with the names of their files, without the folders of the machine."""
        return self.rejected.assign(file=[Path(file).name for file in self.rejected["file"]])

    def shown(self, start: pd.Timestamp) -> str:
        """Start of a period in a readable format; without time, the number of its row or unit."""
        if self.seed.time is None:
            return f"{'row' if self.seed.key is None else 'unit'} {(start - FIRST_DAY).days + 1}"
        return f"{start:{moment_format(self.periods)}}"

    @property
    def facts(self) -> Mapping[str, Any]:
        """The data set in a few figures."""
        return {
            "rows": len(self.table),
            "units": len(set(self.units)),
            "periods": self.periods.nunique(),
            "first_period": self.shown(self.periods.min()),
            "last_period": self.shown(self.periods.max()),
            "rejected_rows": self.rejected_rows,
            "unlabelled_rows": self.unlabelled_rows,
            "data_digest": self.digest,
            **({} if self.sample is None else self.sample.facts),
        }


def moment() -> pd.Timestamp:
    """Return the time now, UTC, by this machine's clock."""
    return pd.Timestamp(dt.datetime.now(dt.UTC).replace(tzinfo=None))


def row_key(seed: Seed) -> list[str]:
    """Return the key columns of a row: unit (if the seed has one) and period start."""
    return [column.name for column in seed.identity]


def period_of(table: pd.DataFrame, seed: Seed) -> pd.DatetimeIndex:
    """Return the start of each row's period, length n; of pieces that of the lot, which no split divides.

    A table without time has days that stand for what there is: each unit is one, in an order that its name draws, or
    each row, in the table's order.
    """
    if seed.time is None:
        return FIRST_DAY + pd.to_timedelta(_places(table, seed), unit="D")
    time = table[seed.time.name]
    if seed.lots is not None:
        time = time.groupby(table[seed.lots.name]).transform("min")
    return pd.DatetimeIndex(time)


def _places(table: pd.DataFrame, seed: Seed) -> IntArray:
    """Return the rank of each row's unit in an order by its name; of a single unit the row's position."""
    if seed.key is None:
        return np.arange(len(table))
    names = table[seed.key.name]
    order = sorted(names.unique(), key=lambda unit: hashlib.sha256(unit.encode()).hexdigest())
    return names.map({unit: place for place, unit in enumerate(order)}).to_numpy(dtype=np.int64)


def labelled(table: pd.DataFrame, seed: Seed) -> BoolArray:
    """Return whether each row has a label, shape (n,); for a graded lot any content is enough."""
    labels = [column.name for column in seed.labels if column.name not in seed.defects]
    return np.asarray(table[labels].notna().any(axis=1), dtype=np.bool_)


def _labels(values: pd.Series, column: Column) -> FloatArray:
    """A target as numbers: those of its classes, in the seed's order, where it has some."""
    if not column.classes:
        return values.to_numpy(dtype=np.float64)
    codes = pd.Categorical(values, categories=list(column.classes)).codes.astype(np.float64)
    return np.where(codes < 0, np.nan, codes)


def dataset_of(checked: Checked, seed: Seed, truth: pd.DataFrame | None = None) -> Dataset:
    """Data set of a checked table.

    Parameters
    ----------
    checked : Checked
        Table with its `previous` columns, and what was rejected.
    seed : Seed
        The process.
    truth : DataFrame, optional
        Noise-free target by unit and period.

    Returns
    -------
    Dataset
    """
    table = checked.table[labelled(checked.table, seed)].reset_index(drop=True)
    known = None if truth is None else table[row_key(seed)].merge(truth, on=row_key(seed), how="left")
    return Dataset(
        seed=seed,
        checked=checked.table,
        table=table,
        X=matrix(table, seed),
        y=_labels(table[seed.target.name], seed.target),
        truth=None if known is None else _labels(known[seed.target.name], seed.target),
        truth_frame=known,
        digest=digest(checked.table),
        rejected=checked.rejected,
        rejected_rows=checked.rejected_rows,
        ignored=checked.ignored,
        unlabelled_rows=len(checked.table) - len(table),
        cautions=checked.cautions,
        lacks=checked.lacks,
    )


def read(path: Path, seed: Seed, budget: TableBudget | None = None, progress: Progress = silent) -> Dataset:
    """Read and check a training table; `TableError` lists all errors, and labels without variation.

    Of a table that exceeds the budget it is a sample. A seed that the physics of its process cannot work with is a
    `SeedError`, before the table is read.
    """
    check_process(seed)
    if budget is None:
        whole = read_table(path, seed)
        table = SampledTable(whole, whole.rejected_rows, None)
    else:
        table = read_within(path, seed, budget, progress)
    checked = table.checked
    others = [column.name for column in seed.labels if column not in seed.primaries]
    alike = [
        _alike(path, checked.table[target.name].dropna(), target)
        for target in seed.primaries
        if all(checked.table[name].nunique() < 2 for name in (target.name, *others))
    ]
    if faults := [fault for fault in alike if fault is not None]:
        raise TableError(faults)
    data = dataset_of(checked, seed, read_truth(path, seed))
    return replace(data, rejected_rows=table.rejected_rows, sample=table.sample)


def _alike(path: Path, labels: pd.Series, target: Column) -> TableDefect | None:
    """The fault of labels that are all alike; None where there is one at most, which a split refuses."""
    if len(labels) < 2:
        return None
    got = f"{labels.iloc[0]:.6g}" if target.is_number else f"'{labels.iloc[0]}'"
    expected = "at least two different labels: no model can be fitted on one"
    return TableDefect(
        str(path), None, target.tag or target.name, f"{got} in all {len(labels)} rows with a label", expected
    )
