"""Multiple-choice knapsack [1]_: one move for each unit, highest total value under shared limits.

References
----------
.. [1] H. Kellerer, U. Pferschy, D. Pisinger (2004). Knapsack Problems, ch. 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_GAP = 1e-4  # part of the value that may be missed, which no plant could measure
_ROUNDING, _TOLERANCE = 1e-9, 1e-6  # of a limit: in sums, and in what a solver calls kept


@dataclass(frozen=True, eq=False)
class Knapsack:
    """Moves of n units, m each, that share r limits.

    Attributes
    ----------
    values : ndarray, shape (m, n)
        What each move is worth.
    takes : ndarray, shape (r, m, n)
        What it takes of each limit.
    limits : ndarray, shape (r,)
        What all may take together; infinite where there is no limit.
    allowed : ndarray of bool, shape (m, n)
        At least one a unit.
    taken : ndarray, shape (r,)
        What is taken whatever is chosen.
    worth : float
        What is worth something whatever is chosen.
    """

    values: FloatArray
    takes: FloatArray
    limits: FloatArray
    allowed: BoolArray
    taken: FloatArray
    worth: float = 0.0

    def limited(self, first: float) -> Self:
        """With another of the first limits."""
        return replace(self, limits=np.concatenate([[first], self.limits[1:]]))

    def free(self) -> IntArray:
        """Number of the best move of each unit if there were no limits, shape (n,); the first of equals."""
        return np.asarray(np.argmax(np.where(self.allowed, self.values, -np.inf), axis=0), dtype=np.intp)

    def all_taken(self, best: IntArray) -> FloatArray:
        """Return the use of each limit by moves, one of each unit, shape (r,)."""
        return np.asarray(self.taken + self.takes[:, best, np.arange(len(best))].sum(axis=1))

    def least(self) -> FloatArray:
        """The least that can be taken of each limit if the others are forgotten, shape (r,)."""
        return np.asarray(self.taken + np.where(self.allowed, self.takes, np.inf).min(axis=1).sum(axis=1))

    def best(self) -> IntArray | None:
        """Return each unit's move with the highest total value within the limits; None if infeasible."""
        best, room = self.free(), self.limits + _ROUNDING * np.abs(self.limits)
        if (self.least() > room).any():
            return None
        binds = np.zeros(len(room), dtype=np.bool_)
        while True:
            broken = self.all_taken(best) > room
            if not (broken & ~binds).any():
                return best
            # What keeps some of the limits alone, and turns out to keep the others, is the best within all.
            binds |= broken
            choice = self._best(binds)
            if choice is None:
                return None
            best = choice

    def _best(self, binds: BoolArray) -> IntArray | None:
        """The best within some of the limits."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        items, n = _Items.of(self, binds), self.values.shape[1]
        optimum = milp(
            -items.values,
            integrality=np.ones(len(items.values)),
            bounds=Bounds(0.0, 1.0),
            constraints=[
                LinearConstraint(items.rows(n), 1.0, 1.0),
                LinearConstraint(items.takes, -np.inf, (self.limits - self.taken)[binds]),
            ],
            options={"mip_rel_gap": _GAP},
        )
        if optimum.x is None:
            return None
        chosen = optimum.x > 0.5
        best = np.zeros(n, dtype=np.intp)
        best[items.units[chosen]] = items.moves[chosen]
        # Solvers have been known to call a rounded answer feasible that is not.
        over = (self.all_taken(best) - self.limits)[binds] > _TOLERANCE * np.abs(self.limits[binds])
        if over.any() or (np.bincount(items.units[chosen], minlength=n) != 1).any():
            raise ArithmeticError("HiGHS found moves that do not keep the limits, or not one of each unit")
        return best


def price(problems: Sequence[Knapsack]) -> float:
    """Return the shadow price of the first limit in the relaxed problem, at least 0.

    In it units may lie between two of their moves, and the whole between two of the problems, of which one is chosen.

    Parameters
    ----------
    problems : sequence of Knapsack
        Of the same units; one at least can keep its limits.

    Returns
    -------
    float
        Worth over what is taken.
    """
    binds = np.arange(len(problems[0].limits)) == 0
    if not np.isfinite([one.limits[0] for one in problems]).all():
        return 0.0
    while True:
        dear, over = _priced(problems, binds)
        broken = over > _TOLERANCE
        if not (broken & ~binds).any():
            return dear
        binds |= broken


def _priced(problems: Sequence[Knapsack], binds: BoolArray) -> tuple[float, FloatArray]:
    """The price where some of the limits count, and how far each of them is then passed."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    items = [_Items.of(one, binds) for one in problems]
    starts = np.cumsum([0, *(len(one.values) for one in items)])
    n, first = problems[0].values.shape[1], int(starts[-1])
    prices = np.concatenate([*(one.values for one in items), [one.worth for one in problems]])
    # Each problem has limits of its own: what is taken is counted from them.
    room = np.stack([one.taken - one.limits for one in problems], axis=1)
    takes = np.hstack([*(one.takes for one in items), room[binds]])
    # A unit has one move in the problem that is chosen, and none in the others; the last row chooses.
    rows, columns, entries = [], [], []
    for k, one in enumerate(items):
        rows += [one.units + k * n, np.arange(n) + k * n, [len(items) * n]]
        columns += [starts[k] + np.arange(len(one.values)), np.full(n, first + k), [first + k]]
        entries += [np.ones(len(one.values)), -np.ones(n), np.ones(1)]
    shape = len(items) * n + 1, len(prices)
    equal = csr_array((np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    bound = np.zeros(shape[0])
    bound[-1] = 1.0
    optimum = linprog(-prices, A_ub=takes, b_ub=np.zeros(int(binds.sum())), A_eq=equal, b_eq=bound, method="highs")
    every = [one.takes[:, part.moves, part.units] for one, part in zip(problems, items, strict=True)]
    return max(-float(optimum.ineqlin.marginals[0]), 0.0), np.hstack([*every, room]) @ optimum.x


@dataclass(frozen=True, eq=False)
class _Items:
    """Moves that may be optimal: no move of the same unit dominates them in value and use of limits.

    Attributes
    ----------
    units, moves : ndarray of int, shape (k,)
    values : ndarray, shape (k,)
    takes : ndarray, shape (r, k)
        Of the limits that may bind.
    """

    units: IntArray
    moves: IntArray
    values: FloatArray
    takes: FloatArray

    @classmethod
    def of(cls, problem: Knapsack, binds: BoolArray) -> _Items:
        """All such moves of a problem."""
        units, moves = [], []
        for i in range(problem.values.shape[1]):
            allowed = np.flatnonzero(problem.allowed[:, i])
            costs = np.vstack([-problem.values[allowed, i], problem.takes[binds][:, allowed, i]])
            no_more = (costs[:, :, None] <= costs[:, None, :]).all(axis=0)  # whether one is as good as another
            better = no_more & (~no_more.T | (np.arange(len(allowed))[:, None] < np.arange(len(allowed))))
            retained = allowed[~better.any(axis=0)]
            moves.append(retained)
            units.append(np.full(len(retained), i))
        unit, move = np.concatenate(units), np.concatenate(moves)
        return cls(unit, move, problem.values[move, unit], problem.takes[binds][:, move, unit])

    def rows(self, units: int) -> csr_array:
        """1 where an item is a unit's, shape (units, k)."""
        from scipy.sparse import csr_array

        k = len(self.units)
        return csr_array((np.ones(k), (self.units, np.arange(k))), shape=(units, k))
