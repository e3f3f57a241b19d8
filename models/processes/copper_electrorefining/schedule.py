"""A tankhouse by the hour: voltage and efficiency of a section's cells against the current.

Curves are of the equations and constants of `physics` at the mean state of the newest
rows, each times a factor so that it meets what was measured: the voltage, since nearly all of it is resistance, and the
losses. Shorts arise with a power of the current of the hour over its mean, as dendrites do, so that a swing of the
current costs copper. Steam that the cells' heat saves is not counted.
"""

from __future__ import annotations

import numpy as np

from models.interfaces.line import CellLine, CurrentResponse
from models.interfaces.physics import Columns
from models.interfaces.schedule import SchedulePhysics
from models.processes.copper_electrorefining.physics import MOST_POLARISATION, SHORT_RATIO, STRAY, CopperPhysics
from models.processes.schedule_means import doubts_of, loss_over, mean_of
from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT
from physics.refining.current_losses import dissolution_loss, refining_efficiency, short_loss
from physics.refining.diffusion_layer import diffusion_coefficient, diffusion_layer_thickness, limiting_current
from physics.refining.electrodes import crop_gap, face_growth
from physics.refining.electrolyte import electrolyte_conductivity_price_1981, refining_cell_voltage
from seeds import Seed

_STATE = (
    "charge", "cell_voltage", "current_density", "cell_temperature", "cell_flow", "short_rate", "anode_age",
    "electrolyte_cu", "electrolyte_h2so4", "electrolyte_ni", "electrolyte_as", "electrolyte_fe",
)  # fmt: skip


class CopperSchedule(SchedulePhysics[CopperPhysics]):
    """Cells of a tankhouse by the hour."""

    NEEDED = (*_STATE, "current_efficiency")

    def line(self, newest: Columns, known: Columns, seed: Seed, steps: int, hours: float) -> CellLine:
        """Return the cells of the tankhouse at their current state."""
        assert seed.schedule is not None
        p = {name: one.value for name, one in seed.schedule.parameters.items()}
        state = {name: mean_of(newest, name) for name in _STATE}
        typical = state["charge"] / self.physics.hours
        at_usual = {name: float(values[0]) for name, values in self._at(state, np.array([typical])).items()}
        resistance = state["cell_voltage"] / at_usual["voltage"]  # over that of a clean cell
        short = float(short_loss(state["short_rate"], SHORT_RATIO))
        factor = loss_over(known["current_efficiency"], 100.0 - at_usual["loss"])

        def voltage(current: FloatArray) -> FloatArray:
            return resistance * self._at(state, current)["voltage"]

        def efficiency(current: FloatArray) -> FloatArray:
            more = np.power(np.asarray(current) / typical, p["shorts_per_current"] - 1.0) - 1.0
            return 100.0 - factor * (self._at(state, current)["loss"] + short * more)

        def polarisation(current: FloatArray) -> FloatArray:
            return self._at(state, current)["polarisation"]

        return CellLine(
            usual=typical,
            voltage=voltage,
            efficiency=efficiency,
            equivalent=COPPER_EQUIVALENT,
            rectifier=seed.economics["rectifier_efficiency"].value,
            auxiliary=seed.economics["auxiliary_energy"].value,
            balances=(),
            levels=(
                CurrentResponse("cell_voltage", "V", voltage, p["voltage_spread"]),
                CurrentResponse("polarisation", "1", polarisation, p["polarisation_spread"]),
            ),
            doubts=doubts_of(seed),
        )

    def _at(self, state: dict[str, float], current: FloatArray) -> dict[str, FloatArray]:
        """The mean cell at other currents: clean voltage [V], loss of current [%] and polarisation [1]."""
        density, warm = 1000.0 * np.asarray(current) / self.physics.equipment.cathode_area, state["cell_temperature"]
        layer = diffusion_layer_thickness(density, state["cell_flow"])
        limit = limiting_current(state["electrolyte_cu"], diffusion_coefficient(warm), layer)
        polarisation = np.minimum(density / limit, MOST_POLARISATION)
        conductivity = electrolyte_conductivity_price_1981(
            warm, *(state[f"electrolyte_{name}"] for name in ("cu", "h2so4", "ni", "as"))
        )
        gap = crop_gap(
            self.physics.equipment.electrode_pitch,
            self.physics.equipment.anode_thickness,
            self.physics.equipment.plate_thickness,
            state["anode_age"],
            0.0,
            face_growth(state["current_density"]),
        )
        dissolved = dissolution_loss(warm, density, state["electrolyte_fe"])
        short = short_loss(state["short_rate"], SHORT_RATIO)
        return {
            "voltage": refining_cell_voltage(density, conductivity, warm, polarisation, gap),
            "loss": 100.0 - refining_efficiency(short, STRAY, dissolved),
            "polarisation": polarisation,
        }
