"""What is to be simulated: which units, which periods, which random streams, which knobs are set by hand."""

from __future__ import annotations

import datetime as dt
import importlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple, Protocol, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from physics.arrays import FloatArray
from seeds import Plant, Seed
from synthetic_data.engine.streams import SideBySide

_YEAR = 365.25  # d
_PLANT_STREAM, _BLOCK_STREAM = 0, 1
_FUTURE_STREAM = 3  # 2 is that of another plant of the kind


class SimulationError(ValueError):
    """A run that cannot be made as asked: options out of range, no plant, or knobs that do not fit."""


def plant_of(seed: Seed) -> Plant:
    """Return the plant that a seed has for its simulator; SimulationError where it has none."""
    if seed.plant is None:
        raise SimulationError(
            f"{seed.process.name}: the seed has no [plant], so there is nothing to simulate; "
            "bring the plant's own table"
        )
    return seed.plant


class Event(NamedTuple):  # a run may have hundreds of thousands
    """Something that happened to a unit, or to the whole plant (`unit` None); times are in days from the start."""

    unit: int | None
    kind: str
    onset: float
    detected: float
    end: float


_ONSET = attrgetter("onset")  # by which the events of rows are sorted


@dataclass(frozen=True)
class Grid:
    """How rows of all units of a block in neighbouring periods stand: period after period, or unit after unit."""

    units: int
    by_period: bool


