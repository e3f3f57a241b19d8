"""The tasks as monitoring knows them: how a model's errors are measured, and what its decisions cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.quality.decision import Costs, Decisions, earned, oracle
from models.quality.grades import Limits
from models.sorting.values import oracle_bins, value_matrix
from monitoring.drift.residuals import Residual, class_codes, codes_of, of_class, of_lots, of_numbers
from monitoring.drift.rows import Answered
from physics.arrays import BoolArray, FloatArray
from seeds import Seed


def _taken(rows: Answered) -> BoolArray:
    return np.array([one is not None for one in rows.decided], dtype=np.bool_)


def lost_by_lots(rows: Answered, seed: Seed) -> FloatArray:
    """Cost of each lot's release, downgrade or assay, shape (n,) [$/t]; NaN if its assay does not show it."""
    grade = codes_of(rows.decided, [grade.name for grade in seed.grades])
    reported = rows.table[[column.name for column in seed.elements]].to_numpy(dtype=np.float64)
    satisfied, costs = Limits.of(seed).kept(reported), Costs.of(seed)
    known = _taken(rows) & ~np.isnan(satisfied).any(axis=1)
    decided = Decisions(grade[known], np.zeros(int(known.sum())))
    cost = np.full(len(rows), np.nan)
    cost[known] = oracle(satisfied[known], costs) - earned(decided, satisfied[known], costs)
    return cost


def lost_by_pieces(rows: Answered, seed: Seed) -> FloatArray:
    """Cost of each piece's bin, shape (n,) [$/kg]; NaN where its class is not known."""
    code, values = class_codes(rows.table, seed), value_matrix(seed)
    chosen = codes_of(rows.decided, [one.name for one in seed.bins])
    known = (code >= 0) & (chosen >= 0)
    best = values[oracle_bins(values, code[known]), code[known]]
    cost = np.full(len(rows), np.nan)
    cost[known] = best - values[chosen[known], code[known]]
    return cost


@dataclass(frozen=True)
class DriftTask:
    """A task as monitoring knows it.

    Attributes
    ----------
    residuals : callable
        Errors of a model on the n rows of a checked table, NaN where an outcome is not known.
    lost : callable or None
        What each decision cost, shape (n,); None where nothing is decided.
    unit : str
        Of these costs.
    """

    residuals: Callable[[Any, pd.DataFrame], list[Residual]]
    lost: Callable[[Answered, Seed], FloatArray] | None = None
    unit: str = ""


TASKS = {
    "regression": DriftTask(of_numbers),
    "classification": DriftTask(of_class),
    "sorting": DriftTask(of_class, lost_by_pieces, "$/kg"),
    "quality": DriftTask(of_lots, lost_by_lots, "$/t"),
}


def task_of(seed: Seed) -> DriftTask:
    """The task of a seed's process."""
    return TASKS[seed.process.task]
