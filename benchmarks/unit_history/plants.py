"""Predictions of a plant by models with and without the history of units."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from models.interfaces.answers import COVERAGE, Answer, rows_of
from models.tasks import build
from physics.arrays import FloatArray, IntArray
from seeds import Seed
from synthetic_data import another_plant, simulate
from training.core.dataset import Dataset, read
from training.core.evaluate import coverage, rmse
from training.core.fitting import fit, model_of, with_few_threads
from training.core.splits import Split, split
from training.jobs.train import extended
from training.multi_target.views import views
from training.tasks import task_of

CANDIDATE = "lightgbm"
REQUESTS = ("whole", "outcomes", "nothing")
"""Rows with all inputs; with recorded outcomes, but without earlier periods in the request; without any history."""


def of_plant(seed: Seed, number: int) -> dict[str, Any]:
    """Return the figures of a plant with parameters drawn again, by target."""
    seed = another_plant(seed, number)
    with tempfile.TemporaryDirectory() as folder:
        data = read(simulate(seed, Path(folder) / "plant"), seed)
    parts = split(data)
    before, after = views(data, parts), views(extended(data, parts), parts)
    return {one[0].seed.target.name: _of_target(one, other) for one, other in zip(before, after, strict=True)}


def _of_target(before: tuple[Dataset, Split], after: tuple[Dataset, Split]) -> dict[str, Any]:
    history = after[0].history
    target = after[0].seed.target.name
    form = history.targets[target].form if history is not None and target in history.targets else None
    return {"form": form, "before": _figures(*before), "after": _figures(*after)}


def _figures(data: Dataset, parts: Split) -> dict[str, dict[str, float]]:
    """Return errors, coverage and width by kind of request, of models with the settings of the candidate."""
    learner = task_of(data.seed).learner
    estimator = with_few_threads(build(data.seed)[CANDIDATE], len(data.labels))
    fitted = fit(learner, estimator, data, parts, lambda unfitted, X, y: unfitted)
    model, _ = model_of(fitted, learner, CANDIDATE, data, parts, {})
    return {name: _of_answer(model.fixed(_inputs(data, name), COVERAGE), data, parts) for name in REQUESTS}


def _inputs(data: Dataset, request: str) -> FloatArray:
    X = data.X.copy()
    added = {column.name for column in data.seed.added}
    derived = [i for i, column in enumerate(data.seed.inputs) if column.lent_by]
    of_units = [i for i, column in enumerate(data.seed.inputs) if column.name in added]
    X[:, {"whole": [], "outcomes": derived, "nothing": [*derived, *of_units]}[request]] = np.nan
    return X


def _of_answer(answer: Answer, data: Dataset, parts: Split) -> dict[str, float]:
    truth = data.y if data.truth is None else data.truth
    test = rows_of(answer, parts.test)
    figures = {
        "rmse": _error(answer, truth, parts.test),
        "new_units_rmse": _error(answer, truth, parts.holdout) if len(parts.holdout) else None,
        "coverage": coverage(data.y[parts.test], test),
        "width": float(np.mean(test.high - test.low)),
    }
    return {name: round(value, 5) for name, value in figures.items() if value is not None}


def _error(answer: Answer, truth: FloatArray, rows: IntArray) -> float:
    known = rows[np.isfinite(truth[rows])]
    return rmse(answer.value[known] - truth[known])
