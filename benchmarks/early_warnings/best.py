"""True probability of an event, counted over other futures of the same simulated plant.

When a period starts the whole plant is forked: hidden states, faults that are on and what the operators would set are
the same in all forks, and everything that is not known yet is drawn again. The share of forks in which a unit has the
event is its true probability at that moment. No warning that is given then, by whatever model, can have a lower Brier
score on average: what is left is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.setpoints.situations import UnitPeriodGrid
from models.warnings.events import is_low, limits, wait_of
from physics.arrays import BoolArray, FloatArray
from seeds import Seed, WarningEvent
from synthetic_data import begin

FUTURES = 20  # of each period; the scores are corrected for their number


@dataclass(frozen=True, eq=False)
class Shares:
    """Share of futures with the event, shape (u, p), NaN where none were drawn."""

    of_futures: FloatArray

    def brier(self, y: FloatArray, rows: BoolArray) -> float:
        """Brier score of the true probabilities on some rows, shape (u, p) each: without what few futures add."""
        p, came = self.of_futures[rows], y[rows]
        return float(np.mean((p - came) ** 2 - p * (1.0 - p) / (FUTURES - 1)))


def best(seed: Seed, grid: UnitPeriodGrid, first: int) -> dict[str, Shares]:
    """Shares by event, from a period on; events look no further than the period to come.

    Parameters
    ----------
    seed : Seed
        The process and its plant.
    grid : UnitPeriodGrid
        The table that the plant gave, on which limits rest that are relative to a unit's usual.
    first : int
        Number of the first period to look ahead from.
    """
    assert all(event.horizon == 1 for event in seed.warnings)
    values = {event.name: np.full((*grid.there.shape, FUTURES), np.nan) for event in seed.warnings}
    running = begin(seed)
    last = grid.there.shape[1] - max(wait_of(event, seed) for event in seed.warnings)
    for period in range(last + 1):
        for future in range(FUTURES) if period >= first else ():
            _look_ahead(seed, grid, running.fork(future), period, [one[:, period, future] for one in values.values()])
        running.step()
    return {
        event.name: Shares(_shares(event, values[event.name], limits(event, grid, seed))) for event in seed.warnings
    }


def _look_ahead(seed: Seed, grid: UnitPeriodGrid, fork: object, period: int, into: Sequence[FloatArray]) -> None:
    """Step a fork until the period to come is known, and take what it measured."""
    assert seed.key is not None
    waits = [wait_of(event, seed) for event in seed.warnings]
    for steps in range(1, max(waits) + 1):
        step = fork.step()  # type: ignore[attr-defined]
        rows = step.table if steps == 1 else step.came_in
        rows = rows[rows[seed.clock.name] == grid.starts[period]]
        unit = pd.Index(grid.units).get_indexer(rows[seed.key.name])
        for event, wait, values in zip(seed.warnings, waits, into, strict=True):
            if wait == steps:
                values[unit] = rows[event.column].to_numpy(np.float64)


def _shares(event: WarningEvent, values: FloatArray, bound: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        hit = values <= bound[..., None] if is_low(event) else values >= bound[..., None]
    known = np.isfinite(values).all(axis=-1) & np.isfinite(bound)
    return np.where(known, hit.mean(axis=-1), np.nan)
