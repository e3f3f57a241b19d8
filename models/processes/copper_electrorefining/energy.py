"""Copper electrorefining: what a section's direct current goes into, by the voltage that each part of it drops.

Anode and cathode are of the same metal, so that nothing is spent on a reaction: all energy of the cells becomes heat,
which saves steam. Contacts and slimes take what is left of the measured voltage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.energy.direct_current import CellPhysics
from models.interfaces.physics import Columns
from models.processes.copper_electrorefining.physics import LEAST_CONDUCTIVITY, LEAST_CURRENT, CopperPhysics
from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT, metal_mass, specific_energy
from physics.refining.electrolyte import refining_cell_voltage

_TONNE = 1000.0  # kg


class CopperEnergy(CellPhysics[CopperPhysics]):
    """Energy of a section's crops."""

    TARGET = "current_efficiency"
    PRODUCT, MADE_BY = "metal", "a section, by current, time and measured efficiency"
    NEEDED = ("charge", "cell_voltage", "steam_flow")
    FACTORS: ClassVar[Mapping[str, str]] = {"steam_emission_factor": "tCO2e/t", "steam_heat": "GJ/t"}
    USES: ClassVar[Mapping[str, str]] = {
        "electrolyte": "resistance of the electrolyte in the gap that the age of the anodes leaves",
        "overvoltage": "reaction at cathode and anode",
        "depleted copper": "copper ions that run short at the cathode",
        "contacts and slimes": "contacts, slimes and passive anodes: what is left of the measured voltage",
        "short circuits": "current through the short circuits that patrols found, at the voltage of the cell",
        "leakage and dissolution": "current that leaks, and copper that dissolves again, at the voltage of the cell",
    }

    def direct(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Direct current at the cells [kWh/t]."""
        return specific_energy(columns["cell_voltage"], efficiency, COPPER_EQUIVALENT)

    def uses(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Parts of the direct current, by the voltage that each drops [kWh/t]."""
        known = self.physics.features(columns)
        density, temperature = np.maximum(columns["current_density"], LEAST_CURRENT), columns["cell_temperature"]
        conductivity = np.maximum(known["conductivity"], LEAST_CONDUCTIVITY)
        gap, polarisation = known["expected_gap"], known["polarisation"]

        def volts(polarisation: FloatArray, gap: FloatArray) -> FloatArray:
            return refining_cell_voltage(density, conductivity, temperature, polarisation, gap, 0.0)

        none = np.zeros_like(density)
        electrolyte = volts(none, gap) - volts(none, none)
        depleted = volts(polarisation, none) - volts(none, none)
        clean = volts(polarisation, gap)
        parts = {
            "electrolyte": electrolyte,
            "overvoltage": volts(none, none),
            "depleted copper": depleted,
            "contacts and slimes": columns["cell_voltage"] - clean,
        }
        found = {name: specific_energy(part, 100.0, COPPER_EQUIVALENT) for name, part in parts.items()}
        lost = self.direct(columns, efficiency) * (1.0 - 0.01 * efficiency)
        shorts = np.minimum(0.01 * known["short_loss"] * self.direct(columns, efficiency), np.maximum(lost, 0.0))
        return found | {"short circuits": shorts, "leakage and dissolution": lost - shorts}

    def steam(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Steam of the electrolyte's heaters [kg/t]."""
        return self.physics.hours * columns["steam_flow"] / self.made(columns, efficiency, self.physics.hours)

    def made(self, columns: Columns, efficiency: FloatArray, hours: float) -> FloatArray:
        """Metal of a row [t]; the charge is that of the whole crop, whatever its hours."""
        return self.physics.equipment.cells * metal_mass(columns["charge"], 1.0, efficiency, COPPER_EQUIVALENT) / _TONNE
