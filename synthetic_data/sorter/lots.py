"""Lots of scrap: time, feed, occupancy of the belt, and parameters in force on that day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.engine.plan import RunPlan, SimulationError, UnitBlock
from synthetic_data.sorter.parameters import SorterParameters

_SPREAD = 0.8  # part of its share of the run within which a lot comes, so that the order is kept
_LEAST_OCCUPANCY, _MOST_OCCUPANCY = 0.005, 0.35  # of the belt; beyond, pieces no longer lie one by one


@dataclass(frozen=True)
class SorterLots:
    """The k lots of a block; each array has one value a lot."""

    day: FloatArray  # d since the start of the run
    parameters: SorterParameters  # in force on the lot's day, (k,) each
    feed: NDArray[np.intp]  # index into Materials.feeds
    occupancy: FloatArray  # share of the belt that is covered


def draw_lots(plan: RunPlan, block: UnitBlock, feeds: tuple[str, ...], rng: np.random.Generator) -> SorterLots:
    """Lots of a block over the days of the run; `feed_share_<feed>` sets the share of each feed.

    Raises
    ------
    SimulationError
        No feed has a share.
    """
    place = block.first + np.arange(block.count) + _SPREAD * rng.random(block.count)
    day = place / plan.units * plan.days
    p = SorterParameters.on_days(plan, day)
    shares = np.cumsum([p[f"feed_share_{feed}"] for feed in feeds], axis=0)
    if not (shares[-1] > 0.0).all():
        raise SimulationError(f"plant.parameters.feed_share_*: all are 0: expected a share for {', '.join(feeds)}")
    feed = np.sum(rng.random(block.count) * shares[-1] >= shares, axis=0)
    occupancy = lognormal(p.occupancy_mean, p.occupancy_sd, rng.standard_normal(block.count))
    return SorterLots(day, p, feed.astype(np.intp), np.clip(occupancy, _LEAST_OCCUPANCY, _MOST_OCCUPANCY))


def lognormal(mean: FloatArray, sd: FloatArray, normal: FloatArray) -> FloatArray:
    """Log-normal values of this mean and standard deviation from standard normal ones."""
    log_variance = np.log1p((sd / mean) ** 2)
    values: FloatArray = mean * np.exp(np.sqrt(log_variance) * normal - 0.5 * log_variance)
    return values
