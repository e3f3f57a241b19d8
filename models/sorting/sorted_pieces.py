"""Decisions on pieces and the lots that they leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.sorting.lots import LotState
from physics.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class SortedPieces:
    """Decisions on n pieces, and what their lots hold afterwards.

    Attributes
    ----------
    p : ndarray, shape (n, K)
        Calibrated class probabilities.
    bin : ndarray of int, shape (n,)
        Where each piece goes: number of the seed's bin.
    expected_value : ndarray, shape (n,)
        What a kilogram of the piece is worth there on average [$/kg].
    preferred : ndarray of int, shape (n,)
        Where it would go if no lot had limits.
    states : dict to LotState
        Each lot of the rows after its last row, by its name.
    """

    p: FloatArray
    bin: IntArray
    expected_value: FloatArray
    preferred: IntArray
    states: dict[Any, LotState]
