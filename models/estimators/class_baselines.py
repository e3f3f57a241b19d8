"""The baselines where classes are predicted: the share of each class, and first principles alone."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from models.estimators.estimator import ClassifierEstimator
from models.estimators.stored import Stored
from models.estimators.temperature import fitted_temperature, softmax
from models.interfaces.physics import AnyPhysics
from models.table.inputs import by_name, checked_rows, medians
from physics.arrays import FloatArray, IntArray


def learnable(estimator: KnownClasses, X: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, IntArray]:
    """Rows and class numbers that a classifier of `n_classes` classes may learn from; NaN in X is missing.

    Raises
    ------
    ValueError
        A label that is no whole number from 0 to below `n_classes`.
    """
    rows, labels = estimator._learnable(X, y, ensure_min_samples=2, y_numeric=True)
    codes = np.asarray(labels).astype(np.intp)
    strange = (codes != labels) | (codes < 0) | (codes >= estimator.n_classes)
    if strange.any():
        expected = f"expected numbers of classes, 0 to {estimator.n_classes - 1}"
        raise ValueError(f"y: got {np.asarray(labels)[strange][0]!r}: {expected}")
    return rows, codes


class KnownClasses(Stored, ClassifierEstimator):
    """Classifier of the classes 0 to `n_classes` - 1, some of which may be absent in training.

    A class that does not occur gets the probability 0.
    """

    n_classes: int

    @property
    def classes_(self) -> IntArray:
        """Numbers of the classes, in the order of the probabilities' columns."""
        return np.arange(self.n_classes)

    def predict(self, X: npt.ArrayLike) -> IntArray:
        """Most probable class, shape (n,)."""
        return np.asarray(np.argmax(self.predict_proba(X), axis=1))

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Probability of each class, shape (n, n_classes)."""
        raise NotImplementedError


class ClassShares(KnownClasses):
    """Baseline with the class shares of the training rows as probabilities of every piece.

    Parameters
    ----------
    n_classes : int
        Number of classes.
    """

    STORED = ("n_features_in_", "shares_")

    def __init__(self, n_classes: int) -> None:
        self.n_classes = n_classes

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Count the classes in y, shape (n,)."""
        _, codes = learnable(self, X, y)
        self.shares_ = np.bincount(codes, minlength=self.n_classes) / len(codes)
        return self

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Share of each class, shape (n, n_classes)."""
        self._needs("shares_")
        return np.tile(self.shares_, (len(checked_rows(self, X)), 1))


class FirstPrinciplesClasses(KnownClasses):
    """The process's physics plus one fitted number: how far its scores are to be trusted.

    p ∝ share of the class · exp(score / temperature). A row in which physics rules out every class, or can compute no
    score, is given the shares. Missing inputs take their training median, or the seed's typical mean where training
    has no value at all.

    Parameters
    ----------
    physics : Physics
        Physics of the plant, which has `class_scores`.
    inputs : tuple of str, length k
        Names of the matrix's columns.
    typical : tuple of float, length k
        Typical mean of each input, in its unit.
    n_classes : int
        Number of classes.
    """

    STORED = ("n_features_in_", "shares_", "fill_", "temperature_")

    def __init__(
        self, physics: AnyPhysics, inputs: tuple[str, ...], typical: tuple[float, ...], n_classes: int
    ) -> None:
        self.physics = physics
        self.inputs = inputs
        self.typical = typical
        self.n_classes = n_classes

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn medians of X, shape (n, k), shares and temperature from y, shape (n,)."""
        rows, codes = learnable(self, X, y)
        if self.n_features_in_ != len(self.inputs):
            raise ValueError(f"X has {self.n_features_in_} columns, expected {len(self.inputs)}: {self.inputs}")
        self.fill_ = medians(rows, self.typical)
        self.shares_ = np.bincount(codes, minlength=self.n_classes) / len(codes)
        self.temperature_ = fitted_temperature(self._scores(rows), codes, self._prior)
        return self

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Probability of each class, shape (n, n_classes)."""
        self._needs("temperature_")
        return softmax(self._scores(checked_rows(self, X)) / self.temperature_ + self._prior)

    @property
    def _prior(self) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.shares_))

    def _scores(self, X: FloatArray) -> FloatArray:
        filled = np.where(np.isnan(X), self.fill_, X)
        with np.errstate(all="ignore"):
            scores = np.array(self.physics.class_scores(by_name(filled, self.inputs)), dtype=np.float64)
        scores[np.isnan(scores)] = -np.inf
        scores[~np.isfinite(scores[:, self.shares_ > 0]).any(axis=1)] = 0.0
        return scores
