"""Expected state of units in the coming periods, from data available when these start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from physics.arrays import BoolArray, FloatArray

RIDGE = 300.0  # rows that the prior of no effect counts for
FARTHEST = 4.0  # spreads from the usual: what lies beyond counts as lying there


@dataclass(frozen=True, eq=False)
class StateForecast:
    """Ridge regressions on what is known.

    Attributes
    ----------
    usual, spread : ndarray, shape (k,)
        Median and standard deviation of each known column in history; a spread of 0 makes it count for nothing.
    weights : Mapping of str to ndarray, shape (1 + k,)
        For each outcome its level and its slopes a spread.
    """

    usual: FloatArray
    spread: FloatArray
    weights: Mapping[str, FloatArray]

    @classmethod
    def fit(cls, known: FloatArray, outcomes: Mapping[str, FloatArray], rows: BoolArray) -> Self:
        """Learn from some rows of n.

        Parameters
        ----------
        known : ndarray, shape (n, k)
            NaN counts as the usual.
        outcomes : Mapping of str to ndarray, shape (n,)
            NaN is left out.
        rows : ndarray of bool, shape (n,)
        """
        filled = np.where(rows.any() & np.isfinite(known[rows]).any(axis=0), known, 0.0)
        typical: FloatArray = np.nanmedian(filled[rows], axis=0)
        spread: FloatArray = np.nanstd(filled[rows], axis=0)
        blank = cls(typical, spread, {})
        design = blank._design(known)
        penalty = RIDGE * np.eye(design.shape[1])
        penalty[0, 0] = 0.0
        weights: dict[str, FloatArray] = {}
        for name, values in outcomes.items():
            use = rows & np.isfinite(values)
            square = design[use].T @ design[use] + penalty
            weights[name] = np.asarray(np.linalg.solve(square, design[use].T @ values[use]), dtype=np.float64)
        return cls(typical, spread, weights)

    def __call__(self, known: FloatArray) -> dict[str, FloatArray]:
        """Expected outcomes, shape (n,) each."""
        design = self._design(known)
        return {name: np.asarray(design @ weight) for name, weight in self.weights.items()}

    def _design(self, known: FloatArray) -> FloatArray:
        away = np.where(np.isfinite(known), known, self.usual) - self.usual
        spreads = np.divide(away, self.spread, out=np.zeros_like(away), where=self.spread > 0)
        return np.column_stack([np.ones(len(away)), np.clip(spreads, -FARTHEST, FARTHEST)])

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        weights = {name: weight.tolist() for name, weight in self.weights.items()}
        return {"usual": self.usual.tolist(), "spread": self.spread.tolist(), "weights": weights}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        weights = {name: np.array(weight, dtype=np.float64) for name, weight in state["weights"].items()}
        return cls(np.array(state["usual"], dtype=np.float64), np.array(state["spread"], dtype=np.float64), weights)
