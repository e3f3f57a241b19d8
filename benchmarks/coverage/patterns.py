"""Coverage, width and released lots by pattern of missing inputs, on other plants.

python -m benchmarks.coverage.patterns FILE PROCESS...   # figures as JSON
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.coverage.plants import LEARNT, simulated
from benchmarks.replays.run import candidates_of
from models.interfaces.answers import COVERAGE
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots
from models.regression.model import RegressionModel
from models.table.inputs import matrix
from physics.arrays import BoolArray, FloatArray
from seeds import Seed, load
from synthetic_data import another_plant
from training.core.dataset import period_of

PLANTS = (7601, 7602, 7603)
RANDOM = 0.3  # of the values, missing at random
REQUEST = {
    "aluminium_reduction": (
        "line_current",
        "cell_voltage",
        "bath_temperature",
        "excess_alf3",
        "voltage_noise",
        "ae_frequency",
        "ae_duration",
    )
}
"""Inputs of the request in README.md."""


def measured(seed: Seed) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Figures by plant, candidate and pattern; each plant has other parameters and a model of its own."""
    return {str(number): _on_plant(simulated(another_plant(seed, number), number), seed) for number in PLANTS}


def _on_plant(table: pd.DataFrame, seed: Seed) -> dict[str, dict[str, dict[str, float]]]:
    periods = period_of(table, seed)
    distinct = np.unique(periods)
    is_learnt = np.asarray(periods < distinct[int(LEARNT * len(distinct))])
    models = candidates_of(table[is_learnt].reset_index(drop=True), seed)
    new = table[~is_learnt]
    masks = dict(patterns(seed, len(new)))
    return {
        name: {pattern: _figures(model, new, mask) for pattern, mask in masks.items()}
        for name, (model, _) in models.items()
        if name not in ("mean", "persistence")
    }


def patterns(seed: Seed, rows: int) -> Iterator[tuple[str, BoolArray]]:
    """Yield names and masks of missing inputs, shape (k,) or (rows, k).

    Instruments are the groups of inputs of a role, and each input that earlier values of the same column go with.
    """
    columns = seed.inputs
    names = np.array([column.name for column in columns])
    yield "all inputs", np.zeros(len(names), dtype=np.bool_)
    if seed.process.name in REQUEST:
        yield "request of README", ~np.isin(names, REQUEST[seed.process.name])
    yield "key and time alone", np.ones(len(names), dtype=np.bool_)
    source = np.array([column.lent_by or column.name for column in columns])
    if (source != names).any():
        yield "no history", source != names
    for role in sorted({column.role for column in columns}):
        yield f"no {role}", np.array([column.role == role for column in columns])
    for name in sorted({one for one in source[source != names] if one in names}):
        yield f"no {name}", source == name
    yield "30 % at random", np.random.default_rng(7600).random((rows, len(names))) < RANDOM


def _figures(model: RegressionModel | QualityModel, table: pd.DataFrame, mask: BoolArray) -> dict[str, float]:
    X = np.where(mask, np.nan, matrix(table, model.seed))
    return _of_lots(model, table, X) if isinstance(model, QualityModel) else _of_numbers(model, table, X)


def _of_numbers(model: RegressionModel, table: pd.DataFrame, X: FloatArray) -> dict[str, float]:
    name = model.seed.target.name
    label = table[name].to_numpy(dtype=np.float64)
    known = ~np.isnan(label)
    answer = model.answer(X, COVERAGE)[name]
    inside = (answer.low <= label) & (label <= answer.high)
    return {
        "coverage": round(float(inside[known].mean()), 4),
        "width": round(float(np.mean(answer.high - answer.low)), 4),
        "rmse": round(float(np.sqrt(np.mean((answer.value - label)[known] ** 2))), 4),
    }


def _of_lots(model: QualityModel, table: pd.DataFrame, X: FloatArray) -> dict[str, float]:
    """Joint coverage, mean width on log scale, and shares of released lots and of bad ones among them."""
    seed = model.seed
    reported = table[[column.name for column in seed.elements]].to_numpy(dtype=np.float64)
    within_grade = AssayedLots.of(seed, reported, table[list(seed.defects)].to_numpy(dtype=np.float64)).kept
    inside, width, is_released, broken = (np.full(len(X), np.nan) for _ in range(4))
    for part, lots in model.by_pattern(X):
        assessed = part.assess(X[lots])
        half = part.received.half_width(part.scatter.joint, part.level, COVERAGE)
        inside[lots] = part.scatter.needed(reported[lots], assessed.logs) <= half
        width[lots] = 2 * half * part.scatter.spread.mean()
        grade = assessed.decided.grade
        is_released[lots] = (grade >= 0) & (grade < len(seed.grades) - 1)
        broken[lots] = 1 - within_grade[lots, np.maximum(grade, 0)]
    assayed, released = ~np.isnan(reported).all(axis=1), is_released == 1
    bad = broken[released & ~np.isnan(broken)]
    return {
        "coverage": round(float(inside[assayed].mean()), 4),
        "width": round(float(width.mean()), 4),
        "released": round(float(released.mean()), 4),
        "false_release": round(float(bad.mean()), 4) if len(bad) else 0.0,
    }


def main(arguments: list[str]) -> None:
    """Measure some processes and write the figures to a file."""
    file, *processes = arguments
    figures: Mapping[str, Any] = {process: measured(load(process)) for process in processes}
    Path(file).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
