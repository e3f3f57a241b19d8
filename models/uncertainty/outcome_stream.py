"""Outcomes in the order in which they come in: how a model would have followed its plant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from physics.arrays import IntArray
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd

Moments = npt.NDArray[np.datetime64]


def known_from(periods: pd.DatetimeIndex, seed: Seed) -> Moments:
    """Return the time at which each period's outcome is known, shape (n,): the seed's delay after its end."""
    return np.array(periods + seed.period + seed.delay)


def in_order(start: Moments, known: Moments) -> Iterator[tuple[list[IntArray], IntArray]]:
    """Yield outcomes and rows in order of time, from one period start to the next.

    Parameters
    ----------
    start : ndarray, shape (n,)
        When each row is answered.
    known : ndarray, shape (n,)
        When its outcome is known, later than it is answered; NaT: never.

    Yields
    ------
    tuple
        Rows whose outcomes are known by now and were not before, in batches that became known together, the oldest
        first; and the rows to answer now. At the end the outcomes that are left, and no row to answer.

    Raises
    ------
    ValueError
        An outcome known no later than its row is answered.
    """
    if (known <= start).any():
        raise ValueError("known: expected outcomes that are known after their row was answered")
    coming = np.flatnonzero(~np.isnat(known))
    coming = coming[np.lexsort((start[coming], known[coming]))]
    moments, first = np.unique(known[coming], return_index=True)
    batches = np.split(coming, first[1:]) if len(coming) else []
    order = np.argsort(start, kind="stable")
    now, begin = np.unique(start[order], return_index=True)
    taken = 0
    for moment, rows in zip(now, np.split(order, begin[1:]), strict=True):
        upto = int(np.searchsorted(moments, moment, side="right"))
        yield batches[taken:upto], rows
        taken = upto
    yield batches[taken:], np.empty(0, dtype=np.intp)
