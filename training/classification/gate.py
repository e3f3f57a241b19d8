"""What a classifier must show before it becomes champion: a smaller log loss, and sets that hold the right class."""

import numpy as np

from models.answers import COVERAGE
from models.promises import off_promise
from training.classes.losses import log_losses
from training.classification.fit import ClassificationCandidate, classes_of
from training.dataset import Dataset
from training.gate import Condition, Evidence, unlearnt
from training.judge import JudgeRows, block_numbers
from training.splits import Split

WITHIN = 0.05  # below the promised coverage


def evidence(
    candidate: ClassificationCandidate, baseline: ClassificationCandidate, data: Dataset, parts: Split
) -> Evidence:
    """Log losses of a candidate and the baseline on the test periods, and how often the sets hold the class there."""
    rows = unlearnt(parts)
    classes, units, periods = classes_of(data, rows), data.units[rows], data.periods[rows]
    return Evidence(
        rows=JudgeRows(units, periods, block_numbers(units, periods), np.ones(len(rows))),
        own=log_losses(candidate.answers.p[rows], classes),
        baseline=log_losses(baseline.predictions[rows], classes),
        loss="the mean log loss",
        unit="",
        beside=baseline.name,
        labels=len(parts.learnt),  # a class that comes again is no value that was only written again
        promises=(_held(float(np.mean(candidate.answers[rows].covered(classes))), len(rows)),),
    )


def _held(share: float, rows: int) -> Condition:
    """The condition on the share of sets that hold the right class.

    Sets that hold it more often break no promise: none is empty, so that they hold it as often as the most probable
    class is right.
    """
    lowest = COVERAGE - WITHIN
    return Condition(
        f"coverage of the {COVERAGE:.0%} sets",
        share >= lowest - 1e-9 or not off_promise(share, rows, COVERAGE),
        f"the right class is in {share:.1%} of the sets of {rows} rows",
        f"{lowest:.0%} or more, or no fewer than chance explains",
    )
