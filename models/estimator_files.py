"""A fitted estimator as bytes and back: LightGBM's own text, skops, or JSON. Never a pickle."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import lightgbm
import numpy as np
import skops.io
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from models.estimators.physics_features import PhysicsFeatures
from models.estimators.signed_line import Line
from models.quality.baselines import FirstPrinciplesContents, LastAssay
from models.quality.lines import LotLines
from models.quality.trees import LotTrees
from models.regression.baselines import FirstPrinciples, Persistence
from models.regression.trees import BoostedTrees
from models.sorting.baselines import ClassShares, FirstPrinciplesClasses
from models.sorting.linear import LinearClasses
from models.sorting.trees import BoostedClasses

TREES_FILE = "trees.lightgbm.txt"
SKOPS_FILE = "pipeline.skops"
_TREES_OF_OUTPUT = "trees.{}.lightgbm.txt"
_KNOWN = re.compile(rf"{re.escape(TREES_FILE)}|{re.escape(SKOPS_FILE)}|trees\.\d{{1,3}}\.lightgbm\.txt")

# Fitted attributes, numbers or arrays of numbers, of the estimators that are stored by them.
ATTRIBUTES: dict[type[BaseEstimator], tuple[str, ...]] = {
    Persistence: ("n_features_in_", "mean_"),
    FirstPrinciples: ("n_features_in_", "fill_", "offset_"),
    ClassShares: ("n_features_in_", "shares_"),
    FirstPrinciplesClasses: ("n_features_in_", "shares_", "fill_", "temperature_"),
    LinearClasses: ("n_features_in_", "median_", "spread_", "weights_", "intercept_", "seen_"),
    BoostedClasses: ("n_features_in_", "seen_"),
    LastAssay: ("n_features_in_", "start_"),
    FirstPrinciplesContents: ("n_features_in_", "fill_", "start_", "mean_"),
    LotLines: ("n_features_in_", "fill_", "scale_", "low_", "high_", "slope_", "intercept_", "spread_"),
}

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


def is_known(name: str) -> bool:
    """Whether an estimator may have a file of this name."""
    return _KNOWN.fullmatch(name) is not None


def dump(estimator: BaseEstimator) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fitted estimator as JSON values, and as files by name."""
    if isinstance(estimator, Pipeline) and isinstance(estimator[0], PhysicsFeatures):
        state, files = dump(estimator[-1])
        return {"features": list(estimator[0].features)} | state, files
    if isinstance(estimator, BoostedTrees):
        line = {name: np.asarray(part).tolist() for name, part in vars(estimator.line_).items()}
        return {"line": line}, {TREES_FILE: _text(estimator.booster_)}
    if isinstance(estimator, LotTrees):
        state, _ = dump(estimator.lines_)
        return state, {_TREES_OF_OUTPUT.format(i): _text(one) for i, one in enumerate(estimator.boosters_)}
    if type(estimator) in ATTRIBUTES:
        state = {name: np.asarray(getattr(estimator, name)).tolist() for name in ATTRIBUTES[type(estimator)]}
        return state, {TREES_FILE: _text(estimator.booster_)} if isinstance(estimator, BoostedClasses) else {}
    return {}, {SKOPS_FILE: skops.io.dumps(estimator)}


def _text(booster: lightgbm.Booster) -> bytes:
    return booster.model_to_string(num_iteration=-1).encode()


def parse(estimator: BaseEstimator, state: dict[str, Any], files: dict[str, bytes]) -> BaseEstimator:
    """Fitted estimator from what `dump` gave; `estimator` is the unfitted candidate.

    Raises
    ------
    ValueError
        The parts do not fit the candidate, or a skops file holds a type that is not trusted.
    """
    if isinstance(estimator, Pipeline) and isinstance(estimator[0], PhysicsFeatures):
        physics = estimator[0]
        if list(physics.features) != state["features"]:
            raise ValueError(f"physics features: got {state['features']}, this code computes {list(physics.features)}")
        physics.n_features_in_ = len(physics.inputs)
        parse(estimator[-1], state, files)
        return estimator
    if isinstance(estimator, BoostedTrees):
        return _with_trees(estimator, state, files)
    if isinstance(estimator, LotTrees):
        lines = parse(LotLines(estimator.defects, estimator.held_back), state, files)
        columns, outputs = lines.n_features_in_, len(lines.intercept_)
        estimator.lines_, estimator.n_features_in_ = lines, columns
        estimator.boosters_ = [_booster(files, columns, _TREES_OF_OUTPUT.format(i)) for i in range(outputs)]
        return estimator
    if type(estimator) in ATTRIBUTES:
        for name in ATTRIBUTES[type(estimator)]:
            value = state[name]
            setattr(estimator, name, np.array(value) if isinstance(value, list) else value)
        if isinstance(estimator, BoostedClasses):
            estimator.booster_ = _booster(files, estimator.n_features_in_)
        return estimator
    return _from_skops(files[SKOPS_FILE])


def _with_trees(estimator: BoostedTrees, state: dict[str, Any], files: dict[str, bytes]) -> BoostedTrees:
    parts = dict(state["line"])
    line = Line(intercept=parts.pop("intercept"), **{name: np.array(part) for name, part in parts.items()})
    estimator.line_, estimator.n_features_in_ = line, len(line.slope)
    estimator.booster_ = _booster(files, len(line.slope))
    return estimator


def _booster(files: dict[str, bytes], columns: int, name: str = TREES_FILE) -> lightgbm.Booster:
    booster = lightgbm.Booster(model_str=files[name].decode())
    if booster.num_feature() != columns:
        raise ValueError(f"{name}: trees take {booster.num_feature()} columns, the estimator {columns}")
    return booster


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
