"""Straight line through a table, fitted with a penalty and within the directions that are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class SignConstrainedRidge:
    """A linear prediction from k columns; a missing value counts as the column's median.

    Attributes
    ----------
    fill, scale : ndarray, shape (k,)
        Median and standard deviation of each column in training, in the column's unit.
    low, high : ndarray, shape (k,)
        Lowest and highest value in training: the line is level beyond them.
    slope : ndarray, shape (k,)
        Change for one standard deviation of each column [unit of y].
    intercept : float
        Prediction where all columns are at their median [unit of y].
    """

    fill: FloatArray
    scale: FloatArray
    low: FloatArray
    high: FloatArray
    slope: FloatArray
    intercept: float

    def predict(self, X: FloatArray) -> FloatArray:
        """Predictions, shape (n,), for X of shape (n, k)."""
        # einsum and not @: the sum of a row must not depend on how many rows come with it.
        rises: FloatArray = np.einsum("ij,j->i", self.columns(X), self.slope)
        return self.intercept + rises

    def columns(self, X: FloatArray) -> FloatArray:
        """Return the regressors of the slopes, shape (n, k); see `steps_from`."""
        return steps_from(X, self.fill, self.scale, self.low, self.high)


def steps_from(X: FloatArray, fill: FloatArray, scale: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Distances of values from what counts where they are missing, as a line sees them, shape (n, k) [1].

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Values; NaN is missing.
    fill, scale, low, high : ndarray, shape (k,)
        As of `SignConstrainedRidge`: a value beyond lowest or highest counts as that.
    """
    steps: FloatArray = np.clip(X, low, high)
    np.copyto(steps, fill, where=np.isnan(steps))
    steps -= fill  # in place: of many rows each further array costs as much as its arithmetic
    steps /= scale
    return steps


def fit_lines(
    X: FloatArray, y: FloatArray, signs: Sequence[int], penalties: Sequence[float]
) -> list[SignConstrainedRidge]:
    """Lines of least squares, one for each penalty.

    Parameters
    ----------
    X, y : ndarray, shape (n, k) and (n,)
        Rows to learn from; NaN in X is missing.
    signs : sequence of int, length k
        +1 where the line may only rise with a column, -1 where it may only fall, 0 for either.
    penalties : sequence of float
        Weights of the squared slopes relative to the mean squared error [1].

    Returns
    -------
    list of SignConstrainedRidge
    """
    empty = np.isnan(X).all(axis=0)
    fill = np.zeros(X.shape[1])
    fill[~empty] = np.nanmedian(X[:, ~empty], axis=0)
    low, high = (np.where(empty, 0.0, ufunc.reduce(X)) for ufunc in (np.fmin, np.fmax))
    columns = np.where(np.isnan(X), fill, X) - fill
    spread = columns.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    columns /= scale
    middle = columns.mean(axis=0)
    columns -= middle
    normal, moment = columns.T @ columns / len(y), columns.T @ (y - y.mean()) / len(y)
    slopes = [_slope(normal, moment, np.asarray(signs), penalty) for penalty in penalties]
    return [SignConstrainedRidge(fill, scale, low, high, slope, float(y.mean() - middle @ slope)) for slope in slopes]


def _slope(normal: FloatArray, moment: FloatArray, signs: npt.NDArray[np.int_], penalty: float) -> FloatArray:
    """Slope s that minimises s'(normal + penalty)s - 2 moment's within its signs."""
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import lsq_linear

    # With R'R = normal + penalty and R'q = moment that is |Rs - q|² less a constant.
    R = cholesky(normal + penalty * np.eye(len(moment)))
    q = solve_triangular(R, moment, trans="T")
    low, high = np.where(signs > 0, 0.0, -np.inf), np.where(signs < 0, 0.0, np.inf)
    slope: FloatArray = lsq_linear(R, q, (low, high), method="bvls", max_iter=1000).x
    return np.clip(slope, low, high)  # the solver may end a rounding error outside
