"""LightGBM on residuals of a linear model, as a scikit-learn regressor tuned on later rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from models.estimators.booster import Booster
from models.estimators.boosting import FEWEST_ROWS_FOR_THREADS, own_settings, tree_contributions, tree_settings
from models.estimators.categories import (
    Categories,
    by_column,
    category_columns,
    columns_before,
    indicators,
    with_indicators,
)
from models.estimators.estimator import RegressorEstimator
from models.estimators.log_scale import from_scale, to_scale
from models.estimators.sign_constrained_ridge import SignConstrainedRidge, fit_lines
from models.estimators.stored import TREES, ReadTrees, Stored
from models.estimators.tuning import Block, Settings, later_blocks
from models.table.inputs import checked_rows
from physics.arrays import FloatArray

if TYPE_CHECKING:
    import lightgbm

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
PENALTY_OF_FEW = 0.1


class BoostedTrees(Stored, RegressorEstimator):
    """Gradient-boosted trees with squared loss on what a straight line leaves over.

    The line carries a level beyond what training saw, as trees alone cannot, and takes the trees' work where a
    plant is near linear and its labels are noisy.

    Rows must come sorted by time: the newest choose the line's penalty and the number of trees of models fitted on
    older ones, then the final fit uses all rows. No row is drawn at random into the newest ones. The other settings
    are those of the parameters; `models.estimators.tuning.tuned` chooses them from LADDER.

    Parameters
    ----------
    signs : tuple of int, length k, or None
        Direction in which the prediction may move with each column: +1 up, -1 down, 0 either way. None frees all.
    held_back : float
        Share of the rows, at the end, that chooses penalty and number of trees; that of each block that settings are
        chosen on.
    most_trees, patience : int
        Largest number of trees, and how many trees without a better error on a block end its search.
    learning_rate, num_leaves, min_child_samples, feature_fraction, bagging_fraction, lambda_l2, extra_trees
        As LightGBM's parameters of these names.
    random_state : int
        Seed of the draws of columns and rows for each tree.
    n_jobs : int
        Threads; -1 for all. Results do not depend on it.
    categories : tuple of int, length k, or None
        How many values each column may have where it is a text category, 0 where it is a number. None where all are.
        Trees split a category by groups of its values, the line has a slope for each.
    log_floor : float or None
        What is added to a label before its logarithm, which line and trees then learn [unit of y]; None: the label.

    Attributes
    ----------
    line_ : SignConstrainedRidge
        Where the trees start from, in columns as `models.estimators.categories.indicators` makes them.
    penalty_ : float
        The line's penalty; NaN in an estimator that was stored.
    booster_ : Booster
        The fitted trees.
    """

    LADDER: ClassVar[tuple[tuple[Settings, ...], ...]] = (
        ({"feature_fraction": 0.5}, {"feature_fraction": 1.0}, {"feature_fraction": 1.0, "extra_trees": True}),
        ({"min_child_samples": 5}, {"min_child_samples": 20}, {"min_child_samples": 50}),
        ({"num_leaves": 4}, {"num_leaves": 8}, {"num_leaves": 31}),
        ({"learning_rate": 0.03}, {"learning_rate": 0.1}),
    )

    def __init__(
        self,
        signs: tuple[int, ...] | None = None,
        held_back: float = 0.2,
        most_trees: int = 2000,
        patience: int = 50,
        learning_rate: float = 0.03,
        num_leaves: int = 8,
        min_child_samples: int = 20,
        feature_fraction: float = 0.5,
        bagging_fraction: float = 0.8,
        lambda_l2: float = 5.0,
        extra_trees: bool = False,
        random_state: int = 0,
        n_jobs: int = -1,
        categories: Categories = None,
        log_floor: float | None = None,
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
        self.extra_trees = extra_trees
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.categories = categories
        self.log_floor = log_floor

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn from X, shape (n, k), and y, shape (n,), rows sorted by time; NaN in X is missing."""
        import lightgbm

        rows, labels = self._learnable(X, y, ensure_min_samples=2, y_numeric=True)
        if self.signs is not None and len(self.signs) != self.n_features_in_:
            raise ValueError(f"signs: got {len(self.signs)}, expected one for each of {self.n_features_in_} columns")
        labels = to_scale(labels, self.log_floor)
        self.penalty_, trees = self._chosen(rows, labels)
        (self.line_,) = self._lines(rows, labels, [self.penalty_])
        left_over = self._binned(rows, labels - self._along(self.line_, rows))
        self.booster_ = Booster.of(lightgbm.train(self._settings(), left_over, num_boost_round=trees))
        return self

    @property
    def _directions(self) -> tuple[int, ...]:
        return self.signs if self.signs is not None else (0,) * self.n_features_in_

    def _lines(self, X: FloatArray, y: FloatArray, penalties: Sequence[float]) -> list[SignConstrainedRidge]:
        signs = with_indicators(self._directions, self.categories)
        return fit_lines(indicators(X, self.categories), y, signs, penalties)

    def _along(self, line: SignConstrainedRidge, X: FloatArray) -> FloatArray:
        return line.predict(indicators(X, self.categories))

    def _binned(self, X: FloatArray, y: FloatArray, reference: lightgbm.Dataset | None = None) -> lightgbm.Dataset:
        import lightgbm

        texts = category_columns(self.categories, X.shape[1])
        return lightgbm.Dataset(X, y, reference=reference, categorical_feature=texts)

    def _chosen(self, X: FloatArray, y: FloatArray) -> tuple[float, int]:
        """Penalty of the line and number of trees that err least on later rows."""
        # The newest block alone: where the plant has changed, older ones would choose for the plant as it was.
        blocks = later_blocks(len(y), self.held_back)[-1:]
        if not blocks:
            return PENALTY_OF_FEW, 1
        penalty = self._penalty(X, y, blocks)
        best = [self._search(X, y, block, penalty).best_iteration for block in blocks]
        return penalty, max(1, round(float(np.mean(best))))

    def _penalty(self, X: FloatArray, y: FloatArray, blocks: Sequence[Block]) -> float:
        errors = np.zeros(len(PENALTIES))
        for old, new in blocks:
            lines = self._lines(X[old], y[old], PENALTIES)
            errors += [float(np.mean((self._along(line, X[new]) - y[new]) ** 2)) for line in lines]
        return PENALTIES[int(np.argmin(errors))]

    def _search(self, X: FloatArray, y: FloatArray, block: Block, penalty: float) -> lightgbm.Booster:
        """Trees on a block's older rows, with the number of them that errs least on its later rows."""
        import lightgbm

        old, new = block
        (line,) = self._lines(X[old], y[old], [penalty])
        known = self._binned(X[old], y[old] - self._along(line, X[old]))
        later = self._binned(X[new], y[new] - self._along(line, X[new]), reference=known)
        stop = lightgbm.early_stopping(self.patience, verbose=False)
        return lightgbm.train(
            self._settings(), known, num_boost_round=self.most_trees, valid_sets=[later], callbacks=[stop]
        )

    def block_errors(self, X: FloatArray, y: FloatArray, blocks: Sequence[Block]) -> Iterator[float]:
        """Yield the mean square error on each later block, best number of trees, on the training scale."""
        self.n_features_in_, y = X.shape[1], to_scale(y, self.log_floor)
        for block in blocks:
            booster = self._search(X, y, block, self._penalty(X, y, [block]))
            yield float(booster.best_score["valid_0"]["l2"])

    def settings(self) -> dict[str, float]:
        """Settings of the fitted estimator by name, its penalty and its number of trees among them."""
        return own_settings(self) | {"penalty": self.penalty_, "trees": self.booster_.num_trees()}

    def _settings(self) -> dict[str, Any]:
        settings = tree_settings(self) | {"objective": "regression"}
        if any(self._directions):
            settings |= {"monotone_constraints": list(self._directions), "monotone_constraints_method": "intermediate"}
        return settings

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Predictions, shape (n,)."""
        self._needs("booster_")
        rows = checked_rows(self, X)
        threads = 1 if len(rows) < FEWEST_ROWS_FOR_THREADS else max(0, self.n_jobs)
        scaled = self._along(self.line_, rows) + self.booster_.predict(rows, num_threads=threads)
        return from_scale(scaled, self.log_floor)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Parts of the line that the trees start from, and of the trees by TreeSHAP."""
        line = self.line_
        of_line = by_column(line.columns(indicators(X, self.categories)) * line.slope, self.categories)
        return X, of_line[:, :, None] + tree_contributions(self.booster_, self.n_jobs, X)

    def state(self) -> dict[str, Any]:
        """The line that the trees start from, as JSON values."""
        return {"line": {name: np.asarray(part).tolist() for name, part in vars(self.line_).items()}}

    def trees(self) -> dict[str, Booster]:
        """The fitted trees."""
        return {TREES: self.booster_}

    def restore(self, state: dict[str, Any], read_trees: ReadTrees) -> None:
        """Restore the estimator from the results of `state` and `trees`."""
        parts = dict(state["line"])
        line = SignConstrainedRidge(
            intercept=parts.pop("intercept"), **{name: np.array(part) for name, part in parts.items()}
        )
        self.line_, self.penalty_ = line, math.nan
        self.n_features_in_ = columns_before(len(line.slope), self.categories)
        self.booster_ = read_trees(TREES, self.n_features_in_)
