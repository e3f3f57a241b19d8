"""Champions and challengers of plants, trained as by a retraining job, and their errors."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.label_checks.following import CANDIDATE
from benchmarks.replays.plant import Plant, plant_of
from models.regression.model import RegressionModel
from models.table.contract import Checked
from models.tasks import build
from physics.arrays import IntArray
from seeds import Seed
from synthetic_data import another_plant, simulate
from training.core.dataset import Dataset, dataset_of, period_of, row_key
from training.core.fitting import Candidate, fit, model_of, with_few_threads
from training.core.splits import split
from training.jobs.run_metadata import info_of
from training.regression.follow import followed_on
from training.retraining.judge_rows import JUDGE_SHARE
from training.tasks import task_of

MONTH = pd.Timedelta(days=30)
WORSE = 1.02  # error of the answers to the truth after a promotion, of the one before, from which on it was a bad one


def another(seed: Seed, rng_seed: int, units: int) -> Plant:
    """Another plant of a kind."""
    other = another_plant(seed, rng_seed=rng_seed)
    with tempfile.TemporaryDirectory() as folder:
        simulate(other, Path(folder), units=units)
        return plant_of(other, Path(folder), None, None)


def until(plant: Plant, moment: pd.Timestamp | None) -> Dataset:
    """Labelled rows of the first target up to a moment, or all of them, with what is true of each."""
    known = plant.table if moment is None else plant.table[period_of(plant.table, plant.seed) < moment]
    data = dataset_of(Checked(known, pd.DataFrame(columns=["file", "row"]), ()), plant.seed).each[0]
    truth = plant.table[row_key(plant.seed)].assign(truth=plant.truth)
    truths = data.table[row_key(plant.seed)].merge(truth, on=row_key(plant.seed), how="left")["truth"]
    return replace(data, truth=truths.to_numpy(dtype=np.float64))


def trained_model(data: Dataset, test_from: pd.Timestamp | None) -> Candidate[RegressionModel, Any]:
    """A candidate as a job learns it, judged by nothing yet."""
    parts, learner = split(data, test_from=test_from), task_of(data.seed).learner
    fitted = fit(learner, with_few_threads(build(data.seed)[CANDIDATE], len(data.y)), data, parts)
    model, _ = model_of(fitted, learner, CANDIDATE, data, parts, info_of(data, parts))
    answers = learner.answers(model, data, parts)
    return Candidate(model, {}, answers, learner.predictions_of(answers), np.empty(0))


def challenger_of(data: Dataset, begin: pd.Timestamp) -> tuple[Candidate[RegressionModel, Any], IntArray]:
    """Challenger trained on all rows but the latest of those since a time, and its test rows."""
    new = np.sort(data.periods[data.periods >= begin].unique())
    start = pd.Timestamp(new[-max(1, round(JUDGE_SHARE * len(new)))])
    return trained_model(data, start), np.flatnonzero(data.periods >= start)


def ratio_of(before: RegressionModel, after: RegressionModel, data: Dataset, rows: IntArray) -> float | None:
    """Ratio of a model's error to the truth as served to that of another, on common rows [1].

    None where there are none.
    """
    one, other = (followed_on(model, data, rows) for model in (before, after))
    assert one is not None
    assert other is not None
    assert data.truth is not None
    truth = data.truth[rows]
    known = ~np.isnan(one.value + other.value + truth)
    if not known.any():
        return None
    errors = [float(np.mean(np.abs(answer.value - truth)[known])) for answer in (one, other)]
    return errors[1] / errors[0]
