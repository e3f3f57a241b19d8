"""What the straight line tries and how it is judged."""

from models.regression.candidates import build
from seeds import Seed, load


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
