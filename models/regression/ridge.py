"""The linear candidate: a straight line with a penalty on its slopes that is chosen on later rows."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from models.estimators.categories import Categories, by_column, indicators
from models.estimators.estimator import RegressorEstimator
from models.estimators.log_scale import from_scale, to_scale
from models.estimators.stored import Stored
from models.table.inputs import checked_rows
from physics.arrays import FloatArray

PENALTIES = (0.1, 1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6)
FOLDS = 5  # each is evaluated on rows newer than its training rows


class RidgeLine(Stored, RegressorEstimator):
    """Ridge regression by scikit-learn on standardised columns; a missing input counts as its median.

    Rows must come sorted by time: the penalty is the one of PENALTIES that errs least on later rows.

    Parameters
    ----------
    categories : tuple of int, length k, or None
        How many values each column may have where it is a text category, 0 where it is a number. A category counts as a
        column of 0 and 1 for each value: k' columns in all. None where all are numbers.
    log_floor : float or None
        What is added to a label before its logarithm, which the line then learns [unit of y]; None: the label.

    Attributes
    ----------
    fill_, mean_, scale_ : ndarray, shape (k',)
        Median of each column, and mean and standard deviation of what it is filled with, in the column's unit.
    slope_ : ndarray, shape (k',)
        Change for one standard deviation of each column [unit of y, or 1 on a logarithmic scale].
    intercept_ : float
        Prediction where all columns are at their mean, on the same scale.
    alpha_ : float
        The penalty.
    """

    STORED = ("n_features_in_", "fill_", "mean_", "scale_", "slope_", "intercept_", "alpha_")

    def __init__(self, categories: Categories = None, log_floor: float | None = None) -> None:
        self.categories = categories
        self.log_floor = log_floor

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn from X, shape (n, k), and y, shape (n,), rows sorted by time; NaN in X is missing."""
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import Ridge
        from sklearn.preprocessing import StandardScaler

        rows, labels = self._learnable(X, y, ensure_min_samples=2, y_numeric=True)
        fill, scale = SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
        columns = scale.fit_transform(fill.fit_transform(indicators(rows, self.categories)))
        scaled = to_scale(labels, self.log_floor)
        self.alpha_ = _penalty(columns, scaled)
        ridge = Ridge(self.alpha_).fit(columns, scaled)
        self.fill_, self.mean_, self.scale_ = fill.statistics_, scale.mean_, scale.scale_
        self.slope_, self.intercept_ = ridge.coef_, float(ridge.intercept_)
        return self

    def columns(self, X: FloatArray) -> FloatArray:
        """Rows of shape (n, k) as columns in standard deviations from their means, shape (n, k')."""
        rows = indicators(X, self.categories)
        return np.asarray((np.where(np.isnan(rows), self.fill_, rows) - self.mean_) / self.scale_)

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Predictions, shape (n,)."""
        self._needs("slope_")
        scaled = np.asarray(self.columns(checked_rows(self, X)) @ self.slope_ + self.intercept_)
        return from_scale(scaled, self.log_floor)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Slope times distance from the mean, of each column."""
        return X, by_column(self.columns(X) * self.slope_, self.categories)[:, :, None]


def _penalty(columns: FloatArray, y: FloatArray) -> float:
    """The one of PENALTIES whose squared error on later rows is least, in the mean over FOLDS of them.

    As scikit-learn's `RidgeCV` chooses; its forty fits repeat the products that are the same of all penalties.
    """
    from sklearn.model_selection import TimeSeriesSplit

    errors, ways = np.zeros(len(PENALTIES)), np.multiply.outer(PENALTIES, np.eye(columns.shape[1]))
    for older, later in TimeSeriesSplit(FOLDS).split(columns):
        mean, level = columns[older].mean(axis=0), y[older].mean()
        centred = columns[older] - mean
        slopes = np.linalg.solve(centred.T @ centred + ways, (centred.T @ (y[older] - level))[:, None])[..., 0]
        predicted = level + (columns[later] - mean) @ slopes.T
        errors += np.mean((predicted - y[later][:, None]) ** 2, axis=0)
    return PENALTIES[int(np.argmin(errors))]
