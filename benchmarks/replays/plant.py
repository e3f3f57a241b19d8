"""Rows of a simulated plant, step by step, with laboratory results and simulated truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.replays.step import Step
from benchmarks.replays.tasks import task_of
from models.table.reading import read_table, read_truth
from physics.arrays import FloatArray
from seeds import Seed
from training.core.dataset import period_of, row_key


class ReplayError(ValueError):
    """The plant cannot be replayed; the message is one line with the reason."""


@dataclass(frozen=True, eq=False)
class Plant:
    """A simulated plant.

    Attributes
    ----------
    seed : Seed
        Of the process.
    table : DataFrame
        Checked rows of the whole plant, by time.
    truth : ndarray, first axis as the table's
        Noise-free target of each, as `Step` has it.
    begin : Timestamp
        Where the replay begins; what is older is history.
    length : Timedelta
        Of a step.
    """

    seed: Seed
    table: pd.DataFrame
    truth: FloatArray
    begin: pd.Timestamp
    length: pd.Timedelta

    @property
    def history(self) -> pd.DataFrame:
        """Rows that are known at the beginning."""
        return self.table[period_of(self.table, self.seed) < self.begin]

    def steps(self) -> Iterator[Step]:
        """Steps in the order of time; those without rows are left out."""
        periods = period_of(self.table, self.seed)
        number = np.asarray((periods - self.begin) // self.length)
        for one in np.unique(number[number >= 0]):
            rows = number == one
            yield Step(self.begin + int(one) * self.length, self.table[rows], self.truth[rows])

    def asked(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """Rows as a client asks for them: nothing that is known only later."""
        names = [*row_key(self.seed), *(column.name for column in self.seed.inputs)]
        return _records(table[names])

    def outcomes(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """Outcomes of rows: their known targets."""
        labels = [column.name for column in self.seed.by_role("target")]
        known = table[table[labels].notna().any(axis=1)]
        return [
            {name: value for name, value in one.items() if value is not None}
            for one in _records(known[[*row_key(self.seed), *labels]])
        ]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values: null for what is missing, moments as text."""
    shown = table.astype(object).where(table.notna(), None)
    for name in table.columns[[isinstance(kind, np.dtype) and kind.kind == "M" for kind in table.dtypes]]:
        shown[name] = [moment.isoformat() for moment in table[name]]  # pieces pass within a second
    return [{str(name): value for name, value in row.items()} for row in shown.to_dict("records")]


def plant_of(seed: Seed, folder: Path, begin: dt.datetime | None, days: float | None) -> Plant:
    """The plant of a folder that `nonferrous simulate` has written.

    Parameters
    ----------
    seed : Seed
        Of the process, whose table has a time.
    folder : Path
        With table and truth.
    begin : datetime, optional
        Where the replay begins; by default after a third of the plant's time.
    days : float, optional
        Length of a step; by default 30, or a period where that is longer.

    Raises
    ------
    ReplayError
        The process has no time, there is no truth, or no row after `begin`.
    """
    if seed.time is None:
        raise ReplayError(f"{seed.process.name}: its table has no time, so there is nothing to play")
    truth = read_truth(folder, seed)
    if truth is None:
        raise ReplayError(f"{folder}: no truth.parquet: only a simulated plant can be replayed")
    table = read_table(folder, seed).table
    table = table.iloc[np.argsort(period_of(table, seed), kind="stable")].reset_index(drop=True)
    periods = period_of(table, seed)
    start = periods.min() + (periods.max() - periods.min()) / 3 if begin is None else pd.Timestamp(begin)
    if not periods.min() < start <= periods.max():
        raise ReplayError(
            f"--from: got {start:%Y-%m-%d}, expected after {periods.min():%Y-%m-%d} and by {periods.max():%Y-%m-%d}"
        )
    length = max(pd.Timedelta(days=30 if days is None else days), pd.Timedelta(seed.period))
    known = table[row_key(seed)].merge(truth, on=row_key(seed), how="left")
    return Plant(seed, table, task_of(seed).truth(known, seed), start.normalize(), length)
