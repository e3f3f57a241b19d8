"""Hourly potline: voltage at constant resistance, and heat that changes bath and ledge in hours.

When the current moves for hours, anodes stay where they are: the voltage above the intercept of the pseudo-resistance
moves with it. What the heat then does to bath, ledge and efficiency are constants of the seed, computed with the
balances of `physics.reduction` about a usual pot and good for some per cent of current.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.interfaces.line import Balance, CellLine
from models.interfaces.physics import Columns
from models.interfaces.schedule import ScheduleError, SchedulePhysics
from models.processes.aluminium_reduction.physics import PotPhysics
from models.processes.schedule_means import doubts_of, known_mean, mean_of
from physics.arrays import FloatArray
from physics.electrochemistry import ALUMINIUM_EQUIVALENT
from physics.power_tiers import TieredPrice
from physics.reduction.cell_heat import heat_available
from seeds import Seed


class PotSchedule(SchedulePhysics[PotPhysics]):
    """Pots of a line by the hour."""

    NEEDED = ("line_current", "cell_voltage", "bath_temperature", "current_efficiency")

    def line(self, newest: Columns, known: Columns, seed: Seed, steps: int, hours: float) -> CellLine:
        """Return the pots of the line at their current state."""
        assert seed.schedule is not None
        intercept = self.physics.equipment.voltage_intercept
        p = {name: one.value for name, one in seed.schedule.parameters.items()}
        typical, volts = mean_of(newest, "line_current"), mean_of(newest, "cell_voltage")
        level = known_mean(known["current_efficiency"])

        def voltage(current: FloatArray) -> FloatArray:
            return intercept + (volts - intercept) * np.asarray(current) / typical

        def efficiency(current: FloatArray) -> FloatArray:
            more = 100.0 * (np.asarray(current) / typical - 1.0)
            return level + p["efficiency_per_current"] * more + p["efficiency_by_square"] * np.square(more)

        def heat(current: FloatArray) -> FloatArray:
            at = np.asarray(current, dtype=np.float64)
            return heat_available(at, voltage(at), efficiency(at)) - heat_available(typical, volts, level)

        def balance(name: str, unit: str, start: float, per_heat: float, spread: float) -> Balance:
            decay = 1.0 / p["heat_time"]
            return Balance(
                name, unit, start, lambda i: per_heat * decay * heat(i), decay, np.full(steps, start), None, spread
            )

        warm = mean_of(newest, "bath_temperature")
        line = CellLine(
            usual=typical,
            voltage=voltage,
            efficiency=efficiency,
            equivalent=ALUMINIUM_EQUIVALENT,
            rectifier=seed.economics["rectifier_efficiency"].value,
            auxiliary=seed.economics["auxiliary_energy"].value,
            balances=(
                balance("bath_temperature", "°C", warm, p["temperature_per_heat"], p["temperature_spread"]),
                balance("superheat", "K", p["usual_superheat"], p["superheat_per_heat"], p["superheat_spread"]),
            ),
            levels=(),
            doubts=doubts_of(seed),
            tiers=_tiers_of(seed),
        )
        return _as_a_plant(line)


def _as_a_plant(line: CellLine) -> CellLine:
    """The line with the plant's consumption of a tiered price: as stated, or its own at the usual current."""
    if line.tiers is None or line.tiers.plant_consumption > 0.0:
        return line
    own = line.tiered_consumption(np.array([line.usual]))
    return replace(line, tiers=replace(line.tiers, plant_consumption=own))


def _tiers_of(seed: Seed) -> TieredPrice | None:
    """Return the tiered power price of the seed; ScheduleError where it cannot be."""
    try:
        return TieredPrice.of({name: one.value for name, one in seed.economics.items()})
    except ValueError as fault:
        raise ScheduleError([("seed", seed.process.name, f"a seed that is right: {fault}")]) from None
