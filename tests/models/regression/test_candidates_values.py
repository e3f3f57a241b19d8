"""What the straight line tries and how it is judged."""

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import RidgeCV

from models.regression.candidates import build
from seeds import Seed, load


def test_the_line_tries_eight_penalties_on_folds_that_are_newer_than_what_they_learnt(
    toy_seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    class Noted(RidgeCV):
        def __init__(self, alphas: Any = None, cv: Any = None, scoring: Any = None) -> None:
            super().__init__(alphas=alphas, cv=cv, scoring=scoring)
            asked.update(alphas=alphas, cv=cv, scoring=scoring)

    monkeypatch.setattr("sklearn.linear_model.RidgeCV", Noted)
    X = np.random.default_rng(0).normal(size=(60, len(toy_seed.inputs)))
    build(toy_seed)["linear"].fit(X, X[:, 0])
    np.testing.assert_allclose(asked["alphas"], [0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6], rtol=1e-12)
    assert asked["scoring"] == "neg_mean_squared_error"
    folds = list(asked["cv"].split(np.zeros((60, 1))))
    assert [(len(old), new[0], len(new)) for old, new in folds] == [(10 * i, 10 * i, 10) for i in range(1, 6)]


def test_persistence_looks_at_the_target_of_the_period_before(toy_seed: Seed) -> None:
    assert build(toy_seed)["persistence"].column == 0
    assert build(toy_seed)["lightgbm"].signs is None
    assert build(toy_seed)["lightgbm_physics"].signs == (0, 1, -1)


def test_trees_of_a_process_with_physics_know_the_signs_of_columns_and_features() -> None:
    seed = load("aluminium_reduction")
    physics, trees = (step for _, step in build(seed)["lightgbm_physics"].steps)
    assert physics.inputs == tuple(column.name for column in seed.inputs)
    assert len(trees.signs) == len(physics.inputs) + len(physics.features)
    assert trees.signs[: len(physics.inputs)] == tuple(column.sign for column in seed.inputs)
    assert "estimated_acd" in physics.features or "expected_loss" in physics.features
    typical = build(seed)["first_principles"].typical
    assert typical == tuple(column.typical.mean for column in seed.inputs)
