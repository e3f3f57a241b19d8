"""Schedule: cheapest hourly current, its cost against a flat one, and the uncertainty of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from models.interfaces.line import CellLine
from models.schedules.linear_program import ScheduleProgram, Solution
from models.schedules.order import Order, StepLimit
from physics.arrays import FloatArray

_CLOSE = 0.03  # of a limit, in any unit: what pieces of curves leave
_QUANTILE = 1.6448536269514722  # of the normal distribution: 90 % lie within so many standard deviations


@dataclass(frozen=True)
class IntervalValue:
    """A value with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class LimitMargin:
    """A limit over the schedule.

    Attributes
    ----------
    limit : StepLimit
        What is kept.
    tightened_limit : float
        The limit for the mean cell [unit].
    extreme : float
        What the mean cell comes nearest to it [unit].
    """

    limit: StepLimit
    tightened_limit: float
    extreme: float

    @property
    def always(self) -> bool:
        """Return whether it holds in every step; false if no current satisfies it at the start."""
        beyond = self.extreme - self.tightened_limit
        return (beyond if self.limit.at_most else -beyond) <= _CLOSE


@dataclass(frozen=True)
class Schedule:
    """The cheapest current by the step, for all cells together.

    Attributes
    ----------
    order : Order
        What was asked.
    current, power, metal, cost, co2e : FloatArray
        By step: current [kA], power bought [MW], metal [t], cost with a tiered price's surcharge [$] and emission of
        the power bought [kg].
    states : dict of str to FloatArray
        By step: state of the mean cell at its end [unit].
    running : FloatArray
        By step: 1 in operation, 0 in a stop.
    flat : float
        Current that, never changed, makes the same metal [kA].
    total_cost, saving, tonnes : IntervalValue
        Cost [$], saving against the flat current [$] and metal [t].
    energy, emission : float
        Power bought [kWh] and its emission [kgCO2e].
    flat_energy, flat_emission : float
        The same of the flat current.
    kept : tuple of LimitMargin
        Limits that were kept.
    worth : dict of str to float
        Shadow price of each binding limit [$/unit]; of `metal_target` the cost of a further tonne.
    consumption, surcharge, flat_surcharge : float
        Specific consumption that a tiered price counts [kWh/t], and its part of the cost of the schedule and of the
        flat current [$]; NaN and 0 without one.
    """

    order: Order
    current: FloatArray
    power: FloatArray
    metal: FloatArray
    cost: FloatArray
    co2e: FloatArray
    states: dict[str, FloatArray]
    running: FloatArray
    flat: float
    total_cost: IntervalValue
    saving: IntervalValue
    tonnes: IntervalValue
    energy: float
    emission: float
    flat_energy: float
    flat_emission: float
    kept: tuple[LimitMargin, ...]
    worth: dict[str, float]
    consumption: float
    surcharge: float
    flat_surcharge: float

    @property
    def unmodelled_limits(self) -> list[str]:
        """Limits of the order that nothing here follows by the hour."""
        limits = [one.limit for one in self.kept]
        return list(dict.fromkeys(one.name for one in self.order.limits if one not in limits))

    @property
    def units(self) -> dict[str, str]:
        """Unit of each limit that may have a worth."""
        own = {"metal_target": "t", "lowest": "kA", "highest": "kA", "ramp": "(kA/h)"}
        return own | {one.limit.name: one.limit.unit for one in self.kept}


