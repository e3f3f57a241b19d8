"""Candidate classifiers of a sorting process, from class shares to LightGBM with physics."""

from __future__ import annotations

from models.estimators.boosted_classes import BoostedClasses
from models.estimators.categories import categories_of
from models.estimators.class_baselines import ClassShares, FirstPrinciplesClasses
from models.estimators.estimator import Estimator
from models.estimators.linear_classes import LinearClasses
from models.estimators.physics_features import OnPhysics, PhysicsFeatures
from models.processes.lookup import physics_of
from models.table.inputs import input_names
from seeds import Seed


def build(seed: Seed) -> dict[str, Estimator]:
    """Unfitted classifiers that the seed allows, from the baseline upwards.

    First principles need physics that scores classes, LightGBM with physics one at all. All take X as
    `models.table.inputs.matrix` makes it, rows sorted by time, and numbers of classes; all predict probabilities of the
    seed's classes in its order.
    """
    n_classes = len(seed.classes)
    made = {
        "majority": ClassShares(n_classes),
        "first_principles": _first_principles(seed),
        "linear": LinearClasses(n_classes, categories=categories_of(seed)),
        "lightgbm": BoostedClasses(n_classes, categories=categories_of(seed)),
        "lightgbm_physics": _lightgbm_physics(seed),
    }
    return {name: estimator for name, estimator in made.items() if estimator is not None}


def _first_principles(seed: Seed) -> FirstPrinciplesClasses | None:
    physics = physics_of(seed)
    if physics is None or not physics.gives("class_scores"):
        return None
    typical = tuple(column.typical_value for column in seed.inputs)
    return FirstPrinciplesClasses(physics, input_names(seed), typical, len(seed.classes))


def _lightgbm_physics(seed: Seed) -> OnPhysics | None:
    physics = PhysicsFeatures.of(seed)
    if physics is None:
        return None
    n_features = len(physics.features)
    return OnPhysics(physics, BoostedClasses(len(seed.classes), categories=categories_of(seed, n_features)))