@dataclass(frozen=True)
class Rows:
    """Some rows of a block: their units, when they start, what instruments report, and what is true.

    `units` are numbers from 0 within the block, `starts` datetime64[us]; `table` and `truth` map a column's name to one
    value a row, float64 or, where the seed's column has classes, the class's number. `steps` is what the rows add to
    the run's progress. `begun` holds what is known when a period starts of all units that then run, where rows of some
    of these may be missing: their numbers, and `before` and knob columns. `grid` is there where no row is missing.
    """

    units: NDArray[np.intp]
    starts: NDArray[np.datetime64]
    table: Mapping[str, FloatArray | NDArray[np.intp]]
    truth: Mapping[str, FloatArray | NDArray[np.intp]]
    events: tuple[Event, ...]
    steps: int
    begun: tuple[NDArray[np.intp], Mapping[str, FloatArray]] | None = None
    grid: Grid | None = None

    @classmethod
    def of_stretch(
        cls,
        plan: Plan,
        block: Block,
        first: int,
        table: Mapping[str, FloatArray],
        truth: Mapping[str, FloatArray],
        events: Iterable[Event],
        steps: int = 1,
    ) -> Rows:
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
            grid=Grid(block.count, by_period=True),
        )

    def cut(self, plan: Plan, first: int, most: int) -> Iterator[Rows]:
        """The same rows, which stand period after period from the first on, by at most so many periods."""
        assert self.grid is not None
        assert self.grid.by_period
        units = self.grid.units
        for begun in range(0, len(self.units), most * units):
            part = slice(begun, begun + most * units)
            table, truth = ({name: values[part] for name, values in of.items()} for of in (self.table, self.truth))
            start, end = ((first + periods) * plan.period_days for periods in (begun // units, begun // units + most))
            events = self.events[slice(*(bisect_left(self.events, time, key=_ONSET) for time in (start, end)))]
            steps = self.steps * len(self.units[part]) // len(self.units)
            yield Rows(self.units[part], self.starts[part], table, truth, events, steps, grid=self.grid)

    @classmethod
    def by_unit(
        cls,
        plan: Plan,
        block: Block,
        first: int,
        table: Mapping[str, FloatArray],
        truth: Mapping[str, FloatArray],
        events: Iterable[Event],
    ) -> Rows:
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
            grid=Grid(block.count, by_period=False),
        )


@dataclass(frozen=True)
class Knobs:
    """Knobs set by hand in place of the operators', for some units and periods."""

    columns: tuple[str, ...]
    by_period: dict[int, tuple[NDArray[np.intp], FloatArray]]  # units of the plant, values (units, columns)

    def at(self, period: int, block: Block) -> dict[str, FloatArray]:
        """Value of each knob for the block's units in a period; NaN where the operators decide."""
        values = np.full((len(self.columns), block.count), np.nan)
        if period in self.by_period:
            units, given = self.by_period[period]
            inside = (units >= block.first) & (units < block.first + block.count)
            values[:, units[inside] - block.first] = given[inside].T
        return dict(zip(self.columns, values, strict=True))


@dataclass(frozen=True)
class Block:
    """Neighbouring units that are stepped as one array; `each` of them share a random stream, all where it is None."""

    index: int  # of their first random stream
    first: int
    count: int
    each: int | None = None


@dataclass(frozen=True)
class Plan:
    """A run: seed, size, randomness and knobs set by hand. Blocks need nothing of each other."""

    seed: Seed
    units: int
    years: float
    rng_seed: int
    knobs: Knobs

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
        return self.seed.period / dt.timedelta(days=1)

    @cached_property
    def periods(self) -> int:
        """Whole periods in the run, at least 1."""
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
        """First instant of a period: a run that is longer than the seed's begins earlier, so that none ends later."""
        start, length = self._first_and_length
        return start + period * length

    @cached_property
    def _first_and_length(self) -> tuple[dt.datetime, dt.timedelta]:
        """First instant of the run, and the length of a period."""
        earlier, length = max(0, self.periods - self._periods_in(self.plant.years)), self.seed.period
        return dt.datetime.combine(self.plant.start, dt.time()) - earlier * length, length

    def unit_name(self, unit: int) -> str:
        """Name of a unit in the table."""
        return process_module(self.seed).unit_name(unit)

    def blocks(self) -> tuple[Block, ...]:
        """The plant cut into blocks; the cut belongs to the process, so that it cannot change the random numbers."""
        module = process_module(self.seed)
        each = module.BLOCK_UNITS
        size = each * getattr(module, "TOGETHER", 1)
        starts = range(0, self.units, size)
        return tuple(Block(first // each, first, min(size, self.units - first), each) for first in starts)

    def plant_stream(self) -> np.random.Generator:
        """Fresh random stream of what all units share; each block that asks gets the same numbers."""
        return _generator(self.rng_seed, _PLANT_STREAM, 0)

    def block_stream(self, block: Block, units_axis: int = -2) -> np.random.Generator:
        """Fresh random stream of one block, or several side by side, with units on that axis of all draws."""
        each = block.each or block.count
        counts = [min(each, block.count - first) for first in range(0, block.count, each)]
        streams = [_generator(self.rng_seed, _BLOCK_STREAM, block.index + i) for i in range(len(counts))]
        return streams[0] if len(streams) == 1 else SideBySide(streams, counts, units_axis)

    def future_stream(self, future: int, period: int, *of: int) -> np.random.Generator:
        """Fresh random stream of another future that begins with a period, for one of the plant's streams."""
        return _generator(self.rng_seed, _FUTURE_STREAM, future, period, *of)


class Simulator(Protocol):
    """A block of units, with what it shares with others, between two stretches of periods; a deep copy goes on alone.

    Attributes
    ----------
    drawn_whole : bool
        Whether a stretch is drawn as a whole, its periods on the last axis of all draws; else by the period.
    """

    drawn_whole: bool

    @property
    def first(self) -> int:
        """The period to come, negative in the warm-up."""

    def go(self, most: int | None = None) -> Rows:
        """Step the next stretch and report it: at most so many periods, where the simulator can be cut there."""

    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream; the name is unique within the plant."""


def reported(simulator: Simulator, periods: int) -> Iterator[Rows]:
    """Rows of a simulator up to the end of a run, without those of its warm-up."""
    while simulator.first < periods:
        first, rows = simulator.first, simulator.go()
        if first >= 0:
            yield rows


class ProcessModule(Protocol):
    """What `synthetic_data/<process>.py` offers.

    Units that share a random stream are stepped as one array; those of `TOGETHER` such streams, where a module has it.
    """

    BLOCK_UNITS: int  # units that share a random stream; so never an option
    unit_name: Callable[[int], str]
    steps: Callable[[Plan], int]  # of the whole run, for its progress
    check: Callable[[Seed], None]  # raises SimulationError that names all parameters that the seed lacks
    rows: Callable[[Plan, Block], Iterator[Rows]]


class SteppedModule(ProcessModule, Protocol):
    """What `synthetic_data/<process>.py` offers besides, where the plant has knobs; `rows` are what it reports."""

    begin: Callable[[Plan, Block], Simulator]  # before the warm-up


def process_module(seed: Seed) -> ProcessModule:
    """The simulator named after the type of the seed's process.

    Raises
    ------
    SimulationError
        The seed has no [plant], or nothing simulates its process.
    """
    name = seed.process.name
    plant_of(seed)
    module = f"synthetic_data.{seed.process_type}"
    try:
        return cast(ProcessModule, importlib.import_module(module))
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise SimulationError(f"{name}: no simulator called {seed.process_type} in synthetic_data") from None


def plan_run(
    seed: Seed,
    *,
    units: int | None = None,
    years: float | None = None,
    rng_seed: int | None = None,
    knobs: pd.DataFrame | None = None,
) -> Plan:
    """Check the options and fill them up from the seed's [plant].

    Raises
    ------
    SimulationError
        An option is out of range, the seed has no plant, no simulator or lacks a parameter that its simulator needs, or
        `knobs` does not fit the run.
    """
    process_module(seed).check(seed)
    plant = plant_of(seed)
    made = Plan(
        seed,
        plant.units if units is None else units,
        plant.years if years is None else years,
        plant.rng_seed if rng_seed is None else rng_seed,
        Knobs((), {}),
    )
    for name, value, least in (("units", made.units, 1), ("years", made.years, 0), ("rng_seed", made.rng_seed, 0)):
        if not value >= least or (name == "years" and value == 0):
            raise SimulationError(
                f"{name}: got {value}: expected {'more than 0' if name == 'years' else f'{least} or more'}"
            )
    if knobs is None:
        return made
    return Plan(seed, made.units, made.years, made.rng_seed, read_knobs(made, knobs))


def read_knobs(run: Plan, frame: pd.DataFrame) -> Knobs:
    """Knobs of a DataFrame with the key, the time and knob columns, as arrays by period."""
    key, time = run.seed.key, run.seed.clock.name
    if key is None:
        raise SimulationError(f"{run.seed.process.name}: a process without units takes no knobs by unit")
    known = {column.name: column for column in run.seed.by_role("knob")}
    columns = tuple(name for name in frame.columns if name not in (key.name, time))
    faults = [f"knobs.{name}: expected one of {', '.join(known)}" for name in columns if name not in known]
    faults += [f"knobs: column {name} is missing" for name in (key.name, time) if name not in frame.columns]
    if faults:
        raise SimulationError("\n".join(faults))
    unit_of = {run.unit_name(unit): unit for unit in range(run.units)}
    period_of = {pd.Timestamp(run.period_start(period)): period for period in range(run.periods)}
    units, periods = frame[key.name].map(unit_of), frame[time].map(period_of)
    for name, found in ((key.name, units), (time, periods)):
        if found.isna().any():
            raise SimulationError(f"knobs.{name}: got {frame[name][found.isna()].iloc[0]}: this run has no such value")
    if frame.duplicated([key.name, time]).any():
        raise SimulationError(f"knobs: the same {key.name} and {time} stand in two rows")
    values = frame[list(columns)].to_numpy(np.float64)
    for name, column in zip(columns, values.T, strict=True):
        low, high = known[name].limits
        outside = (column < low) | (column > high)
        if outside.any():
            raise SimulationError(f"knobs.{name}: got {column[outside][0]:g}: expected {low:g} to {high:g}")
    unit_numbers, period_numbers = units.to_numpy(np.intp), periods.to_numpy(np.intp)
    order = np.argsort(period_numbers, kind="stable")
    given, starts = np.unique(period_numbers[order], return_index=True)
    cut = [np.split(part[order], starts)[1:] for part in (unit_numbers, values)]  # by period, rows in their order
    by_period = dict(zip(given.tolist(), zip(*cut, strict=True), strict=True))
    return Knobs(columns, by_period)


def _generator(rng_seed: int, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(rng_seed, spawn_key=key)))
