"""Simulated lead refinery: sections of cells in fluosilicate and the scale's mass of their crops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from physics.refining.lead_economics import LeadSectionFlows, emitted, margin
from seeds import Seed
from synthetic_data.engine.economics import prices_of
from synthetic_data.engine.parameters import ABOVE_0, Term
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock, period_days, plant_of
from synthetic_data.engine.running_block import RunningBlock
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.lead_cells.circuit import STRETCH, LeadCircuit
from synthetic_data.lead_cells.parameters import LeadParameters
from synthetic_data.lead_cells.sections import LeadSectionRows

_TONNE = 1000.0  # kg
_HOURS = 24.0  # h/d
_ANODE_LIFE = 15.0  # d, of anodes of 44 mm: 180 A/m² dissolve 1.45 mm a day of each face


class LeadRefining(Simulator):
    """Sections of a lead refinery, stepped some crops at a time."""

    block_units = 960  # sections stepped as one array; a quarter of it costs nearly as much time
    parameters = (LeadParameters,)
    facts: ClassVar = {"cells": "count", "electrode_gap": "mm", "anode_crops": "count", "steam_heat": "MJ/kg"}
    period = PeriodBounds(24, 168, 24)  # crops of a day to a week
    economics: ClassVar = {"highest_bismuth": Term("ppm", ABOVE_0)}

    def unit_name(self, unit: int) -> str:
        """Name of a section: L-001 is the first."""
        return f"L-{unit + 1:03d}"

    def steps(self, plan: RunPlan) -> int:
        """Section-days of a run."""
        return plan.units * plan.periods * round(plan.period_days)

    def faults(self, seed: Seed) -> Iterator[str]:
        """Yield the fault of anodes that are gone before their last crop ends too."""
        yield from super().faults(seed)
        crops, days = plant_of(seed).parameters.get("anode_crops"), period_days(seed)
        if crops is not None and crops.value * days > _ANODE_LIFE:
            yield (
                f"{seed.process.name}: equipment.anode_crops: got {crops.value:g} crops of {days:g} d: "
                f"expected anodes of {_ANODE_LIFE:g} d at most, in which they dissolve"
            )

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of sections before its warm-up."""
        return _Refinery(plan, block)

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """True margin of sections, cost of moves [$/d], lead [kg/d], energy [kWh/d], emission [kgCO2e/d]."""
        price, days = prices_of(seed), period_days(seed)
        day = {name: column.to_numpy(np.float64) for name, column in truth.items() if column.dtype == np.float64}
        flows = LeadSectionFlows(
            lead=day["cathode_mass"] / days,
            downgraded=day["downgraded"],
            energy=day["energy"],
            steam=day["steam"] * _HOURS / _TONNE,
            acid=day["acid_used"],
            glue=day["glue_used"],
            lignin=day["lignin_used"],
        )
        columns = {
            "margin": margin(flows, price) - day["setpoint_moves"],
            "move_cost": day["setpoint_moves"],
            "product": _TONNE * day["cathode_mass"] / days,
            "energy": day["energy"],
            "co2e": _TONNE * emitted(flows, price).total,
        }
        return pd.DataFrame(columns, truth.index)


SIMULATOR = LeadRefining()


class _Refinery(RunningBlock):
    """A block of sections, and their circuit, between two crops."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self._plan, self._block = plan, block
        self._circuit = LeadCircuit(plan)
        self._sections = LeadSectionRows(plan, block)

    @property
    def first(self) -> int:
        """The crop to come."""
        return self._circuit.first

    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream."""
        circuit, sections, block = self._circuit, self._sections, self._block.index
        circuit.normals, circuit.uniforms = change(circuit.normals, (0, 0)), change(circuit.uniforms, (0, 1))
        sections.normals = change(sections.normals, (1, 0, block))
        sections.uniforms = change(sections.uniforms, (1, 1, block))

    def advance(self, most: int | None = None) -> BlockRows:
        """Step some crops and report them; any crops can be stepped alone."""
        crops = self._circuit.advance(STRETCH if most is None else most)
        table, truth, events = self._sections.segment(crops)
        events = [*(crops.events if self._block.index == 0 else ()), *(events if crops.first >= 0 else ())]
        return BlockRows.of_stretch(self._plan, self._block, crops.first, table, truth, events, round(crops.days))
