"""Columns derived from other columns and time, with the same code in training and serving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray, IntArray
from seeds import Column, Seed


def made_columns(
    lent_values: Mapping[str, FloatArray], seed: Seed, unit: IntArray, start: npt.NDArray[np.datetime64]
) -> dict[str, FloatArray]:
    """Columns of role `before` that the seed makes by `previous`, `rolling` or `calendar`.

    Parameters
    ----------
    lent_values : Mapping of str to float array (n,)
        The columns that they are made from, in the seed's units; of a content below the laboratory's limit the limit.
    seed : Seed
        The process.
    unit : int array (n,)
        Number of each row's unit; rows are sorted by it, then by `start`.
    start : datetime64 array (n,)
        Starts of the periods.

    Returns
    -------
    dict of str to float array (n,)
        Each made column; NaN where the periods that it needs are not among the rows, or hold no value.
    """
    return {column.name: _made(column, lent_values, seed, unit, start) for column in seed.columns if column.is_made}


def earlier(
    values: FloatArray, unit: IntArray, start: npt.NDArray[np.datetime64], period: dt.timedelta, periods: int
) -> FloatArray:
    """Values of the same unit some periods earlier.

    Parameters
    ----------
    values : float array (n,)
        The column that is looked up, any unit.
    unit : int array (n,)
        Number of each row's unit; rows are sorted by it, then by `start`.
    start : datetime64 array (n,)
        Starts of the periods.
    period : timedelta
        Length of one period.
    periods : int
        How many periods earlier.

    Returns
    -------
    float array (n,)
        The value whose start is nearest to `periods` periods before and less than half a period off; NaN where there
        is none, so that a gap in the table or an irregular start never pairs the wrong rows.
    """
    if not values.size:
        return np.empty(0)
    time = start.astype("datetime64[ms]").astype(np.int64)
    length = period / dt.timedelta(milliseconds=1)
    shift = round(length * periods)
    # One rising number for unit and time; units stand so far apart that no search reaches a neighbour.
    line = unit * (np.ptp(time) + shift + round(length)) + (time - time.min())
    instants = line - shift
    after = np.searchsorted(line, instants)
    before = np.maximum(after - 1, 0)
    nearest = np.where(line[after] - instants < instants - line[before], after, before)
    return np.where(2 * np.abs(line[nearest] - instants) < length, values[nearest], np.nan)


def lenders(seed: Seed) -> tuple[str, ...]:
    """Names of the columns that others are made from, in the seed's order."""
    names = {column.lent_by for column in seed.columns}
    return tuple(column.name for column in seed.columns if column.name in names)


def _made(
    column: Column, lent_values: Mapping[str, FloatArray], seed: Seed, unit: IntArray, start: npt.NDArray[np.datetime64]
) -> FloatArray:
    if column.calendar is not None:
        return _calendar(column.calendar, start)
    assert column.lent_by is not None
    values = lent_values[column.lent_by]
    if column.previous is not None:
        return earlier(values, unit, start, seed.period, column.previous.periods)
    assert column.rolling is not None
    # The latest label may not be available yet when the period starts.
    first = seed.wait(column.lent_by) if column.lent_by in seed.targets else 1
    periods = range(first, first + column.rolling.window)
    window = [earlier(values, unit, start, seed.period, count) for count in periods]
    return _statistic(column.rolling.statistic, np.array(window).reshape(len(window), len(values)))


def _statistic(name: str, window: FloatArray) -> FloatArray:
    """Return a statistic over the first axis without missing values; NaN if none, or deviation of one."""
    there = ~np.isnan(window)
    count = there.sum(axis=0)
    if name in ("min", "max"):
        ufunc = np.fmin if name == "min" else np.fmax
        return np.asarray(ufunc.reduce(window, axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, window, 0.0).sum(axis=0) / count
        if name == "mean":
            return np.asarray(mean)
        squares = np.where(there, (window - mean) ** 2, 0.0).sum(axis=0)
        return np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)


def _calendar(name: str, start: npt.NDArray[np.datetime64]) -> FloatArray:
    import pandas as pd

    time = pd.DatetimeIndex(start)
    if name == "weekday":
        name = "day_of_week"  # as pandas calls it
    if name == "hour":
        return np.asarray(time.hour + time.minute / 60 + time.second / 3600, dtype=np.float64)
    return np.asarray(getattr(time, name), dtype=np.float64)
