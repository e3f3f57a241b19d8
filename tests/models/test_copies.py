"""What training learns in one process goes to another: nothing in it may hold a module."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.regression.model import RegressionModel
from models.sorting.contents import ContentSignals
from seeds import load, names


@pytest.mark.parametrize("process", [name for name in names() if load(name).process.task == "sorting"])
def test_signals_of_a_sorter_can_be_copied(process: str) -> None:
    signals, seed = ContentSignals.of(load(process)), load(process)
    X = np.array([[column.limits[0] if np.isfinite(column.limits[0]) else 1.0 for column in seed.inputs]])
    columns = signals.columns(X)
    assert columns.shape == (1, len(signals.inputs) + len(signals.features))
    np.testing.assert_array_equal(copy.deepcopy(signals).columns(X), columns)


def test_a_model_with_physics_can_be_copied_after_it_answered(
    save_toy_model: Callable[..., RegressionModel], tmp_path: Path
) -> None:
    model = save_toy_model(tmp_path / "one")
    own = replace(model, seed=load("aluminium_reduction"))
    assert own._physics is not None
    copy.deepcopy(own)
