"""Simulated plants predicted without outcomes, by the default plant's champion and by their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.coverage.page import RESULTS
from benchmarks.replays.run import candidates_of
from models.interfaces.answers import COVERAGE, Answer
from models.quality.by_pattern import contents_by_pattern
from models.quality.model import QualityModel
from models.quality.outcomes import covered
from models.regression.model import RegressionModel
from models.sorting.model import SortingModel
from models.table.reading import read_table
from models.tasks import inputs_for
from physics.arrays import BoolArray, FloatArray
from seeds import Seed
from synthetic_data import another_plant, simulate
from training.core.dataset import period_of

LEARNT = 0.7  # of the periods of a plant, by a champion of its own; the rest is answered
BLOCK = 20_000  # rows of one prediction

Model = RegressionModel | QualityModel | SortingModel


def measured(seed: Seed, numbers: Sequence[int], more: Sequence[int]) -> dict[str, Any]:
    """Coverage on plants with the default parameters and with others, each with random numbers of its own.

    The champion is the candidate that the default plant registers, as its page has it. On the plants of `more`, whose
    parameters are other ones, it alone is measured: they differ most from plant to plant.
    """
    table, published = simulated(seed, None), json.loads((RESULTS.parent / f"{seed.process.name}.json").read_text())
    champion = fitted(table, seed, published["registered"])
    figures: dict[str, Any] = {"candidate": champion.candidate, "rows": len(table), "same": {}, "other": {}}
    for number in numbers:
        figures["same"][str(number)] = _on_plant(champion, simulated(seed, number), seed)
        other = another_plant(seed, number)
        figures["other"][str(number)] = _on_plant(champion, simulated(other, number), other)
    for number in more:
        figures["other"][str(number)] = {"carried": coverages(champion, simulated(another_plant(seed, number), number))}
    return figures


def simulated(seed: Seed, rng_seed: int | None) -> pd.DataFrame:
    """Table of a plant, with the random numbers of this seed or its own."""
    with TemporaryDirectory() as folder:
        return read_table(simulate(seed, Path(folder), rng_seed=rng_seed), seed).table


def _on_plant(champion: Model, table: pd.DataFrame, seed: Seed) -> dict[str, dict[str, float]]:
    periods = period_of(table, seed)
    distinct = np.unique(periods)
    is_learnt = np.asarray(periods < distinct[int(LEARNT * len(distinct))])
    known = table[is_learnt].reset_index(drop=True)
    own = fitted(known, seed, champion.candidate)
    return {"carried": coverages(champion, table), "own": coverages(own, table[~is_learnt])}


def fitted(known: pd.DataFrame, seed: Seed, candidate: str) -> Any:
    """Return the model of a candidate, of several targets of the first."""
    ((model, _),) = candidates_of(known, seed, candidate).values()
    return model


def coverages(model: Model, table: pd.DataFrame) -> dict[str, float]:
    """Coverage of labels by intervals served without outcomes, by fixed and by adaptive intervals.

    The adaptive ones are as the newest outcomes of training left them. Contents of pieces have fixed ones alone.
    `flagged` is the share of rows with an input outside the training range, `unflagged_served` the coverage of the
    others.
    """
    held = {"served": _held(model, table)}
    if isinstance(model, RegressionModel):
        held |= {"fixed": _held(replace(model, adaptive=None), table)}
    elif isinstance(model, QualityModel):
        held |= {"fixed": _held(replace(model, level=None), table)}
    if isinstance(model, RegressionModel | QualityModel):
        held |= {"adaptive": _held(model.with_all_outcomes(), table)}
    known = ~np.isnan(held["served"])
    flagged, served = _flagged(model, table)[known], held["served"][known]
    shares = {name: one[known] for name, one in held.items()} | {"flagged": flagged}
    if not flagged.all():
        shares["unflagged_served"] = served[~flagged]
    return {"rows": int(known.sum())} | {name: round(float(one.mean()), 4) for name, one in shares.items()}


def _flagged(model: Model, table: pd.DataFrame) -> BoolArray:
    X, (low, high) = inputs_for(model, table), model.ranges.T
    return np.asarray(((X < low) | (X > high)).any(axis=1))


def _held(model: Model, table: pd.DataFrame) -> FloatArray:
    X, blocks = inputs_for(model, table), [slice(start, start + BLOCK) for start in range(0, len(table), BLOCK)]
    return np.concatenate([covered_labels(model, table.iloc[rows], X[rows]) for rows in blocks])


def covered_labels(model: Model, table: pd.DataFrame, X: FloatArray) -> FloatArray:
    """Coverage by row: 1 if its interval contains the label, jointly for lots, as a share for pieces."""
    if isinstance(model, RegressionModel):
        name = model.seed.target.name
        label = table[name].to_numpy(dtype=np.float64)
        answer = model.answer(X, COVERAGE)[name]
        return np.where(np.isnan(label), np.nan, (answer.low <= label) & (label <= answer.high))
    if isinstance(model, QualityModel):
        logs = model.raw(X)[:, : len(model.seed.elements)]
        inside, known = _contents(contents_by_pattern(model, X, logs, COVERAGE), table)
        return np.where(known.any(axis=1), (inside | ~known).all(axis=1), np.nan)
    inside, known = _contents(model.elements(X, COVERAGE), table)
    share = (inside & known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known.any(axis=1), share, np.nan)


def _contents(answers: dict[str, Answer], table: pd.DataFrame) -> tuple[Any, Any]:
    """Masks of predicted contents within their intervals and of known contents, shape (n, E) each."""
    reported = table[list(answers)].to_numpy(dtype=np.float64)
    inside = [covered(one, answer) for one, answer in zip(reported.T, answers.values(), strict=True)]
    return np.column_stack(inside), ~np.isnan(reported)
