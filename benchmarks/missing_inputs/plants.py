"""Responses of a plant's own model to rows that miss inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.coverage.page import DOCS
from benchmarks.coverage.plants import LEARNT, covered_labels, simulated
from benchmarks.replays.run import model_of_candidate, training_rows
from models.interfaces.answers import COVERAGE
from models.quality.by_pattern import assessed_by_pattern
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots
from models.regression.model import RegressionModel
from models.sorting.model import SortingModel
from models.tasks import inputs_for
from physics.arrays import BoolArray, FloatArray
from seeds import Seed
from synthetic_data import another_plant
from training.core.dataset import period_of

RANDOM = 0.3
"""Share of the values that are missing at random."""
RNG_SEED = 811
MOST_ROWS = 3000
"""Rows of a plant that are predicted, evenly spaced."""
MONTH = pd.Timedelta(days=30)
ALL, ALONE, REQUESTED, NO_HISTORY = "all inputs", "key and time alone", "request of README", "no history"
COMPARED = (ALONE, REQUESTED, NO_HISTORY)
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

Model = RegressionModel | QualityModel | SortingModel


def of_plant(seed: Seed, number: int) -> dict[str, dict[str, float]]:
    """Return figures of a plant with parameters drawn again by pattern; see `figures`.

    The plant's model learns from the first 70 % of its periods and predicts the rows of the others. `width_to_own` is
    the width over that of a model which was trained on just the inputs of the pattern [1], for those of
    COMPARED; without signals, a model of pieces predicts no contents. The sensor that fails for a month is the one
    without which intervals are widest.
    """
    table = simulated(another_plant(seed, number), number)
    periods = period_of(table, seed)
    distinct = np.unique(periods)
    is_learnt = np.asarray(periods < distinct[int(LEARNT * len(distinct))])
    new = table[~is_learnt].reset_index(drop=True)
    data, parts = training_rows(table[is_learnt].reset_index(drop=True), seed)
    candidate = json.loads((DOCS / "results" / f"{seed.process.name}.json").read_text(encoding="utf-8"))["registered"]
    model, _ = model_of_candidate(candidate, data, parts)
    rows = np.unique(np.linspace(0, len(new) - 1, MOST_ROWS).astype(np.intp))
    X, new = inputs_for(model, new)[rows], new.iloc[rows]
    results: dict[str, dict[str, float]] = {}
    single = dict(instruments(data.seed))
    for name, mask in patterns(data.seed, len(new)):
        blanked = np.where(mask, np.nan, X)
        results[name] = figures(model, new, blanked)
        if name in COMPARED and not isinstance(model, SortingModel):
            own, _ = model_of_candidate(candidate, replace(data, X=np.where(mask, np.nan, data.X)), parts)
            results[name]["width_to_own"] = round(results[name]["width"] / figures(own, new, blanked)["width"], 4)
    start = np.asarray(period_of(new, seed))
    month = np.flatnonzero(start < start.min() + MONTH)
    costliest = max(single, key=lambda name: results[name]["width"])
    results["a month without a sensor"] = figures(model, new.iloc[month], np.where(single[costliest], np.nan, X[month]))
    return results


def patterns(seed: Seed, rows: int) -> Iterator[tuple[str, BoolArray]]:
    """Yield names and masks of missing inputs, shape (k,) or (rows, k)."""
    names = np.array(seed.input_names)
    yield ALL, np.zeros(len(names), dtype=np.bool_)
    if seed.process.name in REQUEST:
        yield REQUESTED, ~np.isin(names, REQUEST[seed.process.name])
    yield ALONE, np.ones(len(names), dtype=np.bool_)
    own = {column.name for column in seed.added}
    history = np.array([column.lent_by is not None or column.name in own for column in seed.inputs])
    if history.any():
        yield NO_HISTORY, history
    for role in sorted({column.role for column in seed.inputs}):
        yield f"no inputs of role {role}", np.array([column.role == role for column in seed.inputs])
    yield from instruments(seed)
    yield "30 % at random", np.random.default_rng(RNG_SEED).random((rows, len(names))) < RANDOM


def instruments(seed: Seed) -> Iterator[tuple[str, BoolArray]]:
    """Yield names and masks, shape (k,), of the numbers that are measured, each with its earlier values."""
    source = np.array([column.lent_by or column.name for column in seed.inputs])
    for column in seed.inputs:
        if column.lent_by is None and column.is_number and column not in seed.added:
            yield f"no {column.name}", source == column.name


def figures(model: Model, table: pd.DataFrame, X: FloatArray) -> dict[str, float]:
    """Return figures of rows, shape (n, k), with missing inputs.

    Returns
    -------
    dict of str to float
        `coverage` of labels by intervals of 90 % [1]; `width`, the mean width of intervals [target's unit; of lots the
        logarithm; of pieces wt%]; for lots `released` and, of these, `false_release` [1].
    """
    known = covered_labels(model, table, X)
    shares = {"coverage": float(np.nanmean(known)), "width": _width(model, X)}
    if isinstance(model, QualityModel):
        shares |= _release(model, table, X)
    return {name: round(one, 4) for name, one in shares.items()}


def _width(model: Model, X: FloatArray) -> float:
    if isinstance(model, QualityModel):
        width = np.empty(len(X))
        for part, lots in model.by_pattern(X):
            half = part.received.half_width(part.scatter.joint, part.level, COVERAGE)
            width[lots] = 2 * half * part.scatter.spread.mean()
        return float(width.mean())
    if isinstance(model, SortingModel):
        answers = list(model.elements(X, COVERAGE).values())
    else:
        answers = [model.answer(X, COVERAGE)[model.seed.target.name]]
    return float(np.mean([np.mean(answer.high - answer.low) for answer in answers]))


def _release(model: QualityModel, table: pd.DataFrame, X: FloatArray) -> dict[str, float]:
    """Return the share of lots that are released in a grade with limits, and of bad ones among them."""
    seed = model.seed
    reported = table[[column.name for column in seed.elements]].to_numpy(dtype=np.float64)
    within = AssayedLots.of(seed, reported, table[list(seed.defects)].to_numpy(dtype=np.float64)).kept
    grade = assessed_by_pattern(model, X, model.raw(X)).decided.grade
    is_released = (grade >= 0) & (grade < len(seed.grades) - 1)
    bad = 1 - within[np.flatnonzero(is_released), grade[is_released]]
    bad = bad[~np.isnan(bad)]
    return {"released": float(is_released.mean()), "false_release": float(bad.mean()) if len(bad) else 0.0}
