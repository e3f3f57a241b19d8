"""Rows of a plant that are requested together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Step:
    """Rows that begin within one step of time.

    Attributes
    ----------
    start : Timestamp
        Its first moment.
    table : DataFrame, n rows
        Requested rows, and the labels as the laboratory reports them.
    truth : ndarray, shape (n,) or (n, E)
        Noise-free target, number of the class, or contents; for evaluation alone.
    """

    start: pd.Timestamp
    table: pd.DataFrame
    truth: FloatArray
