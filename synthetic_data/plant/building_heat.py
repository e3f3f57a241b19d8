"""Heat of a tankhouse building: losses of cells, heat of the current, steam demand."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from physics.arrays import FloatArray
from physics.melt.hydrogen import saturation_pressure_magnus
from physics.refining.tank_heat import evaporation_loss, steam_demand, wall_loss

_HOURS = 24.0  # h/d


class Hall(Protocol):
    """Parameters of a hall and of the cells of a section in it; units as in the seed."""

    ambient_mean: float
    hall_mean: float
    hall_per_ambient: float
    hall_humidity: float
    cells: float
    open_surface: float
    heat_conductance: float
    steam_heat: float


def heat(p: Hall, temperature: FloatArray, ambient: FloatArray, energy: FloatArray) -> dict[str, FloatArray]:
    """Heat that comes and goes [kW], and the steam that makes it close [kg/h].

    Parameters
    ----------
    p
        Of hall and cells.
    temperature, ambient
        Of the electrolyte and outside [°C].
    energy
        Direct-current energy of the section, all of which becomes heat [kWh/d].
    """
    hall = p.hall_mean + p.hall_per_ambient * (ambient - p.ambient_mean)
    damp = p.hall_humidity * saturation_pressure_magnus(hall)
    evaporated = evaporation_loss(p.cells * p.open_surface, saturation_pressure_magnus(temperature), damp)
    walls = wall_loss(p.cells * p.heat_conductance, temperature, hall)
    joule = energy / _HOURS
    steam = steam_demand(evaporated + walls, joule, p.steam_heat)
    return {
        "steam": steam,
        "heat_joule": joule,
        "heat_evaporated": evaporated,
        "heat_walls": walls,
        "heat_cooled": np.maximum(joule - evaporated - walls, 0.0),
    }
