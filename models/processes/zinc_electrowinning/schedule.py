"""Hourly cell house: voltage and efficiency by current, heat by towers, zinc by feed.

Curves are of the equations and constants of `physics` at the mean state of the newest
rows, moved so that they meet what was measured: the voltage by a constant, what is lost of the current by a factor.
"""

from __future__ import annotations

import numpy as np

from models.interfaces.line import Balance, CellLine, CurrentResponse
from models.interfaces.physics import Columns
from models.interfaces.schedule import SchedulePhysics
from models.processes.schedule_means import deviations, doubts_of, loss_over, mean_of
from models.processes.zinc_electrowinning.physics import (
    CONTACTS,
    EVAPORATED,
    GAS_SHARE,
    HOLE_RATE,
    IRON_SHARE,
    LEFT,
    SHORT_CURRENT,
    SHORTS_SEEN,
    ZincPhysics,
)
from physics.arrays import FloatArray
from physics.electrochemistry import ZINC_EQUIVALENT
from physics.winning.balances import released_heat
from physics.winning.impurities import hole_share, impurity_logarithm, induction_time
from physics.winning.kinetics import cathode_currents, hydrogen_exchange, zinc_exchange
from physics.winning.winning_voltage import (
    bath_drop,
    deposit_thickness,
    oxygen_overvoltage,
    with_bubbles,
    zinc_bath_conductivity,
    zinc_decomposition_voltage,
)
from seeds import Seed

_LEAST_CURRENT = 5.0  # kA, below which Tafel's equation ends


class ZincSchedule(SchedulePhysics[ZincPhysics]):
    """Cells of a house by the hour."""

    NEEDED = (
        "line_current", "cell_voltage", "cell_temperature", "zinc_in_cell", "acid_in_cell", "feed_flow",
        "short_circuits", "cobalt", "nickel", "copper", "antimony_in_hand", "germanium_in_hand", "glue_dose",
        "ambient_temperature", "current_efficiency",
    )  # fmt: skip

    def line(self, newest: Columns, known: Columns, seed: Seed, steps: int, hours: float) -> CellLine:
        """Return the cell house at its current state."""
        assert seed.schedule is not None
        p = {name: one.value for name, one in seed.schedule.parameters.items()}
        state = {name: mean_of(newest, name) for name in self.NEEDED if name in newest and name != "current_efficiency"}
        typical = state["line_current"]
        at_usual = {name: float(values[0]) for name, values in self._at(state, np.array([typical])).items()}
        offset = state["cell_voltage"] - at_usual["voltage"]
        factor = loss_over(known["current_efficiency"], at_usual["efficiency"])

        def voltage(current: FloatArray) -> FloatArray:
            return offset + self._at(state, current)["voltage"]

        def efficiency(current: FloatArray) -> FloatArray:
            return 100.0 - factor * (100.0 - self._at(state, current)["efficiency"])

        def heat(current: FloatArray) -> FloatArray:
            zinc = 0.01 * efficiency(current)
            return released_heat(current, voltage(current), zinc, np.maximum(1.0 - _passed(state) - zinc, 0.0))

        def zinc_rate(current: FloatArray) -> FloatArray:
            """Zinc that the feed brings beyond what is made and spent: the feed follows the current."""
            made = 0.01 * ZINC_EQUIVALENT * efficiency(np.array([typical, *current])) * np.array([typical, *current])
            return np.asarray((made[0] * current / typical - made[1:]) / p["cell_volume"])

        # Weather and towers move the temperature only where the towers are at their end, so they are doubts of the
        # weather.
        above = float(heat(np.array([typical]))[0]) / p["tower_capacity"]
        spread = p["temperature_spread"]
        doubt = np.sqrt(spread**2 + p["weather_doubt"] ** 2 + (p["tower_doubt"] * above) ** 2) - spread
        outside = state["ambient_temperature"] + deviations(seed, "cell_temperature") * float(doubt)
        spent = (1.0 - EVAPORATED) * state["feed_flow"]
        return CellLine(
            usual=typical,
            voltage=voltage,
            efficiency=efficiency,
            equivalent=ZINC_EQUIVALENT,
            rectifier=seed.economics["rectifier_efficiency"].value,
            auxiliary=seed.economics["auxiliary_energy"].value,
            balances=(
                Balance(
                    "cell_temperature", "°C", state["cell_temperature"], lambda i: heat(i) / p["heat_capacity"],
                    p["tower_capacity"] / p["heat_capacity"], np.full(steps, outside), state["cell_temperature"],
                    spread,
                ),
                Balance(
                    "zinc_in_cell", "g/L", state["zinc_in_cell"], zinc_rate, spent / p["cell_volume"],
                    np.full(steps, state["zinc_in_cell"]), None, p["zinc_spread"],
                ),
            ),
            levels=(CurrentResponse("cell_voltage", "V", voltage, p["voltage_spread"]),),
            doubts=doubts_of(seed),
        )  # fmt: skip

    def _at(self, state: dict[str, float], current: FloatArray) -> dict[str, FloatArray]:
        """Return voltage of clean anodes [V] and efficiency [%] of the mean cell at other currents."""
        zinc, acid, warm = state["zinc_in_cell"], state["acid_in_cell"], state["cell_temperature"]
        feed = {name: state[name] for name in ("cobalt", "nickel", "copper")}
        feed |= {name: 1e-3 * state[f"{name}_in_hand"] for name in ("antimony", "germanium")}
        cobalt, nickel, antimony, germanium, copper = (LEFT[name] * feed[name] for name in LEFT)
        density = 1e3 * np.maximum(current, _LEAST_CURRENT) / self.physics.equipment.cathode_area
        logarithm = impurity_logarithm(cobalt, nickel, antimony, germanium, copper, state["glue_dose"])
        exchange = zinc_exchange(zinc, density, state["glue_dose"]), hydrogen_exchange(acid, warm, logarithm)
        plated, _, overvoltage = cathode_currents(density, *exchange, warm)
        onset = induction_time(cobalt, nickel, warm, density)
        late = np.maximum(self.physics.hours - onset, 0.0) / self.physics.hours
        holes = 0.5 * hole_share(self.physics.hours, onset, HOLE_RATE) * late  # mean over the cycle
        share = (1.0 - _passed(state)) * (1.0 - holes) * plated / density
        deposit = deposit_thickness(density, 100.0 * plated / density, self.physics.hours)
        gap = self.physics.equipment.electrode_gap - 0.5 * deposit
        bath = with_bubbles(zinc_bath_conductivity(warm, zinc, acid), GAS_SHARE)
        voltage = zinc_decomposition_voltage(warm, zinc, acid) + oxygen_overvoltage(density) + overvoltage
        contacts = CONTACTS * np.asarray(current) / state["line_current"]
        return {"voltage": voltage + bath_drop(density, gap, bath) + contacts, "efficiency": 100.0 * share}


def _passed(state: dict[str, float]) -> float:
    """Return the current fraction of short circuits, undetected ones included, and of iron cycling [1]."""
    return SHORT_CURRENT / SHORTS_SEEN * state["short_circuits"] + IRON_SHARE
