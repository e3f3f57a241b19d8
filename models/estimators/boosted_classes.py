"""LightGBM classifier of known classes, its number of trees chosen on the latest rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from models.estimators.booster import Booster
from models.estimators.boosting import FEWEST_ROWS_FOR_THREADS, own_settings, tree_contributions, tree_settings
from models.estimators.categories import Categories, category_columns
from models.estimators.class_baselines import KnownClasses, learnable
from models.estimators.stored import TREES, ReadTrees
from models.estimators.tuning import Block, Settings, later_blocks
from models.table.inputs import checked_rows
from physics.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    import lightgbm

# So few rows held back choose nothing: a few rounds do for a table that small.
ROUNDS_OF_FEW = 20


class BoostedClasses(KnownClasses):
    """Gradient-boosted trees with the multinomial log loss.

    Rows must come sorted by time: the last share of them is held back to choose the number of rounds, then all rows
    are used for the final fit. No row is drawn at random into the held-back part. The other settings are those of the
    parameters; `models.estimators.tuning.tuned` chooses them from LADDER.

    Parameters
    ----------
    n_classes : int
        Number of classes.
    held_back : float
        Share of the rows, at the end, that chooses the number of rounds.
    most_rounds, patience : int
        Largest number of rounds, each a tree for every class, and how many rounds without a better held-back loss
        end the search.
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
    booster_ : Booster
        The fitted trees.
    seen_ : ndarray of bool, shape (n_classes,)
        Indices of the training classes.
    """

    STORED = ("n_features_in_", "seen_")
    # Leaf size alone: the number of leaves that suits the rows that are tried is too small for a large table.
    LADDER: ClassVar[tuple[tuple[Settings, ...], ...]] = (({"min_child_samples": 5}, {"min_child_samples": 30}),)

    def __init__(
        self,
        n_classes: int,
        held_back: float = 0.2,
        most_rounds: int = 120,
        patience: int = 15,
        learning_rate: float = 0.1,
        num_leaves: int = 15,
        min_child_samples: int = 30,
        feature_fraction: float = 0.5,
        bagging_fraction: float = 0.8,
        lambda_l2: float = 5.0,
        random_state: int = 0,
        n_jobs: int = -1,
        categories: Categories = None,
    ) -> None:
        self.n_classes = n_classes
        self.held_back = held_back
        self.most_rounds = most_rounds
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

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Fit on X, shape (n, k), and class numbers y, shape (n,), sorted by time; NaN in X is missing."""
        import lightgbm

        rows, codes = learnable(self, X, y)
        rounds = self._rounds(rows, codes)
        self.booster_ = Booster.of(lightgbm.train(self._settings(), self._binned(rows, codes), num_boost_round=rounds))
        self.seen_ = np.bincount(codes, minlength=self.n_classes) > 0
        return self

    def _binned(self, X: FloatArray, codes: IntArray, reference: lightgbm.Dataset | None = None) -> lightgbm.Dataset:
        import lightgbm

        texts = category_columns(self.categories, X.shape[1])
        return lightgbm.Dataset(X, codes, reference=reference, categorical_feature=texts)

    def _rounds(self, X: FloatArray, codes: IntArray) -> int:
        """Number of rounds with the smallest loss on the newest rows."""
        blocks = later_blocks(len(codes), self.held_back)
        return max(1, self._search(X, codes, blocks[-1]).best_iteration) if blocks else ROUNDS_OF_FEW

    def _search(self, X: FloatArray, codes: IntArray, block: Block) -> lightgbm.Booster:
        """Trees on a block's older rows, with the number of rounds that loses least on its later rows."""
        import lightgbm

        old, new = block
        known = self._binned(X[old], codes[old])
        later = self._binned(X[new], codes[new], reference=known)
        stop = lightgbm.early_stopping(self.patience, verbose=False)
        return lightgbm.train(
            self._settings(), known, num_boost_round=self.most_rounds, valid_sets=[later], callbacks=[stop]
        )

    def block_errors(self, X: FloatArray, y: FloatArray, blocks: Sequence[Block]) -> Iterator[float]:
        """Log loss on each later block, at the number of rounds that suits it."""
        for block in blocks:
            yield float(self._search(X, y.astype(np.intp), block).best_score["valid_0"]["multi_logloss"])

    def settings(self) -> dict[str, float]:
        """Settings of the fitted estimator by name, its number of trees among them."""
        return own_settings(self) | {"trees": self.booster_.num_trees()}

    def _settings(self) -> dict[str, Any]:
        return tree_settings(self) | {"objective": "multiclass", "num_class": self.n_classes}

    def trees(self) -> dict[str, Booster]:
        """The fitted trees."""
        return {TREES: self.booster_}

    def restore(self, state: dict[str, Any], read_trees: ReadTrees) -> None:
        """Restore the estimator from the results of `state` and `trees`."""
        super().restore(state, read_trees)
        self.booster_ = read_trees(TREES, self.n_features_in_)

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Probability of each class, shape (n, n_classes)."""
        self._needs("booster_")
        rows = checked_rows(self, X)
        threads = 1 if len(rows) < FEWEST_ROWS_FOR_THREADS else max(0, self.n_jobs)
        p = self.booster_.predict(rows, num_threads=threads)
        # LightGBM gives classes that it has not seen some 1e-15.
        return np.where(self.seen_, p, 0.0)

    def contributions(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Parts of the trees by TreeSHAP."""
        return X, tree_contributions(self.booster_, self.n_jobs, X)
