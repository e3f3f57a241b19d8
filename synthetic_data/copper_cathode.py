"""Simulated tankhouse of a copper refinery: groups of cells whose crops are the lots."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import RunningBlock, reported
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.tankhouse.circuit import STRETCH, SharedCircuit, TankhouseCircuit
from synthetic_data.tankhouse.groups import TankhouseGroups
from synthetic_data.tankhouse.parameters import TankhouseParameters


class CopperCathode(Simulator):
    """Groups of cells of a copper tankhouse, stepped some weeks at a time."""

    block_units = 60  # groups stepped as one array: those of the default tankhouse
    streams_together = 4  # blocks of them where there are more
    period = PeriodBounds(24, 168, 24)  # anodes, which last three crops, are used up in more than a week each
    parameters = (TankhouseParameters,)

    def unit_name(self, unit: int) -> str:
        """Name of a group of cells: G-001 is the first."""
        return f"G-{unit + 1:03d}"

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Rows of a block of groups, some weeks at a time, after a warm-up that is not reported."""
        return reported(_Tankhouse(plan, block, SharedCircuit(plan)), plan.periods)

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of groups before its warm-up."""
        return _Tankhouse(plan, block, TankhouseCircuit(plan))


SIMULATOR = CopperCathode()


class _Tankhouse(RunningBlock):
    """A block of groups, and its circuit, between two weeks."""

    def __init__(self, plan: RunPlan, block: UnitBlock, circuit: TankhouseCircuit | SharedCircuit) -> None:
        self._plan, self._block = plan, block
        self._groups = TankhouseGroups(plan, block)
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
        circuit, groups, block = self._own_circuit(), self._groups, self._block.index
        circuit.normals, circuit.uniforms = change(circuit.normals, (0, 0)), change(circuit.uniforms, (0, 1))
        groups.normals = change(groups.normals, (1, 0, block))
        groups.uniforms = change(groups.uniforms, (1, 1, block))

    def advance(self, most: int | None = None) -> BlockRows:
        """Step some weeks and report them; any weeks can be stepped alone."""
        weeks = self._circuit.advance(STRETCH if most is None else most)
        table, truth, events = self._groups.segment(weeks)
        events = [*(weeks.events if self._block.index == 0 else ()), *events]
        return BlockRows.of_stretch(self._plan, self._block, weeks.first, table, truth, events)
