"""Means of current rows, and safety margins of limits."""

from __future__ import annotations

import numpy as np

from models.interfaces.line import CurveUncertainty
from models.interfaces.physics import Columns
from models.interfaces.schedule import ScheduleError
from physics.arrays import FloatArray
from physics.special import normal_quantile
from seeds import Seed

_MOST_LOSS = 4.0  # times what physics expects; beyond it the rows are of a disturbed plant


def mean_of(rows: Columns, name: str) -> float:
    """Mean of a column over the units that report it; ScheduleError where none does."""
    values = np.asarray(rows[name], dtype=np.float64)
    if not np.isfinite(values).any():
        raise ScheduleError([(f"rows.{name}", "no value", "a value in at least one unit's newest row")])
    return float(np.nanmean(values))


def deviations(seed: Seed, name: str) -> float:
    """Return a constraint's margin in standard deviations at its probability; 0 without a constraint."""
    probabilities = [one.chance for one in seed.hourly_limits if one.name == name]
    return -normal_quantile(min(probabilities)) if probabilities else 0.0


def doubts_of(seed: Seed) -> CurveUncertainty:
    """Doubts of the curves and of the saving, as the seed's [schedule.parameters] state them."""
    assert seed.schedule is not None
    p = seed.schedule.parameters
    names = ("voltage", "voltage_slope", "efficiency", "efficiency_slope", "saving")
    return CurveUncertainty(**{name: p[f"{name}_doubt"].value for name in names})


def known_mean(measured: FloatArray) -> float:
    """Current efficiency of recent rows [%]; ScheduleError where no row has its label."""
    known = measured[np.isfinite(measured)]
    if not len(known):
        raise ScheduleError([("rows", "no row of known efficiency", "current_efficiency in at least one row")])
    # The median, since rows of an upset say nothing of the days after it.
    return float(np.median(known))


def loss_over(measured: FloatArray, expected: float) -> float:
    """Return current loss of recent rows over that by physics; ScheduleError if no row has its label.

    Physics says how the efficiency follows the current; its level is that of the labels, since assays of one sample
    would move it by more than it moves from week to week.

    Parameters
    ----------
    measured
        Current efficiencies, shape (n,); NaN where missing [%]
    expected
        Current efficiency by physics at the usual current [%]
    """
    factor = (100.0 - known_mean(measured)) / (100.0 - expected)
    if not 1.0 / _MOST_LOSS <= factor <= _MOST_LOSS:
        expected_text = f"a loss of current of {1.0 / _MOST_LOSS:g} to {_MOST_LOSS:g} times what physics expects"
        raise ScheduleError([("rows", f"one of {factor:.3g} times", expected_text)])
    return factor
