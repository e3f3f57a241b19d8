"""Outliers among labels: single labels far from expectation are excluded and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, IntArray
from training.labels.measures import usual_spread
from training.labels.quantities import LabelledRows
from training.labels.reference_windows import Window

FAR = 2.0  # times the farthest label of the windows of the past
FEWEST_OF_UNIT = 3  # rows of a unit that are looked at together
SLIPS = (10.0, 100.0, 1000.0, 1e6)
SLIP_WITHIN = 1.3  # factor


@dataclass(frozen=True)
class Suspicious:
    """Label that is excluded as an outlier.

    Attributes
    ----------
    row : int
        Its row.
    column : int
        Its quantity.
    reason : str
        Reason as text.
    """

    row: int
    column: int
    reason: str


def suspicious(rows: LabelledRows, known: Sequence[Window], blocks: Sequence[Window]) -> list[Suspicious]:
    """Return labels of new rows far from all others, by unit and singly; empty with a short reference.

    What all rows of a block have in common is no matter of single labels: errors are taken from their median.
    """
    if not known or rows.labels.are_shares:
        return []
    past = [_errors(rows, one, one.expected) for one in known]
    typical = np.nan_to_num(usual_spread(rows, known))
    given = [one.expected for one in blocks]
    outliers = _single(rows, blocks, _farthest(past), given, "inputs, unit and the other rows let expect")
    if all(one.balanced is not None for one in (*known, *blocks)):
        balanced = [[_balanced(one) for one in windows] for windows in (known, blocks)]
        past_of_balance = [_errors(rows, one, given) for one, given in zip(known, balanced[0], strict=True)]
        farthest = np.maximum(_farthest(past_of_balance), typical)
        outliers += _single(rows, blocks, farthest, balanced[1], "columns that are known as late give")
    of_unit = [_by_unit(rows, one, errors) for one, errors in zip(known, past, strict=True)]
    if all(len(errors) for _, errors in of_unit):
        most = _farthest([errors for _, errors in of_unit])
        outliers += [one for block in blocks for one in _far_units(rows, block, most)]
    first = {one.row: one for one in reversed(outliers)}
    return [first[row] for row in sorted(first)]


def _balanced(window: Window) -> FloatArray:
    assert window.balanced is not None
    return window.balanced


def _errors(rows: LabelledRows, window: Window, given: FloatArray) -> FloatArray:
    """Labels less what is expected, from their median, shape (n, m); zero where either is missing."""
    errors = rows.labels.values[window.rows] - given[window.rows]
    known = ~np.isnan(errors).all(axis=0)
    errors[:, known] -= np.nanmedian(errors[:, known], axis=0)
    return np.where(np.isnan(errors), 0.0, errors)


def _farthest(errors: Sequence[FloatArray]) -> FloatArray:
    return np.asarray(np.max([np.abs(one).max(axis=0) for one in errors], axis=0), dtype=np.float64)


def _single(
    rows: LabelledRows, blocks: Sequence[Window], farthest: FloatArray, given: Sequence[FloatArray], basis: str
) -> list[Suspicious]:
    """Labels farther from what is given of them than FAR times the farthest of the past."""
    outliers = []
    for block, expected in zip(blocks, given, strict=True):
        errors = _errors(rows, block, expected)
        for at, column in np.argwhere((np.abs(errors) > FAR * farthest) & (farthest > 0)):
            own = block.rows[at : at + 1]
            reason = f"{errors[at, column]:+.4g} from what {basis}, where the past reaches {farthest[column]:.3g}"
            reason += _slip(rows, expected, own, int(column))
            outliers.append(Suspicious(int(own[0]), int(column), reason))
    return outliers


def _by_unit(rows: LabelledRows, window: Window, errors: FloatArray) -> tuple[IntArray, FloatArray]:
    """Units with enough rows in a window, and the median error of each, shape (u, m)."""
    unit = rows.unit[window.rows]
    count = np.bincount(unit)
    units = np.flatnonzero(count >= FEWEST_OF_UNIT)
    return units, np.array([np.median(errors[unit == one], axis=0) for one in units])


def _far_units(rows: LabelledRows, block: Window, most: FloatArray) -> list[Suspicious]:
    errors = _errors(rows, block, block.expected)
    units, medians = _by_unit(rows, block, errors)
    outliers = []
    for place, column in np.argwhere(np.abs(medians) > FAR * most) if len(units) else ():
        own = block.rows[rows.unit[block.rows] == units[place]]
        reason = (
            f"all {len(own)} rows of the unit lie {medians[place, column]:+.4g} from what is expected of them, "
            f"where a unit's past reaches {most[column]:.3g}{_slip(rows, block.expected, own, int(column))}"
        )
        outliers += [Suspicious(int(row), int(column), reason) for row in own]
    return outliers


def _slip(rows: LabelledRows, given: FloatArray, own: IntArray, column: int) -> str:
    """Return the power of ten between labels and their expectation, as text."""
    label, expected = (float(np.nanmedian(values[own, column])) for values in (rows.labels.values, given))
    if rows.labels.are_logarithms:
        label, expected = np.exp(label), np.exp(expected)
    ratio = label / expected if expected else np.nan
    for power in SLIPS:
        for factor, words in (
            (power, f"about {power:g} times too large"),
            (1 / power, f"about {power:g} times too small"),
        ):
            if ratio > 0 and 1 / SLIP_WITHIN < ratio / factor < SLIP_WITHIN:
                return f": {words}, a slip of units?"
    return ""
