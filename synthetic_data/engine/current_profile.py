"""A profile of the current played through a running plant, hour by hour, to see what a schedule does."""

from __future__ import annotations

from typing import Protocol, cast

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.running import Running, Step


class Playable(Protocol):
    """A simulator that can follow a profile.

    Attributes
    ----------
    profile : FloatArray or None
        Current in equal steps over the period to come [kA]; None: as operators have it.
    played : dict of str to FloatArray
        What the last profile did, shape (steps, units) each.
    """

    profile: FloatArray | None
    played: dict[str, FloatArray]

    def set_by(self, profile: FloatArray) -> dict[str, float]:
        """Knobs that a profile sets by hand, the same for all units."""


def play(plant: Running, profile: FloatArray) -> tuple[Step, dict[str, FloatArray]]:
    """Run the period to come with a current by the hour, and move the plant on.

    Parameters
    ----------
    plant
        Whose cells are in series. A fork is played without moving the plant itself.
    profile
        Current in equal steps that fill the period [kA].

    Returns
    -------
    step
        The period as of `Running.step`.
    played
        By step and unit, shape (steps, units) each: `current` [kA], `cell_voltage` [V], `metal` [kg/h] and states of
        a cell.

    Raises
    ------
    SimulationError
        The plant's simulator plays no profiles.
    """
    simulators = cast(list[Playable], plant._simulators)
    for simulator in simulators:
        if not hasattr(simulator, "profile"):
            raise SimulationError(f"{type(simulator).__name__.lstrip('_')}: plays no current by the hour")
        simulator.profile = np.asarray(profile, dtype=np.float64)
    plant._ahead = None  # what was looked at has no profile
    by_hand = simulators[0].set_by(profile)
    knobs = plant.plan().assign(**by_hand) if by_hand else None
    step = plant.step(knobs)
    after = cast(list[Playable], plant._simulators)
    parts = [simulator.played for simulator in after]
    for simulator in after:
        simulator.profile = None
    return step, {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def play_ahead(plant: Running, profile: FloatArray) -> dict[str, FloatArray]:
    """What a current by the hour would do in the hours to come, of a plant whose period is longer; nothing moves.

    Returns
    -------
    dict of str to FloatArray
        As `played` of `play`.

    Raises
    ------
    SimulationError
        The plant's simulator cannot look ahead so.
    """
    parts = []
    for simulator in plant._simulators:
        if not hasattr(simulator, "ahead"):
            raise SimulationError(f"{type(simulator).__name__.lstrip('_')}: plays no hours ahead")
        parts.append(simulator.ahead(np.asarray(profile, dtype=np.float64)))
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}
