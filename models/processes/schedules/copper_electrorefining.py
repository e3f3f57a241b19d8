"""A tankhouse by the hour: voltage and efficiency of a section's cells against the current.

Curves are those of `models.processes.copper_electrorefining` at the mean state of the newest rows, each times a factor
so that it meets what was measured: the voltage, since nearly all of it is resistance, and the losses. Shorts arise with a power of the current of the
hour over its mean, as dendrites do, so that a swing of the current costs copper. Steam that the cells' heat saves is
not counted.
"""

from __future__ import annotations

import numpy as np

from models.processes.copper_electrorefining import CATHODE_AREA, CROP, features
from models.schedules.line import Level, Line
from models.schedules.lookup import Rows
from models.schedules.means import doubts_of, loss_over, mean_of
from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT
from seeds import Seed

_STATE = (
    "charge", "cell_voltage", "current_density", "current_swing", "cell_temperature", "cell_flow", "short_rate",
    "patrol_interval", "glue_dose", "thiourea_dose", "chloride_assay", "suspended_solids", "anode_age", "anode_as",
    "anode_sb", "anode_bi", "electrolyte_cu", "electrolyte_h2so4", "electrolyte_ni", "electrolyte_as",
    "electrolyte_fe",
)  # fmt: skip
NEEDED = (*_STATE, "current_efficiency")


def line(newest: Rows, known: Rows, seed: Seed, steps: int, hours: float) -> Line:
    """Cells of the tankhouse at the state in hand; see `models.schedules.lookup.SchedulePhysics`."""
    assert seed.schedule is not None
    p = {name: one.value for name, one in seed.schedule.parameters.items()}
    state = {name: mean_of(newest, name) for name in _STATE}
    usual = state["charge"] / CROP
    at_usual = {name: float(values[0]) for name, values in _at(state, np.array([usual])).items()}
    resistance = state["cell_voltage"] / -at_usual["voltage_excess"]  # over that of a clean cell
    factor = loss_over(known["current_efficiency"], 100.0 - at_usual["expected_loss"])

    def voltage(current: FloatArray) -> FloatArray:
        return -resistance * _at(state, current)["voltage_excess"]

    def efficiency(current: FloatArray) -> FloatArray:
        more = np.power(np.asarray(current) / usual, p["shorts_per_current"] - 1.0) - 1.0
        return 100.0 - factor * (_at(state, current)["expected_loss"] + at_usual["short_loss"] * more)

    def polarisation(current: FloatArray) -> FloatArray:
        return _at(state, current)["polarisation"]

    return Line(
        usual=usual,
        voltage=voltage,
        efficiency=efficiency,
        equivalent=COPPER_EQUIVALENT,
        rectifier=seed.economics["rectifier_efficiency"].value,
        auxiliary=seed.economics["auxiliary_energy"].value,
        balances=(),
        levels=(
            Level("cell_voltage", "V", voltage, p["voltage_spread"]),
            Level("polarisation", "1", polarisation, p["polarisation_spread"]),
        ),
        doubts=doubts_of(seed),
    )


def _at(state: dict[str, float], current: FloatArray) -> dict[str, FloatArray]:
    """Features of the mean cell at other currents; `voltage_excess` is the negative of its clean voltage."""
    columns = {name: np.full(len(current), value) for name, value in state.items()}
    density = 1000.0 * np.asarray(current) / CATHODE_AREA
    none = np.zeros(len(current))
    return features(columns | {"current_density": density, "cell_voltage": none, "current_swing": none})
