"""Training histories: number of copies of each row in the training set."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from physics.arrays import FloatArray, IntArray

ALL = "all"
COPIES = 4
"""Copies of a row of full weight if rows are weighted, as estimators take whole rows without weights."""


class Past(NamedTuple):
    """Ages of the rows of a history.

    Attributes
    ----------
    age : ndarray, shape (n,)
        How long ago the period of each row began [d].
    changed : float or None
        How long ago the monitoring saw the last change begin [d]; None where it saw none.
    """

    age: FloatArray
    changed: float | None


Keep = Callable[[Past], IntArray]
"""Returns the number of copies of each row, shape (n,)."""


def everything(past: Past) -> IntArray:
    """Each row once."""
    return np.ones(len(past.age), dtype=np.intp)


def newest(share: float) -> Keep:
    """The newest of the periods once, and nothing older."""

    def keep(past: Past) -> IntArray:
        ages = np.unique(past.age)
        return np.asarray(past.age <= ages[max(1, round(share * len(ages))) - 1], dtype=np.intp)

    return keep


def fading(half_life: float) -> Keep:
    """Rows that count half as much after each half-life [d], in steps of 1 / COPIES."""

    def keep(past: Past) -> IntArray:
        return np.rint(COPIES * 0.5 ** (past.age / half_life)).astype(np.intp)

    return keep


def since_change(fewest_rows: int, fewest_periods: int) -> Keep:
    """Rows since the monitoring saw the last change begin; all where it saw none or too few came after it."""

    def keep(past: Past) -> IntArray:
        after = past.age <= (np.inf if past.changed is None else past.changed)
        enough = after.sum() >= fewest_rows and len(np.unique(past.age[after])) >= fewest_periods
        return np.asarray(after if enough else np.ones_like(after), dtype=np.intp)

    return keep


HISTORIES: dict[str, Keep] = {
    ALL: everything,
    "newest half": newest(1 / 2),
    "newest quarter": newest(1 / 4),
    "half-life 365 d": fading(365.0),
    "half-life 180 d": fading(180.0),
    "half-life 90 d": fading(90.0),
    "since a change": since_change(120, 8),  # what a training asks for at least
}
