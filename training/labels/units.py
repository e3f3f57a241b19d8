"""Units whose labels are missing, and pairs of units whose labels were exchanged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.table.formatting import visible
from physics.arrays import BoolArray, FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.gate import GateCondition
from training.labels import measures
from training.labels.checks import FACTOR, FEW, place_of
from training.labels.quantities import LabelledRows
from training.labels.reference_windows import Window, WindowRun

NAMED = 10  # units that a line names
MISSING_FLOOR, UNITS_FLOOR = 0.1, 2.0  # share of the rows, and rows of so many units, that may be missing in any case
EXCHANGED_FLOOR = 4.0  # times the logarithm of the number of pairs; chance alone reaches half of it
EXCHANGED_SHARE = 0.6  # of two units' squared error that their exchange must take away; one wrong label reaches half
BALANCE_FLOOR = 0.1  # of the usual spread: balances that are closer count as being so far off
SCREENED = 200  # units farthest from what is expected of them: two that were exchanged are among them
NORMAL_HALF = 1.349  # middle half of a normal distribution, in standard deviations


def missing(
    data: Dataset, rows: LabelledRows, known: Sequence[WindowRun], new: Sequence[WindowRun], is_due: BoolArray
) -> tuple[GateCondition, ...]:
    """Check that units are reported as before a person last accepted a model.

    Parameters
    ----------
    data, rows : Dataset, LabelledRows
        All labelled rows.
    known, new : sequence of WindowRun
        Of the reference, and the one that came after.
    is_due : ndarray of bool, shape (n,)
        Rows of periods of which all labels should be known by now.

    Returns
    -------
    tuple of GateCondition
        One; none where the reference is too short, or no period after it is due.
    """
    due = [block for run in new for block in run.blocks if is_due[block.rows].all() and len(block.rows)]
    if not due or rows.unit.max() == 0:
        return ()
    (run,) = new
    past = [max(_lost(rows, one, block).sum() for block in one.blocks) for one in known]
    lost = [_lost(rows, run, block) for block in due]
    worst = int(np.argmax([one.sum() for one in lost]))
    longer = max(1.0, len(run.blocks) / max(len(one.blocks) for one in known))
    units = len(np.unique(rows.unit[np.isin(rows.period, run.before)]))
    floor = max(MISSING_FLOOR, UNITS_FLOOR / max(units, 1))
    reach = max(FACTOR * (1 + FEW / len(known)) * longer * max(past), floor)
    share = float(lost[worst].sum())
    condition = GateCondition(
        "labels, missing units",
        bool(share <= reach),
        f"{share:.1%} of the usual rows have no label, {place_of(data, rows, due[worst])}"
        + (f": {_names(data, rows, lost[worst])}" if share > 0 else ""),
        f"at most {reach:.1%}, by {len(known)} runs of the past",
    )
    return (condition,)


def _lost(rows: LabelledRows, run: WindowRun, block: Window) -> FloatArray:
    """Share of the rows of a period before the run that each unit lacks in a block, shape (u,)."""
    periods = np.unique(rows.period[block.rows])
    before, now = (
        np.bincount(rows.unit[np.isin(rows.period, window)], minlength=int(rows.unit.max()) + 1) / max(len(window), 1)
        for window in (run.before, periods)
    )
    return np.asarray(np.maximum(before - now, 0.0) / max(before.sum(), measures.LEAST), dtype=np.float64)


def _names(data: Dataset, rows: LabelledRows, lost: FloatArray) -> str:
    """Units that lack most, the first few by name."""
    which = np.argsort(-lost, kind="stable")[: int((lost > 0).sum())]
    first = {int(unit): str(name) for unit, name in zip(rows.unit[::-1], data.units[::-1], strict=True)}
    named = sorted(visible(first[int(unit)]) for unit in which[:NAMED])
    more = len(which) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more > 0 else [])])


def exchanged(
    data: Dataset, rows: LabelledRows, known: Sequence[Window], blocks: Sequence[Window], by_balance: bool = False
) -> tuple[GateCondition, ...]:
    """Check that no two units' labels fit better when they are exchanged, more than ever in the past.

    Parameters
    ----------
    data, rows : Dataset, LabelledRows
        All labelled rows.
    known, blocks : sequence of Window
        Of the past, and of the new rows.
    by_balance : bool
        Whether labels are compared with late columns instead of the expectation from inputs and unit.

    Returns
    -------
    tuple of GateCondition
        One; none of classes, of a single unit, of several rows of a unit and period, of a table without late columns
        if they are requested, or if the reference is too short.
    """
    slots = rows.unit * (int(rows.period.max()) + 1) + rows.period
    is_told = not rows.labels.are_shares and rows.unit.max() > 0 and len(np.unique(slots)) == len(slots)
    given = [one.balanced if by_balance else one.expected for one in (*known, *blocks)]
    if not known or not blocks or not is_told or any(one is None for one in given):
        return ()
    spread = measures.usual_spread(rows, known)
    if by_balance:
        own = [_half(rows, one, on) for one, on in zip(known, given, strict=False)]
        spread = np.fmax(measures.median(np.array(own)), BALANCE_FLOOR * spread)
    pairs = [best_pair(rows, one, on, spread) for one, on in zip((*known, *blocks), given, strict=True)]
    past, new = pairs[: len(known)], pairs[len(known) :]
    units = len(np.unique(rows.unit))
    random_gain = EXCHANGED_FLOOR * np.log(units * (units - 1) / 2 + 1) * len(spread)
    farthest = FACTOR * (1 + FEW / len(known))  # of errors, whose squares are compared
    reach = max(farthest**2 * max(gain for gain, _ in past), random_gain)
    at = int(np.argmax([gain for gain, _ in new]))
    gain, pair = new[at]
    names = " and ".join(visible(str(data.units[np.flatnonzero(rows.unit == unit)[0]])) for unit in pair)
    condition = GateCondition(
        f"labels, exchanged units by {'late columns' if by_balance else 'what is expected'}",
        bool(gain <= reach),
        f"squared errors fall by {gain:.3g} usual ones when labels of {names} are exchanged, "
        f"{place_of(data, rows, blocks[at])}",
        f"at most {reach:.3g} of any two units, by {len(known)} windows of the past",
    )
    return (condition,)


def _half(rows: LabelledRows, window: Window, given: FloatArray | None) -> FloatArray:
    """Return the interquartile range of the labels' differences from their reference, shape (m,)."""
    assert given is not None
    return measures.middle_half(rows.labels.values[window.rows] - given[window.rows])


