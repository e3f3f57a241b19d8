"""Rows of a unit that share a time, and whether they share a label."""

from __future__ import annotations

import numpy as np
import pandas as pd

from drafting.columns import DetectedColumn
from physics.arrays import FloatArray, IntArray

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


def has_label_of_stamp(target: DetectedColumn, order: IntArray, when: FloatArray, unit: IntArray) -> bool:
    """Return whether rows with one stamp have one label: the stamp's, as of an assay each hour.

    Parameters
    ----------
    target : DetectedColumn
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
