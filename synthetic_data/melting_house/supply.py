"""Shared supply of all lines: concentrates, season, stock of cathodes, laboratory standard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.plant import segments
from synthetic_data.plant.random_walks import Walk
from synthetic_data.plant.weather import season_phase

STRETCH = 126  # periods that are stepped as one array: six weeks, whole reviews of the operators
SALTS = ("chloride", "fluoride", "manganese")  # of the electrolyte
METALS = ("cd", "cu")  # that purification leaves


@dataclass(frozen=True)
class MeltingHouseSupply:
    """A stretch of periods of the works; every array has one value a period."""

    first: int  # period, negative in the warm-up
    count: int
    day: FloatArray  # d since the start of the run
    parameters: MeltingHouseParameters  # every parameter by name, regimes applied
    warmth: FloatArray  # of the season, -1 to 1
    feed: dict[str, FloatArray]  # walks of SALTS and METALS that all lines share
    stock: FloatArray  # walk of the lead in the stock of cathodes
    standard: FloatArray  # walk of the spectrometer's standard


class MeltingHouseSupplier(segments.PlantSupplier):
    """The works between two stretches."""

    def __init__(self, plan: RunPlan) -> None:
        super().__init__(plan, STRETCH)
        p = plan.plant
        self._salts = Walk(p.value("salt_memory"), (len(SALTS) + 1,), self.stream)
        self._metals = Walk(p.value("metal_memory"), (len(METALS) + 1,), self.stream)

    def advance(self) -> MeltingHouseSupply:
        """The next stretch."""
        first, day = self._next_days()
        count = len(day)
        p = MeltingHouseParameters.on_days(self._plan, day)
        date = self._plan.start.timetuple().tm_yday + day
        salts = self._salts.advance(known_stream(self.stream).standard_normal((len(SALTS) + 1, count)))
        metals = self._metals.advance(self.stream.standard_normal((len(METALS) + 1, count)))
        feed = dict(zip((*SALTS, *METALS), (*salts[:-1], *metals[:-1]), strict=True))
        warmth = np.cos(season_phase(date, p.warmest_day))
        return MeltingHouseSupply(first, count, day, p, warmth, feed, salts[-1], metals[-1])
