"""Current profile on a running plant, hour by hour, to evaluate a schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.running import Running, Step
from synthetic_data.engine.running_block import HoursAheadBlock, ProfileBlock, RunningBlock

B = TypeVar("B", bound=RunningBlock)


def play(plant: Running, profile: FloatArray) -> tuple[Step, dict[str, FloatArray]]:
    """Run the period to come with a current by the hour, and move the plant on.

    Parameters
    ----------
    plant
        Whose cells are in series. A fork is simulated without moving the plant itself.
    profile
        Current in equal steps that fill the period [kA].

    Returns
    -------
    step
        The period as of `Running.step`.
    simulated
        By step and unit, shape (steps, units) each: `current` [kA], `cell_voltage` [V], `metal` [kg/h] and states of
        a cell.

    Raises
    ------
    SimulationError
        The plant simulates no profiles.
    """
    blocks = _profiled(plant)
    for block in blocks:
        block.profile = np.asarray(profile, dtype=np.float64)
    plant._ahead = None  # what was looked at has no profile
    manual = blocks[0].set_by(profile)
    setpoints = plant.plan().assign(**manual) if manual else None
    step = plant.step(setpoints)
    after = _profiled(plant)
    for block in after:
        block.profile = None
    return step, _joined([block.played for block in after])


def play_ahead(plant: Running, profile: FloatArray) -> dict[str, FloatArray]:
    """Result of an hourly current ahead, for a plant with a longer period; its state is unchanged.

    Returns
    -------
    dict of str to FloatArray
        As `simulated` of `play`.

    Raises
    ------
    SimulationError
        The plant cannot look ahead so.
    """
    hours = np.asarray(profile, dtype=np.float64)
    blocks = [block for block in plant._blocks if isinstance(block, HoursAheadBlock)]
    return _joined([block.ahead(hours) for block in _all(plant, blocks, "simulates no hours ahead")])


def _profiled(plant: Running) -> list[ProfileBlock]:
    blocks = [block for block in plant._blocks if isinstance(block, ProfileBlock)]
    return _all(plant, blocks, "simulates no hourly current")


def _all(plant: Running, blocks: list[B], lacking: str) -> list[B]:
    """Return some blocks of a running plant; SimulationError where they are not all that it has."""
    if len(blocks) < len(plant._blocks):
        raise SimulationError(f"{plant._plan.seed.process.name}: {lacking}")
    return blocks


def _joined(parts: Sequence[Mapping[str, FloatArray]]) -> dict[str, FloatArray]:
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}
