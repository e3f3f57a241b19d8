"""Rows of open periods: their labels cannot be known yet, so they are excluded and listed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from models.table.contract import Checked
from models.table.periods import first_not_begun
from models.table.reading import read_table
from physics.arrays import BoolArray
from seeds import Seed
from seeds.format.table import CLOCKS
from training.core.dataset import moment, row_key
from training.labels.job import ShiftError
from training.retraining.history import without

LAST = dt.date(2200, 1, 1)  # day up to which periods are read


def read_known(path: Path, seed: Seed) -> tuple[Checked, int]:
    """Read new rows; those of periods that are not over are listed with what the contract turns away.

    They stay where they came from, and become training rows once their periods are over by this machine's clock.

    Parameters
    ----------
    path : Path
        CSV or Parquet file of new rows, or a folder of them.
    seed : Seed
        The process.

    Returns
    -------
    tuple
        Remaining rows, which may be none, and the number of excluded rows.

    Raises
    ------
    TableError
        The rows break the contract.
    """
    new, now = read_table(path, seed, today=LAST), moment()
    early = is_early(new.table, seed, now)
    start = new.table.loc[early, seed.clock.name]
    clock = f"it is {now:%Y-%m-%d %H:%M} UTC by this machine's clock"
    ends = (f"from the future, excluded: its period ends on {one + seed.period:%Y-%m-%d %H:%M}" for one in start)
    excluded = new.table.loc[early, row_key(seed)].reset_index(drop=True)
    excluded = excluded.assign(
        column=seed.clock.name, value=[f"{one}" for one in start], reason=[f"{end}, and {clock}" for end in ends]
    )
    return without(new, excluded, seed, path.name, 0, f"their periods are not over: {clock}"), len(excluded)


def read_new(path: Path, seed: Seed) -> tuple[Checked, int]:
    """Read new rows to learn from; see `read_known`.

    Raises
    ------
    TableError
        The rows break the contract.
    ShiftError
        None of them is of a period that is over.
    """
    new, early = read_known(path, seed)
    if new.table.empty:
        raise ShiftError(
            f"{seed.process.name}: no rows to train on, all {early} new rows are of periods that are not over: it is "
            f"{moment():%Y-%m-%d %H:%M} UTC by this machine's clock"
        )
    return new, early


def is_early(table: pd.DataFrame, seed: Seed, now: pd.Timestamp) -> BoolArray:
    """Return rows of future periods, and labelled rows of periods that are not over."""
    start = table[seed.clock.name]
    has_label = table[[column.name for column in seed.labels]].notna().any(axis=1)
    is_over = start + seed.period <= now + CLOCKS
    return np.asarray((start >= first_not_begun()) | (has_label & ~is_over), dtype=np.bool_)
