"""Checks of new labels: each measure is compared with the same measure of reference windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from physics.arrays import FloatArray, IntArray
from reporting.timestamps import moment_format
from training.core.dataset import Dataset
from training.core.gate import GateCondition
from training.labels import measures
from training.labels.quantities import LabelledRows
from training.labels.reference_windows import Window

FACTOR = 2.0  # times the farthest window of the past is as far as new labels may go
FEW = 4.0  # windows that count as one more time their farthest, since few have not seen much
LOST = 0.5  # of the usual correlation, by Fisher's z, that may be lost in any case
CHANCE = 3.0  # standard deviations of a correlation of few rows, by Fisher's z
RANGE_FLOOR = 0.4  # of the logarithm of the range of labels, by which it may shrink in any case
SHARE_FLOOR = 0.1  # by which the share of a class may change in any case
ABOVE, BELOW, EITHER = 1, -1, 0


@dataclass(frozen=True)
class Measure:
    """A measure of labels, on which side of the past it may not lie, and how it is worded.

    Attributes
    ----------
    what : str
        Its subject.
    of : callable
        Gives the measure of a window's labels, one number a quantity or one of all.
    side : int
        ABOVE, BELOW or EITHER.
    floor : float
        So far from the past it may lie in any case; of a measure in a label's unit, a share of the usual spread.
    shown : str
        Meaning of its value as text, with a place for the value.
    number : callable
        Gives the number that is shown.
    """

    what: str
    of: Callable[[LabelledRows, Window], FloatArray]
    side: int
    floor: float
    shown: str
    number: Callable[[float], float] = float


MEASURES = (
    Measure("level", measures.level, EITHER, 0.5, "on average {:+.3g} above what the past lets expect"),
    Measure("spread", measures.spread, EITHER, 0.7, "a spread of {:.3g} about what the past lets expect", np.exp),
    Measure("link to the inputs", measures.link, BELOW, 0.2, "a correlation of {:.2f} with what is expected", np.tanh),
    Measure("place in time", measures.in_place, BELOW, 0.02, "squared errors {:+.1%} larger when moved by a period"),
    Measure("balance", measures.balance, ABOVE, 0.1, "{:.3g} away from what late columns give"),
    Measure("balance level", measures.balance_level, EITHER, 0.25, "{:+.3g} above what late columns give"),
    Measure("most common labels", measures.most_common, ABOVE, 0.1, "the same in {:.1%} of the rows"),
    Measure("repeated labels", measures.repeated, ABOVE, 0.1, "also another row's in {:.1%} of the rows"),
    Measure("copied labels", measures.copied, ABOVE, 0.1, "those of an earlier period in {:.1%} of the rows"),
)
SAMENESS = (measures.most_common, measures.repeated, measures.copied)  # single rows are alike with themselves
OF_ALL = (*SAMENESS, measures.in_place)  # one number of all quantities together
OF_BALANCE = (measures.balance, measures.balance_level)
OF_SHARES = tuple(one for one in MEASURES if one.what not in ("spread", "balance", "balance level"))


def compared(
    data: Dataset, rows: LabelledRows, known: Sequence[Window], blocks: Sequence[Window]
) -> tuple[GateCondition, ...]:
    """Compare each measure of the new labels with reference windows; empty if the reference is too short."""
    if not known:
        return ()
    chosen = OF_SHARES if rows.labels.are_shares else (*MEASURES, _range(rows, known))
    return tuple(_condition(one, data, rows, known, blocks) for one in chosen if _can_be(one, rows))


def _range(rows: LabelledRows, known: Sequence[Window]) -> Measure:
    """Return the range of labels relative to the typical errors of the reference."""
    typical = np.nan_to_num(measures.usual_spread(rows, known))
    of = partial(measures.value_range, typical=typical)
    return Measure("range", of, BELOW, RANGE_FLOOR, "{:.2f} times as wide as inputs and usual errors make it", np.exp)


def _can_be(measure: Measure, rows: LabelledRows) -> bool:
    return measure.of not in OF_BALANCE or rows.late.shape[1] > 0


def _condition(
    measure: Measure, data: Dataset, rows: LabelledRows, known: Sequence[Window], blocks: Sequence[Window]
) -> GateCondition:
    """The condition on one measure, in the words of the quantity and block that lie farthest off."""
    past = np.array([measure.of(rows, one) for one in known])
    new = np.array([measure.of(rows, one) for one in blocks])
    is_seen = ~np.isnan(past).all(axis=0) & ~np.isnan(new).all(axis=0)
    if not is_seen.any():
        return GateCondition(_name(measure, rows, None), True, "not to be measured on these rows", "nothing")
    past, new, which = past[:, is_seen], new[:, is_seen], np.flatnonzero(is_seen)
    middle = np.nanmedian(past, axis=0)
    beyond = np.abs(past - middle) if measure.side == EITHER else np.maximum(measure.side * (past - middle), 0)
    reach = FACTOR * (1 + FEW / len(known)) * np.nanmax(beyond, axis=0)
    reach = np.maximum(reach, np.broadcast_to(_floor(measure, rows, known), is_seen.shape)[which])
    if measure.of is measures.link:
        reach = np.maximum(reach, LOST * np.abs(middle))
    reaches = np.maximum(reach, measures.LEAST) * _thinness(measure, known, blocks)[:, None]
    if measure.of is measures.in_place:  # where labels fit their own period better all is well
        reaches = np.maximum(reaches, middle)
    off = (new - middle) / reaches
    off = np.abs(off) if measure.side == EITHER else measure.side * off
    block, column = np.unravel_index(int(np.nanargmax(off)), off.shape)
    low, high = middle[column] - reaches[block, column], middle[column] + reaches[block, column]
    return GateCondition(
        _name(measure, rows, None if measure.of in OF_ALL else int(which[column])),
        bool(off[block, column] <= 1),
        f"{_shown(measure, float(new[block, column]))}, {place_of(data, rows, blocks[int(block)])}",
        f"{_expected(measure, float(low), float(high))}, by {len(known)} windows of the past",
    )


def _floor(measure: Measure, rows: LabelledRows, known: Sequence[Window]) -> FloatArray:
    """Return the minimum tolerated difference of a measure from the reference, shape (m,) or (1,)."""
    if measure.of is measures.link:
        fewest = min(len(one.rows) for one in known)
        return np.array([max(measure.floor, CHANCE / np.sqrt(max(fewest - 3, 1)))])
    if measure.of not in (measures.level, *OF_BALANCE):
        return np.array([measure.floor])
    if rows.labels.are_shares:
        return np.array([SHARE_FLOOR])
    return np.asarray(measure.floor * measures.usual_spread(rows, known))


def _thinness(measure: Measure, known: Sequence[Window], blocks: Sequence[Window]) -> FloatArray:
    """Return the factor by which fewer rows increase random variation of blocks, shape (b,)."""
    typical = float(np.median([len(one.rows) for one in known]))
    thin = np.array([max(1.0, typical / len(one.rows)) for one in blocks])
    return thin if measure.of in SAMENESS else np.sqrt(thin)


def _name(measure: Measure, rows: LabelledRows, column: int | None) -> str:
    names = rows.labels.names
    if column is None and len(names) == 1:
        column = 0
    return f"labels, {measure.what}" + ("" if column is None else f" of {names[column]}")


def _shown(measure: Measure, value: float) -> str:
    return measure.shown.format(measure.number(value))


def _expected(measure: Measure, low: float, high: float) -> str:
    form = measure.shown[measure.shown.index("{") : measure.shown.index("}") + 1]
    least, most = (form.format(measure.number(value)) for value in (low, high))
    if measure.side == EITHER:
        return f"{least} to {most}"
    return f"at most {most}" if measure.side == ABOVE else f"at least {least}"


def place_of(data: Dataset, rows: LabelledRows, window: Window) -> str:
    """Return periods, number of rows and units of a window as text."""
    return place_in_words(data.periods, rows.unit, window.rows)


def place_in_words(starts: pd.DatetimeIndex, unit: IntArray, rows: IntArray) -> str:
    """Return periods, number of selected rows and their units as text."""
    periods, when = starts[rows], moment_format(starts)
    units = len(set(unit[rows].tolist()))
    return f"{periods.min():{when}} to {periods.max():{when}}, {len(rows)} rows of {units} units"
