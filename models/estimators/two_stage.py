"""A fitted candidate in its two parts: physics features, and what answers from them and the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from models.estimators.physics_features import PhysicsFeatures
from physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Parted:
    """Fitted candidate called step by step, as a pipeline's checks cost one row as much as its trees.

    Parameters
    ----------
    features : PhysicsFeatures or None
        What it computes from the inputs first; None where it takes the inputs alone.
    last : estimator
        What answers.
    """

    features: PhysicsFeatures | None
    last: Any

    @classmethod
    def of(cls, estimator: Any) -> Self:
        """Parts of a candidate."""
        steps = [step for _, step in getattr(estimator, "steps", ())]
        if len(steps) == 2 and isinstance(steps[0], PhysicsFeatures):
            return cls(*steps)
        return cls(None, estimator)

    def rows(self, X: FloatArray) -> FloatArray:
        """Return inputs of `last`, shape (n, k + p), from inputs in plant units, shape (n, k)."""
        return X if self.features is None else self.features.columns(X)
