"""Two naive policies: plausible, but they use correlations as causal effects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from models.processes.lookup import needed_physics_of, response_of
from models.regression.trees import BoostedTrees
from models.regression.unit_history import UnitHistory
from models.table.inputs import matrix
from models.tasks import build
from physics.arrays import FloatArray
from seeds import Seed
from training.core.dataset import dataset_of
from training.core.splits import split
from training.regression.unit_history import with_unit_history
from training.setpoints.action_space import ActionSpace
from training.setpoints.choice import Choice
from training.setpoints.observation import Observation, split_plan


def economic_value(seed: Seed, columns: Mapping[str, FloatArray]) -> FloatArray:
    """Return the margin of measured periods at the seed's prices [$/d]."""
    prices = {name: quantity.value for name, quantity in seed.economics.items()}
    return np.asarray(needed_physics_of(seed).money(columns, prices), dtype=np.float64)


def numbers(table: pd.DataFrame, seed: Seed) -> dict[str, FloatArray]:
    """Number columns of a table by name."""
    return {column.name: table[column.name].to_numpy(np.float64) for column in seed.columns if column.is_number}


def last_rows(history: pd.DataFrame, planned: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Each planned unit's row of the period before, in the order of `planned`; NaN where there is none."""
    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    before = planned[time].max() - pd.Timedelta(seed.period)
    last: pd.DataFrame = history[history[time] == before].set_index(key).reindex(planned[key]).reset_index()
    return last


def for_each_move(rows: pd.DataFrame, reach: ActionSpace) -> pd.DataFrame:
    """Return n rows again for each of the m moves of an action space, m * n rows."""
    return pd.concat([rows] * len(reach.grid), ignore_index=True)


def after_moves(reach: ActionSpace, values: FloatArray) -> dict[str, FloatArray]:
    """Return set-points with each move of an action space, shape (m, n) each, from values of shape (n, k)."""
    return {name: values[None, :, j] + reach.grid[:, j, None] for j, name in enumerate(reach.names)}


def by_time(table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Labelled rows, oldest first."""
    labelled = table[table[seed.target.name].notna()]
    return labelled.sort_values(seed.clock.name, kind="stable", ignore_index=True)


def one_thread(estimator: Any) -> Any:
    """The same estimator on one thread: the cores are for the plants, which run side by side."""
    return estimator.set_params(n_jobs=1)


@dataclass(frozen=True, eq=False)
class AllColumnsRegression:
    """Prediction model on all columns, optimised over the set-points; next period as the last.

    Columns that are the same quantity as a set-point move with it; the margin is computed from the predicted target and
    the measured values. With the history of units, the model has the inputs that training adds.
    """

    seed: Seed
    reach: ActionSpace
    model: Any
    history: UnitHistory | None = None

    @classmethod
    def learn(cls, hand: Observation, seed: Seed, reach: ActionSpace) -> Self:
        """Learn as training does: all inputs of a period, its target."""
        return cls._fitted(hand.history(), seed, reach)

    @classmethod
    def learn_with_history(cls, hand: Observation, seed: Seed, reach: ActionSpace) -> Self:
        """Learn as `learn`, with the history of units as an input where it lowers the error."""
        data = dataset_of(hand.checked(), seed.for_first)
        data = with_unit_history(data, split(data))
        return cls._fitted(data.table, data.seed, reach, data.history)

    @classmethod
    def _fitted(cls, table: pd.DataFrame, seed: Seed, reach: ActionSpace, history: UnitHistory | None = None) -> Self:
        rows = by_time(table, seed)
        target = rows[seed.target.name].to_numpy(np.float64)
        return cls(seed, reach, one_thread(build(seed)["lightgbm"]).fit(matrix(rows, seed), target), history)

    def choose(self, table: pd.DataFrame, hand: Observation) -> Choice:
        """See `Policy`."""
        assert self.seed.key is not None
        history, planned = split_plan(table, self.seed)
        last, names, time = last_rows(history, planned, self.seed), list(self.reach.names), self.seed.clock.name
        response = response_of(self.seed)
        assert response is not None
        coming = last.assign(
            **{column.name: planned[column.name] for column in self.seed.by_role("before", "setpoint")}
        )
        if self.history is not None:
            coming = self.history.learned(history).described(coming.assign(**{time: planned[time]}))
        before, plan = last[names].to_numpy(np.float64), planned[names].to_numpy(np.float64)
        unit = {column.name: column.unit for column in self.seed.columns}
        alike = [name for name in names if unit[name] == unit[response.SETPOINTS[name]]]
        setpoints, shifts = after_moves(self.reach, plan), after_moves(self.reach, plan - before)
        followers = {
            response.SETPOINTS[name]: last[response.SETPOINTS[name]].to_numpy(np.float64) + shifts[name]
            for name in alike
        }
        moved = for_each_move(coming, self.reach).assign(
            **{name: values.ravel() for name, values in (followers | setpoints).items()}
        )
        target = np.asarray(self.model.predict(matrix(moved, self.seed)), dtype=np.float64)
        values = economic_value(self.seed, numbers(moved, self.seed) | {self.seed.target.name: target})
        values = values.reshape(-1, len(planned))
        moves, net = self.reach.best(values - values[0], plan, before)
        return Choice.without_interval(planned[self.seed.key.name].to_numpy(object), moves, net)


@dataclass(frozen=True, eq=False)
class PriorColumnsRegression:
    """Trees on columns available before a period and on set-points; the target is the period's margin."""

    seed: Seed
    reach: ActionSpace
    model: Any

    @classmethod
    def learn(cls, hand: Observation, seed: Seed, reach: ActionSpace) -> Self:
        """Learn money as it was measured."""
        rows = by_time(hand.history(), seed)
        values = economic_value(seed, numbers(rows, seed))
        known = np.isfinite(values)
        return cls(seed, reach, one_thread(BoostedTrees()).fit(_inputs(rows, seed)[known], values[known]))

    def choose(self, table: pd.DataFrame, hand: Observation) -> Choice:
        """See `Policy`."""
        assert self.seed.key is not None
        history, planned = split_plan(table, self.seed)
        names = list(self.reach.names)
        plan = planned[names].to_numpy(np.float64)
        before = last_rows(history, planned, self.seed)[names].to_numpy(np.float64)
        moved = for_each_move(planned, self.reach).assign(
            **{name: values.ravel() for name, values in after_moves(self.reach, plan).items()}
        )
        values = np.asarray(self.model.predict(_inputs(moved, self.seed))).reshape(-1, len(planned))
        moves, net = self.reach.best(values - values[0], plan, before)
        return Choice.without_interval(planned[self.seed.key.name].to_numpy(object), moves, net)


def _inputs(table: pd.DataFrame, seed: Seed) -> FloatArray:
    names = [column.name for column in seed.by_role("before", "setpoint") if column.is_number]
    return table[names].to_numpy(np.float64)
