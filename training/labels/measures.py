"""Measures of the labels in a window: one function per measure, one value per quantity or for all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from physics.arrays import FloatArray, IntArray
from training.labels.quantities import LabelledRows
from training.labels.reference_windows import Window

LEAST = 1e-12
FEWEST_OF_CLASS = 20
FEWEST_OF_RANGE = 10


def level(rows: LabelledRows, window: Window) -> FloatArray:
    """Return the level of labels above expectation, shape (m,): the median, for fractions the mean."""
    return (_mean if rows.labels.are_shares else median)(_errors(rows, window))


def balance(rows: LabelledRows, window: Window) -> FloatArray:
    """Return the median residual of labels from late columns, less the common offset, shape (m,)."""
    errors = _of_balance(rows, window)
    return median(np.abs(errors - median(errors)))


def balance_level(rows: LabelledRows, window: Window) -> FloatArray:
    """Return labels less what late columns give, all rows in common, shape (m,): the median.

    Inputs that are the same for all units differ between periods only, and periods are few: outside the training range
    of these inputs all rows are off alike.
    """
    return median(_of_balance(rows, window))


def _of_balance(rows: LabelledRows, window: Window) -> FloatArray:
    assert window.balanced is not None
    return np.asarray((rows.labels.values - window.balanced)[window.rows], dtype=np.float64)


def spread(rows: LabelledRows, window: Window) -> FloatArray:
    """Logarithm of the middle half of what labels are above what is expected of them, shape (m,)."""
    return np.log(np.maximum(middle_half(_errors(rows, window)), LEAST))


def value_range(rows: LabelledRows, window: Window, typical: FloatArray) -> FloatArray:
    """Return the log ratio of the labels' interquartile range to the expected one, shape (m,).

    Labels that are drawn to their mean lose the part that inputs explain too, so that their errors need not shrink.

    Parameters
    ----------
    rows, window : LabelledRows, Window
        Which rows.
    typical : ndarray, shape (m,)
        Usual middle half of errors.

    Returns
    -------
    ndarray, shape (m,)
        NaN of few rows, and of labels of which half are the same.
    """
    labels, expected = rows.labels.values[window.rows], window.expected[window.rows]
    known = ~np.isnan(labels + expected)
    labels, expected = (np.where(known, one, np.nan) for one in (labels, expected))
    own, explained = middle_half(labels), middle_half(expected)
    says = (known.sum(axis=0) >= FEWEST_OF_RANGE) & (own > LEAST)
    return np.where(says, np.log(np.maximum(own, LEAST) / np.hypot(explained, np.maximum(typical, LEAST))), np.nan)


def link(rows: LabelledRows, window: Window) -> FloatArray:
    """Return the correlation of labels with expectation as Fisher's z, shape (m,); 0 for constant labels.

    NaN of a class with few rows in the window, or few outside it: its value is random variation.
    """
    labels, expected = rows.labels.values[window.rows], window.expected[window.rows]
    correlation = np.zeros(labels.shape[1])
    for column in range(labels.shape[1]):
        known = ~np.isnan(labels[:, column] + expected[:, column])
        y, e = labels[known, column], expected[known, column]
        if rows.labels.are_shares and min(y.sum(), (1.0 - y).sum()) < FEWEST_OF_CLASS:
            correlation[column] = np.nan
        elif len(y) > 2 and y.std() > LEAST and e.std() > LEAST:
            correlation[column] = np.arctanh(np.clip(np.corrcoef(y, e)[0, 1], -0.9999, 0.9999))
    return correlation


def in_place(rows: LabelledRows, window: Window) -> FloatArray:
    """Return the gain of fit in the labels' own period over the periods next to it, shape (1,).

    Difference of mean squares over that of the own period, the smaller of the two, all quantities together. Below zero
    labels fit better when they are moved by a period.
    """
    order, size = _places(rows), int(rows.period.max()) + 1
    at = rows.unit[window.rows] * size + rows.period[window.rows]
    moved = [_moved(rows, window, order, at, by) for by in (-1, 1)]
    known = [one for one in moved if np.isfinite(one)]
    return np.array([min(known) if known else np.nan])


def _moved(rows: LabelledRows, window: Window, order: IntArray, at: IntArray, by: int) -> float:
    size = int(rows.period.max()) + 1
    inside = (at % size + by >= 0) & (at % size + by < size)
    other = np.where(inside, order[np.clip(at + by, 0, len(order) - 1)], -1)
    has = other >= 0
    own, other = window.rows[has], other[has]
    y = rows.labels.values[own]
    errors = [y - window.expected[place] for place in (own, other)]
    squares = [_mean((one - _mean(one)) ** 2) for one in errors]
    known = ~np.isnan(squares[0] + squares[1]) & (squares[0] > 0)
    ratios = (squares[1][known] - squares[0][known]) / squares[0][known]
    return float(ratios.mean()) if len(ratios) else float("nan")


def _places(rows: LabelledRows) -> IntArray:
    """Row of each unit and period, in one line; -1 where there is none."""
    size = int(rows.period.max()) + 1
    places = np.full((int(rows.unit.max()) + 1) * size, -1)
    places[rows.unit * size + rows.period] = np.arange(len(rows.unit))
    return places


def most_common(rows: LabelledRows, window: Window) -> FloatArray:
    """Share of the rows that have the most common labels of all, shape (1,)."""
    return np.array([np.bincount(rows.code[window.rows]).max() / len(window.rows)])


def repeated(rows: LabelledRows, window: Window) -> FloatArray:
    """Share of the rows whose labels are also those of another row of the window, bit by bit, shape (1,)."""
    codes = rows.code[window.rows]
    return np.array([np.mean(np.bincount(codes)[codes] > 1)])


def copied(rows: LabelledRows, window: Window) -> FloatArray:
    """Return the fraction of a period's rows with labels equal to earlier ones of the unit, shape (1,).

    It is the largest over the window's periods and all distances. Where several rows of a unit have one period, it is
    the share of the window's rows whose labels occur in any older row.
    """
    size, order = int(rows.period.max()) + 1, _places(rows)
    if (order >= 0).sum() < len(rows.unit):
        return np.array([np.isin(rows.code[window.rows], rows.code[window.older]).mean()])
    grid = np.where(order >= 0, np.where(window.older, rows.code, -1)[order], -1).reshape(-1, size)
    most = 0.0
    for period in np.unique(rows.period[window.rows]):
        own = window.rows[rows.period[window.rows] == period]
        same = grid[rows.unit[own], :period] == rows.code[own][:, None]
        most = max(most, float(same.mean(axis=0).max(initial=0.0)))
    return np.array([most])


def usual_spread(rows: LabelledRows, windows: Sequence[Window]) -> FloatArray:
    """Middle half of what labels are above what is expected of them, as most windows have it, shape (m,)."""
    return median(np.exp([spread(rows, one) for one in windows]))


def _errors(rows: LabelledRows, window: Window) -> FloatArray:
    return np.asarray(rows.labels.values[window.rows] - window.expected[window.rows], dtype=np.float64)


def _mean(values: FloatArray) -> FloatArray:
    """Mean of each column, NaN where there is no value."""
    count = (~np.isnan(values)).sum(axis=0)
    return np.where(count > 0, np.nansum(values, axis=0) / np.maximum(count, 1), np.nan)


def median(values: FloatArray) -> FloatArray:
    """Median of each column, NaN where there is no value.

    There may be tens of thousands of columns, one by one of which `numpy.nanmedian` would go through.
    """
    if not len(values):
        return np.full(values.shape[1], np.nan)
    ordered, count = np.sort(values, axis=0), (~np.isnan(values)).sum(axis=0)
    of_column = np.arange(values.shape[1])
    lower, upper = (ordered[np.maximum(half, 0), of_column] for half in ((count - 1) // 2, count // 2))
    return np.where(count > 0, (lower + upper) / 2, np.nan)


def middle_half(values: FloatArray) -> FloatArray:
    """Middle half of each column, NaN where there is no value."""
    low, high = _quantiles(values, (0.25, 0.75))
    return np.asarray(high - low, dtype=np.float64)


def _quantiles(values: FloatArray, at: tuple[float, ...]) -> FloatArray:
    known = ~np.isnan(values).all(axis=0)
    quantiles = np.full((len(at), values.shape[1]), np.nan)
    if known.any():
        quantiles[:, known] = np.nanquantile(values[:, known], at, axis=0)
    return quantiles
