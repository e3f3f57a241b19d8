"""Decision on a lot before its assay: release in a grade, or analysis by the laboratory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

RELEASE, DOWNGRADE, LABORATORY = "release", "downgrade", "laboratory"
ACTIONS = (RELEASE, DOWNGRADE, LABORATORY)


@dataclass(frozen=True, eq=False)
class Costs:
    """Revenues and costs of decisions on a lot.

    Attributes
    ----------
    value : ndarray, shape (G,)
        Value of a tonne in each grade relative to the intended one [$/t].
    assay, claim : float
        An assay and the wait for it, and a tonne that was released in a grade that it breaks [$/t].
    intended : int
        Number of the grade that the plant aims for.
    """

    value: FloatArray
    assay: float
    claim: float
    intended: int

    @classmethod
    def of(cls, seed: Seed) -> Costs:
        """Costs of a seed's process."""
        rules = seed.quality_rules
        names = [grade.name for grade in seed.grades]
        return cls(
            value=np.array([grade.value.value for grade in seed.grades]),
            assay=rules.assay_cost.value / rules.lot_mass.value,
            claim=rules.claim_cost.value,
            intended=names.index(rules.intended),
        )


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decisions on n lots.

    Attributes
    ----------
    grade : ndarray of int, shape (n,)
        Grade in which a lot is released; -1 where it goes to the laboratory.
    expected : ndarray, shape (n,)
        What a tonne is worth on average, costs taken off [$/t].
    """

    grade: IntArray
    expected: FloatArray

    def actions(self, costs: Costs) -> IntArray:
        """Return indices into ACTIONS, shape (n,): downgraded means a grade of less value than intended."""
        cheaper = costs.value[self.grade] < costs.value[costs.intended]
        return np.where(self.grade < 0, 2, np.where(cheaper, 1, 0)).astype(np.intp)

    def __getitem__(self, rows: IntArray | BoolArray) -> Decisions:
        """Return a subset of the lots."""
        return Decisions(self.grade[rows], self.expected[rows])


def decide(keeps: FloatArray, best: FloatArray, costs: Costs, threshold: float) -> Decisions:
    """Choose for each lot what is worth most on average, among what the guarantee allows.

    Parameters
    ----------
    keeps, best : ndarray, shape (n, G)
        Probability that a lot keeps each grade, and that each is the most valuable that it keeps.
    costs : Costs
        Values and costs.
    threshold : float
        Highest probability of breaking its grade with which a lot may be released without an assay; NaN: none may,
        but in the last grade, which takes every lot.

    Returns
    -------
    Decisions
    """
    breaks = 1.0 - keeps
    free = costs.value - costs.claim * breaks
    allowed = breaks <= threshold
    allowed[:, -1] = True
    assayed = best @ costs.value - costs.assay
    free = np.where(allowed, free, -np.inf)
    grade = np.argmax(free, axis=1)
    value = free[np.arange(len(free)), grade]
    return Decisions(np.where(value >= assayed, grade, -1), np.maximum(value, assayed))


def earned(decided: Decisions, within_grade: FloatArray, costs: Costs) -> FloatArray:
    """Return the realised revenue of each lot, shape (n,) [$/t]; NaN if the assay does not decide it.

    Parameters
    ----------
    decided : Decisions
        What was done with n lots.
    within_grade : ndarray, shape (n, G)
        Whether a lot keeps each grade by its assay; a lot that went to the laboratory is released in the most valuable.
    costs : Costs
        Values and costs.
    """
    rows = np.arange(len(within_grade))
    grade = np.maximum(decided.grade, 0)
    unassayed = costs.value[grade] - costs.claim * (1.0 - within_grade[rows, grade])
    return np.where(decided.grade < 0, oracle(within_grade, costs) - costs.assay, unassayed)


def oracle(within_grade: FloatArray, costs: Costs) -> FloatArray:
    """Return the value of the best grade that each lot satisfies, shape (n,) [$/t]; NaN if unknown."""
    best = np.argmax(np.where(np.isnan(within_grade), 1.0, within_grade), axis=1)
    value: FloatArray = costs.value[best]
    return np.where(np.isnan(within_grade[np.arange(len(within_grade)), best]), np.nan, value)
