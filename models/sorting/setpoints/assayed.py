"""Assayed pieces outside a sorter's training rows, stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.sorting.lots import numbered
from physics.arrays import FloatArray, IntArray

FEWEST_LOTS = 20


@dataclass(frozen=True, eq=False)
class Assayed:
    """n pieces that the laboratory has assayed, in the order in which they passed, whole lots.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        The model's inputs in plant units; NaN is missing.
    classes : ndarray of int, shape (n,)
        Number of each piece's class by the laboratory.
    contents : ndarray, shape (n, E)
        Laboratory contents [elements' units]; NaN where there is none.
    lots : ndarray of str, shape (n,)
        Lot of each piece.
    """

    X: FloatArray
    classes: IntArray
    contents: FloatArray
    lots: npt.NDArray[np.object_]

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values: one text of numbers a column, with six digits."""
        names, _, numbers = numbered(self.lots)
        return {
            "inputs": [_text(column) for column in self.X.T],
            "classes": _text(self.classes),
            "contents": [_text(column) for column in self.contents.T],
            "lots": names,
            "lot": _text(numbers),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        classes, lot = (np.array(state[name].split(), dtype=np.intp) for name in ("classes", "lot"))
        X, contents = (
            np.array([column.split() for column in state[name]], dtype=np.float64).reshape(-1, len(lot)).T
            for name in ("inputs", "contents")
        )
        return cls(np.ascontiguousarray(X), classes, contents, np.array(state["lots"], dtype=object)[lot])

    def as_kept(self) -> Self:
        """The same pieces as they come back from their state, so that a model advises as its copy does."""
        return self.from_state(self.state())


def _text(column: npt.NDArray[Any]) -> str:
    return " ".join(f"{value:.6g}" for value in column.tolist())
