"""Ejection by air: when a neighbour is blown away too, how often that happens, and what it does to purity and recovery.

Pieces are squares in number density, keep a centre distance of their size, and lie at random. A piece is shot at by the
nozzles that cover it and a margin, so the jet also reaches what lies close by.
"""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_RINGS, _SECTORS = 64, 48  # of the quadrature over a quarter of the places about a piece


def _shares(nodes: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points of a quadrature with weights that sum to 1."""
    return nodes, weights / weights.sum()


_TIMING = _shares(*np.polynomial.hermite_e.hermegauss(7))  # over a standard normal error
_RASTER = _shares(np.array([0.1127016653792583, 0.5, 0.8872983346207417]), np.array([5.0, 8.0, 5.0]))  # over 0 to 1


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
    """Share of a neighbour that the jet for a piece covers: both squares, the jet wider by a margin on each side.

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


def expected_neighbours(
    occupancy: Numeric,
    size: Numeric,
    margin: Numeric = 7.5,
    timing_error: Numeric = 4.0,
    nozzle_pitch: Numeric = 12.5,
) -> FloatArray:
    """Neighbours deflected by one ejection on average, all pieces being of one size.

    The number density φ/d² and the crowding are integrated over all places of a neighbour, with the chance that it is
    deflected there; the timing error is normal, the raster of nozzles adds up to a pitch on each side.

    Parameters
    ----------
    occupancy
        Share φ of the belt that pieces cover [1]
    size
        Side d of the pieces [mm]
    margin
        How far the jet reaches beyond the piece along the belt [mm]
    timing_error
        Standard deviation of the place where the jet hits, along the belt [mm]
    nozzle_pitch
        Distance of the nozzles [mm]

    Returns
    -------
    FloatArray
        Deflected neighbours per ejection [1]

    References
    ----------
    Mean over pieces at random; margin calibrated on a Monte-Carlo table of 20 to 80 mm at 5 to 30 % occupancy.
    """
    share = np.asarray(occupancy, dtype=np.float64)
    side, reach, sd, pitch = (
        np.asarray(x, dtype=np.float64)[..., None, None] for x in (size, margin, timing_error, nozzle_pitch)
    )
    # Polar places of the neighbour's centre in the first quadrant, from contact to beyond the jet's corner.
    farthest = np.hypot(side + reach + _TIMING[0][-1] * sd, side + pitch)
    width = (farthest - side) / _RINGS
    distance = side + width * (np.arange(_RINGS)[:, None] + 0.5)
    angle = 0.5 * np.pi * (np.arange(_SECTORS) + 0.5) / _SECTORS
    along, across = distance * np.cos(angle), distance * np.sin(angle)
    area = distance * width * (2.0 * np.pi / _SECTORS)
    deflected: FloatArray = np.zeros_like(along)
    for error, chance in zip(*_TIMING, strict=True):
        for raster, weight in zip(*_RASTER, strict=True):
            overlap = jet_overlap(along + error * sd, across, side, side, reach, raster * pitch)
            deflected = deflected + chance * weight * deflection_probability(overlap)
    reached = np.sum(deflected * area, axis=(-2, -1))
    result: FloatArray = share * crowding(share) * reached / np.square(np.asarray(size, dtype=np.float64))
    return result


def fired_share(target_share: Numeric, true_positive_rate: Numeric, false_positive_rate: Numeric) -> FloatArray:
    """Share of the feed that is shot at: E = π TPR + (1 - π) FPR.

    Parameters
    ----------
    target_share
        Share π of the target in the feed, by mass [1]
    true_positive_rate
        Share TPR of the target that is shot at [1]
    false_positive_rate
        Share FPR of all else that is shot at [1]

    Returns
    -------
    FloatArray
        Share of the feed that is shot at, E [1]

    References
    ----------
    Balance of masses; exact.
    """
    target = np.asarray(target_share, dtype=np.float64)
    result: FloatArray = target * true_positive_rate + (1.0 - target) * false_positive_rate
    return result


def ejected_purity(
    target_share: Numeric,
    true_positive_rate: Numeric,
    false_positive_rate: Numeric,
    hit_probability: Numeric,
    neighbours: Numeric,
) -> FloatArray:
    """Share of the target in what is ejected: (π TPR h + π n E)/(E (h + n)).

    Parameters
    ----------
    target_share
        Share π of the target in the feed, by mass [1]
    true_positive_rate
        Share TPR of the target that is shot at [1]
    false_positive_rate
        Share FPR of all else that is shot at [1]
    hit_probability
        Probability h that a piece that is shot at is ejected [1]
    neighbours
        Neighbours n of any class that an ejection takes along [1]

    Returns
    -------
    FloatArray
        Share of the target in the ejected mass [1]

    References
    ----------
    Balance of masses; neighbours are taken as a sample of the feed.
    """
    fired = fired_share(target_share, true_positive_rate, false_positive_rate)
    target = np.asarray(target_share, dtype=np.float64)
    result: FloatArray = (target * true_positive_rate * hit_probability + target * neighbours * fired) / (
        fired * (hit_probability + np.asarray(neighbours, dtype=np.float64))
    )
    return result


def ejected_recovery(
    target_share: Numeric,
    true_positive_rate: Numeric,
    false_positive_rate: Numeric,
    hit_probability: Numeric,
    neighbours: Numeric,
) -> FloatArray:
    """Share of the target that is ejected: TPR h + n E (1 - TPR h).

    Parameters
    ----------
    target_share
        Share π of the target in the feed, by mass [1]
    true_positive_rate
        Share TPR of the target that is shot at [1]
    false_positive_rate
        Share FPR of all else that is shot at [1]
    hit_probability
        Probability h that a piece that is shot at is ejected [1]
    neighbours
        Neighbours n of any class that an ejection takes along [1]

    Returns
    -------
    FloatArray
        Share of the target's mass that is ejected [1]

    References
    ----------
    Balance of masses; neighbours are taken as a sample of the feed.
    """
    direct = np.asarray(true_positive_rate, dtype=np.float64) * hit_probability
    fired = fired_share(target_share, true_positive_rate, false_positive_rate)
    result: FloatArray = direct + neighbours * fired * (1.0 - direct)
    return result
