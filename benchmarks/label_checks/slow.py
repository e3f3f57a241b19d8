"""Manipulations that go on for half a year in files of a month, each of which may pass alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from physics.arrays import BoolArray, FloatArray, IntArray
from training.core.dataset import Dataset

HALF_YEAR = 182  # d
RAMP = 1.75  # standard deviations that labels have risen by at the end of it
BEST, LEFT_OUT = 0.75, 1 / 3  # quantile above which labels are reported; share of the units that are not

Manipulation = Callable[[Dataset, IntArray, int, int, np.random.Generator], tuple[BoolArray, Dataset]]
"""Function that returns a mask of the reported rows, and these rows with their labels.

Takes a data set, the number of each row's period, the first manipulated period and the first that is not any more, and
a random generator.
"""


def of_rows(data: Dataset, chosen: BoolArray) -> Dataset:
    """Some rows of a data set."""
    return replace(data, table=data.table[chosen].reset_index(drop=True), X=data.X[chosen], y=data.y[chosen])


def ramp(data: Dataset, periods: IntArray, first: int, end: int, rng: np.random.Generator) -> tuple[BoolArray, Dataset]:
    """Labels that rise a little with every period."""
    labels = _labels(data)
    risen = np.clip((periods - first + 1) / (end - first), 0, 1)
    return _all(data), with_labels(data, labels + RAMP * np.nanstd(labels, axis=0) * risen[:, None])


def exchanged(
    data: Dataset, periods: IntArray, first: int, end: int, rng: np.random.Generator
) -> tuple[BoolArray, Dataset]:
    """Two units whose labels are exchanged."""
    labels, unit = _labels(data), pd.factorize(data.units, sort=True)[0]
    one, other = rng.choice(unit.max() + 1, 2, replace=False)
    place = np.full((unit.max() + 1, periods.max() + 1), -1)
    place[unit, periods] = np.arange(len(unit))
    rows = place[[one, other], first:end]
    rows = rows[:, (rows >= 0).all(axis=0)]
    labels[rows[0]], labels[rows[1]] = labels[rows[1]], labels[rows[0]]
    return _all(data), with_labels(data, labels)


def halved(
    data: Dataset, periods: IntArray, first: int, end: int, rng: np.random.Generator
) -> tuple[BoolArray, Dataset]:
    """Labels half as far from their mean."""
    labels = _labels(data)
    rows = (periods >= first) & (periods < end)
    labels[rows] = (labels[rows] + np.nanmean(labels[rows], axis=0)) / 2
    return _all(data), with_labels(data, labels)


def best_quarter(
    data: Dataset, periods: IntArray, first: int, end: int, rng: np.random.Generator
) -> tuple[BoolArray, Dataset]:
    """The highest quarter of each period alone, by the first label."""
    first_label = pd.Series(_labels(data)[:, 0])
    least = first_label.groupby(periods).transform(lambda one: one.quantile(BEST)).to_numpy()
    reported = (periods < first) | (periods >= end) | (first_label.to_numpy() >= least)
    return reported, of_rows(data, reported)


def left_out(
    data: Dataset, periods: IntArray, first: int, end: int, rng: np.random.Generator
) -> tuple[BoolArray, Dataset]:
    """A third of the units is not reported."""
    unit = pd.factorize(data.units, sort=True)[0]
    count = int(unit.max()) + 1
    out = rng.choice(count, round(LEFT_OUT * count), replace=False)
    reported = (periods < first) | (periods >= end) | ~np.isin(unit, out)
    return reported, of_rows(data, reported)


def _labels(data: Dataset) -> FloatArray:
    return data.table[[column.name for column in data.seed.labels]].to_numpy(dtype=np.float64, copy=True)


def _all(data: Dataset) -> BoolArray:
    return np.ones(len(data.table), dtype=np.bool_)


def with_labels(data: Dataset, labels: FloatArray) -> Dataset:
    """The data set with other labels, shape (n, m)."""
    names = [column.name for column in data.seed.labels]
    table = data.table.assign(**{name: labels[:, place] for place, name in enumerate(names)})
    return replace(data, table=table, y=table[data.seed.target.name].to_numpy(dtype=np.float64))


SLOW: dict[str, Manipulation] = {
    "half a year: a ramp of 1.75 standard deviations": ramp,
    "half a year: two units exchanged": exchanged,
    "half a year: the spread of labels halved": halved,
    "half a year: the best quarter alone reported": best_quarter,
    "half a year: a third of the units left out": left_out,
}
