"""Copper electrorefining: uses of a section's direct current, by voltage drop of each part.

Anode and cathode are of the same metal, so that nothing is spent on a reaction: all energy of the cells becomes heat,
which saves steam. Contacts and slimes take what is left of the measured voltage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.processes.copper_electrorefining.physics import LEAST_CONDUCTIVITY, LEAST_CURRENT, CopperPhysics
from models.processes.refining_energy import RefiningEnergy
from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT, metal_mass
from physics.refining.electrolyte import refining_cell_voltage

_TONNE = 1000.0  # kg


class CopperEnergy(RefiningEnergy[CopperPhysics]):
    """Energy of a section's crops."""

    EQUIVALENT = COPPER_EQUIVALENT
    USES: ClassVar[Mapping[str, str]] = {
        "electrolyte": "resistance of the electrolyte in the gap that the age of the anodes leaves",
        "overvoltage": "reaction at cathode and anode",
        "depleted copper": "copper ions that run short at the cathode",
        "contacts and slimes": "contacts, slimes and passive anodes: what is left of the measured voltage",
        "short circuits": "current through the short circuits that patrols found, at the voltage of the cell",
        "leakage and dissolution": "current that leaks, and copper that dissolves again, at the voltage of the cell",
    }

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
        return self.divided(parts, known["short_loss"], columns, efficiency)

    def made(self, columns: Columns, efficiency: FloatArray, hours: float) -> FloatArray:
        """Metal of a row [t]; the charge is that of the whole crop, whatever its hours."""
        return self.physics.equipment.cells * metal_mass(columns["charge"], 1.0, efficiency, COPPER_EQUIVALENT) / _TONNE
