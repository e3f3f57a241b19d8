"""Two registered versions on labelled rows later than all rows of their training and evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.table.contract import check
from models.tasks import Model
from physics.arrays import IntArray
from registry.tracking import Tracking
from registry.versions import Version
from seeds import Seed
from training.core.comparison import ComparisonError, ComparisonResult
from training.core.dataset import Dataset, dataset_of, period_of
from training.core.fitting import AnyCandidate, Candidate
from training.core.gate import Gated
from training.core.splits import split
from training.jobs.train import TABLE
from training.multi_target.verdict import Judged, Verdicts, check_judged, model_of
from training.retraining.guardrails import guarded_by, worst_parts
from training.retraining.history import are_in, join
from training.retraining.inputs import inputs_of
from training.retraining.open_periods import read_known
from training.retraining.verdict import verdict_on
from training.tasks import task_of


@dataclass(frozen=True, eq=False)
class LaterRows:
    """Labelled rows, and those later than all rows of a version's training and evaluation.

    Attributes
    ----------
    data : Dataset
        Rows that were known to it, and those that came in.
    after : Timestamp
        Start of the last period that was known.
    chosen : DataFrame or None
        Rows that count, by unit and period; None where all that came after do.
    """

    data: Dataset
    after: pd.Timestamp
    chosen: pd.DataFrame | None = None

    @classmethod
    def of(
        cls, newest: Version, path: Path, seed: Seed, tracking: Tracking, chosen: pd.DataFrame | None = None
    ) -> LaterRows:
        """Rows of a file, of periods that are over, behind the table of the newest version that is compared.

        Raises
        ------
        TableError
            The rows break the contract.
        TrackingError
            The MLflow store did not do its part.
        """
        known = tracking.table(newest.parent_run, TABLE)
        joined, _ = join(known, read_known(path, seed)[0].table, seed)
        return cls(dataset_of(check(joined, seed), seed), period_of(known, seed).max(), chosen)

    def judged(self, model: Model, champion: Version) -> dict[str, Judged]:
        """Return by target the champion's inputs, the rows, and the counted ones; ComparisonError if none."""
        rows_by_target = {}
        for one in self.data.each:
            counts = np.asarray(one.periods > self.after)
            if self.chosen is not None:
                counts &= are_in(one.table, self.chosen, one.seed)
            rows = np.flatnonzero(counts)
            if not len(rows):
                raise ComparisonError("0 rows to judge on")
            rows_by_target[one.seed.target.name] = inputs_of(model, champion, one, rows), one, rows
        return rows_by_target

    def verdict(
        self, champion: Version, challenger: Version, tracking: Tracking, is_guarded: bool = False
    ) -> ComparisonResult | Verdicts:
        """Verdict on these rows by the rule of a retraining job: on answers as clients get them.

        Parameters
        ----------
        champion, challenger : Version
            The two versions.
        tracking : Tracking
            The store that has them.
        is_guarded : bool
            Whether a winning challenger is blocked if it is significantly worse in a regime or a group of rows.

        Raises
        ------
        ComparisonError, SplitError
            Too few rows came after.
        RegistryError
            The champion was trained with another seed and cannot be compared.
        TrackingError
            The MLflow store did not do its part.
        """
        now, then = tracking.model(champion), tracking.model(challenger)
        compared = self.judged(now, champion)
        best = _answered(now, then, compared)
        result = verdict_on(now, best, compared)
        if not is_guarded or not result.promoted:
            return result
        return guarded_by(result, Gated(tuple(worst_parts(now, best, compared))))


def _answered(now: Model, then: Model, compared: Mapping[str, Judged]) -> dict[str, AnyCandidate]:
    """Return the challenger as candidate by target; ComparisonError or SplitError if rows are too few."""
    if len(compared) == 1:
        ((name, (_, data, rows)),) = compared.items()
        task_of(data.seed).assessor.check_judgeable(now, data, rows)
        return {name: as_candidate(then, data, rows)}
    for _, data, rows in compared.values():
        check_judged(now, data, rows)
    return {name: as_candidate(model_of(then, name), data, rows) for name, (_, data, rows) in compared.items()}


def as_candidate(model: Any, data: Dataset, rows: IntArray) -> AnyCandidate:
    """A registered model as a candidate that has answered rows of a data set."""
    learner = task_of(data.seed).learner
    parts = split(data, test_from=data.periods[rows].min())
    answers = learner.answers(model, data, parts)
    return Candidate(model, {}, answers, learner.predictions_of(answers), np.empty(0))
