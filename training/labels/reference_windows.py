"""Reference windows for label checks: predictions of a ridge regression fitted on older rows only."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from training.labels.quantities import LabelledRows

PENALTY = 1e-2  # of a standardised input, a row
BALANCE_PENALTY = 1e-6  # the same where a label is computed, not guessed
UNIT_ROWS = 5.0  # rows of a unit that weigh as much as all others in what is its own
EDGE = 0.005  # fraction of training rows on either side beyond which the line is not extrapolated
WINDOWS = 20  # of the past that new rows are compared with
BLOCK_SHARE = 1 / 16  # of the past's periods that a block has at most
LEAST = 1e-9
FEWEST_PERIODS = 8  # of the past, below which nothing can be compared
OLDEST_SHARE = 1 / 2  # of the past's periods that no window is taken from: the line learns them
RUN_SHARE = 1 / 3  # of the reference's periods that a run of it has at most


@dataclass(frozen=True, eq=False)
class Window:
    """Rows of consecutive periods, with the expectation of all rows from older reference rows.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Which rows.
    older : ndarray of bool, shape (N,)
        Training rows, as a mask over all rows.
    expected : ndarray, shape (N, m)
        What is expected of the labels of these rows and their neighbours in time; NaN of others.
    balanced : ndarray, shape (N, m), or None
        The same by a line that sees late columns too, NaN where one is missing; None where there are none.
    """

    rows: IntArray
    older: BoolArray
    expected: FloatArray
    balanced: FloatArray | None


@dataclass(frozen=True, eq=False)
class WindowRun:
    """Consecutive blocks of time and one ridge regression, fitted on rows older than all blocks.

    Attributes
    ----------
    blocks : tuple of Window
        The blocks, the oldest first.
    before : ndarray of int
        Periods of the reference just before them, as many as a block has.
    """

    blocks: tuple[Window, ...]
    before: IntArray

    def newest(self, count: int) -> Window:
        """The newest blocks, so many at most, as one."""
        return replace(self.blocks[0], rows=np.concatenate([block.rows for block in self.blocks[-count:]]))


def line(
    X: FloatArray, y: FloatArray, unit: IntArray, older: BoolArray, requested: BoolArray, computed: bool = False
) -> FloatArray:
    """Return the expectation from a ridge regression and the mean error of each unit.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Inputs, none missing.
    y : ndarray, shape (n, m)
        Labels; NaN where there is none.
    unit : ndarray of int, shape (n,)
        Number of each row's unit.
    older, requested : ndarray of bool, shape (n,)
        Training rows, and rows to predict.
    computed : bool
        Whether a label is computed from these inputs, so that the line is drawn on beyond the training range; else an
        input beyond that counts as its edge.

    Returns
    -------
    ndarray, shape (n, m)
        Expected labels; NaN of rows that were not wanted.
    """
    X_reference, X_requested = X[older], X[requested]
    if not computed:
        low, high = np.quantile(X_reference, [EDGE, 1 - EDGE], axis=0)
        X_reference, X_requested = np.clip(X_reference, low, high), np.clip(X_requested, low, high)
    mean, sd = X_reference.mean(axis=0), X_reference.std(axis=0)
    moves = sd > LEAST * (1 + np.abs(mean))
    of_learnt, of_wanted = (((part - mean) / np.where(moves, sd, 1.0))[:, moves] for part in (X_reference, X_requested))
    expected, labels, is_known = np.full(y.shape, np.nan), y[older], ~np.isnan(y[older])
    penalty = BALANCE_PENALTY if computed else PENALTY
    for known, columns in _alike(is_known):
        of_known, own_unit = of_learnt[known], unit[older][known]
        slopes = _slopes(of_known, labels[known][:, columns], penalty)
        errors = labels[known][:, columns] - slopes[0] - of_known @ slopes[1:]
        own = np.column_stack([_own(error, own_unit, unit) for error in errors.T])
        expected[np.ix_(requested, columns)] = slopes[0] + of_wanted @ slopes[1:] + own[unit[requested]]
    return expected


def _alike(is_known: BoolArray) -> list[tuple[BoolArray, IntArray]]:
    """Rows, and the columns that are known in these and no others; none where nothing is known."""
    columns = dict[bytes, list[int]]()
    for column, known in enumerate(is_known.T):
        columns.setdefault(known.tobytes(), []).append(column)
    return [(is_known[:, one[0]], np.array(one)) for one in columns.values() if is_known[:, one[0]].any()]


def _slopes(Z: FloatArray, y: FloatArray, penalty: float) -> FloatArray:
    """Intercepts and slopes of ridge lines, shape (1 + k, m)."""
    gram, mean = Z.T @ Z + penalty * len(y) * np.eye(Z.shape[1]), y.mean(axis=0)
    slopes = np.linalg.solve(gram, Z.T @ (y - mean))
    return np.vstack([mean - Z.mean(axis=0) @ slopes, slopes])


def _own(error: FloatArray, training_units: IntArray, unit: IntArray) -> FloatArray:
    """Mean error of each unit, drawn to zero where it has few rows."""
    size = int(unit.max()) + 1
    total = np.bincount(training_units, weights=error, minlength=size)
    return np.asarray(total / (np.bincount(training_units, minlength=size) + UNIT_ROWS), dtype=np.float64)


def windows(rows: LabelledRows) -> tuple[list[Window], list[Window]]:
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
    length = _length(past, new)
    seen = _filled(rows.X, ~rows.is_new)
    balance = _filled(_ingredients(rows), ~rows.is_new) if rows.late.shape[1] else None
    starts, blocks = _steady(rows, past, _starts(past, length), length), _blocks(new, length)
    known = [_window(rows, past[start : start + length], ~rows.is_new, seen, balance) for start in starts]
    return known, [_window(rows, block, rows.is_new, seen, balance) for block in blocks]


def runs(rows: LabelledRows) -> tuple[list[WindowRun], list[WindowRun]]:
    """Runs of the reference, and the run of all that came after it, in blocks of about as many periods.

    The reference stays as it is until a person accepts another model, however many batches jobs accept meanwhile.

    Returns
    -------
    list of WindowRun
        Of the reference, the oldest first; none where it has too few periods.
    list of WindowRun
        The one of all rows that came after it, the new ones among them; none where the other list is empty.
    """
    reference, after = (np.unique(rows.period[mask]) for mask in (~rows.is_after, rows.is_after))
    if len(reference) < FEWEST_PERIODS or not rows.is_new.any():
        return [], []
    length, most = _length(reference, after), _most(reference, after)
    seen = _filled(rows.X, ~rows.is_after)
    starts = _steady(rows, reference, _starts(reference, most), most)
    known = [_run(rows, reference[start : start + most], ~rows.is_after, seen, length) for start in starts]
    return known, [_run(rows, after, rows.is_after, seen, length)]


def lengths(reference: IntArray, after: IntArray) -> list[int]:
    """Periods of a block and of a run, as `runs` has them; none where the reference has too few periods."""
    if len(reference) < FEWEST_PERIODS or not len(after):
        return []
    return sorted({_length(reference, after), _most(reference, after)})


def spans(reference: IntArray, after: IntArray, length: int) -> tuple[list[IntArray], list[IntArray]]:
    """Windows of so many periods of the reference, and the periods after it in blocks of about as many."""
    return [reference[start : start + length] for start in _starts(reference, length)], _blocks(after, length)


def _length(past: IntArray, new: IntArray) -> int:
    """Periods of a block."""
    return int(min(len(new), max(1, len(past) * BLOCK_SHARE)))


def _most(reference: IntArray, after: IntArray) -> int:
    """Periods of a run."""
    return min(len(after), max(_length(reference, after), int(len(reference) * RUN_SHARE)))


def _starts(past: IntArray, length: int) -> IntArray:
    """Places in the newer part of the past's periods at which so many of them begin."""
    first = int(np.ceil(OLDEST_SHARE * len(past)))
    return np.unique(np.linspace(first, len(past) - length, WINDOWS).astype(int))


