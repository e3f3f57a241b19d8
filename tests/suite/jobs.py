"""Training jobs that cost little, where a test asks what a job does and not how well it learns."""

import pytest
from sklearn.base import BaseEstimator

from models.quality.linear import PENALTY_OF_FEW
from models.setpoints import learning
from models.tasks import build
from seeds import Seed

FEW_TREES = 10  # what holds of every model holds of one with few trees


def few_trees(seed: Seed, **more: float) -> dict[str, BaseEstimator]:
    """A process's candidates, with few trees, and with more settings where they have such."""
    result = build(seed)
    expected = {"most_trees": FEW_TREES, "most_rounds": FEW_TREES} | more
    for estimator in result.values():
        own = {name: name.split("__")[-1] for name in estimator.get_params()}
        estimator.set_params(**{name: expected[last] for name, last in own.items() if last in expected})
    return result


def given_penalty(patch: pytest.MonkeyPatch) -> None:
    """Let lines of lots be drawn with the penalty of few rows, and not choose among four.

    Which one fits matters where a verdict hangs on it.
    """
    patch.setattr("models.quality.linear.PENALTIES", (PENALTY_OF_FEW,))


def quicken(patch: pytest.MonkeyPatch, draws: bool = False) -> None:
    """Let jobs grow few trees in this process alone, and write a page without figures unless they shall draw them.

    What is learnt does not depend on how many processes fit; tests of `compute` hold them to it.
    """
    patch.setattr("training.jobs.train.build", few_trees)
    patch.setitem(learning._TREES, "n_estimators", FEW_TREES)  # what set-points learn of a setpoint's reasons
    patch.setattr("training.jobs.train.processes_for", lambda views: 1)
    if not draws:
        patch.setattr("training.jobs.runs.page", lambda candidate, data, parts: "<!doctype html>")