def best_pair(
    rows: LabelledRows, window: Window, given: FloatArray | None, spread: FloatArray
) -> tuple[float, IntArray]:
    """Return the largest fall of squared errors when labels of two units are exchanged, and the pair.

    Parameters
    ----------
    rows, window : LabelledRows, Window
        Which rows.
    given : ndarray, shape (n, m)
        Values that labels are compared with.
    spread : ndarray, shape (m,)
        Usual middle half of their distance from it.

    Returns
    -------
    float
        In squares of the standard deviation that belongs to `spread`, summed over periods and quantities; 0 where no
        exchange takes EXCHANGED_SHARE of the two units' squared error away.
    ndarray of int, shape (2,)
        The units.
    """
    assert given is not None
    place, period = np.unique(rows.period[window.rows], return_inverse=True)
    labels, expected, known = _grids(rows, window, given, period, len(place))
    far = np.nansum(np.abs(labels - expected), axis=(0, 2))
    chosen = np.argsort(-far, kind="stable")[:SCREENED]
    total, before = np.zeros((2, len(chosen), len(chosen)))
    for column in np.flatnonzero(spread > 0):
        has = known[:, chosen, column].astype(np.float64)
        y, e = (np.nan_to_num(one[:, chosen, column]) for one in (labels, expected))
        own, cross, squares = (y * e * has).T @ has, (y * has).T @ (e * has), ((y - e) ** 2 * has).T @ has
        weight = (NORMAL_HALF / spread[column]) ** 2
        total -= (own + own.T - cross - cross.T) * 2 * weight
        before += (squares + squares.T) * weight
    total[total < EXCHANGED_SHARE * before] = 0.0
    at = np.unravel_index(int(total.argmax()), total.shape)
    return max(0.0, float(total[at])), chosen[list(at)]


def _grids(
    rows: LabelledRows, window: Window, given: FloatArray, period: IntArray, size: int
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return labels less their period's median error, expectation and known labels, shape (p, u, m)."""
    shape = (size, int(rows.unit.max()) + 1, rows.labels.values.shape[1])
    labels, expected = np.full(shape, np.nan), np.full(shape, np.nan)
    labels[period, rows.unit[window.rows]] = rows.labels.values[window.rows]
    expected[period, rows.unit[window.rows]] = given[window.rows]
    known = ~np.isnan(labels + expected)
    errors = np.swapaxes(labels - expected, 1, 2).reshape(-1, shape[1])
    labels -= measures.median(errors.T).reshape(size, 1, shape[2])
    return labels, expected, known
