"""LightGBM started from a straight line, as a scikit-learn regressor that is tuned on the newest rows."""

from __future__ import annotations

from typing import Any, Self

import lightgbm
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from models.estimators.boosting import FEWEST_HELD_BACK, FEWEST_ROWS_FOR_THREADS, tree_settings
from models.estimators.signed_line import Line, fit_lines
from models.estimators.stored import TREES, ReadTrees, Stored
from models.table.inputs import checked_rows
from physics.arrays import FloatArray

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
PENALTY_OF_FEW = 0.1


class BoostedTrees(Stored, RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Gradient-boosted trees with squared loss on what a straight line leaves over.

    The line carries a level beyond what training saw, as trees alone cannot, and takes the trees' work where a
    plant is near linear and its labels are noisy.

    Rows must come sorted by time: the last share of them is held back to choose the line's penalty and the number
    of trees, then all rows are learnt with those. No row is drawn at random into the held-back part.

    Parameters
    ----------
    signs : tuple of int, length k, or None
        Direction in which the prediction may move with each column: +1 up, -1 down, 0 either way. None frees all.
    held_back : float
        Share of the rows, at the end, that chooses penalty and number of trees.
    most_trees, patience : int
        Largest number of trees, and how many trees without a better held-back error end the search.
    learning_rate, num_leaves, min_child_samples, feature_fraction, bagging_fraction, lambda_l2
        As LightGBM's parameters of these names.
    random_state : int
        Seed of the draws of columns and rows for each tree.
    n_jobs : int
        Threads; -1 for all. Results do not depend on it.

    Attributes
    ----------
    line_ : Line
        Where the trees start from.
    booster_ : lightgbm.Booster
        The fitted trees.
    """

    def __init__(
        self,
        signs: tuple[int, ...] | None = None,
        held_back: float = 0.2,
        most_trees: int = 2000,
        patience: int = 50,
        learning_rate: float = 0.03,
        num_leaves: int = 31,
        min_child_samples: int = 50,
        feature_fraction: float = 0.5,
        bagging_fraction: float = 0.8,
        lambda_l2: float = 5.0,
        random_state: int = 0,
        n_jobs: int = -1,
    ) -> None:
        self.signs = signs
        self.held_back = held_back
        self.most_trees = most_trees
        self.patience = patience
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.lambda_l2 = lambda_l2
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn from X, shape (n, k), and y, shape (n,), rows sorted by time; NaN in X is missing."""
        rows, labels = validate_data(
            self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=2, y_numeric=True
        )
        if self.signs is not None and len(self.signs) != self.n_features_in_:
            raise ValueError(f"signs: got {len(self.signs)}, expected one for each of {self.n_features_in_} columns")
        penalty, trees = self._chosen(rows, labels)
        (self.line_,) = fit_lines(rows, labels, self._directions, [penalty])
        left_over = lightgbm.Dataset(rows, labels - self.line_.predict(rows))
        self.booster_ = lightgbm.train(self._settings(), left_over, num_boost_round=trees)
        return self

    @property
    def _directions(self) -> tuple[int, ...]:
        return self.signs if self.signs is not None else (0,) * self.n_features_in_

    def _chosen(self, X: FloatArray, y: FloatArray) -> tuple[float, int]:
        """Penalty of the line and number of trees that err least on the newest rows."""
        newest = int(self.held_back * len(y))
        if newest < FEWEST_HELD_BACK:
            return PENALTY_OF_FEW, 1
        X_old, y_old, X_new, y_new = X[:-newest], y[:-newest], X[-newest:], y[-newest:]
        lines = fit_lines(X_old, y_old, self._directions, PENALTIES)
        errors = [float(np.mean((line.predict(X_new) - y_new) ** 2)) for line in lines]
        best = int(np.argmin(errors))
        old = lightgbm.Dataset(X_old, y_old - lines[best].predict(X_old))
        new = lightgbm.Dataset(X_new, y_new - lines[best].predict(X_new), reference=old)
        stop = lightgbm.early_stopping(self.patience, verbose=False)
        search = lightgbm.train(
            self._settings(), old, num_boost_round=self.most_trees, valid_sets=[new], callbacks=[stop]
        )
        return PENALTIES[best], max(1, search.best_iteration)

    def _settings(self) -> dict[str, Any]:
        settings = tree_settings(self) | {"objective": "regression"}
        if any(self._directions):
            settings |= {"monotone_constraints": list(self._directions), "monotone_constraints_method": "intermediate"}
        return settings

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Predictions, shape (n,)."""
        check_is_fitted(self, "booster_")
        rows = checked_rows(self, X)
        threads = 1 if len(rows) < FEWEST_ROWS_FOR_THREADS else max(0, self.n_jobs)
        left_over = np.asarray(self.booster_.predict(rows, num_threads=threads), dtype=np.float64)
        return self.line_.predict(rows) + left_over

    def state(self) -> dict[str, Any]:
        """The line that the trees start from, as JSON values."""
        return {"line": {name: np.asarray(part).tolist() for name, part in vars(self.line_).items()}}

    def trees(self) -> dict[str, lightgbm.Booster]:
        """The fitted trees."""
        return {TREES: self.booster_}

    def restore(self, state: dict[str, Any], read_trees: ReadTrees) -> None:
        """Take up what `state` and `trees` gave."""
        parts = dict(state["line"])
        line = Line(intercept=parts.pop("intercept"), **{name: np.array(part) for name, part in parts.items()})
        self.line_ = line
        self.n_features_in_ = len(line.slope)
        self.booster_ = read_trees(TREES, len(line.slope))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
