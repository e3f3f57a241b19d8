"""Energy of electrorefining for any metal: no reaction energy, all of it becomes heat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns, PhysicsT
from models.processes.direct_current_energy import CellPhysics
from physics.arrays import FloatArray
from physics.electrochemistry import specific_energy


class RefiningEnergy(CellPhysics[PhysicsT]):
    """Energy of a section's crops; a metal's own class states its equivalent and the parts of the voltage."""

    TARGET = "current_efficiency"
    PRODUCT, MADE_BY = "metal", "a section, by current, time and measured efficiency"
    NEEDED = ("charge", "cell_voltage", "steam_flow")
    FACTORS: ClassVar[Mapping[str, str]] = {"steam_emission_factor": "tCO2e/t", "steam_heat": "GJ/t"}
    EQUIVALENT: ClassVar[float]  # g/Ah of the metal

    def direct(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Direct current at the cells [kWh/t]."""
        return specific_energy(columns["cell_voltage"], efficiency, self.EQUIVALENT)

    def divided(
        self, volts: Mapping[str, FloatArray], short_loss: FloatArray, columns: Columns, efficiency: FloatArray
    ) -> dict[str, FloatArray]:
        """Return parts of direct current: by voltage [V], and by short circuits and losses [kWh/t].

        Parameters
        ----------
        volts : Mapping of str to ndarray, shape (n,)
            Parts of the cell voltage [V].
        short_loss : ndarray, shape (n,)
            Current through short circuits that patrols found [% of the current].
        columns : Mapping of str to ndarray, shape (n,)
            Measured columns.
        efficiency : ndarray, shape (n,) or (e, n)
            Current efficiency [%].
        """
        uses = {name: specific_energy(part, 100.0, self.EQUIVALENT) for name, part in volts.items()}
        lost = self.direct(columns, efficiency) * (1.0 - 0.01 * efficiency)
        shorts = np.minimum(0.01 * short_loss * self.direct(columns, efficiency), np.maximum(lost, 0.0))
        return uses | {"short circuits": shorts, "leakage and dissolution": lost - shorts}

    def steam(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Steam of the electrolyte's heaters [kg/t]."""
        return self.physics.hours * columns["steam_flow"] / self.made(columns, efficiency, self.physics.hours)
