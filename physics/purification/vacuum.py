"""Evaporation of impurities from molten gallium in a vacuum: vapour pressures, rates, remainder."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.atoms import ATOMS
from physics.electrochemistry import GAS, ZERO_CELSIUS

MELT_DENSITY = 5700.0  # kg/m³, of gallium at some 800 °C
_GALLIUM_MASS = 1e-3 * ATOMS["ga"][1]  # kg/mol
_SECONDS = 3600.0  # an hour

# Temperatures [K] at which vapour pressures are 1 and 10 Pa, as in handbooks of physics and chemistry (recalled).
PRESSURES = {
    "copper": (1509.0, 1661.0),
    "lead": (978.0, 1088.0),
    "zinc": (610.0, 670.0),
    "iron": (1728.0, 1890.0),
    "tin": (1497.0, 1657.0),
    "indium": (1196.0, 1325.0),
    "nickel": (1783.0, 1950.0),
    "magnesium": (701.0, 773.0),
    "silicon": (1908.0, 2102.0),
    "aluminium": (1482.0, 1632.0),
    "mercury": (315.0, 350.0),
}
MASSES = {
    name: ATOMS[symbol][1]
    for name, symbol in zip(PRESSURES, ("cu", "pb", "zn", "fe", "sn", "in", "ni", "mg", "si", "al", "hg"), strict=True)
}  # g/mol


def impurity_pressure(vacuum_temperature: Numeric, one_pascal: Numeric, ten_pascal: Numeric) -> FloatArray:
    """Vapour pressure of a pure element: 10^(B (1/T1 - 1/T)), B = 1/(1/T1 - 1/T10).

    Parameters
    ----------
    vacuum_temperature
        Temperature, T in kelvin [°C]
    one_pascal
        Temperature T1 at which it is 1 Pa [K]
    ten_pascal
        Temperature T10 at which it is 10 Pa [K]

    Returns
    -------
    FloatArray
        Vapour pressure [Pa]

    References
    ----------
    Clausius and Clapeyron with a heat of evaporation that does not depend on temperature.
    """
    first = 1.0 / np.asarray(one_pascal, dtype=np.float64)
    slope = 1.0 / (first - 1.0 / np.asarray(ten_pascal, dtype=np.float64))
    kelvin = np.asarray(vacuum_temperature, dtype=np.float64) + ZERO_CELSIUS
    result: FloatArray = np.exp(np.log(10.0) * slope * (first - 1.0 / kelvin))
    return result


def evaporation_rate(
    pure_pressure: Numeric, vacuum_temperature: Numeric, impurity_mass: Numeric, volatility: Numeric = 1.0
) -> FloatArray:
    """Speed at which the surface takes an impurity out of the melt: γ p M_Ga/(ρ (2 π M R T)^0.5).

    Parameters
    ----------
    pure_pressure
        Vapour pressure p of the pure element [Pa]
    vacuum_temperature
        Temperature of the melt, T in kelvin [°C]
    impurity_mass
        Molar mass M of the element [g/mol]
    volatility
        Activity coefficient in gallium times the share of atoms that do not stick, γ [1]

    Returns
    -------
    FloatArray
        Evaporated mass an area, over the content [m/s]

    References
    ----------
    Hertz, Knudsen and Langmuir: p (M/(2 π R T))^0.5 an area; gallium's density 5700 kg/m³ recalled.
    """
    kelvin = np.asarray(vacuum_temperature, dtype=np.float64) + ZERO_CELSIUS
    root = np.sqrt(2.0 * np.pi * 1e-3 * np.asarray(impurity_mass, dtype=np.float64) * GAS * kelvin)
    result: FloatArray = np.asarray(volatility) * pure_pressure * _GALLIUM_MASS / (MELT_DENSITY * root)
    return result


def vacuum_left(
    surface_rate: Numeric, vacuum_time: Numeric, melt_depth: Numeric = 50.0, boundary_rate: Numeric = 1.0e-5
) -> FloatArray:
    """Share of an impurity that a vacuum leaves in the melt: exp(-t/(h (1/ks + 1/kb))).

    Parameters
    ----------
    surface_rate
        Speed ks at which the surface takes it out [m/s]
    vacuum_time
        Time t in the vacuum [h]
    melt_depth
        Depth h of the melt [mm]
    boundary_rate
        Speed kb at which it comes through the layer below the surface [m/s]

    Returns
    -------
    FloatArray
        Share that stays [1]

    References
    ----------
    First order with two resistances in series; 1e-5 m/s of the layer assumed.
    """
    with np.errstate(divide="ignore"):  # what does not leave at all is infinitely slow
        slowness = 1.0 / np.asarray(surface_rate, dtype=np.float64) + 1.0 / np.asarray(boundary_rate, dtype=np.float64)
    metres = 1e-3 * np.asarray(melt_depth, dtype=np.float64)
    result: FloatArray = np.exp(-_SECONDS * np.asarray(vacuum_time, dtype=np.float64) / (metres * slowness))
    return result
