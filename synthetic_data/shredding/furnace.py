"""Pyrolysis of shredded cells: loss of binder and fluorine, brittle foil, burning carbon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.black_mass.pyrolysis import aluminium_embrittlement, binder_left, fluorine_left
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.random_walks import Walk
from synthetic_data.shredding.feed import ShreddingFeed
from synthetic_data.shredding.supply import ShreddingSupply


@dataclass(frozen=True)
class FurnaceOutput:
    """Output of the furnace for each lot; arrays are (units, periods)."""

    temperature: FloatArray  # °C
    shown: FloatArray  # the same by the line's thermocouple, before its noise [°C]
    binder: FloatArray  # share that is left [1]
    fluorine: FloatArray  # of the powder before washing [%]
    brittle: FloatArray  # factor on aluminium [1]
    oxygen: FloatArray  # of the off-gas [%]
    carbon: FloatArray  # share of the powder's mass that burns [1]


class ShreddingFurnaces:
    """Furnaces of a block of lines between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p = plan.plant
        self._oxygen = Walk(p.value("oxygen_memory"), (block.count,), rng)
        self._binder = Walk(p.value("binder_memory"), (block.count,), rng)
        self._offset = rng.standard_normal((block.count, 1))

    def advance(
        self,
        supply: ShreddingSupply,
        feed: ShreddingFeed,
        faults: ActiveFaults,
        setpoints: Setpoints,
        rng: np.random.Generator,
    ) -> FurnaceOutput:
        """Lots of a stretch."""
        p, n = supply.parameters, rng.standard_normal((4, *feed.scrap.shape))
        shown = setpoints["pyrolysis_temperature"] + p.thermostat_sd * n[0]
        temperature = shown + p.furnace_offset * self._offset
        # Binders of the trade differ in how they burn off; the state of the furnace does too, over days.
        binder = binder_left(temperature, setpoints["pyrolysis_time"])
        binder = np.minimum(binder * np.exp(p.binder_sd * self._binder.advance(n[1])), 1.0)
        raw = p.fluorine_raw * np.exp(p.fluorine_sd * feed.level["fluorine"] + p.fluorine_scatter * n[2])
        raw = raw * (1.0 - p.fluorine_per_scrap * (feed.scrap - p.scrap_usual))
        fluorine = raw * fluorine_left(binder) * np.exp(faults.strength["scrubber"])
        leak = faults.strength["leak"]
        oxygen = p.oxygen_usual * np.exp(p.oxygen_sd * self._oxygen.advance(n[3])) + p.oxygen_per_burnt * leak
        carbon = p.burnt_per_oxygen * oxygen + leak
        return FurnaceOutput(temperature, shown, binder, fluorine, aluminium_embrittlement(temperature), oxygen, carbon)
