"""Copper refining cell: conductivity of the electrolyte and what makes up the cell voltage."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.electrochemistry import FARADAY, GAS, ZERO_CELSIUS


def electrolyte_conductivity_price_1981(
    electrolyte_temperature: Numeric,
    copper_ions: Numeric,
    h2so4: Numeric,
    nickel_ions: Numeric = 0.0,
    arsenic_ions: Numeric = 0.0,
) -> FloatArray:
    """Conductivity: κ = 0.134 - 0.00356 Cu + 0.00249 H2SO4 + 0.00426 t - 0.0035 Ni - 0.002 As.

    Parameters
    ----------
    electrolyte_temperature
        Temperature t of the electrolyte [°C]
    copper_ions
        Cupric ions [g/L]
    h2so4
        Free sulphuric acid [g/L]
    nickel_ions
        Nickel ions [g/L]
    arsenic_ions
        Arsenic in solution [g/L]

    Returns
    -------
    FloatArray
        Conductivity κ [S/cm]

    References
    ----------
    Price and Davenport 1981, Metall. Trans. B 12, first four terms (recalled). Terms of nickel and arsenic assumed;
    their sign: Kalliomäki, Aromaa and Lundström 2016, Minerals 6(3) 59.
    """
    result: FloatArray = (
        0.134
        - 3.56e-3 * np.asarray(copper_ions, dtype=np.float64)
        + 2.49e-3 * np.asarray(h2so4, dtype=np.float64)
        + 4.26e-3 * np.asarray(electrolyte_temperature, dtype=np.float64)
        - 3.5e-3 * np.asarray(nickel_ions, dtype=np.float64)
        - 2.0e-3 * np.asarray(arsenic_ions, dtype=np.float64)
    )
    return result


def refining_cell_voltage(
    plating_current: Numeric,
    bath_conductivity: Numeric,
    electrolyte_temperature: Numeric,
    polarisation: Numeric,
    electrode_gap: Numeric = 30.0,
    contact_drop: Numeric = 0.055,
) -> FloatArray:
    """Refining cell voltage: V = j d/κ + (2RT/F) asinh(j/(2 j0)) - (RT/2F) ln(1 - x) + Vc j/300.

    Parameters
    ----------
    plating_current
        Current density j at the cathode [A/m²]
    bath_conductivity
        Conductivity κ of the electrolyte, above 0 [S/cm]
    electrolyte_temperature
        Temperature T of the electrolyte, in kelvin [°C]
    polarisation
        Current density over the limiting one, x below 1 [1]
    electrode_gap
        Distance d of anode and cathode, 25 to 36 [mm]
    contact_drop
        Drop Vc in contacts, slimes and at the anode at 300 A/m² [V]

    Returns
    -------
    FloatArray
        Cell voltage [V]

    References
    ----------
    Ohm's law and Butler-Volmer's with transfer coefficient a half; exchange current density 40 to 100 A/m² with
    additives, gap and contacts: engineering practice.
    """
    density = np.asarray(plating_current, dtype=np.float64)
    thermal = GAS * (np.asarray(electrolyte_temperature, dtype=np.float64) + ZERO_CELSIUS) / FARADAY
    ohmic = 1e-5 * density * electrode_gap / bath_conductivity  # A/m² and mm to A/cm² and cm
    kinetic = 2.0 * thermal * np.arcsinh(density / 140.0)
    used_up = -0.5 * thermal * np.log1p(-np.asarray(polarisation, dtype=np.float64))
    result: FloatArray = ohmic + kinetic + used_up + contact_drop * density / 300.0
    return result
