"""The cell house by the hour: voltage and efficiency against the current, heat against towers, zinc against feed.

Curves are those of `models.processes.zinc_electrowinning` at the mean state of the newest rows, moved so that they meet
what was measured: the voltage by a constant, what is lost of the current by a factor.
"""

from __future__ import annotations

import numpy as np

from models.processes.zinc_electrowinning import EVAPORATED, features
from models.schedules.line import Balance, Level, Line
from models.schedules.lookup import Rows
from models.schedules.means import deviations, doubts_of, loss_over, mean_of
from physics.arrays import FloatArray
from physics.electrochemistry import ZINC_EQUIVALENT
from physics.winning.balances import released_heat
from seeds import Seed

NEEDED = (
    "line_current", "cell_voltage", "cell_temperature", "zinc_in_cell", "acid_in_cell", "feed_flow", "short_circuits",
    "cobalt", "nickel", "copper", "antimony_in_hand", "germanium_in_hand", "glue_dose", "zinc_feed",
    "temperature_target", "ambient_temperature", "current_efficiency",
)  # fmt: skip


def line(newest: Rows, known: Rows, seed: Seed, steps: int, hours: float) -> Line:
    """The cell house at the state in hand; see `models.schedules.lookup.SchedulePhysics`."""
    assert seed.schedule is not None
    p = {name: one.value for name, one in seed.schedule.parameters.items()}
    state = {name: mean_of(newest, name) for name in NEEDED if name in newest and name != "current_efficiency"}
    usual = state["line_current"]
    offset = state["cell_voltage"] + float(_at(state, np.array([usual]))["excess_voltage"][0])
    factor = loss_over(known["current_efficiency"], float(_at(state, np.array([usual]))["expected_efficiency"][0]))

    def voltage(current: FloatArray) -> FloatArray:
        return offset - _at(state, current)["excess_voltage"]

    def efficiency(current: FloatArray) -> FloatArray:
        return 100.0 - factor * (100.0 - _at(state, current)["expected_efficiency"])

    shares = 0.01 * float(np.mean(_at(state, np.array([usual]))["short_loss"]))

    def heat(current: FloatArray) -> FloatArray:
        zinc = 0.01 * efficiency(current)
        return released_heat(current, voltage(current), zinc, np.maximum(1.0 - shares - zinc, 0.0))

    def zinc_rate(current: FloatArray) -> FloatArray:
        """Zinc that the feed brings beyond what is made and spent: the feed follows the current."""
        made = 0.01 * ZINC_EQUIVALENT * efficiency(np.array([usual, *current])) * np.array([usual, *current])
        return np.asarray((made[0] * current / usual - made[1:]) / p["cell_volume"])

    # Weather and towers move the temperature only where the towers are at their end, so they are doubts of the weather.
    above = float(heat(np.array([usual]))[0]) / p["tower_capacity"]
    spread = p["temperature_spread"]
    doubt = np.sqrt(spread**2 + p["weather_doubt"] ** 2 + (p["tower_doubt"] * above) ** 2) - spread
    outside = state["ambient_temperature"] + deviations(seed, "cell_temperature") * float(doubt)
    spent = (1.0 - EVAPORATED) * state["feed_flow"]
    return Line(
        usual=usual,
        voltage=voltage,
        efficiency=efficiency,
        equivalent=ZINC_EQUIVALENT,
        rectifier=seed.economics["rectifier_efficiency"].value,
        auxiliary=seed.economics["auxiliary_energy"].value,
        balances=(
            Balance(
                "cell_temperature", "°C", state["cell_temperature"], lambda i: heat(i) / p["heat_capacity"],
                p["tower_capacity"] / p["heat_capacity"], np.full(steps, outside), state["cell_temperature"], spread,
            ),
            Balance(
                "zinc_in_cell", "g/L", state["zinc_in_cell"], zinc_rate, spent / p["cell_volume"],
                np.full(steps, state["zinc_in_cell"]), None, p["zinc_spread"],
            ),
        ),
        levels=(Level("cell_voltage", "V", voltage, p["voltage_spread"]),),
        doubts=doubts_of(seed),
    )  # fmt: skip


def _at(state: dict[str, float], current: FloatArray) -> dict[str, FloatArray]:
    """Features of the mean cell at other currents; `excess_voltage` is the negative of its usual voltage."""
    columns = {name: np.full(len(current), value) for name, value in state.items()}
    return features(columns | {"line_current": np.asarray(current), "cell_voltage": np.zeros(len(current))})
