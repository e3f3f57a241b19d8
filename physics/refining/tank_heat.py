"""Heat of a tankhouse: losses of cells to the building, heat of the current, steam demand."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_SECONDS = 3600.0  # s/h


def evaporation_loss(open_surface: Numeric, surface_pressure: Numeric, air_pressure: Numeric) -> FloatArray:
    """Heat that evaporating water carries off an open surface: Q = k A (p_s - p_a), k = 0.09 kW/m²/kPa.

    Parameters
    ----------
    open_surface
        Surface A of electrolyte open to the hall [m²]
    surface_pressure
        Pressure p_s of water vapour at the surface [kPa]
    air_pressure
        Pressure p_a of water vapour in the hall [kPa]

    Returns
    -------
    FloatArray
        Heat Q [kW]

    References
    ----------
    Dalton's law in still air; k as handbooks of heated tanks have it (recalled), 1.5 to 2 kW/m² at 60 °C.
    """
    driving = np.asarray(surface_pressure, dtype=np.float64) - air_pressure
    result: FloatArray = 0.09 * np.asarray(open_surface, dtype=np.float64) * driving
    return result


def wall_loss(heat_conductance: Numeric, electrolyte_temperature: Numeric, hall_temperature: Numeric) -> FloatArray:
    """Heat through walls, pipes and tanks: Q = G (t - t_h).

    Parameters
    ----------
    heat_conductance
        Conductance G of all of them together [kW/K]
    electrolyte_temperature
        Temperature t of the electrolyte [°C]
    hall_temperature
        Temperature t_h of the hall [°C]

    Returns
    -------
    FloatArray
        Heat Q [kW]

    References
    ----------
    Newton's law of cooling.
    """
    warmer = np.asarray(electrolyte_temperature, dtype=np.float64) - hall_temperature
    result: FloatArray = heat_conductance * warmer
    return result


def steam_demand(lost_heat: Numeric, joule_heat: Numeric, steam_heat: Numeric = 2.1) -> FloatArray:
    """Steam that holds the temperature: m = 3600 (Q - P)/(1000 h), none where the current alone is enough.

    In refining both electrodes are of the same metal: all electric energy of a cell becomes heat.

    Parameters
    ----------
    lost_heat
        Heat Q that the cells lose [kW]
    joule_heat
        Electric power P of the cells [kW]
    steam_heat
        Heat h that a kilogram of steam gives off, above 0 [MJ/kg]

    Returns
    -------
    FloatArray
        Steam m [kg/h]

    References
    ----------
    Balance of heat; steam of 3 to 6 bar condenses with 2.1 MJ/kg (steam tables).
    """
    missing = np.maximum(np.asarray(lost_heat, dtype=np.float64) - joule_heat, 0.0)
    result: FloatArray = missing * _SECONDS / (1e3 * np.asarray(steam_heat, dtype=np.float64))
    return result
