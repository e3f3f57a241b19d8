"""A fitted estimator as bytes and back: LightGBM's own text, skops, or JSON. Never a pickle."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any

import skops.io
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from models.estimators.booster import Booster
from models.estimators.physics_features import PhysicsFeatures
from models.estimators.stored import TREES, Stored

ENDING = ".lightgbm.txt"
TREES_FILE = TREES + ENDING
SKOPS_FILE = "pipeline.skops"
_KNOWN = re.compile(rf"(\d{{1,3}}\.)?({re.escape(SKOPS_FILE)}|{TREES}(\.\d{{1,3}})?{re.escape(ENDING)})")

TRUSTED_TYPES = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.str",
        "builtins.tuple",
        "models.estimators.categories.Indicators",
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
    """Whether an estimator may have a file of this name, with the number of its target before it where it has one."""
    return _KNOWN.fullmatch(name) is not None


def dump(estimator: BaseEstimator) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fitted estimator as JSON values, and as files by name."""
    if isinstance(estimator, Pipeline) and isinstance(estimator[0], PhysicsFeatures):
        state, files = dump(estimator[-1])
        return {"features": list(estimator[0].features)} | state, files
    if isinstance(estimator, Stored):
        trees = estimator.trees().items()
        return estimator.state(), {name + ENDING: one.text.encode() for name, one in trees}
    return {}, {SKOPS_FILE: skops.io.dumps(estimator)}


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
    if isinstance(estimator, Stored):
        estimator.restore(state, partial(_booster, files))
        return estimator
    return _from_skops(files[SKOPS_FILE])


def _booster(files: dict[str, bytes], name: str, columns: int) -> Booster:
    booster = Booster(files[name + ENDING].decode())
    if booster.columns != columns:
        raise ValueError(f"{name}{ENDING}: trees take {booster.columns} columns, the estimator {columns}")
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
