"""Error floor of a prediction: trees trained on the truth of many similar plants, and label noise."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from models.processes.lookup import needed_physics_of
from models.table.contract import check
from models.table.inputs import input_names, matrix
from physics.arrays import FloatArray
from registry.settings import StoreSettings
from seeds import Seed
from synthetic_data import another_plant, replay, simulate
from training.core.dataset import Dataset, dataset_of
from training.jobs.train import train

PLANTS = {"of the seed": None} | {f"another, {number}": number for number in (701, 702, 703)}  # nothing chosen on these
SIMULATED = range(40_001, 40_021)  # random numbers of plants with the same parameters, which the oracle learns
_SETTINGS: dict[str, Any] = {
    "objective": "l2",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "seed": 0,
    "num_threads": 1,
    "verbose": -1,
}
_MOST_TREES, _PATIENCE = 1500, 40


def floor(seed: Seed) -> dict[str, Any]:
    """Errors of a job's candidates and of the oracle on the latest periods of plants [target unit]."""
    seed = seed.for_first
    plants = [_plant(seed if number is None else another_plant(seed, number), name) for name, number in PLANTS.items()]
    unit = seed.targets[seed.target.name].unit
    return {"target": seed.target.name, "unit": unit, "simulated": len(SIMULATED), "plants": plants}


def _plant(seed: Seed, name: str) -> dict[str, Any]:
    print(f"{seed.process.name}, {name}: job", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        path = simulate(seed, Path(scratch) / "plant")
        training = train(seed, path, StoreSettings(home=Path(scratch) / "home")).learnt
    print(f"{seed.process.name}, {name}: oracle", flush=True)
    rows, best = training.parts.test, training.best.metrics
    truth = _truth(training.data)[rows]
    return {
        "plant": name,
        "noise": round(best["test_noise_floor"], 4),
        "oracle": _rms(_oracle(seed).predict(_wide(training.data)[rows]) - truth),
        "registered": training.best.name,
        "label": round(best["test_rmse"], 4),
        "coverage": round(best["test_coverage_90"], 4),
        "holdout_coverage": round(best["holdout_all_coverage_90"], 4),
        "truth": {one: round(fitted.metrics["test_truth_rmse"], 4) for one, fitted in training.candidates.items()},
    }


def _oracle(seed: Seed) -> lgb.Booster:
    """Trees on the inputs and the physics of many plants with these very parameters, whose truth they see."""
    plants = [_simulated(seed, number) for number in SIMULATED]
    inputs, truth = np.vstack([_wide(one) for one in plants]), np.concatenate([_truth(one) for one in plants])
    apart = len(inputs) // 10  # the first plants choose how many trees
    validation = lgb.Dataset(inputs[apart:], truth[apart:])
    stop = lgb.early_stopping(_PATIENCE, verbose=False)
    held = validation.create_valid(inputs[:apart], truth[:apart])
    return lgb.train(_SETTINGS, validation, _MOST_TREES, valid_sets=[held], callbacks=[stop])


def _simulated(seed: Seed, rng_seed: int) -> Dataset:
    plant = replay(seed, rng_seed=rng_seed)
    return dataset_of(check(plant.table, seed), seed, plant.truth)


def _truth(data: Dataset) -> FloatArray:
    assert data.truth_frame is not None
    return data.truth_frame[data.seed.target.name].to_numpy(np.float64)


def _wide(data: Dataset) -> FloatArray:
    inputs = matrix(data.table, data.seed)
    columns = dict(zip(input_names(data.seed), inputs.T, strict=True))
    return np.column_stack([inputs, *needed_physics_of(data.seed).features(columns).values()])


def _rms(error: FloatArray) -> float:
    return round(float(np.sqrt(np.mean(np.square(error)))), 4)
