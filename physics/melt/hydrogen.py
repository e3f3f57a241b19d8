"""Hydrogen in liquid aluminium: solubility, water vapour of the air, rotary degassing, pores.

A content of 1 mL/kg is 0.1 mL/100 g, the usual unit of the trade, at 0 °C and 1 atm.
"""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

ATMOSPHERE = 101.325  # kPa


def solubility_ransley_neufeld_1948(melt_temperature: Numeric) -> FloatArray:
    """Hydrogen solubility of aluminium at 1 atm of hydrogen: log10 S = 2.796 - 2760/T, S in mL/100 g.

    Parameters
    ----------
    melt_temperature
        Temperature of the melt, 660 °C and above [°C]

    Returns
    -------
    FloatArray
        Solubility; 6.9 at 660 °C, 9.1 at 700 °C, 11.8 at 740 °C [mL/kg]

    References
    ----------
    Ransley, C. E., Neufeld, H., J. Inst. Metals 74, 1948 (recalled from memory). The values that Talbot, D. E. J.,
    Anyalebechi, P. N., Mater. Sci. Technol. 4, 1988, recommend, log10 S = 2.72 - 2700/T, lie 3.2 % lower at 700 °C.
    """
    return 10.0 * 10.0 ** (2.796 - 2760.0 / (np.asarray(melt_temperature, dtype=np.float64) + 273.15))


def dissolved_hydrogen(solubility_at_atmosphere: Numeric, hydrogen_pressure: Numeric) -> FloatArray:
    """Hydrogen in equilibrium with a gas, by Sieverts's law: S (p/p0)^0.5 with p0 = 101.325 kPa.

    Parameters
    ----------
    solubility_at_atmosphere
        Solubility S under 1 atm of hydrogen [mL/kg]
    hydrogen_pressure
        Hydrogen's pressure p at the melt, 0 or more [kPa]

    Returns
    -------
    FloatArray
        Content of the melt [mL/kg]

    References
    ----------
    Sieverts's law for a gas of two atoms.
    """
    return np.asarray(solubility_at_atmosphere, dtype=np.float64) * np.sqrt(
        np.asarray(hydrogen_pressure, dtype=np.float64) / ATMOSPHERE
    )


def saturation_pressure_magnus(air_temperature: Numeric) -> FloatArray:
    """Water vapour that air holds when saturated: 0.6112 exp(17.62 t/(243.12 + t)).

    Parameters
    ----------
    air_temperature
        Temperature t of the air, -45 to 60 °C [°C]

    Returns
    -------
    FloatArray
        Pressure over water; 2.33 at 20 °C [kPa]

    References
    ----------
    Magnus's formula with the coefficients of the WMO Guide to Instruments and Methods of Observation (WMO-No. 8).
    """
    t = np.asarray(air_temperature, dtype=np.float64)
    return 0.6112 * np.exp(17.62 * t / (243.12 + t))


def water_pressure(air_temperature: Numeric, relative_humidity: Numeric) -> FloatArray:
    """Pressure of the water vapour in the air: saturation pressure times relative humidity.

    Parameters
    ----------
    air_temperature
        Temperature of the air [°C]
    relative_humidity
        Relative humidity [%]

    Returns
    -------
    FloatArray
        Pressure of water vapour [kPa]

    References
    ----------
    Definition of relative humidity; Magnus's formula (WMO-No. 8).
    """
    return 0.01 * np.asarray(relative_humidity, dtype=np.float64) * saturation_pressure_magnus(air_temperature)


def hydrogen_of_moist_air(
    melt_temperature: Numeric, vapour_pressure: Numeric, uptake_factor: Numeric = 3.4
) -> FloatArray:
    """Hydrogen of a melt that stands under moist air and moist flux: S(T) (u p/p0)^0.5.

    2 Al + 3 H2O = Al2O3 + 6 H would fill the melt at any humidity; oxide hinders it, so u is fitted: at 1.7 kPa and
    720 °C melts hold about 0.25 mL/100 g.

    Parameters
    ----------
    melt_temperature
        Temperature of the melt in the furnace [°C]
    vapour_pressure
        Pressure of water vapour in the air [kPa]
    uptake_factor
        Hydrogen pressure at the melt over that of the vapour, u [1]

    Returns
    -------
    FloatArray
        Content of the melt before degassing [mL/kg]

    References
    ----------
    Sieverts's law; the factor is set to 0.25 mL/100 g before degassing, practice of cast houses.
    """
    pressure = uptake_factor * np.asarray(vapour_pressure, dtype=np.float64)
    return dissolved_hydrogen(solubility_ransley_neufeld_1948(melt_temperature), pressure)


def degassing_units(
    gas_flow: Numeric, rotor_speed: Numeric, metal_flow: Numeric, degassing_constant: Numeric = 1.35
) -> FloatArray:
    """Transfer units of a rotary degasser: k (G/4)^0.6 (n/500)^1.2 (22/Q).

    Bubbles' area grows with gas and speed; time in the box falls with the flow of metal.

    Parameters
    ----------
    gas_flow
        Argon or nitrogen G, 0 or more [m³/h]
    rotor_speed
        Speed n of the rotor, 0 or more [1/min]
    metal_flow
        Metal Q that flows through, above 0 [t/h]
    degassing_constant
        Transfer units k at 4 m³/h, 500 1/min and 22 t/h with a new rotor [1]

    Returns
    -------
    FloatArray
        Transfer units [1]

    References
    ----------
    Form of Sigworth, G. K., Engh, T. A., Metall. Trans. B 13, 1982 (recalled from memory); exponents assumed within
    what is published of rotary degassers, constant set to 0.25 before and 0.11 mL/100 g after.
    """
    gas = (np.asarray(gas_flow, dtype=np.float64) / 4.0) ** 0.6
    speed = (np.asarray(rotor_speed, dtype=np.float64) / 500.0) ** 1.2
    return degassing_constant * gas * speed * (22.0 / np.asarray(metal_flow))


def hydrogen_after_degassing(hydrogen_before: Numeric, hydrogen_floor: Numeric, transfer_units: Numeric) -> FloatArray:
    """Hydrogen behind a degasser: h∞ + (h - h∞) exp(-K).

    Parameters
    ----------
    hydrogen_before
        Content h before [mL/kg]
    hydrogen_floor
        Content h∞ in equilibrium with bubbles and air at the box's surface [mL/kg]
    transfer_units
        Transfer units K [1]

    Returns
    -------
    FloatArray
        Content after [mL/kg]

    References
    ----------
    First-order kinetics; Sigworth, G. K., Engh, T. A., Metall. Trans. B 13, 1982 (recalled from memory).
    """
    floor = np.asarray(hydrogen_floor, dtype=np.float64)
    left = np.exp(-np.asarray(transfer_units, dtype=np.float64))
    return floor + (np.asarray(hydrogen_before, dtype=np.float64) - floor) * left
