"""State of each unit at the start of a period, and outcomes of that period and the following ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from models.interfaces.response import AnyResponse
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd

HALF_LIVES = (2.0, 6.0, 12.0)  # periods; readings of a unit are smoothed over the last few and over many
SMOOTH = "over 6"  # long average that represents a unit's lasting character
AHEAD = 3  # periods whose mean is the outcome of a move: it lasts, and slow effects show


@dataclass(frozen=True, eq=False)
class UnitPeriodGrid:
    """The number columns of a table as arrays of units by periods.

    Attributes
    ----------
    units : ndarray of str, shape (u,)
    starts : DatetimeIndex, length p
    columns : dict of str to ndarray, shape (u, p)
        NaN where there is no row or no value; of a content below the laboratory's limit the limit.
    there : ndarray of bool, shape (u, p)
        Where the table has a row.
    """

    units: npt.NDArray[np.object_]
    starts: pd.DatetimeIndex
    columns: dict[str, FloatArray]
    there: BoolArray

    @classmethod
    def of(cls, table: pd.DataFrame, seed: Seed) -> Self:
        """Arrays of a table whose rows are of one unit and period each; columns that it lacks are empty."""
        import pandas as pd

        assert seed.key is not None
        unit, units = pd.factorize(table[seed.key.name], sort=True)
        time = table[seed.clock.name]
        number = np.rint((time - time.min()) / pd.Timedelta(seed.period)).to_numpy().astype(np.intp)
        there = np.zeros((len(units), int(number.max()) + 1), dtype=np.bool_)
        there[unit, number] = True
        columns = {}
        for column in seed.columns:
            if column.is_number and not column.is_made:
                columns[column.name] = np.full(there.shape, np.nan)
                if column.name in table:
                    values = table[column.name].to_numpy(np.float64, na_value=np.nan)
                    columns[column.name][unit, number] = np.abs(values) if column.censored else values
        starts = pd.DatetimeIndex(time.min() + np.arange(there.shape[1]) * pd.Timedelta(seed.period))
        return cls(np.asarray(units, dtype=object), starts, columns, there)

    def parts(self, rows: int) -> Iterator[Self]:
        """The same grid in parts of whole units, of so many places for a row each, or of one unit."""
        many = max(1, rows // self.there.shape[1])
        for first in range(0, len(self.units), many):
            part = slice(first, first + many)
            columns = {name: values[part] for name, values in self.columns.items()}
            yield replace(self, units=self.units[part], columns=columns, there=self.there[part])

    def placed(self, frame: pd.DataFrame | None, seed: Seed, name: str) -> FloatArray:
        """Return another table's column for the same units and periods, shape (n,); 0 if missing."""
        import pandas as pd

        assert seed.key is not None
        out = pd.Series(0.0, index=self.index)
        if frame is None or name not in frame:
            return np.zeros(len(out))
        own = frame.set_index([frame[seed.key.name], frame[seed.clock.name]])[name].astype(np.float64).fillna(0.0)
        out.update(own[own.index.isin(out.index)])
        return np.asarray(out.to_numpy(), dtype=np.float64)

    @property
    def index(self) -> pd.MultiIndex:
        """Unit and start of each row, in the order of units and periods."""
        import pandas as pd

        unit, period = np.nonzero(self.there)
        return pd.MultiIndex.from_arrays([self.units[unit], self.starts[period]])

    @property
    def run(self) -> FloatArray:
        """Periods before that have a row, without a gap, shape (u, p)."""
        run = np.zeros(self.there.shape)
        for t in range(1, self.there.shape[1]):
            run[:, t] = np.where(self.there[:, t - 1], run[:, t - 1] + 1, 0)
        return run

    def in_hand(self, seed: Seed) -> dict[str, FloatArray]:
        """All columns, and in those of the role `before` the last value known where one is missing."""
        before = [column.name for column in seed.by_role("before") if not column.is_made]
        return self.columns | {name: _forward(self.columns[name]) for name in before}

    def ahead(self, values: FloatArray) -> FloatArray:
        """Mean of each row's period and those after it, AHEAD in all, shape (n,); NaN where one is missing."""
        total = np.zeros_like(values)
        for k in range(AHEAD):
            later = np.full_like(values, np.nan)
            later[:, : values.shape[1] - k] = values[:, k:]
            total += later
        return total[self.there] / AHEAD

    def rises(self, level: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return rises of a level, 0 if missing, above that of the period before, shape (n,) each.

        In the row's period, and on average over this and those after it; NaN where one of these is missing.
        """
        levels = np.full(self.there.shape, np.nan)
        levels[self.there] = level
        before = np.nan_to_num(self.before(levels))
        return level - before, self.ahead(levels) - before

    def before(self, values: FloatArray) -> FloatArray:
        """Value of the period before each row's, shape (n,)."""
        return shifted(values, 1)[self.there]


@dataclass(frozen=True, eq=False)
class UnitStates:
    """n units at the starts of periods, by unit and period.

    Attributes
    ----------
    units : ndarray of int, shape (n,)
        Number of the unit in its grid.
    periods : ndarray of int, shape (n,)
        Number of the period to come in its grid.
    known : ndarray, shape (n, k)
        What is known then, a column each of `names`; NaN is missing.
    names : tuple of k str
    plan, last : dict of str to ndarray, shape (n,)
        Set-points as planned for the period, and of the period before.
    age : ndarray, shape (n,)
        Periods before that are known of the unit without a gap.
    """

    units: IntArray
    periods: IntArray
    known: FloatArray
    names: tuple[str, ...]
    plan: dict[str, FloatArray]
    last: dict[str, FloatArray]
    age: FloatArray

    def __getitem__(self, rows: BoolArray | IntArray) -> UnitStates:
        plan, last = ({name: values[rows] for name, values in of.items()} for of in (self.plan, self.last))
        return UnitStates(
            self.units[rows], self.periods[rows], self.known[rows], self.names, plan, last, self.age[rows]
        )

    def __len__(self) -> int:
        return len(self.units)

    def of(self, name: str) -> FloatArray:
        """A column of `known`, shape (n,)."""
        return self.known[:, self.names.index(name)]


def situations(grid: UnitPeriodGrid, seed: Seed, response: AnyResponse) -> UnitStates:
    """Return states for all rows of a table: data available at each period's start and nothing later."""
    rows, columns = grid.there, grid.in_hand(seed)
    readings = {column.name: columns[column.name] for column in seed.by_role("during")}
    series = response.hidden(columns) | readings
    known = {column.name: columns[column.name] for column in seed.by_role("before") if not column.is_made}
    series |= {seed.target.name: columns[seed.target.name]}
    waits = {name: seed.wait(name) if name == seed.target.name else 1 for name in series}
    means = all_smoothed(series, waits, rows)
    for name, values in series.items():
        known[f"{name} last"] = shifted(values, waits[name])
        known |= {f"{name} over {half_life:g}": means[name, half_life] for half_life in HALF_LIVES}
    setpoints = [column.name for column in seed.by_role("setpoint")]
    for name in setpoints:
        known[f"{name} last"] = shifted(columns[name], 1)
    unit, period = np.nonzero(rows)
    return UnitStates(
        unit,
        period,
        np.column_stack([values[rows] for values in known.values()]),
        tuple(known),
        {name: columns[name][rows] for name in setpoints},
        {name: known[f"{name} last"][rows] for name in setpoints},
        grid.run[rows],
    )


def available_columns(known: UnitStates, typical: Mapping[str, float], seed: Seed) -> dict[str, FloatArray]:
    """`before` columns of situations; the usual value where one was never measured."""
    available = {}
    for column in seed.by_role("before"):
        if not column.is_made:
            values = known.of(column.name)
            available[column.name] = np.where(np.isfinite(values), values, typical[column.name])
    return available


def shifted(values: FloatArray, by: int) -> FloatArray:
    """Values of so many periods before, shape (u, p) each; NaN where there is none."""
    out = np.full_like(values, np.nan)
    out[:, by:] = values[:, : max(0, values.shape[1] - by)]
    return out


def _forward(values: FloatArray) -> FloatArray:
    """The last value known."""
    out = values.copy()
    for t in range(1, out.shape[1]):
        out[:, t] = np.where(np.isfinite(out[:, t]), out[:, t], out[:, t - 1])
    return out


def all_smoothed(
    series: Mapping[str, FloatArray], waits: Mapping[str, int], there: BoolArray
) -> dict[tuple[str, float], FloatArray]:
    """Return `smoothed` of each series, by name and half-life; series with one delay share a pass."""
    means: dict[tuple[str, float], FloatArray] = {}
    for wait in set(waits.values()):
        names = [name for name in series if waits[name] == wait]
        together = np.stack([series[name] for name in names])
        for half_life in HALF_LIVES:
            averages = smoothed(together, there, wait, half_life)
            means |= {(name, half_life): mean for name, mean in zip(names, averages, strict=True)}
    return means


def smoothed(values: FloatArray, there: BoolArray, wait: int, half_life: float) -> FloatArray:
    """Mean of earlier values, shape (..., u, p), exponentially weighted.

    A unit that did not run for a period, by `there` of shape (u, p), starts again.
    """
    keep = 0.5 ** (1.0 / half_life)
    out = np.full_like(values, np.nan)
    total, weight = np.zeros(values.shape[:-1]), np.zeros(values.shape[:-1])
    for t in range(wait, values.shape[-1]):
        new, stood = values[..., t - wait], ~there[:, t - 1]
        read = np.isfinite(new)
        total = np.where(stood, 0.0, keep * total + np.where(read, new, 0.0))
        weight = np.where(stood, 0.0, keep * weight + read)
        out[..., t] = np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
    return out
