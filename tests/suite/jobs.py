"""Training jobs that cost little, where a test asks what a job does and not how well it learns."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator

from models.tasks import build
from seeds import Seed

FEW_TREES = 25  # what holds of every model holds of one with few trees


def few_trees(seed: Seed) -> dict[str, BaseEstimator]:
    """A process's candidates, with few trees."""
    found = build(seed)
    for estimator in found.values():
        names = [name for name in estimator.get_params() if name.split("__")[-1] in ("most_trees", "most_rounds")]
        estimator.set_params(**dict.fromkeys(names, FEW_TREES))
    return found


def quicken(patch: pytest.MonkeyPatch, copy_store: Callable[[Path, Path], None]) -> None:
    """Let jobs grow few trees in this process alone, and copy their store.

    What is learnt does not depend on how many processes fit; tests of `training.side_by_side` hold them to it.
    """
    patch.setattr("training.job.build", few_trees)
    patch.setattr("training.job.processes_for", lambda views: 1)
    patch.setattr("registry.tracking.make_database", copy_store)
