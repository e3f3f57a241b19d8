"""A run to be simulated: its units, periods, random streams, and set-points by hand."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from seeds import Plant, Seed
from synthetic_data.engine.streams import SideBySide

_YEAR = 365.25  # d
_PLANT_STREAM, _BLOCK_STREAM = 0, 1
_FUTURE_STREAM = 3  # 2 is that of another plant of the kind


class SimulationError(ValueError):
    """Run that cannot be made: options out of range, no plant, or set-points that do not fit."""


def plant_of(seed: Seed) -> Plant:
    """Return the plant that a seed has for its simulator; SimulationError where it has none."""
    if seed.plant is None:
        raise SimulationError(
            f"{seed.process.name}: the seed has no [plant], so there is nothing to simulate; "
            "bring the plant's own table"
        )
    return seed.plant


def period_days(seed: Seed) -> float:
    """Return the length of a period [d]."""
    return seed.period / dt.timedelta(days=1)


class PlantEvent(NamedTuple):  # a run may have hundreds of thousands
    """Event of a unit, or of the whole plant (`unit` None); times in days from the start."""

    unit: int | None
    kind: str
    onset: float
    detected: float
    end: float


_ONSET = attrgetter("onset")  # by which the events of rows are sorted


@dataclass(frozen=True)
class RowGrid:
    """Order of the rows of all units of a block in neighbouring periods: by period, or by unit."""

    units: int
    by_period: bool


@dataclass(frozen=True)
class BlockRows:
    """Some rows of a block: their units, when they start, what instruments report, and what is true.

    `units` are numbers from 0 within the block, `starts` datetime64[us]; `table` and `truth` map a column's name to one
    value a row, float64 or, where the seed's column has classes, the class's number. `steps` is what the rows add to
    the run's progress. `begun` holds what is known when a period starts of all units that then run, where rows of some
    of these may be missing: their numbers, and `before` and set-point columns. `grid` is there where no row is missing.
    """

    units: NDArray[np.intp]
    starts: NDArray[np.datetime64]
    table: Mapping[str, FloatArray | NDArray[np.intp]]
    truth: Mapping[str, FloatArray | NDArray[np.intp]]
    events: tuple[PlantEvent, ...]
    steps: int
    started: tuple[NDArray[np.intp], Mapping[str, FloatArray]] | None = None
    grid: RowGrid | None = None

    @classmethod
    def of_stretch(
        cls,
        plan: RunPlan,
        block: UnitBlock,
        first: int,
        table: Mapping[str, FloatArray],
        truth: Mapping[str, FloatArray],
        events: Iterable[PlantEvent],
        steps: int = 1,
    ) -> BlockRows:
        """Rows of all units in some periods from the first on, a row so many steps.

        Arrays have the shape (periods, units), or one that broadcasts to it.
        """
        shape = np.broadcast_shapes(*(values.shape for values in table.values()))

        def flat(of: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
            whole = {
                name: values if values.shape == shape else np.broadcast_to(values, shape) for name, values in of.items()
            }
            return {name: values.ravel() for name, values in whole.items()}

        starts = [np.datetime64(plan.period_start(first + t), "us") for t in range(shape[0])]
        return cls(
            np.tile(np.arange(block.count), shape[0]),
            np.repeat(np.array(starts), block.count),
            flat(table),
            flat(truth),
            tuple(sorted(events, key=_ONSET)),
            shape[0] * block.count * steps,
            grid=RowGrid(block.count, by_period=True),
        )

    def cut(self, plan: RunPlan, first: int, most: int) -> Iterator[BlockRows]:
        """The same rows, which stand period after period from the first on, by at most so many periods."""
        assert self.grid is not None
        assert self.grid.by_period
        units = self.grid.units
        for started in range(0, len(self.units), most * units):
            part = slice(started, started + most * units)
            table, truth = ({name: values[part] for name, values in of.items()} for of in (self.table, self.truth))
            start, end = (
                (first + periods) * plan.period_days for periods in (started // units, started // units + most)
            )
            events = self.events[slice(*(bisect_left(self.events, time, key=_ONSET) for time in (start, end)))]
            steps = self.steps * len(self.units[part]) // len(self.units)
            yield BlockRows(self.units[part], self.starts[part], table, truth, events, steps, grid=self.grid)

    @classmethod
    def by_unit(
        cls,
        plan: RunPlan,
        block: UnitBlock,
        first: int,
        table: Mapping[str, FloatArray],
        truth: Mapping[str, FloatArray],
        events: Iterable[PlantEvent],
    ) -> BlockRows:
        """Rows of all units in some periods, unit after unit; arrays have the shape (units, periods)."""
        count = next(iter(table.values())).shape[1]
        start, step = np.datetime64(plan.period_start(first), "us"), np.timedelta64(plan.seed.period, "us")
        return cls(
            np.repeat(np.arange(block.count), count),
            np.tile(start + np.arange(count) * step, block.count),
            {name: values.reshape(-1) for name, values in table.items()},
            {name: values.reshape(-1) for name, values in truth.items()},
            tuple(sorted(events, key=_ONSET)),
            block.count * count,
            grid=RowGrid(block.count, by_period=False),
        )


@dataclass(frozen=True)
class Setpoints:
    """Manual set-points in place of the operators', for some units and periods."""

    columns: tuple[str, ...]
    by_period: dict[int, tuple[NDArray[np.intp], FloatArray]]  # units of the plant, values (units, columns)

    def at(self, period: int, block: UnitBlock) -> dict[str, FloatArray]:
        """Value of each set-point for the block's units in a period; NaN if the operators decide."""
        values = np.full((len(self.columns), block.count), np.nan)
        if period in self.by_period:
            units, given = self.by_period[period]
            inside = (units >= block.first) & (units < block.first + block.count)
            values[:, units[inside] - block.first] = given[inside].T
        return dict(zip(self.columns, values, strict=True))


