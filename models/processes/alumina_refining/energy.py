"""Alumina refining: uses of a line's fuel, from its steam meters and the calciner's own meter.

Boilers burn coal, calciners gas. What digestion and evaporation take is the heat of their steam; what boilers and pipes
lose is by the efficiency of the seed. The rest of the measured fuel goes to standstills, cleaning and tracing, and
holds what meters, scales and that efficiency are off by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.energy import Prices
from models.interfaces.physics import Columns
from models.processes.alumina_refining.physics import PrecipitationPhysics
from models.processes.fuel_energy import FuelPhysics
from physics.arrays import FloatArray
from physics.bayer.heat import calcination_reaction
from physics.bayer.soda import alumina_rate

_TRANSITION = 0.2  # GJ/t that a smelter's alumina holds over corundum: practice
_DAY = 24.0  # h


class PrecipitationEnergy(FuelPhysics[PrecipitationPhysics]):
    """Energy of a line's days."""

    TARGET = "thermal_energy"
    PRODUCT, MADE_BY = "alumina", "a line, by metered flow, time and measured yield"
    NEEDED = ("calciner_fuel",)
    FACTORS: ClassVar[Mapping[str, str]] = {
        "steam_heat": "GJ/t",
        "boiler_efficiency": "1",
        "fuel_emission_factor": "tCO2e/GJ",
        "calciner_emission_factor": "tCO2e/GJ",
    }
    USES: ClassVar[Mapping[str, str]] = {
        "calcination": "fuel of the calciner",
        "digestion": "heat of steam to digestion, mud washing and slurry heating",
        "evaporation": "heat of steam to the evaporators",
        "boilers and pipes": "what boilers and pipes lose on the way of that steam",
        "other fuel": "standstills, cleaning and tracing: the remaining measured fuel",
    }
    BOUND: ClassVar[Mapping[str, str]] = {
        "alumina and vapour": "heat of the reaction from gibbsite to transition alumina and water vapour",
    }
    EMITTED: ClassVar[Mapping[str, str]] = {
        "boilers": "fuel of the boilers as CO2",
        "calciner": "fuel of the calciner as CO2",
    }

    def uses(self, columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """Parts of the fuel: heat of metered steam, its losses, the calciner, and the rest [GJ/t]."""
        tonnes = self.made(columns, fuel, 1.0)  # an hour's
        steam = {
            name: columns[f"steam_{name}"] * economics["steam_heat"] / tonnes for name in ("digestion", "evaporation")
        }
        heat = steam["digestion"] + steam["evaporation"]
        lost = heat / economics["boiler_efficiency"] - heat
        calcination = columns["calciner_fuel"]
        return {
            "calcination": calcination,
            **steam,
            "boilers and pipes": lost,
            "other fuel": fuel - calcination - heat - lost,
        }

    def bound(self, columns: Columns, fuel: FloatArray) -> dict[str, FloatArray]:
        """Heat that alumina and vapour hold [GJ/t]; heat of the reaction at 25 °C."""
        return {"alumina and vapour": np.full_like(fuel, calcination_reaction(_TRANSITION))}

    def emitted(self, columns: Columns, fuel: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """Emissions of both fuels [tCO2e/t]."""
        calciner = columns["calciner_fuel"]
        boilers = np.maximum(fuel - calciner, 0.0)
        return {
            "boilers": boilers * economics["fuel_emission_factor"],
            "calciner": calciner * economics["calciner_emission_factor"],
        }

    def made(self, columns: Columns, fuel: FloatArray, hours: float) -> FloatArray:
        """Alumina of a row [t]."""
        return alumina_rate(columns["flow"], columns["precipitation_yield"]) * (hours / _DAY)