def _steady(rows: LabelledRows, past: IntArray, starts: IntArray, length: int) -> IntArray:
    """Return the positions of periods without accepted shifts, which are no measure of typical variation.

    All of them where each holds one.
    """
    holds = [bool(np.isin(rows.shifts, past[start : start + length]).any()) for start in starts]
    return starts if all(holds) else starts[~np.array(holds)]


def _blocks(periods: IntArray, length: int) -> list[IntArray]:
    return np.array_split(periods, max(1, round(len(periods) / length)))


def _run(rows: LabelledRows, periods: IntArray, among: BoolArray, seen: FloatArray, length: int) -> WindowRun:
    """Return rows of periods in blocks, with a ridge regression fitted on older rows, or on all if none."""
    older = ~rows.is_after & (rows.period < periods[0])
    if not older.any():
        older = ~rows.is_after
    expected = line(seen, rows.labels.values, rows.unit, older, among & np.isin(rows.period, periods))
    places = [np.flatnonzero(among & np.isin(rows.period, block)) for block in _blocks(periods, length)]
    blocks = tuple(Window(one, older, expected, None) for one in places)
    return WindowRun(blocks, np.unique(rows.period[older])[-length:])


def _window(
    rows: LabelledRows, periods: IntArray, among: BoolArray, seen: FloatArray, balance: FloatArray | None
) -> Window:
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


def _ingredients(rows: LabelledRows) -> FloatArray:
    """Return late columns and inputs, with logarithms if all are positive: possible sources of a label."""
    columns = np.column_stack([rows.late, rows.X])
    positive = np.nanmin(columns, axis=0, initial=np.inf) > 0
    return np.column_stack([columns, np.log(columns[:, positive])])
