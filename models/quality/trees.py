"""LightGBM on residuals of the linear models of contents and defects, with censored labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from models.estimators.booster import Booster
from models.estimators.boosting import FEWEST_ROWS_FOR_THREADS, own_settings, tree_contributions, tree_settings
from models.estimators.categories import Categories, category_columns
from models.estimators.stored import TREES, ReadTrees
from models.estimators.tuning import Block, Settings, later_blocks
from models.quality.linear import LotEstimator, LotLines, lot_labels
from models.quality.losses import ContentLoss, DefectLoss, Loss
from models.table.inputs import checked_rows
from physics.arrays import FloatArray

if TYPE_CHECKING:
    import lightgbm


class LotTrees(LotEstimator):
    """For each output gradient-boosted trees that start from its straight line.

    Rows must come sorted by time: the last share of them is held back to choose the number of trees, then all rows
    are used for the final fit. No row is drawn at random into the held-back part. The other settings are those of the
    parameters; `models.estimators.tuning.tuned` chooses them from LADDER.

    Parameters
    ----------
    defects : int
        How many of the outputs, at the end, are defects (0 or 1); the others are contents.
    held_back : float
        Share of the rows, at the end, that chooses penalty and number of trees.
    most_trees, patience : int
        Largest number of trees an output, and how many trees without a better held-back loss end the search.
    learning_rate, num_leaves, min_child_samples, feature_fraction, bagging_fraction, lambda_l2
        As LightGBM's parameters of these names.
    random_state : int
        Seed of the draws of columns and rows for each tree.
    n_jobs : int
        Threads; -1 for all. Results do not depend on it.
    categories : tuple of int, length k, or None
        How many values each column may have where it is a text category, 0 where it is a number. None where all are.

    Attributes
    ----------
    lines_ : LotLines
        Where the trees start from.
    boosters_ : list of Booster, length m
        The fitted trees of each output.
    """

    LADDER: ClassVar[tuple[tuple[Settings, ...], ...]] = (({"min_child_samples": 5}, {"min_child_samples": 40}),)

    def __init__(
        self,
        defects: int = 0,
        held_back: float = 0.2,
        most_trees: int = 300,
        patience: int = 15,
        learning_rate: float = 0.1,
        num_leaves: int = 8,
        min_child_samples: int = 40,
        feature_fraction: float = 0.5,
        bagging_fraction: float = 0.8,
        lambda_l2: float = 5.0,
        random_state: int = 0,
        n_jobs: int = -1,
        categories: Categories = None,
    ) -> None:
        self.defects = defects
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
        self.categories = categories

    def fit(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> Self:
        """Learn from X, shape (n, k), and reported contents and defects Y, shape (n, m), rows sorted by time."""
        rows, labels = lot_labels(self, X, Y)
        trees = self._numbers(rows, labels)
        self.lines_, self.boosters_ = self._grown(rows, labels, trees)
        return self

    def _numbers(self, X: FloatArray, Y: FloatArray) -> list[int]:
        """Number of trees of each output with the smallest loss on the newest rows."""
        blocks = _labelled(Y, later_blocks(len(Y), self.held_back))
        if not blocks:
            return [1] * Y.shape[1]
        return [max(1, booster.best_iteration) for booster in self._searches(X, Y, blocks[-1])]

    def _searches(self, X: FloatArray, Y: FloatArray, block: Block) -> Iterator[lightgbm.Booster]:
        """Yield each output's trees on a block's older rows, their number chosen by loss on its later rows."""
        import lightgbm

        old, new = block
        lines = self._lines().fit(X[old], Y[old])
        raw, kinds = lines.predict(X), self._losses(lines)
        known = self._binned(X[old])
        later = lightgbm.Dataset(X[new], np.zeros(len(X[new])), reference=known)
        for label, start, kind in zip(Y.T, raw.T, kinds, strict=True):
            yield lightgbm.train(
                self._settings(label[old], start[old], kind),
                known,
                num_boost_round=self.most_trees,
                valid_sets=[later],
                feval=_metric_of(label[new], start[new], kind),
                callbacks=[lightgbm.early_stopping(self.patience, verbose=False)],
            )

    def block_errors(self, X: FloatArray, y: FloatArray, blocks: Sequence[Block]) -> Iterator[float]:
        """Sum of the outputs' losses on each later block, at the numbers of trees that suit it."""
        for block in _labelled(y, blocks):
            yield float(sum(booster.best_score["valid_0"]["loss"] for booster in self._searches(X, y, block)))

    def settings(self) -> dict[str, float]:
        """Settings of the fitted estimator by name, the number of its trees for all outputs among them."""
        return own_settings(self) | {"trees": sum(booster.num_trees() for booster in self.boosters_)}

    def _lines(self) -> LotLines:
        return LotLines(self.defects, self.held_back, self.categories)

    def _grown(self, X: FloatArray, Y: FloatArray, trees: list[int]) -> tuple[LotLines, list[Booster]]:
        import lightgbm

        lines = self._lines().fit(X, Y)
        raw, kinds, binned = lines.predict(X), self._losses(lines), self._binned(X)
        return lines, [
            Booster.of(lightgbm.train(self._settings(label, start, kind), binned, num_boost_round=count))
            for label, start, kind, count in zip(Y.T, raw.T, kinds, trees, strict=True)
        ]

    def _losses(self, lines: LotLines) -> list[Loss]:
        contents = len(lines.spread_) - self.defects
        return [ContentLoss(float(s)) for s in lines.spread_[:contents]] + [DefectLoss()] * self.defects

    def _binned(self, X: FloatArray) -> lightgbm.Dataset:
        """Columns as LightGBM bins them, once for all outputs: their labels live in the objectives."""
        import lightgbm

        texts = category_columns(self.categories, X.shape[1])
        return lightgbm.Dataset(
            X, np.zeros(len(X)), categorical_feature=texts, free_raw_data=False, params=self._fixed()
        ).construct()

    def _settings(self, label: FloatArray, start: FloatArray, kind: Loss) -> dict[str, Any]:
        def objective(raw: FloatArray, _: lightgbm.Dataset) -> tuple[FloatArray, FloatArray]:
            return kind.steps(label, start + raw)

        return self._fixed() | {"objective": objective}

    def _fixed(self) -> dict[str, Any]:
        # Else columns that too few rows cannot split are left out, and of none LightGBM refuses to learn.
        return tree_settings(self) | {"feature_pre_filter": False}

    def state(self) -> dict[str, Any]:
        """The lines that the trees start from, as JSON values."""
        return self.lines_.state()

    def trees(self) -> dict[str, Booster]:
        """The fitted trees of each output."""
        return {f"{TREES}.{i}": one for i, one in enumerate(self.boosters_)}

    def restore(self, state: dict[str, Any], read_trees: ReadTrees) -> None:
        """Restore the estimator from the results of `state` and `trees`."""
        lines = self._lines()
        lines.restore(state, read_trees)
        self.lines_, self.n_features_in_ = lines, lines.n_features_in_
        outputs = range(len(lines.intercept_))
        self.boosters_ = [read_trees(f"{TREES}.{i}", lines.n_features_in_) for i in outputs]

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Logarithms of the contents and log-odds of the defects, shape (n, m)."""
        self._needs("boosters_")
        rows = checked_rows(self, X)
        threads = 1 if len(rows) < FEWEST_ROWS_FOR_THREADS else max(0, self.n_jobs)
        left_over = [booster.predict(rows, raw_score=True, num_threads=threads) for booster in self.boosters_]
        predictions: FloatArray = self.lines_.predict(rows) + np.column_stack(left_over)
        return predictions

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Parts of the lines that the trees start from, and of the trees by TreeSHAP."""
        of_trees = [tree_contributions(booster, self.n_jobs, X) for booster in self.boosters_]
        return X, self.lines_.contributions(X)[1] + np.concatenate(of_trees, axis=2)


def _labelled(Y: FloatArray, blocks: Sequence[Block]) -> list[Block]:
    """Later blocks before which every output has a label."""
    return [(old, new) for old, new in blocks if not np.isnan(Y[old]).all(axis=0).any()]


def _metric_of(label: FloatArray, start: FloatArray, kind: Loss) -> Any:
    def metric(raw: FloatArray, _: lightgbm.Dataset) -> tuple[str, float, bool]:
        return "loss", float(kind.loss(label, start + raw).mean()), False

    return metric
