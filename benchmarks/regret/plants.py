"""Candidates in service: errors on rows outside all training rows, and the registered one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import drafted, error
from models.tasks import build
from seeds import Seed, load
from synthetic_data import another_plant, simulate
from tests.suite.plant_tables import PlantTable
from training.core.dataset import Dataset, read
from training.core.fitting import fit, model_of, selected, with_few_threads
from training.core.splits import Split, split
from training.multi_target.views import views
from training.tasks import task_of

POOLED = "calibrate_rmse"
"""Figure that selected the candidate of a number before; of other tasks the same figure as now."""


def of_plant(process: str, rng_seed: int, units: int) -> dict[str, Any]:
    """Figures by target of a simulated plant with parameters drawn again."""
    seed = another_plant(load(process), rng_seed)
    with tempfile.TemporaryDirectory() as scratch:
        return of_file(seed, simulate(seed, Path(scratch) / "plant", units=units))


def of_table(table: PlantTable) -> dict[str, Any]:
    """Figures of a table whose seed is drafted as a newcomer would, by target."""
    with tempfile.TemporaryDirectory() as scratch:
        return of_file(*drafted(table, Path(scratch)))


def of_file(seed: Seed, path: Path) -> dict[str, Any]:
    """Figures of a file, by target."""
    data = read(path, seed)
    return {one.seed.target.name: _of_target(one, parts) for one, parts in views(data, split(data))}


def _of_target(data: Dataset, parts: Split) -> dict[str, Any]:
    """Errors of all candidates, and which of them was registered before and is now."""
    learner, metrics, errors = task_of(data.seed).learner, {}, {}
    for name, estimator in build(data.seed).items():
        fitted = fit(learner, with_few_threads(estimator, len(data.labels)), data, parts)
        model, metrics[name] = model_of(fitted, learner, name, data, parts, {})
        errors[name] = _error(data, parts, learner.predictions_of(learner.answers(model, data, parts))[parts.test])
    by = POOLED if all(POOLED in one_metrics for one_metrics in metrics.values()) else learner.selected_by
    return {
        "rows": len(data.labels),
        "before": min(metrics, key=lambda name: metrics[name][by]),
        "now": selected(learner.selected_by, metrics),
        "errors": errors,
    }


def _error(data: Dataset, parts: Split, predicted: Any) -> float:
    """RMSE of a number on the test rows, to the truth where it is known, or the log loss of a class."""
    if data.truth is None:
        return error(data, parts, predicted)
    truth, label = data.truth[parts.test], data.y[parts.test]
    return float(np.sqrt(np.mean((predicted - np.where(np.isfinite(truth), truth, label)) ** 2)))
