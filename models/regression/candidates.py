"""The estimators that compete for a process, from the baseline upwards."""

from __future__ import annotations

from models.estimators.categories import categories_of
from models.estimators.estimator import Estimator
from models.estimators.physics_features import OnPhysics, PhysicsFeatures
from models.estimators.signs import feature_signs
from models.processes.lookup import physics_of
from models.regression.baselines import FirstPrinciples, MeanRegressor, Persistence
from models.regression.ridge import RidgeLine
from models.regression.trees import BoostedTrees
from models.table.inputs import input_names
from seeds import Seed


def build(seed: Seed) -> dict[str, Estimator]:
    """Unfitted regressors that the seed allows, from the baseline upwards.

    Persistence needs a `previous` column of the target; without it the mean is the baseline. First principles need
    physics of the process, LightGBM with physics that or a column whose sign the seed knows; both are about the first
    target. All take X as `models.table.inputs.matrix` makes it, rows sorted by time.
    """
    persistence = _persistence(seed)
    made = {
        "mean": MeanRegressor() if persistence is None else None,
        "persistence": persistence,
        "first_principles": _first_principles(seed),
        "linear": RidgeLine(categories_of(seed), seed.log_floor),
        "lightgbm": BoostedTrees(categories=categories_of(seed), log_floor=seed.log_floor),
        "lightgbm_physics": _lightgbm_physics(seed),
    }
    return {name: estimator for name, estimator in made.items() if estimator is not None}


def _persistence(seed: Seed) -> Persistence | None:
    lags = [
        (column.previous.periods, i)
        for i, column in enumerate(seed.inputs)
        if column.previous is not None and column.previous.column == seed.target.name
    ]
    return Persistence(column=min(lags)[1]) if lags else None


def _first_principles(seed: Seed) -> FirstPrinciples | None:
    physics = None if seed.place else physics_of(seed)
    if physics is None:
        return None
    typical = tuple(column.typical_value for column in seed.inputs)
    return FirstPrinciples(physics, input_names(seed), typical)


def _lightgbm_physics(seed: Seed) -> BoostedTrees | OnPhysics | None:
    signs = tuple(column.sign for column in seed.inputs)
    physics = None if seed.place else physics_of(seed)
    if physics is None:
        free = not any(signs)
        return None if free else BoostedTrees(signs=signs, categories=categories_of(seed), log_floor=seed.log_floor)
    added = feature_signs(seed, physics)
    return OnPhysics(
        PhysicsFeatures(physics, input_names(seed), tuple(added)),
        BoostedTrees(
            signs=(*signs, *added.values()), categories=categories_of(seed, len(added)), log_floor=seed.log_floor
        ),
    )
