"""Scores of events: uncalibrated log-odds as a sum of parts, by a linear model or trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from models.estimators.booster import Booster
from physics.arrays import FloatArray

FARTHEST = 4.0  # spreads from the usual: what lies beyond counts as lying there
PENALTY = 0.02  # inverse strength of the line's penalty: the columns are many and alike, the events few
ROUNDS = 100
TREES: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 8,
    "extra_trees": True,
    "min_data_in_leaf": 60,
    "min_sum_hessian_in_leaf": 2.0,
    "lambda_l2": 5.0,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "seed": 0,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


class Score(Protocol):
    """Log-odds of an event, as a sum of parts."""

    def __call__(self, X: FloatArray) -> FloatArray:
        """Log-odds, shape (n,), of rows of k columns; NaN is missing."""

    def parts(self, X: FloatArray) -> FloatArray:
        """Return contributions of columns to the log-odds of a typical row, shape (n, k)."""

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""


@dataclass(frozen=True, eq=False)
class LineScore:
    """Log-odds as a line in columns measured in spreads from their usual values.

    Attributes
    ----------
    usual, spread, slope : ndarray, shape (k,)
        Median and standard deviation in history, and log-odds a spread.
    level : float
        Log-odds of a usual row.
    """

    usual: FloatArray
    spread: FloatArray
    slope: FloatArray
    level: float

    @classmethod
    def fit(cls, X: FloatArray, y: FloatArray, weight: float) -> Self:
        """Learn from rows and whether an event came, 1 or 0; both must be there. Each row counts for `weight`."""
        from sklearn.linear_model import LogisticRegression

        filled = np.where(np.isfinite(X).any(axis=0), X, 0.0)
        typical: FloatArray = np.nanmedian(filled, axis=0)
        spread: FloatArray = np.nanstd(filled, axis=0)
        k = X.shape[1]
        blank = cls(typical, spread, np.zeros(k), 0.0)
        fitted = LogisticRegression(C=PENALTY * weight, solver="newton-cholesky").fit(blank._away(X), y)
        return cls(typical, spread, np.asarray(fitted.coef_[0], dtype=np.float64), float(fitted.intercept_[0]))

    def __call__(self, X: FloatArray) -> FloatArray:
        """See `Score`."""
        # einsum and not @: the sum of a row must not depend on how many rows come with it.
        rises: FloatArray = np.einsum("ij,j->i", self._away(X), self.slope)
        return self.level + rises

    def parts(self, X: FloatArray) -> FloatArray:
        """See `Score`."""
        return self._away(X) * self.slope

    def _away(self, X: FloatArray) -> FloatArray:
        away = np.where(np.isfinite(X), X, self.usual) - self.usual
        spreads = np.divide(away, self.spread, out=np.zeros_like(away), where=self.spread > 0)
        return np.clip(spreads, -FARTHEST, FARTHEST)

    def state(self) -> dict[str, Any]:
        """See `Score`."""
        vectors = {"usual": self.usual, "spread": self.spread, "slope": self.slope}
        return {"level": self.level, **{name: one.tolist() for name, one in vectors.items()}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        typical, spread, slope = (np.array(state[name], dtype=np.float64) for name in ("usual", "spread", "slope"))
        return cls(typical, spread, slope, float(state["level"]))


@dataclass(frozen=True, eq=False)
class TreeScore:
    """Log-odds by LightGBM, cut into parts by TreeSHAP.

    References
    ----------
    Lundberg et al. 2020, Nature Machine Intelligence 2.
    """

    booster: Booster

    @classmethod
    def fit(cls, X: FloatArray, y: FloatArray, weight: float) -> Self:
        """Learn from rows and whether an event came, 1 or 0; each row counts for `weight`."""
        import lightgbm

        rows = lightgbm.Dataset(X, y, weight=np.full(len(y), weight))
        return cls(Booster.of(lightgbm.train(TREES, rows, ROUNDS)))

    def __call__(self, X: FloatArray) -> FloatArray:
        """See `Score`."""
        return self.booster.predict(X, raw_score=True)

    def parts(self, X: FloatArray) -> FloatArray:
        """See `Score`."""
        return self.booster.contributions(X)[:, 0, :-1]  # the last column is the trees' mean

    def state(self) -> dict[str, Any]:
        """LightGBM's own text."""
        return {"trees": self.booster.text}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(Booster.stored(state["trees"]))


def mean_score(line: FloatArray, trees: FloatArray) -> FloatArray:
    """Log-odds of `BothScore`, shape (n,), by those of its parts."""
    return 0.5 * (line + trees)


@dataclass(frozen=True, eq=False)
class BothScore:
    """The mean of the log-odds of line and trees: steadier than either where events are few."""

    line: LineScore
    trees: TreeScore

    @classmethod
    def fit(cls, X: FloatArray, y: FloatArray, weight: float) -> Self:
        """Learn from rows and whether an event came, 1 or 0; each row counts for `weight`."""
        return cls(LineScore.fit(X, y, weight), TreeScore.fit(X, y, weight))

    def __call__(self, X: FloatArray) -> FloatArray:
        """See `Score`."""
        return mean_score(self.line(X), self.trees(X))

    def parts(self, X: FloatArray) -> FloatArray:
        """See `Score`."""
        return 0.5 * (self.line.parts(X) + self.trees.parts(X))

    def state(self) -> dict[str, Any]:
        """See `Score`."""
        return {"linear": self.line.state(), "lightgbm": self.trees.state()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(LineScore.from_state(state["linear"]), TreeScore.from_state(state["lightgbm"]))


SCORES: dict[str, type[LineScore] | type[TreeScore] | type[BothScore]] = {
    "linear": LineScore,
    "lightgbm": TreeScore,
    "linear_lightgbm": BothScore,
}
"""Candidates of an event, by name."""
