"""How well a prediction could do at best: trees that know the truth of many plants alike, and the label's own error."""

from __future__ import annotations

from typing import Any

import lightgbm as lgb
import numpy as np

from models.processes.lookup import needed_physics_of
from models.table.contract import check
from models.table.inputs import input_names, matrix
from models.tasks import build
from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data import another_plant, replay
from training.dataset import Dataset, dataset_of
from training.splits import split

PLANTS = {"of the seed": None, "another, 30101": 30101, "another, 30102": 30102, "another, 30103": 30103}
SIMULATED = range(40_001, 40_021)  # random numbers of plants with the same parameters, which the oracle learns
CANDIDATES = ("persistence", "linear", "lightgbm_physics")
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
    """Errors of the candidates and of the oracle on the newest periods of some plants [unit of the target]."""
    plants = [_plant(seed if number is None else another_plant(seed, number), name) for name, number in PLANTS.items()]
    unit = seed.targets[seed.target.name].unit
    return {"target": seed.target.name, "unit": unit, "simulated": len(SIMULATED), "plants": plants}


def _plant(seed: Seed, name: str) -> dict[str, Any]:
    data = _simulated(seed, None)
    rows, truth = split(data.table, seed), _truth(data)
    label = data.table[seed.target.name].to_numpy(np.float64)
    learnt = rows.learnt[np.argsort(data.periods[rows.learnt], kind="stable")]
    inputs = matrix(data.table, seed)
    found: dict[str, Any] = {"plant": name, "noise": _rms(label[rows.test] - truth[rows.test]), "candidates": {}}
    for candidate in CANDIDATES:
        print(f"{name}: {candidate}", flush=True)
        said = build(seed)[candidate].fit(inputs[learnt], label[learnt]).predict(inputs[rows.test])
        found["candidates"][candidate] = {
            "label": _rms(said - label[rows.test]),
            "truth": _rms(said - truth[rows.test]),
        }
    print(f"{name}: oracle", flush=True)
    found["oracle"] = _rms(_oracle(seed).predict(_wide(data)[rows.test]) - truth[rows.test])
    return found


def _oracle(seed: Seed) -> lgb.Booster:
    """Trees on the inputs and the physics of many plants with these very parameters, whose truth they see."""
    plants = [_simulated(seed, number) for number in SIMULATED]
    inputs, truth = np.vstack([_wide(one) for one in plants]), np.concatenate([_truth(one) for one in plants])
    apart = len(inputs) // 10  # the first plants choose how many trees
    judged = lgb.Dataset(inputs[apart:], truth[apart:])
    stop = lgb.early_stopping(_PATIENCE, verbose=False)
    held = judged.create_valid(inputs[:apart], truth[:apart])
    return lgb.train(_SETTINGS, judged, _MOST_TREES, valid_sets=[held], callbacks=[stop])


def _simulated(seed: Seed, rng_seed: int | None) -> Dataset:
    plant = replay(seed) if rng_seed is None else replay(seed, rng_seed=rng_seed)
    return dataset_of(check(plant.table, seed), seed, plant.truth)


def _truth(data: Dataset) -> FloatArray:
    assert data.truth_frame is not None
    return data.truth_frame[data.seed.target.name].to_numpy(np.float64)


def _wide(data: Dataset) -> FloatArray:
    inputs = matrix(data.table, data.seed)
    columns = dict(zip(input_names(data.seed), inputs.T, strict=True))
    return np.column_stack([inputs, *needed_physics_of(data.seed.process.name).features(columns).values()])


def _rms(error: FloatArray) -> float:
    return round(float(np.sqrt(np.mean(np.square(error)))), 4)
