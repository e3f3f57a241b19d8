"""Plans of units at the start of the coming period, and reasons for insufficient data of a unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.setpoints.errors import SetpointError
from models.setpoints.model import MIN_AGE, SetpointModel
from models.setpoints.situations import SMOOTH, UnitPeriodGrid, UnitStates, situations
from physics.arrays import BoolArray, FloatArray
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

STRANGE = 3.0  # spreads by which readings of all units may be off from expectation, before the plant is another
FAR = 6.0  # spreads from the mean, beyond which a unit's lasting character is outside the training range
UNITS_AT_ONCE = 300  # whose moves are evaluated together
OLDEST = 2  # periods that the last reading may be old


@dataclass(frozen=True, eq=False)
class UnitPlans:
    """Units at the start of a period that is to come, with their history.

    Attributes
    ----------
    grid : UnitPeriodGrid
    every, at : UnitStates
        Of all rows, and of the plan rows.
    names : list of str
        Unit of each plan row.
    refusals : list of (str or None)
        Why a unit's situation is not known.
    """

    grid: UnitPeriodGrid
    every: UnitStates
    at: UnitStates
    names: list[str]
    refusals: list[str | None]

    @classmethod
    def of(cls, model: SetpointModel, table: pd.DataFrame) -> UnitPlans:
        """Plans of a table; SetpointError where it has none."""
        seed, response = model.seed, model.response
        grid = UnitPeriodGrid.of(table, seed)
        every = situations(grid, seed, response)
        read = np.any([np.isfinite(grid.columns[one.name]) for one in seed.by_role("during")], axis=0)[grid.there]
        newest = np.full(len(grid.units), -1)
        np.maximum.at(newest, every.units, every.periods)
        plans = ~read & (every.periods == newest[every.units])
        if not plans.any():
            raise SetpointError(
                "no plan row: expected, as the last row of a unit, its set-points for the next period, nothing measured"
            )
        at = every[plans]
        strange = _strange(model, grid, every[read], int(every.periods[read].max()) if read.any() else 0)
        refusals = [strange or _unknown(model, grid, at, i) for i in between(range(len(at)))]
        return cls(grid, every, at, [str(grid.units[unit]) for unit in at.units], refusals)

    def parts(self) -> Iterator[UnitPlans]:
        """Yield the same plans in batches of `UNITS_AT_ONCE` units, to bound memory."""
        for first in range(0, len(self.names), UNITS_AT_ONCE):
            part = slice(first, first + UNITS_AT_ONCE)
            at = self.at[np.arange(len(self.names))[part]]
            yield replace(self, at=at, names=self.names[part], refusals=self.refusals[part])

    @property
    def newest(self) -> BoolArray:
        """Return whether plans are of the latest planned period, shape (n,); other units have stopped."""
        return np.asarray(self.at.periods == self.at.periods.max())

    @property
    def running(self) -> set[str]:
        """Units that have a plan of the newest period, or a row of one of the last OLDEST periods before it."""
        first = int(self.at.periods.max())
        late = np.asarray(self.grid.there[:, max(first - OLDEST, 0) : first].any(axis=1), dtype=np.bool_)
        late[self.at.units[self.newest]] = True
        return {str(unit) for unit in self.grid.units[late]}


def _unknown(model: SetpointModel, grid: UnitPeriodGrid, at: UnitStates, i: int) -> str | None:
    """Return the reason if a unit's state is not sufficiently known; None otherwise."""
    age, start = int(at.age[i]), grid.starts[at.periods[i]]
    if age < MIN_AGE:
        s = "" if age == 1 else "s"
        return f"history knows {age} period{s} without a gap before {start:%Y-%m-%d}: expected {MIN_AGE} or more"
    for setpoint in model.response.SETPOINTS:
        if not np.isfinite(at.plan[setpoint][i]):
            return f"{setpoint} is missing in the plan: expected its set-point for the period"
    for column in model.response.SETPOINTS.values():
        if not np.isfinite(grid.columns[column][at.units[i], at.periods[i] - OLDEST : at.periods[i]]).any():
            return f"{column} was not read in the last {OLDEST} periods: expected a reading that is no older"
    for name, (typical, spread) in model.character.items():
        value = at.of(name)[i]
        if abs(value - typical) > FAR * spread:
            return (
                f"{name.removesuffix(f' {SMOOTH}')} of {value:.4g} lies outside the training range: expected "
                f"{typical - FAR * spread:.4g} to {typical + FAR * spread:.4g}"
            )
    return None


def _strange(model: SetpointModel, grid: UnitPeriodGrid, read: UnitStates, newest: int) -> str | None:
    """Return the reason if the last readings show other units than the training units; None otherwise."""
    rows = (read.age >= MIN_AGE) & (read.periods > newest - MIN_AGE)
    if not rows.any():
        return None
    at = read[rows]
    measured = model.response.measured(grid.columns)
    expected = model.outcomes(model.states(at), model.still(), model.posterior.mean)
    for name in model.response.SETPOINTS.values():
        off = measured[name][at.units, at.periods] - expected[name][0]
        off = off[np.isfinite(off)]
        middle, spread = float(np.median(model.errors[name])), _spread(model.errors[name])
        if len(off) and abs(off.mean() - middle) > (STRANGE + 3.0 / len(off) ** 0.5) * spread:
            got, expectation = (
                float(np.nanmean(measured[name][at.units, at.periods])),
                float(np.nanmean(expected[name])),
            )
            return (
                f"{name} was {got:.4g} in the last periods, {expectation:.4g} expected: it is not the plant of the "
                "training rows, or it has changed; train again"
            )
    return None


def _spread(quantiles: FloatArray) -> float:
    """Standard deviation of a normal variable with these inner quantiles."""
    low, high = np.quantile(quantiles, (0.16, 0.84))
    return float(high - low) / 2.0
