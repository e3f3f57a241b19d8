"""Energy as coal equivalent, the unit in which norms add electricity and heat."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

GIGAJOULE = 1000.0 / 3.6  # kWh


def coal_equivalent(bought_electricity: Numeric, bought_heat: Numeric = 0.0) -> FloatArray:
    """Coal equivalent of electricity and heat: 0.1229 E + 34.12 Q.

    A kilogram of coal equivalent is 29.3076 MJ. Both factors are that definition, 3.6 MJ a kilowatt-hour; what a power
    station burns for it is not counted.

    Parameters
    ----------
    bought_electricity
        Electricity E a tonne of metal [kWh/t]
    bought_heat
        Heat Q a tonne of metal, such as that of steam [GJ/t]

    Returns
    -------
    FloatArray
        Coal equivalent a tonne of metal [kgce/t]

    References
    ----------
    GB/T 2589, general rules for calculation of the comprehensive energy consumption, equivalent values (recalled);
    29.3076 MJ is the definition of the kilogram of coal equivalent.
    """
    result: FloatArray = 0.1229 * np.asarray(bought_electricity, dtype=np.float64) + 34.12 * np.asarray(bought_heat)
    return result


def steam_heat(bought_steam: Numeric, steam_enthalpy: Numeric) -> FloatArray:
    """Heat of steam bought: Q = m h/1000.

    Parameters
    ----------
    bought_steam
        Steam m a tonne of metal [kg/t]
    steam_enthalpy
        Heat h that a tonne of steam is counted with, 2.1 to 2.8 [GJ/t]

    Returns
    -------
    FloatArray
        Heat Q a tonne of metal [GJ/t]

    References
    ----------
    Balance of heat; 2.1 GJ/t is what steam of 3 to 6 bar gives off as it condenses, 2.7 to 2.8 what it holds above
    water of 20 °C (steam tables).
    """
    result: FloatArray = 0.001 * np.asarray(bought_steam, dtype=np.float64) * steam_enthalpy
    return result
