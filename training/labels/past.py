"""What the past lets expect of labels: a line that has learnt only what is older, and windows of the past beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from training.labels.quantities import Rows

PENALTY = 1e-2  # of a standardised input, a row
BALANCE_PENALTY = 1e-6  # the same where a label is computed, not guessed
UNIT_ROWS = 5.0  # rows of a unit that weigh as much as all others in what is its own
EDGE = 0.005  # share of learnt rows on either side beyond which a line is not drawn on
WINDOWS = 20  # of the past that new rows are compared with
BLOCK_SHARE = 1 / 16  # of the past's periods that a block has at most
LEAST = 1e-9
FEWEST_PERIODS = 8  # of the past, below which nothing can be compared
OLDEST_SHARE = 1 / 2  # of the past's periods that no window is taken from: the line learns them


@dataclass(frozen=True, eq=False)
class Window:
    """Rows of a run of periods, beside what all that is older, and not new, lets expect of all rows.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Which rows.
    older : ndarray of bool, shape (N,)
        Which of all rows were learnt.
    expected : ndarray, shape (N, m)
        What is expected of the labels of these rows and their neighbours in time; NaN of others.
    balanced : ndarray, shape (N, m), or None
        The same by a line that sees late columns too, NaN where one is missing; None where there are none.
    """

    rows: IntArray
    older: BoolArray
    expected: FloatArray
    balanced: FloatArray | None


def line(
    X: FloatArray, y: FloatArray, unit: IntArray, older: BoolArray, wanted: BoolArray, computed: bool = False
) -> FloatArray:
    """What a ridge line and the mean error of each unit let expect, learnt from some rows.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Inputs, none missing.
    y : ndarray, shape (n, m)
        Labels; NaN where there is none.
    unit : ndarray of int, shape (n,)
        Number of each row's unit.
    older, wanted : ndarray of bool, shape (n,)
        Which rows are learnt, and of which something is expected.
    computed : bool
        Whether a label is computed from these inputs, so that the line is drawn on beyond what was learnt; else an
        input beyond that counts as its edge.

    Returns
    -------
    ndarray, shape (n, m)
        Expected labels; NaN of rows that were not wanted.
    """
    learnt, asked = X[older], X[wanted]
    if not computed:
        low, high = np.quantile(learnt, [EDGE, 1 - EDGE], axis=0)
        learnt, asked = np.clip(learnt, low, high), np.clip(asked, low, high)
    mean, sd = learnt.mean(axis=0), learnt.std(axis=0)
    moves = sd > LEAST * (1 + np.abs(mean))
    of_learnt, of_wanted = (((part - mean) / np.where(moves, sd, 1.0))[:, moves] for part in (learnt, asked))
    found, labels, is_known = np.full(y.shape, np.nan), y[older], ~np.isnan(y[older])
    for column in range(y.shape[1]):
        known = is_known[:, column]
        if known.any():
            slopes = _slopes(of_learnt[known], labels[known, column], BALANCE_PENALTY if computed else PENALTY)
            own = _own(labels[known, column] - slopes[0] - of_learnt[known] @ slopes[1:], unit[older][known], unit)
            found[wanted, column] = slopes[0] + of_wanted @ slopes[1:] + own[unit[wanted]]
    return found


def _slopes(Z: FloatArray, y: FloatArray, penalty: float) -> FloatArray:
    """Intercept and slopes of a ridge line."""
    gram = Z.T @ Z + penalty * len(y) * np.eye(Z.shape[1])
    slopes = np.linalg.solve(gram, Z.T @ (y - y.mean()))
    return np.concatenate([[y.mean() - Z.mean(axis=0) @ slopes], slopes])


def _own(error: FloatArray, learnt: IntArray, unit: IntArray) -> FloatArray:
    """Mean error of each unit, drawn to zero where it has few rows."""
    size = int(unit.max()) + 1
    total = np.bincount(learnt, weights=error, minlength=size)
    return np.asarray(total / (np.bincount(learnt, minlength=size) + UNIT_ROWS), dtype=np.float64)


def windows(rows: Rows) -> tuple[list[Window], list[Window]]:
    """Windows of the past and blocks of the new rows, all of about as many periods.

    Returns
    -------
    list of Window
        Of the past, the oldest first; none where it has too few periods.
    list of Window
        The new rows, in blocks of time.
    """
    past, new = (np.unique(rows.period[mask]) for mask in (~rows.is_new, rows.is_new))
    if len(past) < FEWEST_PERIODS or not len(new):
        return [], []
    length = int(min(len(new), max(1, len(past) * BLOCK_SHARE)))
    first = int(np.ceil(OLDEST_SHARE * len(past)))
    starts = np.unique(np.linspace(first, len(past) - length, WINDOWS).astype(int))
    seen = _filled(rows.X, ~rows.is_new)
    balance = _filled(_ingredients(rows), ~rows.is_new) if rows.late.shape[1] else None
    blocks = np.array_split(new, max(1, round(len(new) / length)))
    known = [_window(rows, past[start : start + length], ~rows.is_new, seen, balance) for start in starts]
    return known, [_window(rows, block, rows.is_new, seen, balance) for block in blocks]


def _window(rows: Rows, periods: IntArray, among: BoolArray, seen: FloatArray, balance: FloatArray | None) -> Window:
    """Rows of some periods; the line learns what is older of the past, or all of it where nothing is."""
    older = ~rows.is_new & (rows.period < periods[0])
    if not older.any():
        older = ~rows.is_new
    near = (rows.period >= periods[0] - 1) & (rows.period <= periods[-1] + 1)
    given = rows.labels.values, rows.unit, older, near
    expected = line(seen, *given)
    balanced = None
    if balance is not None:
        balanced = line(balance, *given, computed=True)
        balanced[np.isnan(rows.late).any(axis=1)] = np.nan
    return Window(np.flatnonzero(among & np.isin(rows.period, periods)), older, expected, balanced)


def _filled(X: FloatArray, past: BoolArray) -> FloatArray:
    """Columns that have a value in the past, the median of that in the place of missing ones."""
    X = X[:, ~np.isnan(X[past]).all(axis=0)]
    return np.where(np.isnan(X), np.nanmedian(X[past], axis=0), X)


def _ingredients(rows: Rows) -> FloatArray:
    """Late columns and inputs, and their logarithms where all are positive: what a label may be computed from."""
    columns = np.column_stack([rows.late, rows.X])
    positive = np.nanmin(columns, axis=0, initial=np.inf) > 0
    return np.column_stack([columns, np.log(columns[:, positive])])
