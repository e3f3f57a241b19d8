"""Signs of columns' effects on a predicted number, if known from physics."""

from __future__ import annotations

from models.regression.model import RegressionModel
from physics.arrays import FloatArray
from training.reports.explanations import Direction, parts_on
from training.reports.explanations import directions as directions_of


def directions(model: RegressionModel, X: FloatArray) -> list[Direction] | None:
    """Directions of a model's columns on some rows; None where what it computes is no sum over its inputs."""
    contributions = parts_on(model.estimator, X, model.seed)
    return None if contributions is None else directions_of(contributions, model.seed)
