"""Candidates that are fitted side by side are those that are fitted in turn."""

from types import SimpleNamespace

import numpy as np
import pytest

from compute.choice import workers_for
from models.table.contract import check
from tests.suite.jobs import few_trees
from training.core.dataset import dataset_of
from training.core.fitting import STEPS
from training.core.learning import FittedPart
from training.core.splits import split
from training.jobs import work
from training.jobs.work import Fit, SharedFit


def view_of(seed, frame):
    data = dataset_of(check(frame, seed), seed)
    return data, split(data)


def test_what_is_learnt_beside_the_candidates_is_named(monkeypatch):
    others = SimpleNamespace(name="warnings")
    part = SimpleNamespace(name="set-points", outcome=lambda data, parts: FittedPart(parts))
    task = SimpleNamespace(parts=(others, part))
    monkeypatch.setattr(work, "task_of", lambda seed: task)
    steps = []
    assert SharedFit("set-points")(SimpleNamespace(seed=None), "parts", steps.append) == ("set-points", ("parts", None))
    assert steps == ["set-points"]


TASKS = ("toy", "toy_class", "toy_sorting", "toy_quality")


@pytest.fixture(scope="module")
def fitted(request):
    """Candidates of each task and what they report, by how many processes fit: two start but once for all tasks."""
    views, estimators = [], []
    for task in TASKS:
        seed, make = request.getfixturevalue(f"{task}_seed"), request.getfixturevalue(f"{task}_frame")
        views.append(view_of(seed, make()))
        estimators.append(few_trees(seed))
    result, steps = {task: {} for task in TASKS}, {}
    for processes, cluster in ((1, None), (2, None), (3, "local:2")):
        reported = []
        with workers_for(views, processes, reported.append, cluster) as subset:
            for view, (task, own) in enumerate(zip(TASKS, estimators, strict=True)):
                before = len(reported)
                fits = [subset.later(view, Fit(name, one, {"from": "here"}, None)) for name, one in own.items()]
                result[task][processes] = [fit() for fit in fits]
                steps[task, processes] = reported[before:]
    return dict(zip(TASKS, views, strict=True)), result, steps


@pytest.mark.long("fits all candidates twice")
@pytest.mark.parametrize("task", TASKS)
def test_candidates_fitted_side_by_side_are_those_fitted_in_turn(task, fitted):
    views, result, steps = fitted
    data, parts = views[task]
    assert sorted(steps[task, 1]) == sorted(steps[task, 2])
    assert len(steps[task, 1]) == STEPS * len(result[task][1])
    for own, other in zip(result[task][1], result[task][2], strict=True):
        assert own.name == other.name
        same = {name: value for name, value in own.metrics.items() if name != "fit_seconds"}
        again = {name: value for name, value in other.metrics.items() if name != "fit_seconds"}
        np.testing.assert_equal(again, same)
        np.testing.assert_array_equal(other.predictions, own.predictions)
        np.testing.assert_array_equal(other.importance, own.importance)
        assert own.settings == other.settings
    X = data.X[parts.test]
    for own, other in zip(result[task][1], result[task][2], strict=True):
        for name, column in own.model.columns(X).items():
            np.testing.assert_array_equal(other.model.columns(X)[name], column)
