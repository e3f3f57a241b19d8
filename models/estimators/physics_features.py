"""Physics features appended to the inputs, as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.estimators.estimator import Estimator
from models.interfaces.physics import AnyPhysics
from models.processes.lookup import physics_of
from models.table.inputs import by_name, checked_rows, input_names
from physics.arrays import FloatArray
from seeds import Seed

ROWS_AT_ONCE = 50_000


def physics_columns(physics: AnyPhysics, X: FloatArray, inputs: Sequence[str], features: Sequence[str]) -> FloatArray:
    """Return physics features of the inputs, shape (n, p); NaN if one cannot be computed in a row.

    Parameters
    ----------
    physics : Physics
        The process's physics.
    X : ndarray, shape (n, k)
        Inputs in plant units.
    inputs, features : sequence of str
        Names of the k columns of X, and of the p features.
    """
    # Rows out of physical range divide by zero or take roots of negatives: the feature is missing in them.
    with np.errstate(all="ignore"):
        computed = physics.features(by_name(X, inputs))
    columns = np.empty((len(X), len(features)))
    for j, name in enumerate(features):
        columns[:, j] = computed[name]
    columns[~np.isfinite(columns)] = np.nan
    return columns


class PhysicsFeatures(Estimator):
    """Appends physics features to the inputs.

    Parameters
    ----------
    physics : Physics
        Physics of the plant.
    inputs : tuple of str, length k
        Names of the matrix's columns.
    features : tuple of str, length p
        Names of the physics features to append, out of its FEATURES.
    """

    KIND = "transformer"

    def __init__(self, physics: AnyPhysics, inputs: tuple[str, ...], features: tuple[str, ...]) -> None:
        self.physics = physics
        self.inputs = inputs
        self.features = features

    @classmethod
    def of(cls, seed: Seed) -> Self | None:
        """All features that physics computes of a process; None where it has no physics."""
        physics = physics_of(seed)
        if physics is None:
            return None
        return cls(physics, input_names(seed), tuple(feature.name for feature in physics.FEATURES))

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Check the shape; no parameters are fitted."""
        self._learnable(X)
        if self.n_features_in_ != len(self.inputs):
            raise ValueError(f"X has {self.n_features_in_} columns, expected {len(self.inputs)}: {self.inputs}")
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Inputs and physics features, shape (n, k + p); see `physics_columns`."""
        self._needs("n_features_in_")
        rows = checked_rows(self, X)
        return self.columns(rows)

    def columns(self, X: FloatArray) -> FloatArray:
        """Return `transform` of inputs that need no check.

        Many rows are computed in blocks: physics makes many times as many columns as are kept.
        """
        physics = self.physics
        if len(X) <= ROWS_AT_ONCE:
            return np.hstack([X, physics_columns(physics, X, self.inputs, self.features)])
        matrix = np.empty((len(X), X.shape[1] + len(self.features)))
        matrix[:, : X.shape[1]] = X
        for start in range(0, len(X), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            matrix[rows, X.shape[1] :] = physics_columns(physics, X[rows], self.inputs, self.features)
        return matrix

    def fit_transform(self, X: npt.ArrayLike, y: object = None) -> FloatArray:
        """Return the result of `fit` and `transform`."""
        return self.fit(X, y).transform(X)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Names of the k + p columns."""
        return np.array([*self.inputs, *self.features], dtype=object)


class OnPhysics(Estimator):
    """Estimator on inputs and physics features: two steps, as in a pipeline of scikit-learn.

    Parameters
    ----------
    physics : PhysicsFeatures
        What computes them.
    trees : Estimator
        What learns from inputs and features.
    """

    def __init__(self, physics: PhysicsFeatures, trees: Any) -> None:
        self.physics = physics
        self.trees = trees

    @property
    def steps(self) -> list[tuple[str, Any]]:
        """Both steps with their names."""
        return [("physics", self.physics), ("trees", self.trees)]

    @property
    def n_features_in_(self) -> int:  # type: ignore[override]
        """Number of the inputs."""
        return self.physics.n_features_in_

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn from inputs X, shape (n, k), and what the estimator takes as labels."""
        self.trees.fit(self.physics.fit(X).transform(X), y)
        return self

    def predict(self, X: npt.ArrayLike) -> Any:
        """Return the estimator's predictions."""
        return self.trees.predict(self.physics.transform(X))

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Return class probabilities, for an estimator that has them."""
        return np.asarray(self.trees.predict_proba(self.physics.transform(X)), dtype=np.float64)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """Parts of the estimator, of inputs and features."""
        contributions: tuple[FloatArray, FloatArray] | None = self.trees.contributions(self.physics.transform(X))
        return contributions

    def __sklearn_tags__(self) -> Any:
        return self.trees.__sklearn_tags__()

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self.physics, "n_features_in_")
