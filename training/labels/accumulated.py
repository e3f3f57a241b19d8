"""Accumulated label shift over all batches since the last accepted model; single shifts may be small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from physics.arrays import FloatArray
from training.core.dataset import Dataset
from training.core.gate import GateCondition
from training.labels import measures
from training.labels.checks import FACTOR, FEW, SHARE_FLOOR, place_of
from training.labels.quantities import LabelledRows
from training.labels.reference_windows import WindowRun

FLOOR = 0.5  # of the usual spread: so large a shift of every block may add up in any case, as one block may be off


def accumulated(
    data: Dataset, rows: LabelledRows, known: Sequence[WindowRun], new: Sequence[WindowRun]
) -> tuple[GateCondition, ...]:
    """Hold the cumulative sum of the shifts since the reference against runs of the reference.

    The line is the one that the reference gives, so that a slow drift of labels does not move what it is compared with.
    A run may be longer than any of the reference; sums of a random walk grow with the number of blocks to the power
    of 1.5.

    Parameters
    ----------
    data, rows : Dataset, LabelledRows
        All labelled rows.
    known, new : sequence of WindowRun
        Of the reference, and the one that came after; see `training.labels.reference_windows.runs`.

    Returns
    -------
    tuple of GateCondition
        One, in the words of the quantity that lies farthest off; none where the reference is too short.
    """
    if not known:
        return ()
    (run,) = new
    shifts = _shifts(rows, run)
    sums, past = cusum(shifts), np.array([cusum(_shifts(rows, one)) for one in known])
    longer = max(1.0, len(run.blocks) / max(len(one.blocks) for one in known))
    reach = FACTOR * (1 + FEW / len(known)) * longer**1.5 * _farthest(rows, known, past)
    reach = np.maximum(reach, _floor(rows, known) * len(run.blocks)) * _thinness(known, run)
    off = np.abs(sums) / np.maximum(reach, measures.LEAST)
    column = int(off.argmax())
    mean = np.nanmean(shifts[:, column]) if not np.isnan(shifts[:, column]).all() else 0.0
    condition = GateCondition(
        f"labels, accumulated shift of {rows.labels.names[column]}",
        bool(off[column] <= 1),
        f"a sum of {sums[column]:+.3g} above what is expected, on average {mean:+.3g} in each of {len(run.blocks)} "
        f"blocks since a person accepted a model, {place_of(data, rows, run.newest(len(run.blocks)))}",
        f"a sum of at most {reach[column]:.3g} in size, by {len(known)} runs of the past",
    )
    return (condition,)


def cusum(shifts: FloatArray) -> FloatArray:
    """The largest two-sided cumulative sum of shifts that does not fall below zero, with its sign.

    Parameters
    ----------
    shifts : ndarray, shape (b, m)
        Shift of each block; NaN counts as none.

    Returns
    -------
    ndarray, shape (m,)
    """
    up = down = np.zeros(shifts.shape[1])
    most = least = up
    for one in np.nan_to_num(shifts):
        up, down = np.maximum(up + one, 0.0), np.minimum(down + one, 0.0)
        most, least = np.maximum(most, up), np.minimum(least, down)
    return np.where(most >= -least, most, least)


def _shifts(rows: LabelledRows, run: WindowRun) -> FloatArray:
    return np.array([measures.level(rows, block) for block in run.blocks if len(block.rows)])


def _farthest(rows: LabelledRows, known: Sequence[WindowRun], past: FloatArray) -> FloatArray:
    """Return the largest accumulated shift of the reference, shape (m,), relative to its errors.

    Of many quantities one or another goes farther than it did itself, when nothing is wrong.
    """
    far = np.abs(past).max(axis=0)
    scale = np.nan_to_num(measures.usual_spread(rows, [block for run in known for block in run.blocks]))
    moves = scale > measures.LEAST
    if rows.labels.are_shares or not moves.any():
        return np.asarray(far, dtype=np.float64)
    return np.asarray(np.where(moves, scale * np.max(far[moves] / scale[moves]), far), dtype=np.float64)


def _floor(rows: LabelledRows, known: Sequence[WindowRun]) -> FloatArray:
    """Shift of a block that may add up in any case, shape (m,) or (1,)."""
    if rows.labels.are_shares:
        return np.array([FLOOR * SHARE_FLOOR])
    return np.nan_to_num(FLOOR * measures.usual_spread(rows, [block for run in known for block in run.blocks]))


def _thinness(known: Sequence[WindowRun], run: WindowRun) -> float:
    """Return the factor by which fewer rows increase the random variation of blocks."""
    typical, own = (np.median([len(block.rows) for one in runs for block in one.blocks]) for runs in (known, [run]))
    return float(np.sqrt(max(1.0, typical / max(own, 1))))
