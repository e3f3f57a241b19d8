"""Fits that a job which is begun again finds as it left them."""

import numpy as np
import pytest

from models.table.contract import check
from models.tasks import build
from tests.suite.jobs import few_trees
from training.core.dataset import dataset_of
from training.core.splits import split
from training.jobs.fit_cache import FitCache
from training.jobs.work import Fit


def never(*_):
    raise AssertionError("fitted again")


def silent(description):
    """A step that nobody sees."""


def view_of(seed, frame):
    data = dataset_of(check(frame, seed), seed)
    return data, split(data)


@pytest.mark.long("fits candidates of all tasks twice")
@pytest.mark.parametrize("task", ["toy", "toy_class", "toy_sorting", "toy_quality"])
def test_a_fit_that_was_kept_is_measured_as_the_one_that_was_made(task, request, tmp_path):
    seed, make = request.getfixturevalue(f"{task}_seed"), request.getfixturevalue(f"{task}_frame")
    view, keep = view_of(seed, make()), FitCache(tmp_path / "fits", "rows")
    for name, estimator in few_trees(seed).items():
        made = Fit(name, estimator, {}, None, keep=keep)(*view, silent)
        again = Fit(name, estimator, {}, None, choose=never, keep=keep)(*view, silent)
        np.testing.assert_equal(dict(again.metrics), dict(made.metrics))
        np.testing.assert_equal(dict(again.settings), dict(made.settings))
        np.testing.assert_array_equal(again.predictions, made.predictions)
        np.testing.assert_array_equal(again.importance, made.importance)


def test_what_was_learnt_from_other_rows_is_not_taken(toy_seed, toy_frame, tmp_path):
    view, line = view_of(toy_seed, toy_frame()), build(toy_seed)["linear"]
    Fit("linear", line, {}, None, keep=FitCache(tmp_path, "these"))(*view, silent)
    with pytest.raises(AssertionError, match="fitted again"):
        Fit("linear", line, {}, None, choose=never, keep=FitCache(tmp_path, "those"))(*view, silent)
    assert [folder.name for folder in tmp_path.iterdir()] == ["these-linear"]
