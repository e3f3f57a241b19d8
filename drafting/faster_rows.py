"""Rows that are faster than the period, made into periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from drafting.clock import RowOrder
from drafting.columns import DetectedColumn
from models.table.periods import period_start


def by_period(columns: Sequence[DetectedColumn], clock: RowOrder) -> list[DetectedColumn]:
    """Columns as models use them if rows are faster than the period: means of numbers, last of others.

    Parameters
    ----------
    columns : sequence of DetectedColumn
        Columns of n rows; the clock has a time.
    clock : RowOrder
        Which rows make a period.

    Returns
    -------
    list of DetectedColumn
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
    reduced = []
    for column in columns:
        if column.numbers is None:
            texts = None if column.texts is None else column.texts.iloc[last].reset_index(drop=True)
            reduced.append(replace(column, texts=texts, missing=column.missing[last], times=None))
            continue
        there = np.isfinite(column.numbers) & (number >= 0)
        count = np.bincount(number[there], minlength=len(last))
        total = np.bincount(number[there], column.numbers[there], minlength=len(last))
        means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        reduced.append(replace(column, numbers=means, missing=count == 0))
    return reduced
