"""Rows that are faster than the period: those that share a stamp, and all of them made into periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from drafting.columns import Found
from models.table.periods import period_start
from physics.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    from drafting.clock import Clock

# Labels of rows with one stamp are one label where so little of their variance lies within stamps, or where so many
# stamps have one class.
_WITHIN = 0.1
_ONE_CLASS = 0.95


def rows_of_a_stamp(when: FloatArray, unit: IntArray) -> int:
    """Median number of rows of a unit that share a time.

    Parameters
    ----------
    when : float array (n,)
        Times [s], sorted within each unit.
    unit : int array (n,)
        Number of each row's unit, sorted.
    """
    starts = np.flatnonzero(np.r_[True, (np.diff(when) != 0) | (np.diff(unit) != 0)])
    return int(np.median(np.diff(np.append(starts, len(when)))))


def has_label_of_stamp(target: Found, order: IntArray, when: FloatArray, unit: IntArray) -> bool:
    """Return whether rows with one stamp have one label: the stamp's, as of an assay each hour.

    Parameters
    ----------
    target : Found
        What is to be predicted, of n rows.
    order : int array (m,)
        Positions of the rows sorted by unit and time.
    when, unit : (m,)
        Their times [s] and units.
    """
    stamp = np.cumsum(np.r_[True, (np.diff(when) != 0) | (np.diff(unit) != 0)])
    there = ~target.missing[order]
    if target.numbers is None:
        classes = pd.Series(target.codes[order][there]).groupby(stamp[there]).nunique()
        return bool((classes == 1).mean() >= _ONE_CLASS)
    label = pd.Series(target.numbers[order][there])
    within = label - label.groupby(stamp[there]).transform("mean")
    return bool((within**2).sum() <= _WITHIN * ((label - label.mean()) ** 2).sum())


def by_period(columns: Sequence[Found], clock: Clock) -> list[Found]:
    """Columns as models see them where rows are faster than the period: means of numbers, the last of all others.

    Parameters
    ----------
    columns : sequence of Found
        Columns of n rows; the clock has a time.
    clock : Clock
        Which rows make a period.

    Returns
    -------
    list of Found
        The same columns with one row a period, oldest first.
    """
    assert clock.time is not None
    assert clock.time.times is not None
    assert clock.period is not None
    start = period_start(clock.time.times.values, pd.Timedelta(seconds=clock.period).to_pytimedelta())
    rows = pd.Series(np.arange(len(start)))
    groups = rows[clock.order].groupby([start[clock.order], clock.unit_code[clock.order]])
    number = groups.ngroup().reindex(rows.index, fill_value=-1).to_numpy()  # -1 where the time is missing
    last = groups.last().to_numpy()
    found = []
    for column in columns:
        if column.numbers is None:
            texts = None if column.texts is None else column.texts.iloc[last].reset_index(drop=True)
            found.append(replace(column, texts=texts, missing=column.missing[last], times=None))
            continue
        there = np.isfinite(column.numbers) & (number >= 0)
        count = np.bincount(number[there], minlength=len(last))
        total = np.bincount(number[there], column.numbers[there], minlength=len(last))
        means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        found.append(replace(column, numbers=means, missing=count == 0))
    return found
