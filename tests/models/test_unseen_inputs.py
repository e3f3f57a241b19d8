"""An input that no training row has moves no prediction when it is sent, whatever the candidate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.classification.model import classifier
from models.interfaces.answers import learnt_inputs
from models.quality.error_scenarios import ErrorScenarios
from models.quality.model import QualityModel
from models.regression.calibration import conformalised
from models.tasks import build
from physics.arrays import FloatArray
from seeds import Seed, load

TOYS = Path(__file__).parents[1] / "toys"
SEEDS: dict[str, Seed] = {name: load(TOYS / f"{name}.toml") for name in ("toy_cells", "toy_ores", "toy_lots")}
SEEDS["aluminium_reduction"] = load("aluminium_reduction").for_target("current_efficiency")
ROWS = 400


def drawn(seed: Seed) -> FloatArray:
    """Rows of inputs about their typical values; texts by their numbers."""
    rng = np.random.default_rng(12)
    columns = []
    for column in seed.inputs:
        if column.is_number:
            low, high = column.limits
            middle, width = (low + high) / 2, (high - low) / 20
            if not np.isfinite(middle):
                middle, width = 5.0, 0.5
            columns.append(rng.normal(middle, width, ROWS))
        else:
            columns.append(rng.integers(0, len(column.values or ("",)), ROWS).astype(np.float64))
    return np.column_stack(columns)


def labels(seed: Seed, X: FloatArray) -> FloatArray:
    """Labels that depend on all inputs."""
    rng = np.random.default_rng(13)
    signal = ((X - X.mean(axis=0)) / X.std(axis=0)).sum(axis=1) / np.sqrt(X.shape[1])
    if seed.process.task == "classification":
        return (signal > 0).astype(np.float64)
    if seed.process.task == "quality":
        contents = np.exp(0.3 * signal[:, None] + 0.1 * rng.normal(size=(ROWS, len(seed.elements))))
        return np.column_stack([contents, *(signal > 0.5 for _ in seed.defects)])
    return 90.0 + signal + 0.2 * rng.normal(size=ROWS)


def predicted(seed: Seed, estimator: Any, less: FloatArray, y: FloatArray, X: FloatArray) -> FloatArray:
    """Predictions for X of a model whose estimator was fitted to `less` and y."""
    task, rows = seed.process.task, ROWS // 2
    if task == "classification":
        p = estimator.predict_proba(less)
        model = classifier(seed, "stub", estimator, less[:rows], y[:rows], less[rows:], y[rows:], p[rows:], {})
        return model.probabilities(X)
    if task == "quality":
        unit = np.eye(len(seed.elements) + len(seed.defects))
        scatter = ErrorScenarios.of(y[:, : len(seed.elements)], np.log(y[:, : len(seed.elements)]))
        parts = learnt_inputs(less)
        return QualityModel(seed, "stub", estimator, scatter, np.ones(len(unit)), 0.1, **parts).raw(X)
    return conformalised(seed, "stub", estimator, less, y, y, {}).predict(X)


@pytest.mark.parametrize(
    ("process", "candidate"), [(process, candidate) for process, seed in SEEDS.items() for candidate in build(seed)]
)
def test_an_input_that_training_never_had_moves_no_prediction(process: str, candidate: str) -> None:
    seed = SEEDS[process]
    X = drawn(seed)
    y = labels(seed, X)
    for column in range(0, X.shape[1], max(1, X.shape[1] // 4)):
        less = X.copy()
        less[:, column] = np.nan
        estimator = build(seed)[candidate].fit(less, y)
        with_it, without = (predicted(seed, estimator, less, y, rows) for rows in (X, less))
        np.testing.assert_array_equal(with_it, without, err_msg=seed.inputs[column].name)
