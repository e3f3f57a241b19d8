"""The robot that puts cells into bins: some decisions come too late, some grips slip."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, IntArray
from synthetic_data.battery_line.parameters import RobotParameters

CAUSES = ("", "late decision", "direct miss")
_LATE, _MISSED = 1, 2


def place(
    decided: IntArray, remaining: int, mass: FloatArray, p: RobotParameters, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Bin in which each decided cell lands, with the cause where it is another one.

    A cell that the robot does not take goes on to the rest. The random numbers are the same whatever is decided.

    Parameters
    ----------
    decided
        Number of the bin decided for each cell, shape (n,)
    remaining
        Number of the bin of what is not taken
    mass
        True mass of each cell, shape (n,) [g]
    p
        Parameters: late_share [1], direct_miss [1], heavy_mass [g], heavy_miss_factor [1]
    rng
        Stream of random numbers

    Returns
    -------
    tuple
        Bin in which each cell lands (n,), and the cause of each misplacement (n,), index into CAUSES
    """
    uniform = rng.random((2, len(mass)))
    taken = decided != remaining
    late = taken & (uniform[0] < p.late_share)
    slips = p.direct_miss * np.where(mass > p.heavy_mass, p.heavy_miss_factor, 1.0)
    missed = taken & ~late & (uniform[1] < slips)
    cause = np.select([late, missed], [_LATE, _MISSED], 0).astype(np.intp)
    return np.where(cause > 0, remaining, decided), cause
