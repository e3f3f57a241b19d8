"""The classifiers that compete where a class is predicted, from the shares of the classes to LightGBM."""

from __future__ import annotations

from models.estimators.boosted_classes import BoostedClasses
from models.estimators.categories import categories_of
from models.estimators.class_baselines import ClassShares
from models.estimators.estimator import Estimator
from models.estimators.linear_classes import LinearClasses
from models.estimators.physics_features import OnPhysics, PhysicsFeatures
from seeds import Seed

REACH = 10.0  # spreads: readings of a plant count in proportion, only what is far off is drawn in


def build(seed: Seed) -> dict[str, Estimator]:
    """Unfitted classifiers that the seed allows, the baseline first.

    LightGBM with physics needs physics of the process. All take X as `models.table.inputs.matrix` makes it, rows sorted
    by time, and numbers of classes; all give probabilities of the seed's classes in its order.
    """
    n_classes, categories = len(seed.classes), categories_of(seed)
    made = {
        "majority": ClassShares(n_classes),
        "linear": LinearClasses(n_classes, categories=categories, reach=REACH),
        "lightgbm": BoostedClasses(n_classes, categories=categories),
        "lightgbm_physics": _lightgbm_physics(seed),
    }
    return {name: estimator for name, estimator in made.items() if estimator is not None}


def _lightgbm_physics(seed: Seed) -> OnPhysics | None:
    physics = PhysicsFeatures.of(seed)
    if physics is None:
        return None
    n_features = len(physics.features)
    return OnPhysics(physics, BoostedClasses(len(seed.classes), categories=categories_of(seed, n_features)))