@dataclass(frozen=True)
class UnitBlock:
    """Neighbouring units stepped as one array; `each` of them share a random stream, all if it is None."""

    index: int  # of their first random stream
    first: int
    count: int
    each: int | None = None


@dataclass(frozen=True)
class RunPlan:
    """Plan of a run: seed, size, randomness and manual set-points; blocks are independent.

    `years` are its history; a running plant may go on for `more_years`.
    """

    seed: Seed
    units: int
    years: float
    rng_seed: int
    setpoints: Setpoints
    more_years: float = 0.0

    @property
    def plant(self) -> Plant:
        """The seed's plant; SimulationError where it has none."""
        return plant_of(self.seed)

    @cached_property
    def stated(self) -> dict[str, float]:
        """Value of each of the plant's parameters, before any regime."""
        return {name: quantity.value for name, quantity in self.plant.parameters.items()}

    @cached_property
    def period_days(self) -> float:
        """Length of a period [d]."""
        return period_days(self.seed)

    @cached_property
    def periods(self) -> int:
        """Whole periods in the run, at least 1."""
        return self.history + (self._periods_in(self.more_years) if self.more_years else 0)

    @cached_property
    def history(self) -> int:
        """Whole periods in the years of the run without those that follow, at least 1."""
        return self._periods_in(self.years)

    def _periods_in(self, years: float) -> int:
        return max(1, int(years * _YEAR / self.period_days))

    @property
    def start(self) -> dt.datetime:
        """First instant of the run."""
        return self.period_start(0)

    @property
    def days(self) -> float:
        """Length of the run [d]."""
        return self.years * _YEAR

    def period_start(self, period: int) -> dt.datetime:
        """Start of a period: a run longer than the seed's begins earlier, so that none ends later."""
        start, length = self._first_and_length
        return start + period * length

    @cached_property
    def _first_and_length(self) -> tuple[dt.datetime, dt.timedelta]:
        """First instant of the run, and the length of a period."""
        earlier, length = max(0, self.history - self._periods_in(self.plant.years)), self.seed.period
        return dt.datetime.combine(self.plant.start, dt.time()) - earlier * length, length

    def plant_stream(self) -> np.random.Generator:
        """Fresh random stream of what all units share; each block that asks gets the same numbers."""
        return _generator(self.rng_seed, _PLANT_STREAM, 0)

    def block_stream(self, block: UnitBlock, units_axis: int = -2) -> np.random.Generator:
        """Fresh random stream of one block, or several side by side, with units on that axis of all draws."""
        each = block.each or block.count
        counts = [min(each, block.count - first) for first in range(0, block.count, each)]
        streams = [_generator(self.rng_seed, _BLOCK_STREAM, block.index + i) for i in range(len(counts))]
        return streams[0] if len(streams) == 1 else SideBySide(streams, counts, units_axis)

    def future_stream(self, future: int, period: int, *of: int) -> np.random.Generator:
        """Fresh random stream of another future that begins with a period, for one of the plant's streams."""
        return _generator(self.rng_seed, _FUTURE_STREAM, future, period, *of)


def _generator(rng_seed: int, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(rng_seed, spawn_key=key)))
