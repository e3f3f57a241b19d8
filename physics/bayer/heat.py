"""Heat of an alumina plant: digestion, evaporation, calcination, boilers and coolers."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

_LIQUOR_HEAT = 4.5e-3  # GJ/m³/K
# Enthalpies of formation of gibbsite, corundum and steam [kJ/mol], and the molar mass of alumina [g/mol].
_GIBBSITE, _CORUNDUM, _STEAM, _ALUMINA = -1293.1, -1675.7, -241.8, 101.961
_TRANSITION = 0.2  # GJ/t


def digestion_heat(liquor: Numeric, approach: Numeric) -> FloatArray:
    """Live steam that digestion takes: q = v c dT.

    Parameters
    ----------
    liquor
        Liquor v a tonne of alumina [m³/t]
    approach
        What flashed steam leaves to heat, dT [K]

    Returns
    -------
    FloatArray
        Heat q a tonne of alumina [GJ/t]

    References
    ----------
    Balance of heat; 4.5 MJ/(m³ K) of liquor, practice.
    """
    return _LIQUOR_HEAT * floats(liquor) * approach


def evaporation_heat(water: Numeric, steam_economy: Numeric, enthalpy: Numeric = 2.2) -> FloatArray:
    """Heat of evaporators: q = w e h.

    Parameters
    ----------
    water
        Water w that is evaporated, a tonne of alumina [t/t]
    steam_economy
        Steam e for a tonne of water; 0.33 to 0.22 of five to six effects [t/t]
    enthalpy
        Heat h of a tonne of steam [GJ/t]

    Returns
    -------
    FloatArray
        Heat q a tonne of alumina [GJ/t]

    References
    ----------
    Balance of heat; the steam of several effects is practice.
    """
    return floats(water) * steam_economy * enthalpy


def calcination_reaction(transition_heat: Numeric) -> FloatArray:
    """Heat that turns gibbsite to alumina and steam: (Hc + 3 Hs - 2 Hg)/M + t.

    Parameters
    ----------
    transition_heat
        Heat t that transition alumina holds over corundum, 0 of corundum, about 0.2 of a smelter's alumina [GJ/t]

    Returns
    -------
    FloatArray
        Heat a tonne of alumina [GJ/t]

    References
    ----------
    Enthalpies of formation at 298 K, handbook values: gibbsite -1293.1, corundum -1675.7, steam -241.8 kJ/mol.
    """
    return (_CORUNDUM + 3.0 * _STEAM - 2.0 * _GIBBSITE) / _ALUMINA + floats(transition_heat)


def calciner_heat(
    calciner_temperature: Numeric, lost_in_calciner: Numeric = 1.035, per_kelvin: Numeric = 0.0012
) -> FloatArray:
    """Fuel of a calciner: reaction, 0.2 GJ/t for transition alumina, losses to gas, walls and product.

    Parameters
    ----------
    calciner_temperature
        Temperature of the holding vessel [°C]
    lost_in_calciner
        What is carried away at 990 °C [GJ/t]
    per_kelvin
        More of it for each kelvin [GJ/t/K]

    Returns
    -------
    FloatArray
        Fuel a tonne of alumina [GJ/t]

    References
    ----------
    Reaction by `calcination_reaction`; suspension calciners take 2.75 to 3.1 GJ/t (practice); the slope is assumed.
    """
    carried = floats(lost_in_calciner) + floats(per_kelvin) * (floats(calciner_temperature) - 990.0)
    return calcination_reaction(_TRANSITION) + carried


def thermal_energy(
    steam_total: Numeric, calciner_fuel: Numeric, steam_efficiency: Numeric, other_fuel: Numeric
) -> FloatArray:
    """Fuel of boilers and calciner: q = s/e + f + o.

    Parameters
    ----------
    steam_total
        Heat s of all steam, a tonne of alumina [GJ/t]
    calciner_fuel
        Fuel f of the calciner [GJ/t]
    steam_efficiency
        Heat that arrives over fuel burnt, e, boilers and pipes, above 0 [1]
    other_fuel
        What standstills, cleaning and tracing take, o [GJ/t]

    Returns
    -------
    FloatArray
        Thermal energy q a tonne of alumina [GJ/t]

    References
    ----------
    Sum of fuels; exact.
    """
    return floats(steam_total) / steam_efficiency + calciner_fuel + other_fuel


def coldest_end(
    fill_temperature: Numeric, water_temperature: Numeric, transfer_ratio: Numeric, flow_ratio: Numeric = 1.0
) -> FloatArray:
    """Lowest temperature to which coolers bring the last tank: Te = Tw + (Tf - Tw) exp(-N/f).

    Parameters
    ----------
    fill_temperature
        Temperature Tf of the first tank [°C]
    water_temperature
        Cooling water Tw [°C]
    transfer_ratio
        Heat transfer units N of all coolers at the usual flow; scale lowers it [1]
    flow_ratio
        Flow f over the usual one, above 0 [1]

    Returns
    -------
    FloatArray
        Temperature Te [°C]

    References
    ----------
    Heat exchanger against much water, by its number of transfer units; exact.
    """
    water = floats(water_temperature)
    return water + (floats(fill_temperature) - water) * np.exp(-floats(transfer_ratio) / flow_ratio)
