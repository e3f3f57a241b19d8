"""Definition of events by period, and thresholds of units at the start of a period."""

from __future__ import annotations

import datetime as dt

import numpy as np

from models.setpoints.situations import UnitPeriodGrid, shifted
from physics.arrays import FloatArray
from seeds import Seed, WarningEvent

USUAL_PERIODS = 10  # known ones, whose mean is a unit's typical value
FEWEST_USUAL = 5  # of them, so that one period's noise is no excursion


def wait_of(event: WarningEvent, seed: Seed) -> int:
    """Periods after whose start it is known whether they counted; 1 where it is when they end."""
    return seed.wait(event.column) if event.column == seed.target.name else 1


def known_after(event: WarningEvent, seed: Seed) -> dt.timedelta:
    """Return the maximum delay from the start of a period until its event is known."""
    return seed.period + (seed.delay if event.column == seed.target.name else dt.timedelta(0))


def outcome_after(event: WarningEvent, seed: Seed) -> int:
    """Periods after whose start it is known whether an event came within the horizon that began with it."""
    return event.horizon - 1 + wait_of(event, seed)


def reference_level(event: WarningEvent, grid: UnitPeriodGrid, seed: Seed) -> FloatArray:
    """Return each unit's typical value at period starts, from known values, (u, p) [the column's unit].

    NaN where fewer than FEWEST_USUAL are available.
    """
    values = grid.columns[event.column]
    wait = wait_of(event, seed)
    window = np.stack([shifted(values, wait + back) for back in range(USUAL_PERIODS)])
    there = np.isfinite(window)
    count = there.sum(axis=0)
    mean = np.where(there, window, 0.0).sum(axis=0) / np.maximum(count, 1)
    return np.where(count >= FEWEST_USUAL, mean, np.nan)


def limits(event: WarningEvent, grid: UnitPeriodGrid, seed: Seed) -> FloatArray:
    """Return the event threshold, shape (u, p) [the column's unit]; NaN if its reference is unknown."""
    if not event.is_relative:
        return np.full(grid.there.shape, event.size)
    sign = -1.0 if event.counts == "below_usual" else 1.0
    return reference_level(event, grid, seed) + sign * event.size


def is_low(event: WarningEvent) -> bool:
    """Return whether low values count."""
    return event.counts in ("at_most", "below_usual")


def counted(event: WarningEvent, grid: UnitPeriodGrid, seed: Seed) -> FloatArray:
    """Return whether an event occurs within each period's horizon, (u, p): 1, 0, or NaN if unknown.

    One period that counts is enough; where none does, all must be known.
    """
    bound, values = limits(event, grid, seed), grid.columns[event.column]
    counts = np.zeros(values.shape)
    unknown = ~np.isfinite(bound)
    for ahead in range(event.horizon):
        later = np.full_like(values, np.nan)
        later[:, : max(0, values.shape[1] - ahead)] = values[:, ahead:]
        with np.errstate(invalid="ignore"):
            counts = np.maximum(counts, (later <= bound) if is_low(event) else (later >= bound))
        unknown |= ~np.isfinite(later)
    return np.where(np.isfinite(bound) & ((counts == 1.0) | ~unknown), counts, np.nan)
