"""Selection bias of labels: rows without a label compared with labelled rows, by their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.table.formatting import visible
from models.table.inputs import matrix
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed
from training.core.dataset import Dataset, labelled, period_of
from training.core.gate import GateCondition
from training.labels import measures
from training.labels.checks import FACTOR, FEW, place_in_words
from training.labels.reference_windows import EDGE, lengths, spans

SHARE_FLOOR, ROWS_FLOOR = 0.5, 2.0  # share of the rows, and rows, that may have no label in any case
FLOOR = 0.25  # standard deviations by which labelled rows may lie from all rows in any case
CHANCE = 4.0  # standard errors of a mean of few rows or units; there are many inputs
INPUTS, PREDICTIONS = "inputs", "predictions"


@dataclass(frozen=True, eq=False)
class AllRows:
    """All rows of a job whose labels should be known by now, those without one among them.

    Attributes
    ----------
    values : ndarray, shape (n, q)
        Inputs that are not made from labels, then what the champion predicts from these; NaN is missing.
    names : tuple of str
        Names of the q values, as text.
    kinds : tuple of str
        INPUTS or PREDICTIONS, a number each.
    has_label : ndarray of bool, shape (n,)
        Whether the row has any label.
    unit, period : ndarray of int, shape (n,)
        Numbers of the row's unit, and of its period in the order of time.
    starts : DatetimeIndex, length n
        Start of each row's period.
    is_after : ndarray of bool, shape (n,)
        Whether the row is of a period of which rows came after the latest model that a person accepted.
    """

    values: FloatArray
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    has_label: BoolArray
    unit: IntArray
    period: IntArray
    starts: pd.DatetimeIndex
    is_after: BoolArray


def all_rows(data: Dataset, is_after: BoolArray, is_due: BoolArray, predicted: Mapping[str, FloatArray]) -> AllRows:
    """Rows of a data set with and without labels.

    Parameters
    ----------
    data : Dataset
        History and new rows; `Dataset.checked` has N rows.
    is_after : ndarray of bool, shape (N,)
        Which rows came after the latest model that a person accepted.
    is_due : ndarray of bool, shape (N,)
        Rows of periods of which all labels should be known by now.
    predicted : Mapping of str to ndarray, shape (N,)
        Predictions of a model from `inputs_alone`, by name as text.
    """
    seed, table = data.seed, data.checked
    made = _made_from_labels(seed)
    visible_inputs = [i for i, column in enumerate(seed.inputs) if not made[i]]
    starts = period_of(table, seed)
    units = np.zeros(len(table)) if seed.key is None else table[seed.key.name]
    unit, period = (np.asarray(pd.factorize(values, sort=True)[0], dtype=np.int64) for values in (units, starts))
    inputs = tuple(visible(seed.inputs[i].name) for i in visible_inputs)
    return AllRows(
        values=np.column_stack([matrix(table, seed)[:, visible_inputs], *predicted.values()])[is_due],
        names=(*inputs, *(f"the predicted {name}" for name in predicted)),
        kinds=(INPUTS,) * len(inputs) + (PREDICTIONS,) * len(predicted),
        has_label=labelled(table, seed)[is_due],
        unit=unit[is_due],
        period=period[is_due],
        starts=starts[is_due],
        is_after=np.isin(period, period[is_after])[is_due],
    )


def inputs_alone(X: FloatArray, seed: Seed) -> FloatArray:
    """Return inputs with typical values in columns derived from labels, which unlabelled rows lack.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Inputs in plant units.
    seed : Seed
        Seed of the predicting model at its training.
    """
    X = X.copy()
    for column in np.flatnonzero(_made_from_labels(seed)):
        X[:, column] = measures.median(X[:, [column]])
    return X


def _made_from_labels(seed: Seed) -> BoolArray:
    own = {column.name for column in seed.by_role("target")}
    return np.array([column.lent_by in own or column in seed.added for column in seed.inputs], dtype=np.bool_)


def left_out(rows: AllRows) -> tuple[GateCondition, ...]:
    """Hold rows without a label against those with one, since a person last accepted a model.

    Blocks of time, and as many of them together as a third of the reference has, are compared with windows of equal
    length of the reference; the share of rows without a label with the longer ones only, since a laboratory may be
    closed for a while. Latest periods without any label are pending and ignored.

    Returns
    -------
    tuple of GateCondition
        On the share of rows without a label, on inputs and on predictions; none where the reference is too short, or
        where all rows that came after it have a label.
    """
    newest = rows.period[rows.has_label].max(initial=-1)
    is_new = rows.is_after & (rows.period <= newest)
    if rows.has_label[is_new].all():
        return ()
    reference, after = (np.unique(rows.period[mask]) for mask in (~rows.is_after, is_new))
    both = [spans(reference, after, length) for length in lengths(reference, after)]
    pairs = [(_rows_of(rows, known), _rows_of(rows, new)) for known, new in both]
    if not pairs:
        return ()
    scaled = _scaled(rows)
    comparisons = [_by_values(rows, scaled, known, new) for known, new in pairs]
    return (
        _share_condition(rows, _by_share(rows, *pairs[-1])),
        *(_condition(rows, comparisons, kind) for kind in (INPUTS, PREDICTIONS) if kind in rows.kinds),
    )


def _rows_of(rows: AllRows, windows: list[IntArray]) -> list[IntArray]:
    return [np.flatnonzero(np.isin(rows.period, one)) for one in windows]


def _scaled(rows: AllRows) -> FloatArray:
    """Return values in standard deviations of the reference, clipped to its range; NaN if constant."""
    past, scaled = rows.values[~rows.is_after], np.full(rows.values.shape, np.nan)
    for column in np.flatnonzero(~np.isnan(past).all(axis=0)):
        low, high = np.nanquantile(past[:, column], [EDGE, 1 - EDGE])
        sd = np.nanstd(np.clip(past[:, column], low, high))
        if sd > measures.LEAST * (1 + abs(low)):
            scaled[:, column] = np.clip(rows.values[:, column], low, high) / sd
    return scaled


@dataclass(frozen=True, eq=False)
class _Beside:
    """Measure of windows of new rows, its median in the reference, and the tolerated difference.

    Attributes
    ----------
    new : list of ndarray of int
        Rows of each of b windows.
    measured, reach : ndarray, shape (b, q)
    middle : ndarray, shape (q,)
    windows : int
        How many of the past.
    """

    new: list[IntArray]
    measured: FloatArray
    middle: FloatArray
    reach: FloatArray
    windows: int

    @property
    def off(self) -> FloatArray:
        """Distance from the middle over that which is allowed, shape (b, q); above 1 it is too far."""
        return np.asarray(np.abs(self.measured - self.middle) / self.reach, dtype=np.float64)


def _held(new: list[IntArray], measured: FloatArray, past: FloatArray, floor: FloatArray) -> _Beside:
    middle = np.median(past, axis=0)
    reach = FACTOR * (1 + FEW / len(past)) * np.abs(past - middle).max(axis=0)
    return _Beside(new, measured, middle, np.maximum(reach, floor), len(past))


def _by_share(rows: AllRows, known: list[IntArray], new: list[IntArray]) -> _Beside:
    past, measured = (np.array([[np.mean(~rows.has_label[one])] for one in side]) for side in (known, new))
    floor = np.array([[max(SHARE_FLOOR, ROWS_FLOOR / len(one))] for one in new])
    compared = _held(new, measured, past, floor)
    return replace(compared, measured=np.maximum(measured, compared.middle))  # more labels than usual are welcome


def _by_values(rows: AllRows, scaled: FloatArray, known: list[IntArray], new: list[IntArray]) -> _Beside:
    past = np.array([selected(scaled[one], rows.has_label[one], rows.period[one], rows.unit[one])[0] for one in known])
    differences = [selected(scaled[one], rows.has_label[one], rows.period[one], rows.unit[one]) for one in new]
    measured, by_chance = (np.array(parts) for parts in zip(*differences, strict=True))
    return _held(new, measured, np.nan_to_num(past), np.maximum(FLOOR, CHANCE * by_chance))


def selected(values: FloatArray, has: BoolArray, period: IntArray, unit: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean of labelled rows less that of all rows, and its standard error under random missing.

    Rows are compared with those of their own period, so that a period with few labels counts as one with many; periods
    without any label are compared with the others. Rows of a unit, and periods without a label that follow one another,
    may be alike, so chance counts units and stretches of periods where they are fewer.

    Parameters
    ----------
    values : ndarray, shape (n, q)
        NaN is missing.
    has : ndarray of bool, shape (n,)
        Whether the row has a label.
    period, unit : ndarray of int, shape (n,)
        Numbers of the row's period and unit.

    Returns
    -------
    ndarray, shape (q,)
        NaN where no row, or each, has a label.
    ndarray, shape (q,)
    """
    order = np.argsort(period, kind="stable")
    begins = np.flatnonzero(np.diff(period[order], prepend=-1))
    known = ~np.isnan(values)
    given = (np.where(known, values, 0.0), known.astype(np.float64))
    sums, counts = (np.add.reduceat(one[order], begins, axis=0) for one in given)
    own_sums, own = (np.add.reduceat((one * has[:, None])[order], begins, axis=0) for one in given)
    seen = own > 0
    labelled_rows, seen_rows, all_sums = own.sum(axis=0), (counts * seen).sum(axis=0), sums.sum(axis=0)
    within = _over((own_sums - own * _over(sums, counts)).sum(axis=0), labelled_rows)
    between = _over((sums * seen).sum(axis=0), seen_rows) - _over(all_sums, counts.sum(axis=0))
    of_units = 1 / _alike(unit[has]) - 1 / _alike(unit) if has.any() else 0.0
    variance = np.maximum(_over(1.0, labelled_rows) - _over(1.0, seen_rows), of_units)
    variance += _of_stretches(np.logical_or.reduceat(has[order], begins))
    is_told = (labelled_rows > 0) & (labelled_rows < counts.sum(axis=0))
    return np.where(is_told, within + between, np.nan), np.sqrt(variance)


