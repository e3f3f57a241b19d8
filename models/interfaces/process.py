"""Physics of a type of process: the classes that its folder states."""

from __future__ import annotations

from dataclasses import dataclass

from models.interfaces.energy import AnyEnergy
from models.interfaces.physics import AnyPhysics
from models.interfaces.response import AnyResponse
from models.interfaces.schedule import AnySchedule


@dataclass(frozen=True)
class ProcessModels:
    """Classes of a type of process; each is made with the physics of one plant.

    Attributes
    ----------
    physics : type of Physics
        Physics, bound to the facts of a plant.
    response : type of Response, optional
        Effects of its set-points; None where none are recommended.
    energy : type of EnergyPhysics, optional
        Account of its energy; None where energy is not accounted for.
    schedule : type of SchedulePhysics, optional
        Its cells by the hour; None where the current follows no tariff.
    """

    physics: type[AnyPhysics]
    response: type[AnyResponse] | None = None
    energy: type[AnyEnergy] | None = None
    schedule: type[AnySchedule] | None = None