def schedule(line: CellLine, order: Order) -> Schedule:
    """The cheapest schedule of an order.

    Raises
    ------
    ImpossibleError
        No schedule keeps it; the error says which limits, one at a time, would have to give way and how far.
    """
    solution = _solution(line, order)
    current, step, cells = solution.current, order.prices.step, order.cells
    power = 1e-3 * cells * line.power(current)
    flat = flat_current(line, current, order)
    level = 1e-3 * cells * float(line.power(np.array([flat]))[0])
    energy = 1e3 * step * power
    states = {one.name: one.course(current, step) for one in line.balances}
    changes = [_figures(one, current, order) - _figures(line, current, order) for one in perturbed(line)]
    figures = _figures(line, current, order)
    changes.append(np.array([0.0, line.doubts.saving * figures[1], 0.0]))
    sd = np.sqrt(np.sum(np.square(changes), axis=0))
    total, saving, tonnes = (
        IntervalValue(value, value - _QUANTILE * one, value + _QUANTILE * one)
        for value, one in zip(figures.tolist(), sd.tolist(), strict=True)
    )
    surcharge = cells * line.surcharge(current, step)
    return Schedule(
        order=order,
        current=current,
        power=power,
        metal=1e-3 * step * cells * line.metal(current),
        cost=order.prices.values * energy + surcharge * energy / energy.sum(),
        co2e=order.factors * energy,
        states=states,
        running=solution.running,
        flat=flat,
        total_cost=total,
        saving=saving,
        tonnes=tonnes,
        energy=float(energy.sum()),
        emission=float((order.factors * energy).sum()),
        flat_energy=1e3 * step * level * len(current),
        flat_emission=1e3 * step * level * float(order.factors.sum()),
        kept=tuple(_kept(line, order, current, states)),
        worth=solution.worth,
        consumption=line.tiered_consumption(current),
        surcharge=surcharge,
        flat_surcharge=cells * line.surcharge(np.full(len(current), flat), step),
    )


def _solution(line: CellLine, order: Order) -> Solution:
    """The cheapest solution at the tariff and the marginal cost of a tiered price.

    The plant's consumption sets the surcharge, so the cost of a tiered price is linear in the energy of the schedule
    and adds the same to each hour.
    """
    prices = replace(order.prices, values=order.prices.values + line.marginal_surcharge)
    return ScheduleProgram(line, replace(order, prices=prices)).solve()


def flat_current(line: CellLine, current: FloatArray, order: Order) -> float:
    """Current that, never changed, makes the metal of a schedule [kA]."""
    from scipy.optimize import brentq

    made = float(line.metal(current).mean())

    def beyond(one: float) -> float:
        return float(line.metal(np.array([one]))[0]) - made

    # Metal is concave in the current, so the flat current is no higher than the mean; nor is it lower than the least,
    # unless the highest is so high that it makes less.
    low, high = float(current.min()), float(current.mean())
    if beyond(high) <= 0.0:
        return high
    return low if beyond(low) >= 0.0 else float(brentq(beyond, low, high))


def perturbed(line: CellLine) -> Iterator[CellLine]:
    """The line with each of its doubts one standard deviation up."""
    doubts, typical = line.doubts, np.array([line.usual])
    voltage, efficiency = float(line.voltage(typical)[0]), float(line.efficiency(typical)[0])
    yield replace(line, voltage=lambda i: line.voltage(i) + doubts.voltage)
    yield replace(line, voltage=lambda i: line.voltage(i) + doubts.voltage_slope * (line.voltage(i) - voltage))
    yield replace(line, efficiency=lambda i: line.efficiency(i) + doubts.efficiency)
    yield replace(
        line, efficiency=lambda i: line.efficiency(i) + doubts.efficiency_slope * (line.efficiency(i) - efficiency)
    )


def _figures(line: CellLine, current: FloatArray, order: Order) -> FloatArray:
    """Cost [$], saving against the flat current of the same metal [$] and metal [t]."""
    weights = order.cells * order.prices.step * order.prices.values
    level = flat_current(line, current, order)
    flat = float(line.power(np.array([level]))[0]) * float(weights.sum())
    flat += order.cells * line.surcharge(np.full(len(current), level), order.prices.step)
    cost = float(weights @ line.power(current)) + order.cells * line.surcharge(current, order.prices.step)
    tonnes = 1e-3 * order.prices.step * order.cells * float(line.metal(current).sum())
    return np.array([cost, flat - cost, tonnes])


def _kept(line: CellLine, order: Order, current: FloatArray, states: dict[str, FloatArray]) -> Iterator[LimitMargin]:
    spread = {one.name: one.spread for one in line.balances} | {one.name: one.spread for one in line.levels}
    values = states | {one.name: one.value(current) for one in line.levels}
    for limit in order.limits:
        if limit.name in values:
            extreme = values[limit.name].max() if limit.at_most else values[limit.name].min()
            yield LimitMargin(limit, limit.tightened_limit(spread[limit.name]), float(extreme))
