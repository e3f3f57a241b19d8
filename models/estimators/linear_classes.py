"""Multinomial logistic regression on standardised signals with long tails drawn in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from models.estimators.categories import Categories, by_column, indicators
from models.estimators.class_baselines import KnownClasses, learnable
from models.estimators.temperature import softmax
from models.estimators.tuning import Block, Settings, clone
from models.table.inputs import checked_rows
from models.table.standard_scale import StandardScale
from physics.arrays import FloatArray

MANY_WEIGHTS = 500  # inputs times classes
LEAST_CHANCE = 1e-3  # of a class that a block's older rows do not show: one row must not decide


class LinearClasses(KnownClasses):
    """Multinomial logistic regression; `models.estimators.tuning.tuned` chooses its penalty from LADDER.

    Parameters
    ----------
    n_classes : int
        Number of classes.
    C : float
        Inverse strength of the penalty on squared weights.
    reach : float
        How many spreads from its median a signal counts in proportion; beyond, tails are drawn in. Signals of light and
        mass need it near 1, readings of a plant hardly.
    categories : tuple of int, length k, or None
        How many values each column may have where it is a text category, 0 where it is a number. A category counts as a
        column of 0 and 1 for each value. None where all are numbers.

    Attributes
    ----------
    median_, spread_ : ndarray, shape (k',)
        Of the signals and the categories' values, as `StandardScale` takes them; the spread times `reach`.
    weights_, intercept_ : ndarray, shape (k', n_classes) and (n_classes,)
        Score of each class.
    seen_ : ndarray of bool, shape (n_classes,)
        Indices of the training classes.
    """

    STORED = ("n_features_in_", "median_", "spread_", "weights_", "intercept_", "seen_")
    LADDER: ClassVar[tuple[tuple[Settings, ...], ...]] = (({"C": 0.1}, {"C": 1.0}, {"C": 10.0}, {"C": 100.0}),)
    held_back: ClassVar[float] = 0.2  # share of the rows in each later block that the penalty is chosen on

    def __init__(self, n_classes: int, C: float = 1.0, categories: Categories = None, reach: float = 1.0) -> None:
        self.n_classes = n_classes
        self.C = C
        self.reach = reach
        self.categories = categories

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn from X, shape (n, k), and class numbers y, shape (n,); NaN in X is missing."""
        from sklearn.linear_model import LogisticRegression

        rows, codes = learnable(self, X, y)
        rows = indicators(rows, self.categories)
        scale = StandardScale.of(rows)
        scale = StandardScale(scale.median, self.reach * scale.spread)
        self.median_, self.spread_ = scale.median, scale.spread
        self.weights_, self.intercept_ = np.zeros((rows.shape[1], self.n_classes)), np.zeros(self.n_classes)
        self.seen_ = np.bincount(codes, minlength=self.n_classes) > 0
        seen = np.flatnonzero(self.seen_)
        if len(seen) > 1:
            # Newton's method solves for all weights together, which is slow if they are many.
            solver = "newton-cholesky" if len(seen) * rows.shape[1] < MANY_WEIGHTS else "lbfgs"
            fitted = LogisticRegression(C=self.C, solver=solver, max_iter=1000)
            fitted.fit(self.reach * scale.scores(rows), codes)
            # Of two classes scikit-learn keeps the weights of the second alone.
            where = seen[-len(fitted.coef_) :]
            self.weights_[:, where] = self.reach * fitted.coef_.T
            self.intercept_[where] = fitted.intercept_
        return self

    def block_errors(self, X: FloatArray, y: FloatArray, blocks: Sequence[Block]) -> Iterator[float]:
        """Yield the log loss on each later block, fitted on older rows."""
        for older, later in blocks:
            p = clone(self).fit(X[older], y[older]).predict_proba(X[later])
            own = p[np.arange(len(p)), y[later].astype(np.intp)]
            yield float(-np.log(np.maximum(own, LEAST_CHANCE)).mean())

    def settings(self) -> dict[str, float]:
        """Settings of the fitted estimator by name."""
        return {"penalty": 1 / self.C}

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Probability of each class, shape (n, n_classes)."""
        self._needs("seen_")
        scale = StandardScale(self.median_, self.spread_)
        scores = scale.scores(indicators(checked_rows(self, X), self.categories)) @ self.weights_ + self.intercept_
        return softmax(np.where(self.seen_, scores, -np.inf))

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Weight times standard score, of each column."""
        scale = StandardScale(self.median_, self.spread_)
        parts = scale.scores(indicators(X, self.categories))[:, :, None] * self.weights_
        return X, by_column(parts, self.categories)
