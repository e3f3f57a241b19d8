"""What the straight line tries and how it is judged."""

import numpy as np

from models.regression.candidates import build
from seeds import Seed, load


def test_the_line_tries_eight_penalties_on_folds_that_are_newer_than_what_they_learnt(toy_seed: Seed) -> None:
    fill, scale, ridge = (step for _, step in build(toy_seed)["linear"].steps)
    assert (fill.strategy, fill.keep_empty_features) == ("median", True)
    assert scale.get_params() == {"copy": True, "with_mean": True, "with_std": True}
    np.testing.assert_allclose(ridge.alphas, [0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6], rtol=1e-12)
    assert ridge.scoring == "neg_mean_squared_error"
    folds = list(ridge.cv.split(np.zeros((60, 1))))
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
