"""Process on its simulated plant: the class that the engine runs, selected by process type."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import pandas as pd

from physics.arrays import IntArray
from seeds import Seed
from synthetic_data.engine import parameters
from synthetic_data.engine.parameters import Parameters, Term
from synthetic_data.engine.plan import BlockRows, RunPlan, SimulationError, UnitBlock, period_days, plant_of
from synthetic_data.engine.running_block import RunningBlock, reported

Offer = Literal["begin", "economic_value", "outcome"]  # methods that not every simulator has

_PACKAGE = "synthetic_data"
_LACKING: dict[Offer, str] = {
    "begin": (
        "its plant has no set-points to step it with: expected a process with set-points; "
        "simulate, replay and outcome run this one"
    ),
    "economic_value": "its simulator has no margin: expected a process that has one",
    "outcome": "its simulator has no outcome of decisions: expected a process that sorts pieces",
}


@dataclass(frozen=True)
class EjectionOutcome:
    """Bins in which n decided pieces landed.

    Attributes
    ----------
    bins : ndarray of int, shape (n,)
        Number of the bin in which each piece landed, in the order of the seed's bins.
    cause : ndarray of int, shape (n,)
        Index into `causes`: why a piece landed elsewhere than decided.
    causes : tuple of str
        Names of the causes; the first is empty and stands for a piece that landed as decided.
    """

    bins: IntArray
    cause: IntArray
    causes: tuple[str, ...]


class PeriodBounds(NamedTuple):
    """Shortest and longest period of a simulated plant [h], and the unit of its length [h]."""

    low: float
    high: float
    step: float

    def faults(self, seed: Seed) -> Iterator[str]:
        """Yield the fault of a seed whose period is of another length."""
        hours = 24.0 * period_days(seed)
        if not self.low <= hours <= self.high or hours % self.step:
            low, high, step = (_length(limit) for limit in self)
            expected = low if low == high else f"{low} to {high}, a multiple of {step}"
            yield f"{seed.process.name}: process.period: got {_length(hours)}: expected {expected}"


def _length(hours: float) -> str:
    return f"{hours / 24.0:g} d" if hours % 24.0 == 0.0 else f"{hours:g} h"


class Simulator(ABC):
    """Process on its simulated plant; `synthetic_data/<type>.py` states an instance as `SIMULATOR`.

    A plant with set-points gives `begin` and, where it has a margin, `worth`. A line that sorts pieces gives `rows` and
    `outcome`; its truth has a column `true_mass` [g].

    Attributes
    ----------
    block_units : int
        Units that share a random stream; so never an option.
    streams_together : int
        Streams whose units are stepped as one array.
    parameters : tuple of subclasses of Parameters
        Parameters that the plant needs.
    facts : mapping of str to str
        Those of them that a seed states in [equipment], each with its unit.
    period : PeriodBounds or None
        Lengths of a period at which the plant can be simulated; None where rows have no period.
    economics : mapping of str to Term
        What rows of the plant need of [economics]; `worth` may need more.
    """

    block_units: ClassVar[int]
    streams_together: ClassVar[int] = 1
    parameters: ClassVar[tuple[type[Parameters[Any]], ...]]
    facts: ClassVar[Mapping[str, str]] = {}
    economics: ClassVar[Mapping[str, Term]] = {}
    period: ClassVar[PeriodBounds | None] = None

    @abstractmethod
    def unit_name(self, unit: int) -> str:
        """Return the name of a unit in the table, counted from 0."""

    def steps(self, plan: RunPlan) -> int:
        """Return the steps of a whole run, for its progress: periods of all units by default."""
        return plan.units * plan.periods

    def seed_parameters(self, seed: Seed) -> dict[str, str]:
        """Return parameters named by a seed's columns or materials, each with its limit, "" for none."""
        return {}

    def check(self, seed: Seed) -> None:
        """Refuse a seed that the plant cannot be simulated from; SimulationError names all faults."""
        if faults := list(self.faults(seed)):
            raise SimulationError("\n".join(faults))

    def faults(self, seed: Seed) -> Iterator[str]:
        """Yield what is missing in a seed or cannot be simulated; a plant with more to look at adds its own."""
        names, limits = parameters.stated_in(*self.parameters)
        of_seed, facts = self.seed_parameters(seed), {name: Term(unit) for name, unit in self.facts.items()}
        if self.period is not None:
            yield from self.period.faults(seed)
        yield from parameters.faults_of_terms(seed, "equipment", facts, plant_of(seed).parameters)
        yield from parameters.faults_of_terms(seed, "economics", self.economics, seed.economics)
        yield from parameters.faults(seed, {*names, *of_seed} - facts.keys(), limits | of_seed)

    def blocks(self, plan: RunPlan) -> tuple[UnitBlock, ...]:
        """Return the plant cut into blocks; the cut is fixed by process and leaves random numbers unchanged."""
        each, size = self.block_units, self.block_units * self.streams_together
        starts = range(0, plan.units, size)
        return tuple(UnitBlock(first // each, first, min(size, plan.units - first), each) for first in starts)

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Yield the rows of a block, without those of its warm-up."""
        return reported(self.begin(plan, block), plan.periods)

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """Return a block of units before its warm-up."""
        raise not_offered("begin", plan.seed)

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """Return the margin of rows of a plant's truth; see `synthetic_data.worth`."""
        raise not_offered("economic_value", seed)

    def outcome(self, seed: Seed, truth: pd.DataFrame, decisions: IntArray, rng_seed: int) -> EjectionOutcome:
        """Return the bin in which decided pieces land; see `synthetic_data.outcome`."""
        raise not_offered("outcome", seed)

    def offers(self, method: Offer) -> bool:
        """Return whether the plant can be stepped (`begin`), has a margin (`worth`), sorts (`outcome`)."""
        return getattr(type(self), method) is not getattr(Simulator, method)


def simulator_of(seed: Seed) -> Simulator:
    """Return the simulator of a seed's plant, `synthetic_data.<type>.SIMULATOR`.

    Raises
    ------
    SimulationError
        The seed has no [plant], nothing simulates its process, or the module has no simulator.
    """
    plant_of(seed)
    name = f"{_PACKAGE}.{seed.process_type}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise SimulationError(f"{seed.process.name}: no simulator called {seed.process_type} in {_PACKAGE}") from None
    simulator = getattr(module, "SIMULATOR", None)
    if not isinstance(simulator, Simulator):
        got = "none" if simulator is None else repr(simulator)
        raise SimulationError(
            f"{name}.SIMULATOR: got {got}: expected an object of a class derived from {__name__}.{Simulator.__name__}"
        )
    return simulator


def simulator_offering(method: Offer, seed: Seed) -> Simulator:
    """Return the simulator of a seed's plant with checked parameters; SimulationError without a method."""
    simulator = simulator_of(seed)
    if not simulator.offers(method):
        raise not_offered(method, seed)
    simulator.check(seed)
    return simulator


def not_offered(method: Offer, seed: Seed) -> SimulationError:
    """Return the error of a process whose simulator lacks a method."""
    return SimulationError(f"{seed.process.name}: {_LACKING[method]}")
