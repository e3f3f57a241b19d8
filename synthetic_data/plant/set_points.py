"""Operators' set-points: bounds, tests up and down, manual values, reactions, cost of moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import RunPlan, SimulationError, UnitBlock


def bounds(seed: Seed, setpoint: str) -> tuple[float, float]:
    """Lowest and highest set-point that operators choose, in the unit of its column."""
    return seed.column(setpoint).settable


def signs(uniforms: FloatArray) -> FloatArray:
    """Directions of set-point tests, up (1) or down (-1) alike likely, from uniform random numbers."""
    return np.where(uniforms < 0.5, -1.0, 1.0)


def manual_setpoints(plan: RunPlan, block: UnitBlock, first: int, count: int) -> dict[str, FloatArray]:
    """Manual set-points of some periods.

    Parameters
    ----------
    plan : RunPlan
        With the set-points of the run.
    block : UnitBlock
        Units.
    first, count : int
        First period, negative in a warm-up, and number of periods.

    Returns
    -------
    dict of str to array, shape (periods, units)
        By set-point, NaN where the operators decide; empty in plain history.
    """
    if not plan.setpoints.columns:
        return {}
    periods = [plan.setpoints.at(first + i, block) for i in range(count)]
    return {name: np.stack([each[name] for each in periods]) for name in plan.setpoints.columns}


def in_force(own: FloatArray, given: FloatArray) -> FloatArray:
    """Set-points in force: those set by hand where there are any, else the operators' own."""
    return np.where(np.isfinite(given), given, own)


def with_test(
    target: FloatArray, test: FloatArray, size: float, limits: tuple[float, float], given: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Set-points that operators keep, and those in force with the tests, one a unit.

    Parameters
    ----------
    target
        What operators want, without tests.
    test
        How much of each set-point is a test.
    size
        Of tests: what operators keep leaves room for one on either side.
    limits
        Lowest and highest set-point.
    given
        Manual values, NaN if the operators decide; None if there are none. Operators continue from the value in force.
    """
    low, high = limits
    own = np.clip(target, low + size, high - size)
    used = own + test
    if given is None:
        return own, used
    replaced = np.isfinite(given) & (given != used)
    own = np.where(replaced, np.clip(given - test, low + size, high - size), own)
    return own, in_force(used, given)


def one_by_hand(plan: RunPlan, period: int, setpoint: str, own: float) -> float:
    """Value of a set-point shared by all units: the manual one of a period, if any, else the operators'.

    Raises
    ------
    SimulationError
        Units have different values.
    """
    if period not in plan.setpoints.by_period or setpoint not in plan.setpoints.columns:
        return own
    given = plan.setpoints.by_period[period][1][:, plan.setpoints.columns.index(setpoint)]
    given = np.unique(given[np.isfinite(given)])
    if len(given) > 1:
        raise SimulationError(
            f"setpoints.{setpoint}: got {given[0]:g} and {given[1]:g} in one period: expected one value"
        )
    return float(given[0]) if len(given) else own


def held_signs(before: FloatArray, first: int, hold: int, uniforms: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Directions of set-point tests that are held for some periods, and those that the last period has.

    Only in a longer test do operators who react to the last period meet it again.

    Parameters
    ----------
    before : array, shape (set-points, units)
        Directions in the period before.
    first, hold : int
        Number of the first period; periods for which a direction is held: new ones come where it divides the number.
    uniforms : array, shape (set-points, periods, units)
        Uniform random numbers.

    Returns
    -------
    tuple of array, shapes (set-points, periods, units) and (set-points, units)
        Directions, up (1) or down (-1).
    """
    drawn = signs(uniforms)
    held, last = np.empty_like(drawn), before
    for t in range(drawn.shape[1]):
        if (first + t) % hold == 0:
            last = drawn[:, t]
        held[:, t] = last
    return held, last


@dataclass(frozen=True)
class Setting:
    """Settings of some periods other than the operators' targets; arrays of shape (periods, units)."""

    bounds: dict[str, tuple[float, float]]
    tests: dict[str, FloatArray]
    hand: dict[str, FloatArray]  # NaN where operators decide
    steps: Mapping[str, float]  # in which each set-point is written down

    def used(self, name: str, own: FloatArray, at: int | slice = slice(None)) -> FloatArray:
        """Set-point in force: the operators' target within bounds plus the test, or the manual value."""
        low, high = self.bounds[name]
        test = self.tests[name][at] if name in self.tests else 0.0
        step = self.steps[name]
        target = np.rint(np.minimum(np.maximum(own + test, low), high) / step) * step
        return in_force(target, self.hand[name][at]) if name in self.hand else target


@dataclass
class SetpointOperator:
    """Operators of one set-point: react to the last period, then return slowly; one value a unit."""

    setpoint: str
    target: FloatArray
    seen: FloatArray  # what the last period showed over the usual, logarithm [1]

    def choose(
        self,
        answer: float,
        back: float,
        typical: FloatArray | float,
        habit: FloatArray,
        setting: Setting,
        at: int,
    ) -> FloatArray:
        """Set-point of a period [unit of its column].

        Parameters
        ----------
        answer
            What a logarithmic unit of what was seen moves it by; more than one moves it no farther.
        back
            Part of the way back to the usual that is gone in a period.
        typical
            Set-point that no operator would move.
        habit
            What shifts add, one value a unit.
        setting
            Other and manual settings, from which operators continue.
        at
            Place of the period in `setting`.
        """
        self.target = self.target + answer * np.clip(self.seen, -1.0, 1.0) + back * (typical - self.target) + habit
        used = setting.used(self.setpoint, self.target, at)
        if self.setpoint in setting.hand:
            result = np.isfinite(setting.hand[self.setpoint][at])
            test = setting.tests[self.setpoint][at] if self.setpoint in setting.tests else 0.0
            self.target = np.where(result, used - test, self.target)
        return used


class MoveCosts:
    """Costs of moving the set-points of units from one segment of periods to the next."""

    def __init__(self, seed: Seed) -> None:
        setpoints = seed.by_role("setpoint")
        self._costs = {column.name: column.move_cost.value for column in setpoints if column.move_cost is not None}
        self._last: dict[str, FloatArray] = {}

    def of(self, setpoints: Mapping[str, FloatArray], days: float) -> FloatArray:
        """Cost of the moves of some periods of so many days, shape (periods, units) [$/d].

        The first of a run moves nothing.
        """
        result = np.zeros_like(next(iter(setpoints.values())))
        for name, cost in self._costs.items():
            values = setpoints[name]
            before = np.concatenate([self._last.get(name, values[0])[None], values[:-1]])
            result += cost * np.abs(values - before) / days
            self._last[name] = values[-1]
        return result
