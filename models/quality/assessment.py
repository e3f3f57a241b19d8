"""Assessment of lots: predicted contents, probabilities of grades, and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from models.quality.decision import ACTIONS, Costs, Decisions, decide
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed


@dataclass(frozen=True, eq=False)
class Assessment:
    """Assessment of n lots: predictions and decisions.

    Attributes
    ----------
    logs : ndarray, shape (n, E)
        Logarithms of the contents.
    defects : ndarray, shape (n, D)
        Calibrated probability of each defect.
    keeps : ndarray, shape (n, G)
        Probability that a lot keeps each grade. Defects are no part of it: each lot is inspected before it is shipped,
        assayed or not.
    best : ndarray, shape (n, G)
        Probability that each grade is the most valuable that a lot keeps.
    decided : Decisions
        What is done with the lots.
    costs : Costs
        By which that was decided.
    """

    logs: FloatArray
    defects: FloatArray
    keeps: FloatArray
    best: FloatArray
    decided: Decisions
    costs: Costs

    def __getitem__(self, rows: IntArray | BoolArray) -> Assessment:
        """Return a subset of the lots."""
        probabilities = self.keeps[rows], self.best[rows]
        return Assessment(self.logs[rows], self.defects[rows], *probabilities, self.decided[rows], self.costs)

    def columns(self, seed: Seed) -> dict[str, npt.NDArray[Any]]:
        """Return probabilities and decisions as flat columns; see `QualityModel.columns`."""
        columns: dict[str, npt.NDArray[Any]] = {f"p_{name}": self.defects[:, i] for i, name in enumerate(seed.defects)}
        columns |= {f"p_{grade.name}": self.keeps[:, i] for i, grade in enumerate(seed.grades)}
        names = np.array([grade.name for grade in seed.grades] + [""])
        return columns | {
            "decision": np.array(ACTIONS)[self.decided.actions(self.costs)],
            "grade": names[self.decided.grade],
            "expected_value": self.decided.expected,
        }

    @property
    def relevant_grade(self) -> IntArray:
        """Grade of each lot, shape (n,): that of its release in a grade with limits, else the intended one."""
        bound = (self.decided.grade >= 0) & (self.decided.grade < self.keeps.shape[1] - 1)
        return np.where(bound, self.decided.grade, self.costs.intended)

    @cached_property
    def unconstrained(self) -> Decisions:
        """Decisions by costs alone, without a guarantee on released lots."""
        return decide(self.keeps, self.best, self.costs, threshold=1.0)