def _over(part: FloatArray | float, whole: FloatArray) -> FloatArray:
    """Ratio, 0 where there is nothing."""
    return np.asarray(np.where(whole > 0, part / np.maximum(whole, 1.0), 0.0), dtype=np.float64)


def _alike(unit: IntArray) -> float:
    """Return the effective number of units with equal numbers of rows."""
    count = np.bincount(unit).astype(np.float64)
    return float(count.sum() ** 2 / (count**2).sum())


def _of_stretches(seen: BoolArray) -> float:
    """Variance of a mean over stretches of periods that have a label, of all stretches."""
    begins = np.flatnonzero(np.diff(seen.astype(np.int64), prepend=-1))
    count = int(seen[begins].sum())
    return 1 / count - 1 / len(begins) if count else 0.0


def _share_condition(rows: AllRows, shares: _Beside) -> GateCondition:
    window = int(shares.off[:, 0].argmax())
    most, typical = shares.middle[0] + shares.reach[window, 0], shares.middle[0]
    return GateCondition(
        "labels, unlabelled rows",
        bool(shares.off[window, 0] <= 1),
        _place(rows, shares.new[window]),
        f"at most {min(most, 1.0):.1%} without a label, by {shares.windows} windows of the past, whose middle one has "
        f"{typical:.1%}",
    )


