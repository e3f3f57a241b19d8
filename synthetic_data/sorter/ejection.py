"""Effect of decisions on the belt: landing bin of each piece, and causes of errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.sorting.ejection import crowding, deflection_probability, jet_overlap
from synthetic_data.sorter.parameters import EjectionParameters

# Why a piece landed elsewhere than decided; code 0 where it landed as decided.
CAUSES = ("", "late decision", "valve fault", "direct miss", "neighbour ejected")
_LATE, _FAULTY, _MISSED, _TAKEN = 1, 2, 3, 4
_MM_PER_CM = 10.0
# Neighbours in belt order, nearest first; which side is nearer is drawn.
_STEPS = (1, -1, 2, -2)


def eject(
    decided: NDArray[np.intp],
    remaining: int,
    pieces: Mapping[str, Any],
    p: EjectionParameters,
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Landing bin of each piece, and the cause if it is not the decided one.

    A piece that is not shot at, or is missed, goes to the rest; so does one whose neighbour's jet takes it along, with
    the neighbour. The random numbers are the same whatever is decided.

    Parameters
    ----------
    decided
        Number of the bin decided for each piece, shape (n,), in belt order
    remaining
        Number of the bin of what is not ejected
    pieces
        By name, shape (n,): true `mass` [g], `size` [mm], `neighbour_gap` [mm], `occupancy` [1]
    p
        Parameters: late_share [1], valve_fault_share [1], direct_miss [1], heavy_mass [g], heavy_miss_factor [1],
        light_areal_mass [g/cm²], light_miss_factor [1], belt_speed [m/s], timing_sd [ms], ejection_margin [ms],
        nozzle_pitch [mm]
    rng
        Stream of random numbers

    Returns
    -------
    tuple
        Bin in which each piece lands (n,), and the cause of each misplacement (n,), index into CAUSES
    """
    mass, size = (np.asarray(pieces[name], dtype=np.float64) for name in ("mass", "size"))
    shot = decided != remaining
    uniform = rng.random((2, len(size)))
    late = shot & (uniform[0] < p.late_share)
    nozzles = np.ceil(size / p.nozzle_pitch).astype(np.int64) + 1
    # The jet is too weak where half of the nozzles stay shut.
    faulty = shot & ~late & (2 * rng.binomial(nozzles, p.valve_fault_share) >= nozzles)
    fired = shot & ~late & ~faulty
    missed = fired & (uniform[1] < _miss_probability(mass, size, p))
    landed = np.where(fired & ~missed, decided, remaining)
    cause = np.select([late, faulty, missed], [_LATE, _FAULTY, _MISSED], 0).astype(np.intp)
    for ejector, victim in _taken_along(fired, size, pieces, p, rng):
        free = landed[victim] == remaining  # a piece in its own jet goes where that sends it
        landed[victim[free]] = decided[ejector[free]]
        cause[victim[free]] = _TAKEN
    cause[landed == decided] = 0
    return landed, cause


def _miss_probability(mass: FloatArray, size: FloatArray, p: EjectionParameters) -> FloatArray:
    """Probability that the jet does not move a piece: greater for heavy or fluttering pieces."""
    heavy = mass > p.heavy_mass
    light = mass < p.light_areal_mass * (size / _MM_PER_CM) ** 2
    factor: FloatArray = np.where(heavy, p.heavy_miss_factor, np.where(light, p.light_miss_factor, 1.0))
    return float(p.direct_miss) * factor


def _taken_along(
    fired: NDArray[np.bool_],
    size: FloatArray,
    pieces: Mapping[str, Any],
    p: EjectionParameters,
    rng: np.random.Generator,
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Shot pieces and neighbours deflected by their jets: the nearest neighbours, then the next.

    Neighbours lie at random: the area about a piece without their centres grows by exponential steps, the first of
    as shown by the gap.
    """
    count = len(size)
    gap, occupancy = (np.asarray(pieces[name], dtype=np.float64) for name in ("neighbour_gap", "occupancy"))
    margin, timing_error = p.ejection_margin * p.belt_speed, p.timing_sd * p.belt_speed  # mm, since ms * m/s
    side = np.where(rng.random(count) < 0.5, 1, -1)
    error = timing_error * rng.standard_normal(count)
    step_area = 1.0 / (np.pi * occupancy * crowding(occupancy))
    area = np.zeros(
        count
    )  # without a neighbour's centre, in units of the squared contact distance, less the piece's own
    pairs = []
    for number, step in enumerate(_STEPS):
        victim = np.arange(count) + step * side
        uniform = rng.random((3, count))
        grown = area + step_area * rng.standard_exponential(count)
        inside = fired & (victim >= 0) & (victim < count)
        ejector, victim = np.flatnonzero(inside), victim[inside]
        contact = 0.5 * (size[ejector] + size[victim])
        if number == 0:
            grown = np.zeros(count)
            grown[ejector] = (1.0 + gap[ejector] / contact) ** 2 - 1.0
        area = grown
        distance, angle = contact * np.sqrt(1.0 + area[ejector]), 2.0 * np.pi * uniform[0, ejector]
        overlap = jet_overlap(
            distance * np.cos(angle) + error[ejector],
            distance * np.sin(angle),
            size[ejector],
            size[victim],
            margin,
            p.nozzle_pitch * uniform[1, ejector],
        )
        deflected = uniform[2, ejector] < deflection_probability(overlap)
        pairs.append((ejector[deflected], victim[deflected]))
    return pairs
