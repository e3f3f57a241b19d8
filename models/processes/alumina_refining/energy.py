"""Alumina refining: what a line's fuel goes into, by the steam that its meters show and the calciner's own meter.

Boilers burn coal, calciners gas. What digestion and evaporation take is the heat of their steam; what boilers and pipes
lose is by the efficiency of the seed. The rest of the fuel as weighed goes to standstills, cleaning and tracing, and
holds what meters, scales and that efficiency are off by.
"""

from __future__ import annotations

import numpy as np

from models.energy.fuel import KIND as KIND
from models.interfaces.energy import Columns, Prices
from physics.arrays import FloatArray
from physics.bayer.heat import calcination_reaction
from physics.bayer.soda import alumina_rate

TARGET = "thermal_energy"
PRODUCT, MADE_BY = "alumina", "a line, by metered flow, time and measured yield"
NEEDED = ("calciner_fuel",)
FACTORS = {
    "steam_heat": "GJ/t",
    "boiler_efficiency": "1",
    "fuel_emission_factor": "tCO2e/GJ",
    "calciner_emission_factor": "tCO2e/GJ",
}
USES = {
    "calcination": "fuel of the calciner",
    "digestion": "heat of steam to digestion, mud washing and slurry heating",
    "evaporation": "heat of steam to the evaporators",
    "boilers and pipes": "what boilers and pipes lose on the way of that steam",
    "other fuel": "standstills, cleaning and tracing: what is left of the weighed fuel",
}
BOUND = {
    "alumina and vapour": "heat of the reaction from gibbsite to transition alumina and water vapour",
}
EMITTED = {
    "boilers": "fuel of the boilers as CO2",
    "calciner": "fuel of the calciner as CO2",
}
_TRANSITION = 0.2  # GJ/t that a smelter's alumina holds over corundum: practice
_DAY = 24.0  # h


def uses(columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
    """See `models.interfaces.energy.FuelPhysics`."""
    tonnes = made(columns, fuel, 1.0)  # an hour's
    steam = {name: columns[f"steam_{name}"] * economics["steam_heat"] / tonnes for name in ("digestion", "evaporation")}
    heat = steam["digestion"] + steam["evaporation"]
    lost = heat / economics["boiler_efficiency"] - heat
    calcination = columns["calciner_fuel"]
    return {
        "calcination": calcination,
        **steam,
        "boilers and pipes": lost,
        "other fuel": fuel - calcination - heat - lost,
    }


def bound(columns: Columns, fuel: FloatArray) -> dict[str, FloatArray]:
    """See `models.interfaces.energy.FuelPhysics`; heat of the reaction at 25 °C."""
    return {"alumina and vapour": np.full_like(fuel, calcination_reaction(_TRANSITION))}


def emitted(columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
    """See `models.interfaces.energy.FuelPhysics`."""
    calciner = columns["calciner_fuel"]
    boilers = np.maximum(fuel - calciner, 0.0)
    return {
        "boilers": boilers * economics["fuel_emission_factor"],
        "calciner": calciner * economics["calciner_emission_factor"],
    }


def made(columns: Columns, fuel: FloatArray, hours: float) -> FloatArray:
    """See `models.interfaces.energy.EnergyPhysics`."""
    return alumina_rate(columns["flow"], columns["precipitation_yield"]) * (hours / _DAY)
