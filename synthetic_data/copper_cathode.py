"""Simulated tankhouse of a copper refinery: groups of cells whose crops of a week are the lots."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.plan import Block, Plan, Rows
from synthetic_data.plant import parameters
from synthetic_data.tankhouse import circuit
from synthetic_data.tankhouse.groups import Groups
from synthetic_data.tankhouse.parameters import TankhouseParameters

BLOCK_UNITS = 60  # groups stepped as one array: those of the default tankhouse


def unit_name(unit: int) -> str:
    """Name of a group of cells: G-001 is the first."""
    return f"G-{unit + 1:03d}"


def steps(plan: Plan) -> int:
    """Lots of a run."""
    return plan.units * plan.periods


def check(seed: Seed) -> None:
    """Refuse a seed that lacks a parameter of the tankhouse."""
    parameters.check(seed, TankhouseParameters.names())


def rows(plan: Plan, block: Block) -> Iterator[Rows]:
    """Rows of a block of groups, some weeks at a time, after a warm-up that is not reported."""
    groups = Groups(plan, block)
    for weeks in circuit.stretches(plan):
        table, truth, events = groups.stretch(weeks)
        if weeks.first < 0:
            continue
        shape = (weeks.count, block.count)

        def flat(values: FloatArray, shape: tuple[int, int] = shape) -> FloatArray:
            return np.broadcast_to(values, shape).ravel()

        starts = [np.datetime64(plan.period_start(weeks.first + t), "us") for t in range(weeks.count)]
        events = [*(weeks.events if block.index == 0 else ()), *events]
        yield Rows(
            np.tile(np.arange(block.count), weeks.count),
            np.repeat(np.array(starts), block.count),
            {name: flat(values) for name, values in table.items()},
            {name: flat(values) for name, values in truth.items()},
            tuple(sorted(events, key=lambda event: event.onset)),
            weeks.count * block.count,
        )
