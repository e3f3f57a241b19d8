"""Order of a schedule: hourly prices, required tonnes, present current and limits of the line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from models.interfaces.schedule import ScheduleError
from models.schedules.hours import Hours
from physics.arrays import FloatArray
from physics.special import normal_quantile
from seeds import Seed
from seeds.format.constraints import Constraint


@dataclass(frozen=True)
class StepLimit:
    """A constraint of the seed as it is kept in each step.

    Attributes
    ----------
    name, unit : str
        What is limited.
    bound : float
        The limit [unit].
    at_most : bool
        Whether it is a highest value.
    chance : float
        Share of cells and hours that may lie beyond it [1].
    """

    name: str
    unit: str
    bound: float
    at_most: bool
    chance: float

    def tightened_limit(self, spread: float) -> float:
        """Limit for the mean cell, where cells lie about it with this standard deviation."""
        back = -normal_quantile(self.chance) * spread
        return self.bound - back if self.at_most else self.bound + back


@dataclass(frozen=True)
class Order:
    """An order for a schedule.

    Attributes
    ----------
    prices : Hours
        Price of power by the step [$/kWh].
    factors : FloatArray
        Emission factor of the grid by the step [kgCO2e/kWh].
    metal_target : float
        Metal required by all cells over the schedule [t].
    cells : int
        Cells in series.
    now : float
        Current before the first step [kA].
    lowest, highest, ramp : float
        Limits of the current [kA, kA, kA/h].
    holding : float or None
        Current in a stop [kA]; None where none is allowed.
    limits : tuple of StepLimit
        What cells must keep.
    """

    prices: Hours
    factors: FloatArray
    metal_target: float
    cells: int
    now: float
    lowest: float
    highest: float
    ramp: float
    holding: float | None = None
    limits: tuple[StepLimit, ...] = field(default=())


def replaceable(seed: Seed) -> list[Constraint]:
    """Limits whose bound an order may replace by name: those with one side."""
    named = Counter(one.name for one in seed.hourly_limits)
    return [one for one in seed.hourly_limits if named[one.name] == 1]


def limits_of(seed: Seed, replaced: Mapping[str, float]) -> tuple[StepLimit, ...]:
    """Return the seed's limits, with bounds of `replaced` by name; ScheduleError for an unknown one."""
    names = [one.name for one in replaceable(seed)]
    if unknown := [name for name in replaced if name not in names]:
        known = f"one of {', '.join(names) or 'none'}"
        raise ScheduleError([(f"limits.{name}", replaced[name], known) for name in unknown])
    return tuple(
        StepLimit(one.name, seed.unit_of(one), replaced.get(one.name, one.bound), one.at_most is not None, one.chance)
        for one in seed.hourly_limits
    )
