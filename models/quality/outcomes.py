"""Outcomes of lots: measured contents, defects and grades, and realised costs of decisions."""

from dataclasses import dataclass

import numpy as np

from models.interfaces.answers import Answer
from models.quality.censoring import below_limit
from models.quality.decision import Costs, Decisions, earned, oracle
from models.quality.grades import Limits
from physics.arrays import BoolArray, FloatArray, IntArray
from physics.special import betaincinv
from seeds import Seed


@dataclass(frozen=True, eq=False)
class AssayedLots:
    """Laboratory and inspection results of n lots.

    Attributes
    ----------
    reported : ndarray, shape (n, E)
        Contents; -L is "below L", NaN unknown.
    defects : ndarray, shape (n, D)
        1, 0 or NaN.
    kept : ndarray, shape (n, G)
        Whether a lot keeps each grade by its contents: 1, 0, NaN where they do not say.
    """

    reported: FloatArray
    defects: FloatArray
    kept: FloatArray

    @classmethod
    def of(cls, seed: Seed, reported: FloatArray, defects: FloatArray) -> "AssayedLots":
        """Lots with their grades by the limits of the seed."""
        return cls(reported, defects, Limits.of(seed).kept(reported))

    def __getitem__(self, rows: IntArray | BoolArray) -> "AssayedLots":
        """Return a subset of the lots."""
        return AssayedLots(self.reported[rows], self.defects[rows], self.kept[rows])


def covered(reported: FloatArray, answer: Answer) -> BoolArray:
    """Return whether intervals cover reported contents; a censored one is covered if they reach below."""
    inside = (answer.low <= reported) & (reported <= answer.high)
    return np.where(below_limit(reported), answer.low <= -reported, inside)


def _mean(values: FloatArray | BoolArray) -> float:
    """Mean of what is known; NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def highest_share(bad: int, lots: int) -> float:
    """Return the one-sided exact 95 % upper bound of a fraction [1], Clopper-Pearson; NaN of no lots."""
    if not lots:
        return float("nan")
    return 1.0 if bad == lots else float(betaincinv(bad + 1, lots - bad, 0.95))


def earned_unseen(within_grade: FloatArray, costs: Costs) -> FloatArray:
    """Return earnings if all lots are released in the intended grade unassayed, shape (n,) [$/t].

    Parameters
    ----------
    within_grade : ndarray, shape (n, g)
        Which grades each lot keeps by its assay, 1 or 0.
    costs : Costs
        What decisions cost.
    """
    return np.asarray(costs.value[costs.intended] - costs.claim * (1.0 - within_grade[:, costs.intended]))


def costs_of(decided: Decisions, within_grade: FloatArray, costs: Costs) -> dict[str, float]:
    """Return costs of decisions against an oracle with all assays [$/t], next to simple rules.

    Parameters
    ----------
    decided : Decisions
        What was done with n lots.
    within_grade : ndarray, shape (n, G)
        Whether a lot keeps each grade; lots of which it is not known do not count.
    costs : Costs
        Values and costs.

    Returns
    -------
    dict of str to float
        cost, cost_assay_all (every lot to the laboratory) and cost_assay_none (every lot released in the intended
        grade) [$/t]; shares of lots by decision: released, downgraded, assayed_share [1]; released_unassayed, number of
        lots released unassayed in a grade with limits, and false_release, the share of them that break it [1], NaN
        where there are none, with the upper end of its one-sided 95 % interval, false_release_high. Where no lot's
        grades are known, its result is NaN.
    """
    known = np.flatnonzero(~np.isnan(within_grade).any(axis=1))
    satisfied, chosen = within_grade[known], decided[known]
    best = oracle(satisfied, costs)
    action = chosen.actions(costs)
    unassayed = (chosen.grade >= 0) & (chosen.grade < within_grade.shape[1] - 1)
    bad = int(np.sum(satisfied[unassayed, chosen.grade[unassayed]] == 0))
    released = int(unassayed.sum())
    blind = earned_unseen(satisfied, costs)
    return {
        "cost": _mean(best - earned(chosen, satisfied, costs)),
        "cost_assay_all": costs.assay,
        "cost_assay_none": _mean(best - blind),
        "released": _mean(action == 0),
        "downgraded": _mean(action == 1),
        "assayed_share": _mean(action == 2),
        "released_unassayed": float(released),
        "false_release": bad / released if released else float("nan"),
        "false_release_high": highest_share(bad, released),
    }
