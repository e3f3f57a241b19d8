"""Lead refining: what a section's direct current goes into, by the voltage that each part of it drops.

Anode and cathode are of the same metal, so that nothing is spent on a reaction: all energy of the cells becomes heat,
which saves steam. What is left of the measured voltage is that over the slime.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.processes.lead_refining.physics import LEAST_CURRENT, LeadPhysics
from models.processes.refining_energy import RefiningEnergy
from physics.arrays import FloatArray
from physics.electrochemistry import LEAD_EQUIVALENT
from physics.refining.betts_cell import lead_cell_voltage
from physics.refining.electrodes import LEAD_DENSITY, face_growth


class LeadEnergy(RefiningEnergy[LeadPhysics]):
    """Energy of a section's crops."""

    EQUIVALENT = LEAD_EQUIVALENT
    USES: ClassVar[Mapping[str, str]] = {
        "electrolyte": "resistance of the electrolyte between slime and deposit",
        "contacts and electrodes": "contacts, and what both electrodes take without slime",
        "slime": "voltage over the slime on the anodes: what is left of the measured voltage",
        "short circuits": "current through the short circuits that patrols found, at the voltage of the cell",
        "leakage and dissolution": "current that leaks, and lead that dissolves again, at the voltage of the cell",
    }

    def uses(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Parts of the direct current, by the voltage that each drops [kWh/t]."""
        known = self.physics.features(columns)
        density = np.maximum(columns["current_density"], LEAST_CURRENT)
        # Half of a crop's deposit stands in the gap on average.
        gap = self.physics.equipment.electrode_gap - 0.5 * self.physics.days * face_growth(
            density, 100.0, LEAD_EQUIVALENT, LEAD_DENSITY
        )
        contacts = lead_cell_voltage(density, known["conductivity"], 0.0, 0.0)
        bare = lead_cell_voltage(density, known["conductivity"], np.maximum(gap, 0.0), 0.0)
        parts = {
            "electrolyte": bare - contacts,
            "contacts and electrodes": contacts,
            "slime": columns["cell_voltage"] - bare,
        }
        return self.divided(parts, known["short_loss"], columns, efficiency)

    def made(self, columns: Columns, efficiency: FloatArray, hours: float) -> FloatArray:
        """Metal of a row [t]; the charge is that of the whole crop, whatever its hours."""
        return self.physics.lead_made(columns, efficiency)
