"""Conductivity of metal as an induction array sees it: skin depth, thin pieces and lift-off."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

IACS = 5.8e7  # S/m at 100 %IACS, International Annealed Copper Standard, IEC 1914
_VACUUM_PERMEABILITY = 4e-7 * np.pi  # H/m
_PER_CENT = 0.01
_MM = 1e3  # mm/m


def skin_depth(metal_conductivity: Numeric, frequency: Numeric) -> FloatArray:
    """Depth at which an alternating field in metal falls to 1/e: δ = √(2/(ω µ0 σ)).

    Parameters
    ----------
    metal_conductivity
        Conductivity σ of the metal, which is not magnetic [%IACS]
    frequency
        Frequency of the field [Hz]

    Returns
    -------
    FloatArray
        Skin depth δ [mm]

    References
    ----------
    Maxwell's equations in a good conductor; exact for a plane wall.
    """
    sigma = np.asarray(metal_conductivity, dtype=np.float64) * (_PER_CENT * IACS)
    result: FloatArray = _MM * np.sqrt(2.0 / (2.0 * np.pi * frequency * _VACUUM_PERMEABILITY * sigma))
    return result


def wall_response(thickness: Numeric, skin: Numeric) -> FloatArray:
    """Share of the power induced in a thick wall that a thin one absorbs: 1 - exp(-2 d/δ).

    Parameters
    ----------
    thickness
        Thickness d of the wall [mm]
    skin
        Skin depth δ [mm]

    Returns
    -------
    FloatArray
        Induced power over that in a thick wall, 0 to 1 [1]

    References
    ----------
    Power falls as exp(-2 x/δ) with depth x; reflection at the far side is left out.
    """
    result: FloatArray = -np.expm1(-2.0 * np.asarray(thickness, dtype=np.float64) / skin)
    return result


def lift_off_response(lift_off: Numeric, coil_radius: Numeric = 15.0) -> FloatArray:
    """Signal of a small piece above a coil over that on it: (1 + (h/a)²)^-3.

    Parameters
    ----------
    lift_off
        Distance h of the piece from the plane of the coil [mm]
    coil_radius
        Radius a of the coil [mm]

    Returns
    -------
    FloatArray
        Signal over that without lift-off, 0 to 1 [1]

    References
    ----------
    Field on the axis of a loop (Biot and Savart), there and, by reciprocity, back.
    """
    ratio = np.asarray(lift_off, dtype=np.float64) / coil_radius
    result: FloatArray = (1.0 + ratio * ratio) ** -3.0
    return result


def apparent_conductivity(
    metal_conductivity: Numeric,
    thickness: Numeric,
    frequency: Numeric,
    lift_off: Numeric = 0.0,
    reference_lift_off: Numeric = 0.0,
    coil_radius: Numeric = 15.0,
    phase: Numeric = 0.0,
) -> FloatArray:
    """Conductivity read by an induction array: the metal's, less the effect of thin walls and lift-off.

    The array is set on thick pieces at a reference lift-off, and reads right there. Lift-off lowers the amplitude of
    the signal and hardly turns its phase: an array that evaluates the phase feels little of it. Not for ferromagnetic
    metal, whose signal has the other sign.

    Parameters
    ----------
    metal_conductivity
        Conductivity of the metal [%IACS]
    thickness
        Thickness of the wall; below two skin depths the reading is too low [mm]
    frequency
        Frequency of the field [Hz]
    lift_off
        Distance of the piece from the plane of the coil [mm]
    reference_lift_off
        Distance at which the array was set [mm]
    coil_radius
        Radius of the coil [mm]
    phase
        Part of the lift-off's effect that evaluating the phase takes away, 0 for amplitude alone to 1 [1]

    Returns
    -------
    FloatArray
        Conductivity as read [%IACS]

    References
    ----------
    Product of the wall's and the lift-off's response; assumed: the array is linear in the signal.
    """
    conductivity = np.asarray(metal_conductivity, dtype=np.float64)
    wall = wall_response(thickness, skin_depth(conductivity, frequency))
    distance = lift_off_response(lift_off, coil_radius) / lift_off_response(reference_lift_off, coil_radius)
    result: FloatArray = conductivity * wall * distance ** (1.0 - np.asarray(phase, dtype=np.float64))
    return result
