"""Lead refining cell in fluosilicate: conductivity of the electrolyte, parts of the cell voltage."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_REFERENCE_CURRENT = 180.0  # A/m², of the drop in contacts


def fluosilicate_conductivity(
    electrolyte_temperature: Numeric,
    lead_ions: Numeric,
    fluosilicic_acid: Numeric,
    reference_conductivity: Numeric = 0.22,
) -> FloatArray:
    """Conductivity: κ = κ0 (1 + 0.015 (t - 38) + 0.006 (a - 85) - 0.003 (c - 85)).

    Parameters
    ----------
    electrolyte_temperature
        Temperature t of the electrolyte [°C]
    lead_ions
        Lead c in the electrolyte [g/L]
    fluosilicic_acid
        Free fluosilicic acid a [g/L]
    reference_conductivity
        Conductivity κ0 at 38 °C, 85 g/L of lead and 85 g/L of free acid, 0.20 to 0.28 [S/cm]

    Returns
    -------
    FloatArray
        Conductivity κ [S/cm]

    References
    ----------
    Level and slopes are assumed: no table of them was at hand.
    """
    warmer = 0.015 * (np.asarray(electrolyte_temperature, dtype=np.float64) - 38.0)
    sourer = 0.006 * (np.asarray(fluosilicic_acid, dtype=np.float64) - 85.0)
    richer = 0.003 * (np.asarray(lead_ions, dtype=np.float64) - 85.0)
    result: FloatArray = reference_conductivity * (1.0 + warmer + sourer - richer)
    return result


def lead_cell_voltage(
    plating_current: Numeric,
    bath_conductivity: Numeric,
    electrode_gap: Numeric,
    slime_drop: Numeric,
    contact_drop: Numeric = 0.075,
) -> FloatArray:
    """Voltage of a cell of lead refining: V = j d/κ + η + Vc j/180.

    Parameters
    ----------
    plating_current
        Current density j at the cathode [A/m²]
    bath_conductivity
        Conductivity κ of the electrolyte, above 0 [S/cm]
    electrode_gap
        Distance d of the slime from the deposit [mm]
    slime_drop
        Voltage η over the slime on the anode [V]
    contact_drop
        Drop Vc in contacts and at both electrodes at 180 A/m² [V]

    Returns
    -------
    FloatArray
        Cell voltage V [V]

    References
    ----------
    Ohm's law; lead dissolves and deposits with little overvoltage. Plants have 0.35 to 0.65 V, the highest before the
    anodes are changed.
    """
    density = np.asarray(plating_current, dtype=np.float64)
    ohmic = 1e-5 * density * electrode_gap / bath_conductivity  # A/m² and mm to A/cm² and cm
    result: FloatArray = ohmic + slime_drop + contact_drop * density / _REFERENCE_CURRENT
    return result
