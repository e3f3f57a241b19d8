"""Interface of the physics of a process's schedules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeAlias

from models.interfaces.line import CellLine
from models.interfaces.physics import Columns, PhysicsT
from seeds import Seed


class ScheduleError(ValueError):
    """Invalid order of a schedule; `faults` holds place, value and expectation of each error."""

    def __init__(self, faults: Sequence[tuple[str, object, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{place}: got {value}: expected {expected}" for place, value, expected in faults))


@dataclass(frozen=True)
class SchedulePhysics(ABC, Generic[PhysicsT]):
    """A line of cells by the hour.

    Parameters
    ----------
    physics : Physics
        Physics of the process at the plant.

    Attributes
    ----------
    NEEDED : tuple of str
        Columns that the newest row of a unit must hold; a target may be lacking from it, not from all rows.
    """

    physics: PhysicsT

    NEEDED: ClassVar[tuple[str, ...]]

    @abstractmethod
    def line(self, newest: Columns, known: Columns, seed: Seed, steps: int, hours: float) -> CellLine:
        """Return the line at its current state.

        Parameters
        ----------
        newest, known : Mapping of str to ndarray, shape (n,)
            Columns of the newest row of each unit, and of rows whose label is known; NaN where missing.
        seed : Seed
            With a [schedule].
        steps : int
            Number of steps of the schedule.
        hours : float
            Length of a step [h].
        """


AnySchedule: TypeAlias = SchedulePhysics[Any]
