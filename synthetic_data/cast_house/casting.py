"""Casting and inspection: causes of pores, inclusions and poor surfaces, rejected lots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house.melt import Melt
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.inspection import inspected
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.random_walks import Walk

DEFECTS = ("porosity", "inclusions", "surface")


@dataclass(frozen=True)
class CastIngots:
    """Moulds, and what the inspection will say; arrays are (units, periods)."""

    probabilities: dict[str, FloatArray]  # of a reject by defect
    rejected: dict[str, FloatArray]  # 1 or 0 by defect
    level_swing: FloatArray  # mm
    mould_temperature: FloatArray  # °C
    water_flow: FloatArray  # m³/h


class IngotMoulds:
    """Casting machines of a block of furnaces between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p = plan.plant
        self._swing = Walk(p.value("swing_memory"), (2, block.count), rng)
        self._furnace = rng.standard_normal((2, block.count, 1))

    def advance(self, p: CastHouseParameters, melt: Melt, setpoints: Setpoints, rng: np.random.Generator) -> CastIngots:
        """Casts of a stretch."""
        shape = melt.inclusions.shape
        n, u = rng.standard_normal((4, *shape)), rng.random((3, *shape))
        walks = self._swing.advance(rng.standard_normal((2, *shape)))
        swing = p.swing_usual * np.exp(p.swing_sd * walks[0] + 0.25 * n[0] + 0.15 * self._furnace[0])
        water = p.water_usual * np.exp(p.water_sd * walks[1] + 0.01 * n[1])
        mould = setpoints["mould_temperature"] + p.mould_error * n[2]
        picked_up = melt.hydrogen_after * np.exp(p.pick_up_sd * n[3])
        log_inclusions = np.log(melt.inclusions / p.inclusions_harmful)
        # Cold metal and moulds leave cold shuts; hot metal, speed and little water leave shrinkage.
        heat = (melt.launder_temperature - p.launder_best) / 10.0 + (mould - p.mould_usual) / 40.0
        heat += 0.15 * (melt.metal_flow - p.speed_usual) - 4.0 * (water / p.water_usual - 1.0)
        odds = {
            "porosity": p.porosity_odds
            + p.porosity_by_hydrogen * np.log(picked_up / p.hydrogen_harmful)
            + p.porosity_by_inclusions * log_inclusions,
            "inclusions": p.inclusion_odds + p.inclusion_by_count * log_inclusions,
            "surface": p.surface_odds
            + p.surface_by_heat * np.square(heat)
            + p.surface_by_swing * (swing / p.swing_usual - 1.0)
            + p.surface_furnace_sd * self._furnace[1],
        }
        result = inspected(odds, u)
        return CastIngots(result.probabilities, result.rejected, swing, mould, water)
