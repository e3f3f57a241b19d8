"""Candidate estimators for lot grading, from the last assay to LightGBM with physics."""

from __future__ import annotations

from models.estimators.categories import categories_of
from models.estimators.estimator import Estimator
from models.estimators.physics_features import OnPhysics, PhysicsFeatures
from models.processes.lookup import physics_of
from models.quality.baselines import FirstPrinciplesContents, LastAssay
from models.quality.linear import LotLines
from models.quality.trees import LotTrees
from models.table.inputs import input_names
from seeds import Seed


def build(seed: Seed) -> dict[str, Estimator]:
    """Unfitted estimators that the seed allows, from the baseline upwards.

    All take X as `models.table.inputs.matrix` makes it, rows sorted by time, and Y of shape (n, m): contents as
    reported (-L for "below L"), then defects. All predict logarithms of the contents, then log-odds of the defects.
    """
    defects = len(seed.defects)
    made = {
        "persistence": LastAssay(_last_assays(seed), defects),
        "first_principles": _first_principles(seed, defects),
        "linear": LotLines(defects, categories=categories_of(seed)),
        "lightgbm": LotTrees(defects, categories=categories_of(seed)),
        "lightgbm_physics": _lightgbm_physics(seed, defects),
    }
    return {name: estimator for name, estimator in made.items() if estimator is not None}


def _last_assays(seed: Seed) -> tuple[int, ...]:
    """For each element the input that holds its newest assay; -1 where there is none."""
    newest: dict[str, tuple[int, int]] = {}
    for i, column in enumerate(seed.inputs):
        if column.previous is not None:
            nearest = (column.previous.periods, i)
            newest[column.previous.column] = min(newest.get(column.previous.column, nearest), nearest)
    return tuple(newest[element.name][1] if element.name in newest else -1 for element in seed.elements)


def _first_principles(seed: Seed, defects: int) -> FirstPrinciplesContents | None:
    physics = physics_of(seed)
    if physics is None or not physics.gives("contents"):
        return None
    typical = tuple(column.typical_value for column in seed.inputs)
    elements = tuple(element.name for element in seed.elements)
    return FirstPrinciplesContents(physics, input_names(seed), typical, elements, defects)


def _lightgbm_physics(seed: Seed, defects: int) -> OnPhysics | None:
    physics = physics_of(seed)
    if physics is None:
        return None
    features = tuple(feature.name for feature in physics.FEATURES)
    return OnPhysics(
        PhysicsFeatures(physics, input_names(seed), features),
        LotTrees(defects, categories=categories_of(seed, len(features))),
    )
