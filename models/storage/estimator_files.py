"""A fitted estimator as JSON values and LightGBM's own text, and back. Never a pickle."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from models.estimators.booster import Booster
from models.estimators.estimator import Estimator
from models.estimators.physics_features import OnPhysics
from models.estimators.stored import TREES, Stored
from models.estimators.tree_text import TreeTextError

ENDING = ".lightgbm.txt"
TREES_FILE = TREES + ENDING
_KNOWN = re.compile(rf"(\d{{1,3}}\.)?{TREES}(\.\d{{1,3}})?{re.escape(ENDING)}")


def is_known(name: str) -> bool:
    """Return whether an estimator may have a file of this name, with an optional target number first."""
    return _KNOWN.fullmatch(name) is not None


def dump(estimator: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fitted estimator as JSON values, and as files by name.

    Raises
    ------
    TypeError
        It does not state what it is stored by.
    """
    if isinstance(estimator, OnPhysics):
        state, files = dump(estimator.trees)
        return {"features": list(estimator.physics.features)} | state, files
    if not isinstance(estimator, Stored):
        raise TypeError(f"{type(estimator).__name__}: states no numbers that it could be stored by")
    return estimator.state(), {name + ENDING: one.text.encode() for name, one in estimator.trees().items()}


def parse(estimator: Estimator, state: dict[str, Any], files: dict[str, bytes]) -> Estimator:
    """Fitted estimator from what `dump` gave; `estimator` is the unfitted candidate.

    Raises
    ------
    ValueError
        The parts do not fit the candidate.
    TreeTextError
        A file of trees is not as LightGBM writes it; the file is named.
    """
    if isinstance(estimator, OnPhysics):
        physics = estimator.physics
        if list(physics.features) != state["features"]:
            raise ValueError(f"physics features: got {state['features']}, this code computes {list(physics.features)}")
        physics.n_features_in_ = len(physics.inputs)
        parse(estimator.trees, state, files)
        return estimator
    if not isinstance(estimator, Stored):
        raise TypeError(f"{type(estimator).__name__}: states no numbers that it could be stored by")
    estimator.restore(state, partial(_booster, files))
    return estimator


def _booster(files: dict[str, bytes], name: str, columns: int) -> Booster:
    try:
        booster = Booster.stored(files[name + ENDING].decode())
    except TreeTextError as error:
        raise TreeTextError(f"{name}{ENDING}: {error}") from error
    if booster.columns != columns:
        raise ValueError(f"{name}{ENDING}: trees take {booster.columns} columns, the estimator {columns}")
    return booster
