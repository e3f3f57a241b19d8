"""Gate of a classifier: lower log loss than the baseline, and sets that hold the right class."""

import numpy as np

from training.classification.fit import ClassificationCandidate, classes_of
from training.core.class_losses import log_losses
from training.core.comparison import ComparisonRows, block_numbers
from training.core.dataset import Dataset
from training.core.gate import Evidence, GateCondition, coverage_condition, untrained_rows
from training.core.splits import Split


def evidence(
    candidate: ClassificationCandidate, baseline: ClassificationCandidate, data: Dataset, parts: Split
) -> Evidence:
    """Return test log losses of candidate and baseline, and the coverage of the sets."""
    rows = untrained_rows(parts)
    classes, units, periods = classes_of(data, rows), data.units[rows], data.periods[rows]
    return Evidence(
        rows=ComparisonRows(units, periods, block_numbers(units, periods), np.ones(len(rows))),
        own=log_losses(candidate.answers.p[rows], classes),
        baseline=log_losses(baseline.predictions[rows], classes),
        loss="the mean log loss",
        unit="",
        beside=baseline.name,
        labels=len(parts.learnt),  # a class that comes again is no value that was only written again
        promises=(_held(float(np.mean(candidate.answers[rows].covered(classes))), len(rows)),),
    )


def _held(share: float, rows: int) -> GateCondition:
    """The condition on the share of sets that hold the right class."""
    return coverage_condition("sets", share, rows, f"the right class is in {share:.1%} of the sets of {rows} rows")
