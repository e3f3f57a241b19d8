"""The classifiers that compete where a class is predicted, from the shares of the classes to LightGBM."""

from __future__ import annotations

from models.estimators.boosted_classes import BoostedClasses
from models.estimators.categories import categories_of
from models.estimators.class_baselines import ClassShares
from models.estimators.estimator import Estimator
from models.estimators.linear_classes import LinearClasses
from seeds import Seed

REACH = 10.0  # spreads: readings of a plant count in proportion, only what is far off is drawn in


def build(seed: Seed) -> dict[str, Estimator]:
    """Unfitted classifiers, the baseline first.

    All take X as `models.table.inputs.matrix` makes it, rows sorted by time, and numbers of classes; all give
    probabilities of the seed's classes in its order.
    """
    n_classes, categories = len(seed.classes), categories_of(seed)
    return {
        "majority": ClassShares(n_classes),
        "linear": LinearClasses(n_classes, categories=categories, reach=REACH),
        "lightgbm": BoostedClasses(n_classes, categories=categories),
    }
