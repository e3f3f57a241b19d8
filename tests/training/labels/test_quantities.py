"""What each task's model predicts is on the scale of its labels, by name."""

import numpy as np
import pytest

from training.tasks import task_of

SAVERS = {
    "save_toy_model": ["y"],
    "save_toy_classifier": ["probability of "],
    "save_toy_sorter": ["probability of "],
    "save_toy_grader": ["logarithm of "],
}


@pytest.mark.parametrize(("saver", "heads"), SAVERS.items())
def test_a_models_predictions_are_numbers_by_name(saver, heads, request, tmp_path):
    model = request.getfixturevalue(saver)(tmp_path / "model")
    result = task_of(model.seed).labels.predicted(model, model.examples)
    assert all(name.startswith(tuple(heads)) for name in result)
    assert all(one.shape == (len(model.examples),) and np.isfinite(one).all() for one in result.values())
    if heads == ["probability of "]:
        assert list(result) == [f"probability of {name}" for name in model.seed.classes]
        assert sum(result.values()) == pytest.approx(np.ones(len(model.examples)))
    if heads == ["logarithm of "]:
        assert list(result) == [f"logarithm of {column.name}" for column in model.seed.elements]
