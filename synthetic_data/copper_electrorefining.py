"""Simulated tankhouse of a copper refinery: sections of cells and the scale's mass of their crops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import numpy as np
import pandas as pd

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock, period_days
from synthetic_data.engine.running_block import ProfileBlock, RunningBlock, reported
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.refining_cells.margin import emission, margin
from synthetic_data.refining_cells.parameters import SectionParameters
from synthetic_data.refining_cells.sections import RefiningSectionRows
from synthetic_data.tankhouse.circuit import STRETCH, SharedCircuit, TankhouseCircuit


class CopperElectrorefining(Simulator):
    """Sections of a copper tankhouse, stepped some weeks at a time."""

    block_units = 30  # sections stepped as one array: those of the default tankhouse
    parameters = (SectionParameters,)
    period = PeriodBounds(24, 168, 24)  # anodes, which last three crops, are used up in more than a week each
    facts: ClassVar = {
        "cells": "count",
        "cathode_area": "m²",
        "electrode_pitch": "mm",
        "anode_thickness": "mm",
        "plate_thickness": "mm",
        "electrolyte_volume": "m³*d/t",
        "steam_heat": "MJ/kg",
    }

    def unit_name(self, unit: int) -> str:
        """Name of a section: S-001 is the first."""
        return f"S-{unit + 1:03d}"

    def steps(self, plan: RunPlan) -> int:
        """Section-days of a run."""
        return plan.units * plan.periods * round(plan.period_days)

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Rows of a block of sections, some weeks at a time, after a warm-up that is not reported."""
        return reported(_Tankhouse(plan, block, SharedCircuit(plan)), plan.periods)

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of sections before its warm-up."""
        return _Tankhouse(plan, block, TankhouseCircuit(plan))

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """True margin of sections, cost of moves [$/d], copper [kg/d], energy [kWh/d], emission [kgCO2e/d]."""
        columns = {
            "margin": margin(truth, seed),
            "move_cost": truth["setpoint_moves"],
            "product": 1000.0 * truth["cathode_mass"] / period_days(seed),
            "energy": truth["energy"],
            "co2e": emission(truth, seed),
        }
        return pd.DataFrame(columns)


SIMULATOR = CopperElectrorefining()


class _Tankhouse(ProfileBlock):
    """A block of sections, and their circuit, between two weeks."""

    def __init__(self, plan: RunPlan, block: UnitBlock, circuit: TankhouseCircuit | SharedCircuit) -> None:
        self._plan, self._block = plan, block
        self._sections = RefiningSectionRows(plan, block)
        self._circuit = circuit

    @property
    def first(self) -> int:
        """The week to come."""
        return self._circuit.first

    def _own_circuit(self) -> TankhouseCircuit:
        assert isinstance(self._circuit, TankhouseCircuit), "a circuit that blocks share is not to be changed"
        return self._circuit

    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream."""
        circuit, growth, cells = self._own_circuit(), self._sections.growth, self._sections
        block = self._block.index
        circuit.normals, circuit.uniforms = change(circuit.normals, (0, 0)), change(circuit.uniforms, (0, 1))
        growth.normals = change(growth.normals, (1, 0, block))
        growth.uniforms = change(growth.uniforms, (1, 1, block))
        cells.normals, cells.uniforms = change(cells.normals, (1, 2, block)), change(cells.uniforms, (1, 3, block))

    @property
    def played(self) -> dict[str, FloatArray]:
        """Result of the last profile by the hour."""
        return self._sections.played

    def set_by(self, profile: FloatArray) -> dict[str, float]:
        """Set-points of a given profile: all sections get its mean."""
        area = SectionParameters.of(self._plan.seed).cathode_area
        return {"current_density": 1000.0 * float(profile.mean()) / area}

    def advance(self, most: int | None = None) -> BlockRows:
        """Step some weeks and report them; any weeks can be stepped alone."""
        self._sections.profile = None if self.profile is None else self.profile / self.profile.mean()
        weeks = self._circuit.advance(STRETCH if most is None else most)
        table, truth, events = self._sections.segment(weeks)
        events = [*(weeks.events if self._block.index == 0 else ()), *events]
        return BlockRows.of_stretch(self._plan, self._block, weeks.first, table, truth, events, round(weeks.days))
