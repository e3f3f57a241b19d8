"""The baselines: the mean, last period's value, and first principles alone."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from models.estimators.stored import Stored
from models.processes.lookup import needed_physics_of
from models.table.inputs import by_name, checked_rows, medians
from physics.arrays import FloatArray


class Mean(Stored, RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predicts the training mean, whatever the inputs."""

    STORED = ("n_features_in_", "mean_")

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the mean of y, shape (n,)."""
        _, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True)
        self.mean_ = float(np.mean(labels))
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """The mean for each row, shape (n,)."""
        check_is_fitted(self, "mean_")
        return np.full(len(checked_rows(self, X)), self.mean_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.regressor_tags.poor_score = True
        return tags


class Persistence(Stored, RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Predicts what was measured in the period before; the training mean where that is missing.

    Parameters
    ----------
    column : int
        Which column of X holds the target of the period before.
    """

    STORED = ("n_features_in_", "mean_")

    def __init__(self, column: int = 0) -> None:
        self.column = column

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the mean of y, shape (n,)."""
        _, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True)
        if not 0 <= self.column < self.n_features_in_:
            raise ValueError(f"column {self.column}: expected one of the {self.n_features_in_} columns of X")
        self.mean_ = float(np.mean(labels))
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Target of the period before, shape (n,)."""
        check_is_fitted(self, "mean_")
        rows = checked_rows(self, X)
        before = rows[:, self.column]
        return np.where(np.isnan(before), self.mean_, before)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.regressor_tags.poor_score = True
        return tags


class FirstPrinciples(Stored, RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """The process's physics plus one fitted constant: the median difference between measured and computed.

    Missing inputs take their training median, or the seed's typical mean where training has no value at all.

    Parameters
    ----------
    process : str
        Name of a process that has a physics module.
    inputs : tuple of str, length k
        Names of the matrix's columns.
    typical : tuple of float, length k
        Typical mean of each input, in its unit.
    """

    STORED = ("n_features_in_", "fill_", "offset_")

    def __init__(self, process: str, inputs: tuple[str, ...], typical: tuple[float, ...]) -> None:
        self.process = process
        self.inputs = inputs
        self.typical = typical

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the medians of X, shape (n, k), and the constant from y, shape (n,)."""
        rows, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True)
        if self.n_features_in_ != len(self.inputs):
            raise ValueError(f"X has {self.n_features_in_} columns, expected {len(self.inputs)}: {self.inputs}")
        self.fill_ = medians(rows, self.typical)
        self.offset_ = float(np.nanmedian(labels - self._computed(rows)))
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Computed target plus the constant, shape (n,)."""
        check_is_fitted(self, "offset_")
        rows = checked_rows(self, X)
        return self._computed(rows) + self.offset_

    def _computed(self, X: FloatArray) -> FloatArray:
        physics = needed_physics_of(self.process)
        filled = np.where(np.isnan(X), self.fill_, X)
        return np.asarray(physics.first_principles(by_name(filled, self.inputs)), dtype=np.float64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.regressor_tags.poor_score = True
        return tags
