"""Simulated alumina plant: precipitation lines, each a train of stirred tanks, reported by the day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from physics.bayer.economics import PrecipitationFlows, emitted, margin
from physics.prices import checked
from seeds import Seed
from synthetic_data.engine.economics import prices_of
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import RunningBlock, reported
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.precipitation.circuit import STRETCH, PrecipitationCircuit
from synthetic_data.precipitation.lines import LineRows
from synthetic_data.precipitation.parameters import PrecipitationParameters

_MOST_STRETCHES = 15  # reckoned as one array
_LINE_DAYS = 24_000  # reckoned as one array: more save no time and take memory
_KILO = 1000.0
_GIGAJOULE = 1000.0 / 3.6  # kWh
_HYDRATE_FLOW = 0.024  # t/d of a flow of 1 m³/h and a content of 1 g/L


class AluminaRefining(Simulator):
    """Precipitation lines of an alumina plant, stepped some days at a time."""

    block_units = 960  # lines stepped as one array
    parameters = (PrecipitationParameters,)
    period = PeriodBounds(24, 24, 24)  # lines, faults and laboratory are stepped by the day
    facts: ClassVar = {
        "tanks": "count",
        "tank_volume": "m³",
        "tower_approach": "K",
        "highest_na2o": "%",
        "highest_product_fines": "%",
        "highest_loi": "%",
    }

    def unit_name(self, unit: int) -> str:
        """Name of a line: P-01 is the first."""
        return f"P-{unit + 1:02d}"

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Rows of a block of lines, some days at a time, after a warm-up that is not reported."""
        first = 0
        for subset in reported(self.begin(plan, block), plan.periods):
            yield from subset.cut(plan, first, STRETCH)
            first += len(subset.units) // block.count

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of lines before its warm-up."""
        return _Lines(plan, block)

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """True margin of lines, cost of moves [$/d], alumina [kg/d], energy [kWh/d], emission [kgCO2e/d]."""
        price = prices_of(seed)
        steam_heat = checked(price, ("steam_heat",), ("steam_heat",))["steam_heat"]
        day = {name: column.to_numpy(np.float64) for name, column in truth.items() if column.dtype == np.float64}
        made = day["alumina_product"]
        bauxite = 1.0 / (0.01 * day["available_fed"])
        flows = PrecipitationFlows(
            alumina=made,
            downgraded=day["downgraded"],
            steam=day["heat_steam"] * day["alumina"] / steam_heat,
            boiler_fuel=(day["thermal_energy"] - day["calciner_fuel"]) * day["alumina"],
            calciner_fuel=day["calciner_fuel"] * made,
            caustic=day["soda_loss"] * made / _KILO,
            lime=day["lime_dose"] * bauxite * made / _KILO,
            seed=_HYDRATE_FLOW * day["true_flow"] * day["seed"],
            cooled=made * (day["fill"] - day["end"]),
        )
        columns = {
            "margin": margin(flows, price) - day["setpoint_moves"],
            "move_cost": day["setpoint_moves"],
            "product": _KILO * made,
            "energy": made * (day["thermal_energy"] * _GIGAJOULE + price["electricity"]),
            "co2e": _KILO * emitted(flows, price).total,
        }
        return pd.DataFrame(columns, truth.index)


SIMULATOR = AluminaRefining()


class _Lines(RunningBlock):
    """A block of lines, and what they share, between two days."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self._plan, self._block = plan, block
        self._circuit = PrecipitationCircuit(plan)
        self._lines = LineRows(plan, block)
        # Of fewer lines more days are reckoned as one array; how rows are cut for files does not depend on it.
        self._stretch = STRETCH * min(max(_LINE_DAYS // (STRETCH * block.count), 1), _MOST_STRETCHES)

    @property
    def first(self) -> int:
        """The day to come."""
        return self._circuit.first

    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream."""
        circuit, lines, block = self._circuit, self._lines, self._block.index
        circuit.normals = change(circuit.normals, (0, 0))
        lines.normals = change(lines.normals, (1, 0, block))
        lines.uniforms = change(lines.uniforms, (1, 1, block))

    def advance(self, most: int | None = None) -> BlockRows:
        """Step some days and report them; any days can be stepped alone."""
        days = self._circuit.advance(self._stretch if most is None else most)
        table, truth, events = self._lines.segment(days)
        events = [*(days.events if self._block.index == 0 else ()), *(events if days.first >= 0 else ())]
        return BlockRows.of_stretch(self._plan, self._block, days.first, table, truth, events)
