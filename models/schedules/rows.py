"""Rows of a sparse linear system, its minimum cost by HiGHS, and shadow prices of bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.interfaces.schedule import ScheduleError
from physics.arrays import FloatArray
from system.cancellation import check, seconds_left

_GAP, _SECONDS = 3e-4, 10.0  # of programmes with whole numbers
_BEYOND_SECONDS = 0.5  # after the end of a request, which is known by then
_OUT_OF_TIME = 1  # status of HiGHS

Places = NDArray[Any]
Term = tuple[Places, FloatArray | float]


def _seconds() -> float:
    """Time that HiGHS may take [s]: it hears of no stop, so it gets little more than there is."""
    check()
    return min(_SECONDS, max(0.0, seconds_left()) + _BEYOND_SECONDS)


def _out_of_time() -> ScheduleError:
    check()
    expected = "an order without stops or negative prices, or of fewer hours"
    return ScheduleError([("tariff", f"no schedule in {_SECONDS:g} s", expected)])


class Infeasible(Exception):
    """HiGHS found no point."""


@dataclass(frozen=True)
class Box:
    """Lowest and highest value of each column, and which of them are whole numbers."""

    low: FloatArray
    high: FloatArray
    whole: NDArray[np.bool_]


@dataclass(frozen=True)
class OptimalPoint:
    """The point of least cost, and by how much the cost changes with the bound of each row and column."""

    x: FloatArray
    cost: float
    of_rows: FloatArray
    at_low: FloatArray
    at_high: FloatArray


class SparseRows:
    """Rows of a sparse system, as they are added."""

    def __init__(self) -> None:
        self._at: list[tuple[Places, Places, FloatArray]] = []
        self._low: list[FloatArray] = []
        self._high: list[FloatArray] = []
        self.count = 0

    def add(self, terms: Sequence[Term], low: FloatArray, high: FloatArray) -> slice:
        """Rows whose terms have coefficients at columns of shape (rows,) or (rows, many); which rows they are."""
        n = len(low)
        for columns, values in terms:
            coefficients = np.broadcast_to(np.asarray(values, dtype=np.float64), columns.shape)
            rows = np.arange(self.count, self.count + n)
            rows = np.broadcast_to(rows if columns.ndim == 1 else rows[:, None], columns.shape)
            self._at.append((rows.ravel(), columns.ravel(), coefficients.ravel()))
        self._low.append(np.broadcast_to(low, n))
        self._high.append(np.broadcast_to(high, n))
        self.count += n
        return slice(self.count - n, self.count)

    def least(self, cost: FloatArray, box: Box) -> OptimalPoint:
        """The point of least cost; whole numbers are found first and then kept, so that bounds have a worth.

        Raises
        ------
        Infeasible
            There is none.
        """
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        low, high = box.low, box.high
        if box.whole.any():
            integers = np.rint(self.best(cost, box)[box.whole])
            low, high = low.copy(), high.copy()
            low[box.whole] = high[box.whole] = integers
        matrix, least, most = self._system(len(cost))
        equal = least == most
        upper, lower = np.isfinite(most) & ~equal, np.isfinite(least) & ~equal
        result = linprog(
            cost,
            A_ub=vstack([matrix[upper], -matrix[lower]], format="csr"),
            b_ub=np.concatenate([most[upper], -least[lower]]),
            A_eq=matrix[equal],
            b_eq=most[equal],
            bounds=np.column_stack([low, high]),
            method="highs",
            options={"time_limit": _seconds()},
        )
        if result.status == _OUT_OF_TIME:
            raise _out_of_time()
        if result.status != 0:
            raise Infeasible
        margin = np.zeros(self.count)
        margin[equal] = result.eqlin.marginals
        margin[upper] += result.ineqlin.marginals[: upper.sum()]
        margin[lower] -= result.ineqlin.marginals[upper.sum() :]
        return OptimalPoint(result.x, float(result.fun), margin, result.lower.marginals, result.upper.marginals)

    def best(self, cost: FloatArray, box: Box) -> FloatArray:
        """Return the optimum; Infeasible if there is none, ScheduleError at the time limit."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        matrix, least, most = self._system(len(cost))
        result = milp(
            cost,
            integrality=box.whole.astype(int),
            bounds=Bounds(box.low, box.high),
            constraints=LinearConstraint(matrix, least, most),
            options={"mip_rel_gap": _GAP, "time_limit": _seconds()},
        )
        if result.x is None and result.status == _OUT_OF_TIME:
            raise _out_of_time()
        if result.x is None:
            raise Infeasible
        return np.asarray(result.x)

    def _system(self, width: int) -> tuple[Any, FloatArray, FloatArray]:
        from scipy.sparse import csr_array

        rows, columns, values = (np.concatenate(part) for part in zip(*self._at, strict=True))
        matrix = csr_array((values, (rows.astype(int), columns.astype(int))), shape=(self.count, width))
        return matrix, np.concatenate(self._low), np.concatenate(self._high)
