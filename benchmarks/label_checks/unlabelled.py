"""A plant that assays half of its rows by chance, and what it may leave out by choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.label_checks.slow import of_rows
from models.table.inputs import matrix
from physics.arrays import BoolArray, FloatArray, IntArray
from training.core.dataset import Dataset, period_of
from training.labels.quantities import rows_of
from training.labels.reference_windows import line
from training.labels.unlabelled import AllRows, all_rows
from training.tasks import task_of

ROUTINE = 0.5  # of the rows that have no label

Choice = Callable[[Dataset, np.random.Generator], FloatArray]
"""A data set and chance; gives a number a row: the lower half of each period has no label."""


def by_label(data: Dataset, rng: np.random.Generator) -> FloatArray:
    """The first label."""
    return data.table[data.seed.target.name].to_numpy(dtype=np.float64)


def by_input(data: Dataset, rng: np.random.Generator) -> FloatArray:
    """An input that differs between the rows of a period."""
    spread = pd.DataFrame(data.X).groupby(np.asarray(data.periods)).std().median().to_numpy()
    return data.X[:, rng.choice(np.flatnonzero(spread > 0))]


CHOICES: dict[str, Choice] = {
    "half of the rows assayed: the higher labels alone": by_label,
    "half of the rows assayed: by an input": by_input,
}


def by_chance(data: Dataset, rng: np.random.Generator) -> BoolArray:
    """Rows that the plant's routine leaves without a label, shape (n,)."""
    return rng.random(len(data.table)) < ROUTINE


def chosen(data: Dataset, choice: Choice, periods: IntArray, rng: np.random.Generator) -> BoolArray:
    """Rows that are left without a label by choice, shape (n,)."""
    place = pd.Series(choice(data, rng)).groupby(periods).rank(method="first", pct=True)
    return np.asarray(~(place > ROUTINE), dtype=np.bool_)


def without_labels(data: Dataset, unlabelled: BoolArray) -> Dataset:
    """The data set of which some rows have no label."""
    labels = [column.name for column in data.seed.labels]
    table = data.table.assign(**{name: data.table[name].where(~unlabelled) for name in labels})
    return replace(of_rows(data, ~unlabelled), checked=table, unlabelled_rows=int(unlabelled.sum()))


def before(data: Dataset, end: pd.Timestamp, accepted: pd.Timestamp) -> AllRows | None:
    """All rows before a period and their expected values by a linear model; None if each has a label.

    Parameters
    ----------
    data : Dataset
        The plant.
    end : Timestamp
        Last period that is known.
    accepted : Timestamp
        First period that came after the latest model that a person accepted: the line was trained on what is older.
    """
    if not data.unlabelled_rows:
        return None
    starts = period_of(data.checked, data.seed)
    table = data.checked[starts <= end].reset_index(drop=True)
    whole = replace(data, checked=table, table=table, X=matrix(table, data.seed))
    labels, is_after = task_of(data.seed).labels.quantities(whole), np.asarray(starts[starts <= end] >= accepted)
    rows = rows_of(whole, labels, is_after)
    X = rows.X[:, ~np.isnan(rows.X[~is_after]).all(axis=0)]
    X = np.where(np.isnan(X), np.nanmedian(X[~is_after], axis=0), X)
    expected = line(X, labels.values, rows.unit, ~is_after, np.ones(len(table), dtype=np.bool_))
    return all_rows(
        whole, is_after, np.ones(len(table), dtype=np.bool_), dict(zip(labels.names, expected.T, strict=True))
    )