def _condition(rows: AllRows, compared: list[_Beside], kind: str) -> GateCondition:
    title = f"labels, unlabelled rows by {kind}"
    of_kind = np.array([one == kind for one in rows.kinds])
    if all(np.isnan(one.off[:, of_kind]).all() for one in compared):
        return GateCondition(title, True, "not to be measured on these rows", "nothing")
    one, window, column = _worst(compared, of_kind)
    place = one.new[window]
    has, values = rows.has_label[place], rows.values[place, column]
    low, high = (one.middle[column] + sign * one.reach[window, column] for sign in (-1, 1))
    return GateCondition(
        title,
        bool(one.off[window, column] <= 1),
        f"{rows.names[column]} is {np.nanmean(values[has]):.4g} on average where there is a label and "
        f"{np.nanmean(values[~has]):.4g} where there is none: labelled rows lie "
        f"{one.measured[window, column]:+.2f} standard deviations from all rows, {_place(rows, place)}",
        f"{low:+.2f} to {high:+.2f}, by {one.windows} windows of the past",
    )


def _worst(compared: list[_Beside], columns: BoolArray) -> tuple[_Beside, int, int]:
    """Return the window and column with the largest difference."""
    offs = [np.where(columns, np.nan_to_num(one.off, nan=-1.0), -1.0) for one in compared]
    at = int(np.argmax([one.max() for one in offs]))
    window, column = np.unravel_index(int(offs[at].argmax()), offs[at].shape)
    return compared[at], int(window), int(column)


def _place(rows: AllRows, window: IntArray) -> str:
    count = int((~rows.has_label[window]).sum())
    return f"{place_in_words(rows.starts, rows.unit, window)}, {count} of them without a label"
