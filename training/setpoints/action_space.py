"""Action space: allowed moves of a plant's set-points, and their cost."""

import itertools
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from models.processes.lookup import response_of
from physics.arrays import BoolArray, FloatArray
from seeds import Seed

LEVELS = (-1.0, -0.5, 0.0, 0.5, 1.0)  # of a set-point's step
HISTORY = (0.05, 0.95)  # quantiles of a set-point's history that a move stays within


class SetpointTrialError(ValueError):
    """A trial that cannot be made of this process."""


@dataclass(frozen=True, eq=False)
class ActionSpace:
    """Set-points of each unit, k of them, and the bounds of their moves.

    Attributes
    ----------
    names : tuple of str
        The set-points.
    steps, low, high : ndarray, shape (k,)
        Largest move, and bounds of the set-points [each set-point's unit].
    price : ndarray, shape (k,)
        Cost of moving a set-point [$ a unit of the set-point and period's day].
    """

    names: tuple[str, ...]
    steps: FloatArray
    low: FloatArray
    high: FloatArray
    price: FloatArray

    @classmethod
    def of(cls, seed: Seed, history: pd.DataFrame) -> Self:
        """Return the action space: seed bounds and the middle nine tenths of history.

        Raises
        ------
        SetpointTrialError
            The process has no response, or a set-point lacks bounds, step or cost of a move.
        """
        response = response_of(seed)
        if response is None:
            raise SetpointTrialError(f"{seed.process.name}: a trial needs a model of its response to set-points")
        columns = [seed.column(name) for name in response.SETPOINTS]
        for column in columns:
            for name in ("bounds", "step", "move_cost"):
                if getattr(column, name) is None:
                    raise SetpointTrialError(f"{seed.process.name}: set-point {column.name}: {name}: missing")
        names = tuple(column.name for column in columns)
        typical = history[list(names)].quantile(list(HISTORY)).to_numpy(np.float64)
        bounds = np.array([column.bounds for column in columns], dtype=np.float64).T
        days = seed.period / pd.Timedelta(days=1)
        return cls(
            names,
            np.array([column.step for column in columns], dtype=np.float64),
            np.maximum(bounds[0], typical[0]),
            np.minimum(bounds[1], typical[1]),
            np.array([column.move_cost.value for column in columns if column.move_cost]) / days,
        )

    @property
    def grid(self) -> FloatArray:
        """All combinations of moves, shape (m, k), none first."""
        moves = np.array(list(itertools.product(LEVELS, repeat=len(self.names))))
        return np.asarray(moves[np.argsort(np.abs(moves).sum(axis=1), kind="stable")] * self.steps)

    def allowed(self, plan: FloatArray, moves: FloatArray) -> BoolArray:
        """Return whether moves (m, k) on plans (n, k) stay in or return towards the space, shape (m, n)."""
        then = plan[None] + moves[:, None]
        inside = (then <= np.maximum(self.high, plan)) & (then >= np.minimum(self.low, plan))
        return np.asarray(inside.all(axis=2))

    def cost(self, plan: FloatArray, last: FloatArray, moves: FloatArray) -> FloatArray:
        """Return the cost of moves (m, k) above that of the plans (n, k), shape (m, n) [$/d].

        It is that of one period; set-points that are not known count as those of the plan.
        """
        last = np.where(np.isfinite(last), last, plan)
        further = np.abs(plan[None] + moves[:, None] - last) - np.abs(plan - last)
        return np.asarray(further @ self.price)

    def best(
        self, gain: FloatArray, plan: FloatArray, last: FloatArray, periods: int = 1
    ) -> tuple[FloatArray, FloatArray]:
        """Moves of the grid that gain the most within reach, and their gain less their cost.

        Parameters
        ----------
        gain : ndarray, shape (m, n)
            Of each move of `grid` for each unit, on average over so many periods [$/d].
        plan, last : ndarray, shape (n, k)
            Set-points as planned, and of the period before.
        periods : int
            Over which the cost of a move is spread too.

        Returns
        -------
        tuple of ndarray
            Moves, shape (n, k), and gain, shape (n,); 0 where nothing pays or nothing is known.
        """
        moves = self.grid
        net = gain - self.cost(plan, last, moves) / periods
        net = np.where(self.allowed(plan, moves) & np.isfinite(net), net, -np.inf)
        net[0] = 0.0
        chosen = net.argmax(axis=0)
        return moves[chosen], net[chosen, np.arange(net.shape[1])]
