"""Set-points of operators: their bounds, tests of them up and down, and those that are set by hand."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import Block, Plan, SimulationError


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


def with_test(
    wish: FloatArray, test: FloatArray, size: float, limits: tuple[float, float], given: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Set-points that operators keep, and those in force with the tests, one a unit.

    Parameters
    ----------
    wish
        What operators want, without tests.
    test
        How much of each set-point is a test.
    size
        Of tests: what operators keep leaves room for one on either side.
    limits
        Lowest and highest set-point.
    given
        Set by hand, NaN where the operators decide; None where nothing is. The crew goes on from what it finds set.
    """
    low, high = limits
    own = np.clip(wish, low + size, high - size)
    used = own + test
    if given is None:
        return own, used
    replaced = np.isfinite(given) & (given != used)
    own = np.where(replaced, np.clip(given - test, low + size, high - size), own)
    return own, in_force(used, given)


def one_by_hand(plan: Plan, period: int, knob: str, own: float) -> float:
    """Value of a knob that all units share: what is set by hand in a period, if anything, else the operators' own.

    Raises
    ------
    SimulationError
        Units have different values.
    """
    if period not in plan.knobs.by_period or knob not in plan.knobs.columns:
        return own
    given = plan.knobs.by_period[period][1][:, plan.knobs.columns.index(knob)]
    given = np.unique(given[np.isfinite(given)])
    if len(given) > 1:
        raise SimulationError(f"knobs.{knob}: got {given[0]:g} and {given[1]:g} in one period: expected one value")
    return float(given[0]) if len(given) else own
