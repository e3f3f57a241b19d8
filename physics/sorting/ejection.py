"""Ejection by air: reach of a jet, co-ejection of a neighbour, distance between neighbours.

A piece is shot at by the nozzles that cover it and a margin, so the jet also reaches what lies close by.
"""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric


def deflection_probability(overlap: Numeric, half_overlap: Numeric = 0.35, overlap_slope: Numeric = 0.08) -> FloatArray:
    """Probability that a jet deflects a neighbour: logistic in the covered share, less its value at none.

    Parameters
    ----------
    overlap
        Share of the neighbour's area that the fired nozzles cover, 0 to 1 [1]
    half_overlap
        Share f50 at which the logistic is a half [1]
    overlap_slope
        Width of the logistic [1]

    Returns
    -------
    FloatArray
        Probability of being deflected, 0 for a piece that no jet reaches [1]

    References
    ----------
    Assumed: engineering estimate, f50 0.35 and slope 0.08.
    """
    at_none = 1.0 / (1.0 + np.exp(np.asarray(half_overlap, dtype=np.float64) / overlap_slope))
    logistic = 1.0 / (1.0 + np.exp((half_overlap - np.asarray(overlap, dtype=np.float64)) / overlap_slope))
    result: FloatArray = (logistic - at_none) / (1.0 - at_none)
    return result


def jet_overlap(
    along: Numeric, across: Numeric, size: Numeric, neighbour_size: Numeric, margin: Numeric, side_margin: Numeric
) -> FloatArray:
    """Share of a neighbour covered by the jet for a piece: both square, the jet wider by a margin.

    Parameters
    ----------
    along
        Distance of the centres along the belt, timing error included [mm]
    across
        Distance of the centres across the belt [mm]
    size
        Side of the piece [mm]
    neighbour_size
        Side of its neighbour [mm]
    margin
        How far the jet reaches beyond the piece along the belt [mm]
    side_margin
        How far the jet reaches beyond the piece across the belt, by the raster of the nozzles [mm]

    Returns
    -------
    FloatArray
        Covered share of the neighbour's area, 0 to 1 [1]

    References
    ----------
    Geometry of axis-parallel squares; exact.
    """
    neighbour = np.asarray(neighbour_size, dtype=np.float64)
    contact = 0.5 * (size + neighbour)
    covered_along = np.clip((contact + margin - np.abs(along)) / neighbour, 0.0, 1.0)
    covered_across = np.clip((contact + side_margin - np.abs(across)) / neighbour, 0.0, 1.0)
    result: FloatArray = covered_along * covered_across
    return result


def crowding(occupancy: Numeric) -> FloatArray:
    """Density of neighbours next to a piece over that on the whole belt: 1/(1 - φ)².

    Parameters
    ----------
    occupancy
        Share φ of the belt that pieces cover [1]

    Returns
    -------
    FloatArray
        Density of neighbours at contact over the mean density [1]

    References
    ----------
    Scaled particle theory of hard discs (Helfand, Frisch and Lebowitz 1961, J. Chem. Phys. 34) without its numerator
    1 - φ/2: so it meets the Monte-Carlo table that the margin is calibrated on.
    """
    free = 1.0 - np.asarray(occupancy, dtype=np.float64)
    result: FloatArray = 1.0 / (free * free)
    return result
