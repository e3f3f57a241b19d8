"""The robot that puts cells into bins: some decisions come too late, some grips slip."""

from __future__ import annotations

import numpy as np
import pandas as pd

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from synthetic_data.battery_line.parameters import RobotParameters
from synthetic_data.engine.outcomes import Outcome

CAUSES = ("", "late decision", "direct miss")
_LATE, _MISSED = 1, 2


def outcome(seed: Seed, truth: pd.DataFrame, decisions: IntArray, rng_seed: int) -> Outcome:
    """Where the robot puts decided cells, and why, by rows of truth.parquet: see `synthetic_data.outcome`.

    A cell that it does not take goes on to the rest. The random numbers are the same whatever is decided.
    """
    p, mass = RobotParameters.of(seed), cell_mass(truth)
    rest = [one.rest for one in seed.bins].index(True)
    uniform = np.random.default_rng(rng_seed).random((2, len(mass)))
    taken = decisions != rest
    late = taken & (uniform[0] < p.late_share)
    slips = p.direct_miss * np.where(mass > p.heavy_mass, p.heavy_miss_factor, 1.0)
    missed = taken & ~late & (uniform[1] < slips)
    cause = np.select([late, missed], [_LATE, _MISSED], 0).astype(np.intp)
    return Outcome(np.where(cause > 0, rest, decisions), cause, CAUSES)


def cell_mass(truth: pd.DataFrame) -> FloatArray:
    """True mass of each cell, (n,), by rows of truth.parquet [g]."""
    return truth["true_mass"].to_numpy(dtype=np.float64)
