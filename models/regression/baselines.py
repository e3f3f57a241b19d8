"""The baselines: the mean, last period's value, and first principles alone."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from models.estimators.estimator import RegressorEstimator
from models.estimators.stored import Stored
from models.interfaces.physics import AnyPhysics
from models.table.inputs import by_name, checked_rows, medians
from physics.arrays import FloatArray


class MeanRegressor(Stored, RegressorEstimator):
    """Predicts the training mean, whatever the inputs."""

    POOR = True
    STORED = ("n_features_in_", "mean_")

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the mean of y, shape (n,)."""
        _, labels = self._learnable(X, y, y_numeric=True)
        self.mean_ = float(np.mean(labels))
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """The mean for each row, shape (n,)."""
        self._needs("mean_")
        return np.full(len(checked_rows(self, X)), self.mean_)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Nothing, of any column."""
        return X, np.zeros((*X.shape, 1))


class Persistence(Stored, RegressorEstimator):
    """Predicts what was measured in the period before; the training mean where that is missing.

    Parameters
    ----------
    column : int
        Which column of X holds the target of the period before.
    """

    POOR = True
    STORED = ("n_features_in_", "mean_")

    def __init__(self, column: int = 0) -> None:
        self.column = column

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the mean of y, shape (n,)."""
        _, labels = self._learnable(X, y, y_numeric=True)
        if not 0 <= self.column < self.n_features_in_:
            raise ValueError(f"column {self.column}: expected one of the {self.n_features_in_} columns of X")
        self.mean_ = float(np.mean(labels))
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Target of the period before, shape (n,)."""
        self._needs("mean_")
        rows = checked_rows(self, X)
        before = rows[:, self.column]
        return np.where(np.isnan(before), self.mean_, before)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance of the period before from the mean, of its column alone."""
        parts = np.zeros((*X.shape, 1))
        before = X[:, self.column]
        parts[:, self.column, 0] = np.where(np.isnan(before), 0.0, before - self.mean_)
        return X, parts


class FirstPrinciples(Stored, RegressorEstimator):
    """The process's physics plus one fitted constant: the median difference between measured and computed.

    Missing inputs take their training median, or the seed's typical mean where training has no value at all.

    Parameters
    ----------
    physics : Physics
        Physics of the plant.
    inputs : tuple of str, length k
        Names of the matrix's columns.
    typical : tuple of float, length k
        Typical mean of each input, in its unit.
    """

    POOR = True
    STORED = ("n_features_in_", "fill_", "offset_")

    def __init__(self, physics: AnyPhysics, inputs: tuple[str, ...], typical: tuple[float, ...]) -> None:
        self.physics = physics
        self.inputs = inputs
        self.typical = typical

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the medians of X, shape (n, k), and the constant from y, shape (n,)."""
        rows, labels = self._learnable(X, y, y_numeric=True)
        if self.n_features_in_ != len(self.inputs):
            raise ValueError(f"X has {self.n_features_in_} columns, expected {len(self.inputs)}: {self.inputs}")
        self.fill_ = medians(rows, self.typical)
        self.offset_ = float(np.nanmedian(labels - self._computed(rows)))
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Computed target plus the constant, shape (n,)."""
        self._needs("offset_")
        rows = checked_rows(self, X)
        return self._computed(rows) + self.offset_

    def _computed(self, X: FloatArray) -> FloatArray:
        filled = np.where(np.isnan(X), self.fill_, X)
        return np.asarray(self.physics.first_principles(by_name(filled, self.inputs)), dtype=np.float64)
