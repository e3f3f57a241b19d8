"""Lots of scrap: when each comes, from which feed, how crowded the belt is, and the parameters in force on its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.engine.plan import Block, Event, Plan, SimulationError

_SPREAD = 0.8  # part of its share of the run within which a lot comes, so that the order is kept
_LEAST_OCCUPANCY, _MOST_OCCUPANCY = 0.005, 0.35  # of the belt; beyond, pieces no longer lie one by one


@dataclass(frozen=True)
class Lots:
    """The k lots of a block; each array has one value a lot."""

    day: FloatArray  # d since the start of the run
    parameters: SimpleNamespace  # every parameter of the plant by name, (k,) each, regimes applied by the lot's day
    feed: NDArray[np.intp]  # index into Materials.feeds
    occupancy: FloatArray  # share of the belt that is covered


def unit_name(unit: int) -> str:
    """Name of a lot: L-00001 is the first of the run."""
    return f"L-{unit + 1:05d}"


def steps(plan: Plan) -> int:
    """Lots of a run."""
    return plan.units


def draw_lots(plan: Plan, block: Block, feeds: tuple[str, ...], rng: np.random.Generator) -> Lots:
    """The lots of a block, spread over the days of the run; parameters `feed_share_<feed>` say how many each feed has.

    Raises
    ------
    SimulationError
        A regime changes a parameter that the plant lacks, or no feed has a share.
    """
    place = block.first + np.arange(block.count) + _SPREAD * rng.random(block.count)
    day = place / plan.units * plan.days
    p = parameters(plan, day)
    shares = np.cumsum([getattr(p, f"feed_share_{feed}") for feed in feeds], axis=0)
    if not (shares[-1] > 0.0).all():
        raise SimulationError(f"plant.parameters.feed_share_*: all are 0: expected a share for {', '.join(feeds)}")
    feed = np.sum(rng.random(block.count) * shares[-1] >= shares, axis=0)
    occupancy = lognormal(p.occupancy_mean, p.occupancy_sd, rng.standard_normal(block.count))
    return Lots(day, p, feed.astype(np.intp), np.clip(occupancy, _LEAST_OCCUPANCY, _MOST_OCCUPANCY))


def lognormal(mean: FloatArray, sd: FloatArray, normal: FloatArray) -> FloatArray:
    """Log-normal values of this mean and standard deviation from standard normal ones."""
    log_variance = np.log1p((sd / mean) ** 2)
    values: FloatArray = mean * np.exp(np.sqrt(log_variance) * normal - 0.5 * log_variance)
    return values


def parameters(plan: Plan, days: FloatArray) -> SimpleNamespace:
    """Every parameter of the plant as an array of the days' shape: its value in force on each day [d from start].

    A regime holds from the first instant of its date.

    Raises
    ------
    SimulationError
        A regime changes a parameter that the plant lacks.
    """
    values = {name: np.full(days.shape, quantity.value) for name, quantity in plan.plant.parameters.items()}
    for regime in sorted(plan.plant.regimes, key=lambda regime: regime.start):
        unknown = sorted(set(regime.change) - set(values))
        if unknown:
            raise SimulationError(
                f"plant.regimes.{regime.name}: changes {', '.join(unknown)}, unknown in plant.parameters"
            )
        begun = days >= _day_of(plan, regime.start)
        for name, quantity in regime.change.items():
            values[name][begun] = quantity.value
    return SimpleNamespace(**values)


def regime_events(plan: Plan) -> tuple[Event, ...]:
    """Regimes that begin within the run, as events of the whole plant: those of the first block alone."""
    days = ((regime.name, _day_of(plan, regime.start)) for regime in plan.plant.regimes)
    return tuple(Event(None, f"regime {name}", day, day, day) for name, day in days if 0.0 <= day < plan.days)


def need(plan: Plan, names: Iterable[str]) -> None:
    """Refuse a plant without these parameters.

    Raises
    ------
    SimulationError
        One is missing; all that are missing are named.
    """
    missing = sorted(set(names) - set(plan.plant.parameters))
    if missing:
        raise SimulationError(f"plant.parameters: {', '.join(missing)} missing: a scrap feed needs them")


def _day_of(plan: Plan, date: dt.date) -> float:
    return (dt.datetime.combine(date, dt.time()) - plan.start) / dt.timedelta(days=1)
