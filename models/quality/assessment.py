"""Assessment of lots: predicted contents, probabilities of grades, and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from models.quality.decision import Costs, Decisions, decide
from physics.arrays import BoolArray, FloatArray, IntArray


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

    @cached_property
    def unconstrained(self) -> Decisions:
        """Decisions by costs alone, without a guarantee on released lots."""
        return decide(self.keeps, self.best, self.costs, threshold=1.0)
