"""Gate of a lot grader: cheaper than any constant decision, and a release guarantee that holds."""

import numpy as np

from models.quality.decision import Costs, Decisions, oracle
from models.quality.outcomes import AssayedLots, costs_of, earned_unseen
from models.uncertainty.guarantees import beyond_promise
from physics.arrays import FloatArray
from seeds import Seed
from training.core.comparison import ComparisonRows, block_numbers
from training.core.dataset import Dataset
from training.core.gate import Evidence, GateCondition, labels_in, untrained_rows
from training.core.splits import Split
from training.quality.comparison import cost_of
from training.quality.fit import QualityCandidate, lots_of


def evidence(candidate: QualityCandidate, baseline: QualityCandidate, data: Dataset, parts: Split) -> Evidence:
    """Return costs of a candidate's decisions on the test lots and of the cheapest constant decision.

    Lots whose assays do not determine all grades do not count.
    """
    rows, training_rows = untrained_rows(parts), np.sort(parts.learnt)
    rows = rows[~np.isnan(lots_of(data)[rows].kept).any(axis=1)]
    lots, assessed, seed = lots_of(data)[rows], candidate.answers.judged(rows), data.seed
    units, periods = data.units[rows], data.periods[rows]
    reference, constant = cheapest(seed, lots)
    return Evidence(
        rows=ComparisonRows(units, periods, block_numbers(units, periods), np.ones(len(rows))),
        own=cost_of(assessed.decided, seed, lots),
        baseline=constant,
        loss="what decisions cost",
        unit="$/t",
        beside=reference,
        labels=labels_in(data.units[training_rows], data.labels[training_rows]),
        promises=(_promise(assessed.decided, seed, lots),),
    )


def cheapest(seed: Seed, lots: AssayedLots) -> tuple[str, FloatArray]:
    """Return the cheaper of two constant decisions as text, and its cost by lot, shape (n,) [$/t]."""
    costs = Costs.of(seed)
    everything = np.full(len(lots.kept), costs.assay)
    nothing = oracle(lots.kept, costs) - earned_unseen(lots.kept, costs)
    if nothing.sum() < everything.sum():
        return "releasing every lot", nothing
    return "an assay of every lot", everything


def _promise(decided: Decisions, seed: Seed, lots: AssayedLots) -> GateCondition:
    costs = costs_of(decided, lots.kept, Costs.of(seed))
    released, alpha = costs["released_unassayed"], seed.quality_rules.alpha.value
    share = costs["false_release"] if released else 0.0
    return GateCondition(
        "promise on released lots",
        not (released and beyond_promise(share, released, alpha)),
        f"{share * released:.0f} of {released:.0f} released lots break their grade",
        f"not significantly more than {100 * alpha:.3g}% of them",
    )
