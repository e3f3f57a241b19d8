"""Gate of a predicted number: lower absolute error than the baseline, and intervals that hold."""

import numpy as np

from models.interfaces.answers import rows_of
from physics.arrays import IntArray
from training.core.comparison import ComparisonRows, block_numbers
from training.core.dataset import Dataset
from training.core.evaluate import coverage
from training.core.gate import Evidence, GateCondition, coverage_condition, labels_in, untrained_rows
from training.core.splits import Split
from training.regression.fit import RegressionCandidate


def evidence(candidate: RegressionCandidate, baseline: RegressionCandidate, data: Dataset, parts: Split) -> Evidence:
    """Return test absolute errors of candidate and baseline, and the coverage of the intervals.

    The errors are those of the fixed answers, which need no outcome to come in.
    """
    rows, training_rows = untrained_rows(parts), np.sort(parts.learnt)
    label, answer = data.y[rows], rows_of(candidate.answers, rows)
    units, periods = data.units[rows], data.periods[rows]
    return Evidence(
        rows=ComparisonRows(units, periods, block_numbers(units, periods), np.ones(len(rows))),
        own=np.abs(answer.value - label),
        baseline=np.abs(baseline.predictions[rows] - label),
        loss="the mean absolute error",
        unit=data.seed.target.unit or "",
        beside=baseline.name,
        labels=labels_in(data.units[training_rows], data.y[training_rows]),
        promises=(_covered(candidate, data, rows),),
    )


def _covered(candidate: RegressionCandidate, data: Dataset, rows: IntArray) -> GateCondition:
    """The condition on the fixed intervals, or where they miss it on the adaptive ones."""
    label, followed = data.y[rows], candidate.model.followed
    share = coverage(label, rows_of(candidate.answers, rows))
    measured = f"{share:.1%} of the labels of {len(rows)} rows"
    fixed = coverage_condition("intervals", share, len(rows), measured)
    if fixed.passed or followed is None:
        return fixed
    adaptive = coverage(label, rows_of(followed, rows))
    needs = f"the adaptive ones, which need outcomes to come in, {adaptive:.1%}"
    return coverage_condition("intervals", adaptive, len(rows), f"the fixed ones {measured}; {needs} of them")
