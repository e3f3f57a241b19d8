"""A fitted estimator as bytes and back: LightGBM's own text, skops, or JSON. Never a pickle."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import lightgbm
import numpy as np
import skops.io
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from models.baselines import FirstPrinciples, Persistence
from models.boosted_trees import BoostedTrees
from models.features import PhysicsFeatures
from models.signed_line import Line

TREES_FILE = "trees.lightgbm.txt"
SKOPS_FILE = "pipeline.skops"

TRUSTED_TYPES = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.str",
        "builtins.tuple",
        "numpy.dtype",
        "numpy.float64",
        "numpy.ndarray",
        "sklearn.impute._base.SimpleImputer",
        "sklearn.linear_model._ridge.RidgeCV",
        "sklearn.model_selection._split.TimeSeriesSplit",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
    }
)
"""All types that a model's skops file may hold; skops' own list, hundreds of types long, does not count."""


def dump(estimator: BaseEstimator) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fitted estimator as JSON values, and as files by name."""
    if isinstance(estimator, Persistence):
        return {"n_inputs": estimator.n_features_in_, "mean": estimator.mean_}, {}
    if isinstance(estimator, FirstPrinciples):
        state = {"n_inputs": estimator.n_features_in_, "fill": estimator.fill_.tolist(), "offset": estimator.offset_}
        return state, {}
    if isinstance(estimator, BoostedTrees):
        return _line(estimator), {TREES_FILE: _text(estimator.booster_)}
    if isinstance(estimator, Pipeline) and isinstance(estimator[0], PhysicsFeatures):
        state = {"features": list(estimator[0].features)} | _line(estimator[-1])
        return state, {TREES_FILE: _text(estimator[-1].booster_)}
    return {}, {SKOPS_FILE: skops.io.dumps(estimator)}


def _line(estimator: BoostedTrees) -> dict[str, Any]:
    return {"line": {name: np.asarray(part).tolist() for name, part in vars(estimator.line_).items()}}


def _text(booster: lightgbm.Booster) -> bytes:
    return booster.model_to_string(num_iteration=-1).encode()


def parse(estimator: BaseEstimator, state: dict[str, Any], files: dict[str, bytes]) -> BaseEstimator:
    """Fitted estimator from what `dump` gave; `estimator` is the unfitted candidate.

    Raises
    ------
    ValueError
        The parts do not fit the candidate, or a skops file holds a type that is not trusted.
    """
    if isinstance(estimator, Persistence):
        estimator.n_features_in_, estimator.mean_ = state["n_inputs"], state["mean"]
        return estimator
    if isinstance(estimator, FirstPrinciples):
        estimator.n_features_in_, estimator.offset_ = state["n_inputs"], state["offset"]
        estimator.fill_ = np.array(state["fill"], dtype=np.float64)
        return estimator
    if isinstance(estimator, BoostedTrees):
        return _with_trees(estimator, state, files)
    if isinstance(estimator, Pipeline) and isinstance(estimator[0], PhysicsFeatures):
        physics = estimator[0]
        if list(physics.features) != state["features"]:
            raise ValueError(f"physics features: got {state['features']}, this code computes {list(physics.features)}")
        physics.n_features_in_ = len(physics.inputs)
        _with_trees(estimator[-1], state, files)
        return estimator
    return _from_skops(files[SKOPS_FILE])


def _with_trees(estimator: BoostedTrees, state: dict[str, Any], files: dict[str, bytes]) -> BoostedTrees:
    parts = dict(state["line"])
    line = Line(intercept=parts.pop("intercept"), **{name: np.array(part) for name, part in parts.items()})
    booster = lightgbm.Booster(model_str=files[TREES_FILE].decode())
    if booster.num_feature() != len(line.slope):
        raise ValueError(f"{TREES_FILE}: trees take {booster.num_feature()} columns, the line {len(line.slope)}")
    estimator.line_, estimator.booster_, estimator.n_features_in_ = line, booster, len(line.slope)
    return estimator


def _from_skops(content: bytes) -> BaseEstimator:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = set(_types(json.loads(archive.read("schema.json"))))
    if found - TRUSTED_TYPES:
        raise ValueError(f"{SKOPS_FILE}: types not trusted: {', '.join(sorted(found - TRUSTED_TYPES))}")
    return skops.io.loads(content, trusted=sorted(TRUSTED_TYPES))


def _types(node: Any) -> Iterator[str]:
    """Every type that a skops schema names."""
    if isinstance(node, dict):
        if "__class__" in node:
            yield f"{node['__module__']}.{node['__class__']}"
        for part in node.values():
            yield from _types(part)
    elif isinstance(node, list):
        for part in node:
            yield from _types(part)
