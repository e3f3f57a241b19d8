"""The module that holds the physics of a process's schedules, found by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from models.processes.lookup import bound
from models.schedules.line import Line
from physics.arrays import FloatArray
from seeds import Seed

Rows = Mapping[str, FloatArray]


class SchedulePhysics(Protocol):
    """A module `models.processes.<process>.schedule`."""

    @property
    def NEEDED(self) -> Sequence[str]:
        """Columns that the newest row of a unit must hold; a target may be lacking from it, not from all rows."""

    def line(self, newest: Rows, known: Rows, seed: Seed, steps: int, hours: float) -> Line:
        """The line at the state in hand.

        Parameters
        ----------
        newest, known
            Columns of the newest row of each unit, and of rows whose label is known; shape (n,) each, NaN where
            missing.
        seed
            With a [schedule].
        steps, hours
            How many steps the schedule has, and their length [h].
        """


def schedule_physics_of(seed: Seed) -> SchedulePhysics | None:
    """Physics of a process's schedules, at the seed's plant; None where there is none."""
    return cast("SchedulePhysics | None", bound("schedule", "SCHEDULE", seed))
