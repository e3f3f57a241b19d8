"""Set-points of operators: their bounds, tests of them up and down, and those that are set by hand."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import Block, Plan


def bounds(seed: Seed, knob: str) -> tuple[float, float]:
    """Lowest and highest set-point that operators choose, in the unit of the knob."""
    return seed.column(knob).settable


def signs(uniforms: FloatArray) -> FloatArray:
    """Directions of set-point tests, up (1) or down (-1) alike likely, from uniform random numbers."""
    return np.where(uniforms < 0.5, -1.0, 1.0)


def by_hand(plan: Plan, block: Block, first: int, count: int) -> dict[str, FloatArray]:
    """Knobs set by hand in some periods.

    Parameters
    ----------
    plan : Plan
        With the knobs of the run.
    block : Block
        Units.
    first, count : int
        First period, negative in a warm-up, and number of periods.

    Returns
    -------
    dict of str to array, shape (periods, units)
        By knob, NaN where the operators decide; empty in plain history.
    """
    if not plan.knobs.columns:
        return {}
    periods = [plan.knobs.at(first + i, block) for i in range(count)]
    return {name: np.stack([each[name] for each in periods]) for name in plan.knobs.columns}


def in_force(own: FloatArray, given: FloatArray) -> FloatArray:
    """Set-points in force: those set by hand where there are any, else the operators' own."""
    return np.where(np.isfinite(given), given, own)
