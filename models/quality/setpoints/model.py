"""Set-point model of lots: inputs known before production, and effects of set-points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.estimators.categories import categories_of
from models.estimators.tuning import clone
from models.interfaces.answers import input_flags, learnt_inputs
from models.quality.error_scenarios import ErrorScenarios
from models.quality.linear import LotLines
from models.quality.setpoints.effects import Effects, learn_effects, listed, setpoint_places
from models.quality.setpoints.identifiability import check_learnable
from models.quality.setpoints.prices import priced, prices_of
from models.table.inputs import input_names
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Quantity, Seed

BEYOND = 0.1  # of the width of an input's history that it may lie beyond it: drifting readings pass it every month
SUPPORT = (5.0, 95.0)  # percentiles of a set-point's history between which a recommendation stays
MOST_EFFECT = 0.1  # of missing inputs on an output: its errors are 5 % larger then


@dataclass(frozen=True, eq=False)
class LotSetpoints:
    """Set-point model of lots: data available before production and effects of K set-points.

    Attributes
    ----------
    seed : Seed
        The process.
    estimator : LotLines
        Contents and defects from the columns of roles `before` and `setpoint` alone, logarithms and log-odds.
    columns : ndarray of int, shape (j,)
        Which inputs these are.
    scatter : ErrorScenarios
        Its errors on lots outside the training rows.
    effects : Effects
        What moves do.
    low, high : ndarray, shape (K,)
        Range of each set-point that history supports.
    ranges : ndarray, shape (j, 2)
        Where each of `columns` may lie: its range in history, and BEYOND of its width on either side.
    complete : ndarray of bool, shape (j,)
        Whether it was never missing in history.
    effects_if_missing : ndarray, shape (j,)
        Mean square change of the output that changes most if it alone is missing: of a content in variances of its
        error, of a defect in log-odds squared; 0 if unknown.
    lots : int
        Past lots that taught it.
    """

    seed: Seed
    estimator: LotLines
    columns: IntArray
    scatter: ErrorScenarios
    effects: Effects
    low: FloatArray
    high: FloatArray
    ranges: FloatArray
    complete: BoolArray
    effects_if_missing: FloatArray
    lots: int

    @classmethod
    def learn(
        cls, seed: Seed, X: FloatArray, Y: FloatArray, units: npt.NDArray[Any], periods: npt.NDArray[np.datetime64]
    ) -> Self:
        """Learn from past lots, rows sorted by time.

        Parameters
        ----------
        seed : Seed
            The process.
        X : ndarray, shape (n, k)
            Inputs in plant units.
        Y : ndarray, shape (n, E + D)
            Reported contents, -L for "below L", and defects.
        units, periods : ndarray, shape (n,)
            Unit and start of each lot.

        Raises
        ------
        SetpointError
            No set-points, a set-point without bounds, step or cost of a move, too few lots, or an input or output that
            they do not show.
        """
        check_learnable(seed, X, Y)
        columns = _columns(seed)
        # The latest third gives the estimator's error on future lots.
        old, new = slice(None, 2 * len(X) // 3), slice(2 * len(X) // 3, None)
        outputs, seen, estimator = len(seed.elements), X[:, columns], _lines(seed)
        fitted = clone(estimator).fit(seen[old], Y[old])
        scatter = ErrorScenarios.of(Y[new, :outputs], fitted.predict(seen[new])[:, :outputs])
        inputs = learnt_inputs(seen)
        low, high = np.nanpercentile(X[:, setpoint_places(seed)], SUPPORT, axis=0)
        estimator = estimator.fit(seen, Y)
        scale = np.concatenate([scatter.spread, np.ones(len(seed.defects))])
        return cls(
            seed=seed,
            estimator=estimator,
            columns=columns,
            scatter=scatter,
            effects=learn_effects(seed, X, Y, units, periods),
            low=low,
            high=high,
            ranges=inputs["ranges"] + BEYOND * np.ptp(inputs["ranges"], axis=1)[:, None] * [-1.0, 1.0],
            complete=inputs["complete"],
            effects_if_missing=_effects_if_missing(seen, estimator, scale),
            lots=len(X),
        )

    @property
    def prices(self) -> dict[str, Quantity]:
        """Prices that advice reckons with, by name."""
        return prices_of(self.seed)

    def priced(self, given: Mapping[str, float] | None) -> dict[str, float]:
        """All prices by name, some of them replaced; SetpointError where one cannot be."""
        return priced(self.seed, given)

    def flags(self, X: FloatArray) -> list[list[str]]:
        """Return missing or novel inputs of lots, shape (n, k); a lot without any is known.

        A missing input is named if history never lacked it, or if predictions depend on it. Those of the smallest
        effects are not named, as long as these sum up to MOST_EFFECT at most.
        """
        names, seen = [input_names(self.seed)[i] for i in self.columns], X[:, self.columns]
        flags = input_flags(seen, names, self.ranges, self.complete)
        order = np.argsort(self.effects_if_missing, kind="stable")
        missing = np.isnan(seen[:, order])
        needed = missing & (np.cumsum(missing * self.effects_if_missing[order], axis=1) > MOST_EFFECT)
        for i, j in np.argwhere(needed & ~self.complete[order])[::-1].tolist():
            flags[i].append(f"{names[order[j]]} missing")
        return flags

    def predict(self, X: FloatArray) -> FloatArray:
        """Logarithms of contents and log-odds of defects as planned, shape (n, E + D)."""
        return np.asarray(self.estimator.predict(X[:, self.columns]), dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; all but the seed."""
        return {
            "estimator": self.estimator.state(),
            "scatter": self.scatter.state(),
            "effects": self.effects.state(),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "ranges": listed(self.ranges),
            "complete": self.complete.tolist(),
            "effects_if_missing": self.effects_if_missing.tolist(),
            "lots": self.lots,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], seed: Seed) -> Self:
        """Restore from the values that `state` returned; version 1 lacks `effects_if_missing`."""
        estimator, complete = _lines(seed), np.array(state["complete"], dtype=np.bool_)
        estimator.restore(state["estimator"], _no_trees)
        low, high, ranges = (np.array(state[name], dtype=np.float64) for name in ("low", "high", "ranges"))
        return cls(
            seed=seed,
            estimator=estimator,
            columns=_columns(seed),
            scatter=ErrorScenarios.from_state(state["scatter"]),
            effects=Effects.from_state(state["effects"], seed),
            low=low,
            high=high,
            ranges=ranges,
            complete=complete,
            effects_if_missing=np.array(state.get("effects_if_missing", np.zeros(len(complete))), dtype=np.float64),
            lots=int(state["lots"]),
        )


def _columns(seed: Seed) -> IntArray:
    """Inputs that are known when a lot is planned, by number."""
    return np.flatnonzero([column.role in ("before", "setpoint") for column in seed.inputs])


def _lines(seed: Seed) -> LotLines:
    """Unfitted lines from what is known when a lot is planned."""
    categories = categories_of(seed)
    own = None if categories is None else tuple(categories[i] for i in _columns(seed))
    return LotLines(len(seed.defects), categories=own if own and any(own) else None)


def _no_trees(name: str, columns: int) -> Any:
    raise ValueError(f"{name}: lines hold no trees")


def _effects_if_missing(seen: FloatArray, estimator: LotLines, scale: FloatArray) -> FloatArray:
    """Return the mean square change of the output that changes most without each input, shape (j,)."""
    effects = np.zeros(seen.shape[1])
    for j in range(seen.shape[1]):
        present = seen[~np.isnan(seen[:, j])]
        if len(present):
            blanked = present.copy()
            blanked[:, j] = np.nan
            change = (estimator.predict(blanked) - estimator.predict(present)) / scale
            effects[j] = np.mean(change**2, axis=0).max()
    return effects
