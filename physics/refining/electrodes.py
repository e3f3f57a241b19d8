"""Shrinking anodes and growing cathodes: the gap between them, and passivation of anodes."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.electrochemistry import COPPER_EQUIVALENT, FARADAY

COPPER_DENSITY = 8930.0  # kg/m³
LEAD_DENSITY = 11340.0  # kg/m³
_COPPER_MASS = 63.546  # g/mol
_HOURS = 24.0  # h/d


def face_growth(
    plating_current: Numeric,
    current_efficiency: Numeric = 100.0,
    equivalent: Numeric = COPPER_EQUIVALENT,
    metal_density: Numeric = COPPER_DENSITY,
) -> FloatArray:
    """Metal that a face gains or loses in a day: 24 q j CE/(100 ρ).

    Parameters
    ----------
    plating_current
        Current density j at the face [A/m²]
    current_efficiency
        Share CE of the charge that moves metal, 100 at the anode [%]
    equivalent
        Electrochemical equivalent q of the metal [g/Ah]
    metal_density
        Density ρ of the metal [kg/m³]

    Returns
    -------
    FloatArray
        Thickness a day [mm/d]

    References
    ----------
    Faraday's law; exact. Copper at 300 A/m² grows 0.92 mm a day at 96 %, lead at 180 A/m² loses 1.47 mm a day.
    """
    grams = np.asarray(plating_current, dtype=np.float64) * _HOURS * equivalent * current_efficiency * 0.01
    result: FloatArray = grams / metal_density  # g/m² over kg/m³ is mm
    return result


def crop_gap(
    electrode_pitch: Numeric,
    anode_thickness: Numeric,
    plate_thickness: Numeric,
    anode_days: Numeric,
    deposit_days: Numeric,
    daily_growth: Numeric,
) -> FloatArray:
    """Gap between the faces of anode and cathode: d = (p - a - c)/2 + g (t_a - t_c).

    Within a crop anode and deposit move together and the gap stays; each fresh crop meets thinner anodes.

    Parameters
    ----------
    electrode_pitch
        Distance p from anode to anode [mm]
    anode_thickness
        Thickness a of a new anode [mm]
    plate_thickness
        Thickness c of a bare plate [mm]
    anode_days
        Days t_a that the anode has dissolved [d]
    deposit_days
        Days t_c that the deposit has grown [d]
    daily_growth
        What a face loses or gains in a day, g [mm/d]

    Returns
    -------
    FloatArray
        Gap d [mm]

    References
    ----------
    Geometry; the small difference of anode's and cathode's efficiency is left out. 100, 42 and 3.25 mm give 27 mm in
    the first crop and 34 to 36 mm in the second (engineering notes).
    """
    bare = 0.5 * (np.asarray(electrode_pitch, dtype=np.float64) - anode_thickness - plate_thickness)
    result: FloatArray = bare + daily_growth * (np.asarray(anode_days, dtype=np.float64) - deposit_days)
    return result


def sand_time(
    plating_current: Numeric, copper_ions: Numeric, saturated_copper: Numeric, layer_diffusion: Numeric
) -> FloatArray:
    """Time until the anode's face is saturated with copper sulphate: t = π D (2 F Δc)²/(4 j²).

    Parameters
    ----------
    plating_current
        Current density j, alike at anode and cathode, above 0 [A/m²]
    copper_ions
        Cupric ions in the electrolyte [g/L]
    saturated_copper
        Cupric ions at which copper sulphate crystallises [g/L]
    layer_diffusion
        Diffusion coefficient D in the layer of slimes [m²/s]

    Returns
    -------
    FloatArray
        Time t to passivation without convection [s]

    References
    ----------
    Sand's equation: time to passivation with j^-2, as found in J. Appl. Electrochem. 24, 1109, 1994 (direction read).
    In a cell convection renews the layer, so that only ratios of such times are used.
    """
    missing = np.maximum(np.asarray(saturated_copper, dtype=np.float64) - copper_ions, 0.0)
    moles = 1e3 * missing / _COPPER_MASS  # mol/m³
    result: FloatArray = 0.25 * np.pi * layer_diffusion * np.square(2.0 * FARADAY * moles / plating_current)
    return result


def passive_share(
    sand_ratio: Numeric,
    nickel_ratio: Numeric,
    oxygen_ratio: Numeric,
    arsenic_to_others: Numeric,
    usual_passive: Numeric = 0.01,
) -> FloatArray:
    """Share of passive anodes: x/(1 - x) = u/(1 - u) n o/s² (4/ρ)^(1/2).

    Parameters
    ----------
    sand_ratio
        Time s to passivation over that in usual production [1]
    nickel_ratio
        Nickel n in the anodes over the usual, 0 or more [1]
    oxygen_ratio
        Oxygen o in the anodes over the usual, 0 or more [1]
    arsenic_to_others
        Molar ratio ρ = As/(Sb + Bi) of the anodes, 4 in usual production [1]
    usual_passive
        Share u in usual production, 0 to 0.05 [1]

    Returns
    -------
    FloatArray
        Share x of the anodes that are passive: none where none are usual, all where s is 0 [1]

    References
    ----------
    Directions: nickel oxide and oxygen in anodes and high currents passivate, arsenic keeps the slimes porous (Möller,
    Friedrich and Bayanmunkh; Moats and Hiskey 2000). Form and exponents assumed.
    """
    reference = np.asarray(usual_passive, dtype=np.float64)
    passive = reference * nickel_ratio * oxygen_ratio
    active = (1.0 - reference) * np.square(sand_ratio) * np.sqrt(np.asarray(arsenic_to_others, dtype=np.float64) / 4.0)
    total = passive + active
    saturated = total == 0.0  # copper sulphate covers the anodes
    result: FloatArray = np.where(saturated, 1.0, passive / np.where(saturated, 1.0, total))[()]
    return result
