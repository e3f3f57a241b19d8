"""Candidates that are fitted side by side are those that are fitted in turn."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.table.contract import check
from models.tasks import build
from training.dataset import dataset_of
from training.fitting import STEPS
from training.side_by_side import work
from training.side_by_side.work import Beside, Fit
from training.side_by_side.workers import Workers
from training.splits import split


def view_of(seed, frame):
    data = dataset_of(check(frame, seed), seed)
    return data, split(data.table, seed)


def test_what_is_learnt_beside_the_candidates_is_named(monkeypatch):
    task = SimpleNamespace(BESIDE={"set-points": lambda data, parts: {"setpoints": parts}})
    monkeypatch.setattr(work, "task_of", lambda seed: task)
    steps = []
    assert Beside("set-points")(SimpleNamespace(seed=None), "parts", steps.append) == {"setpoints": "parts"}
    assert steps == ["set-points"]


@pytest.mark.slow
@pytest.mark.parametrize("task", ["toy", "toy_class", "toy_sorting", "toy_quality"])
def test_candidates_fitted_side_by_side_are_those_fitted_in_turn(task, request):
    seed, make = request.getfixturevalue(f"{task}_seed"), request.getfixturevalue(f"{task}_frame")
    view = view_of(seed, make())
    names = list(build(seed))
    steps = {1: [], 2: []}
    found = {}
    for processes, reported in steps.items():
        with Workers([view], processes, reported.append) as some:
            fits = [some.later(0, Fit(name, one, {"from": "here"}, None)) for name, one in build(seed).items()]
            found[processes] = [fit() for fit in fits]
    assert sorted(steps[1]) == sorted(steps[2])
    assert len(steps[1]) == STEPS * len(names)
    for (own, drawn), (other, redrawn) in zip(found[1], found[2], strict=True):
        assert own.name == other.name
        same = {name: value for name, value in own.metrics.items() if name != "fit_seconds"}
        again = {name: value for name, value in other.metrics.items() if name != "fit_seconds"}
        np.testing.assert_equal(again, same)
        np.testing.assert_array_equal(other.predictions, own.predictions)
        np.testing.assert_array_equal(other.importance, own.importance)
        assert own.settings == other.settings
        assert len(drawn) == len(redrawn)
    X = view[0].X[view[1].test]
    for (own, _), (other, _) in zip(found[1], found[2], strict=True):
        for name, column in own.model.columns(X).items():
            np.testing.assert_array_equal(other.model.columns(X)[name], column)
