"""Shared supply of all crystallisers: electrolysis, clean-room air, laboratory standards."""

from __future__ import annotations

from dataclasses import dataclass

from physics.arrays import FloatArray
from synthetic_data.crystallisers.parameters import CrystalliserParameters
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan
from synthetic_data.plant import segments
from synthetic_data.plant.random_walks import Walk

STRETCH = 120  # periods that are stepped as one array: six months, whole reviews of the operators
_SHARED = ("dirt", "air")


@dataclass(frozen=True)
class CrystalliserSupply:
    """A stretch of periods of the refinery; every array has one value a period."""

    first: int  # period, negative in the warm-up
    count: int
    parameters: CrystalliserParameters  # every parameter by name, regimes applied
    dirt: FloatArray  # walk of what electrolysis leaves in all elements
    air: FloatArray  # walk of the particles in the room
    standard: FloatArray  # walk of the laboratory's standards


class CrystalliserSupplier(segments.PlantSupplier):
    """The refinery between two stretches."""

    def __init__(self, plan: RunPlan) -> None:
        super().__init__(plan, STRETCH)
        p = plan.plant
        self._shared = Walk(p.value("house_memory"), (len(_SHARED),), self.stream)
        self._standard = Walk(p.value("standard_memory"), (1,), self.stream)

    def advance(self) -> CrystalliserSupply:
        """The next stretch."""
        first, day = self._next_days()
        count = len(day)
        p = CrystalliserParameters.on_days(self._plan, day)
        dirt, air = self._shared.advance(known_stream(self.stream).standard_normal((len(_SHARED), count)))
        standard = self._standard.advance(self.stream.standard_normal((1, count)))
        return CrystalliserSupply(first, count, p, dirt, air, standard[0])
