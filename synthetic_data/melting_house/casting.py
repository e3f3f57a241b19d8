"""Casting of slabs and inspection: temperatures, power, causes of dross and poor surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.cathode_zinc.furnace import melting_energy
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.melting_house.cathodes import Cathodes
from synthetic_data.melting_house.charge import HeatCharge
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.plant.inspection import inspected
from synthetic_data.plant.random_walks import Walk

DEFECTS = ("dross", "surface")
_NORMALS = 4


@dataclass(frozen=True)
class CastSlabs:
    """Slabs of each heat, and what the inspection will say; arrays are (units, periods)."""

    probabilities: dict[str, FloatArray]  # of a reject by defect
    rejected: dict[str, FloatArray]  # 1 or 0 by defect
    casting_temperature: FloatArray  # °C
    mould_temperature: FloatArray  # °C
    power: FloatArray  # kWh/t


class SlabMoulds:
    """Casting machines of a block of lines between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        self._mould = Walk(plan.plant.value("mould_memory"), (block.count,), rng)
        self._machine = rng.standard_normal((2, block.count, 1))

    def advance(
        self, p: MeltingHouseParameters, cathodes: Cathodes, charge: HeatCharge, rng: np.random.Generator
    ) -> CastSlabs:
        """Casts of a stretch."""
        shape = charge.dross.shape
        n, u = rng.standard_normal((_NORMALS, *shape)), rng.random((len(DEFECTS), *shape))
        casting = charge.melt_temperature - p.casting_drop + p.casting_sd * n[0]
        mould = p.mould_usual + p.mould_sd * (0.7 * self._mould.advance(n[1]) + 0.7 * n[2])
        aged = p.furnace_efficiency * (1.0 - p.lining_loss * charge.worn["lining"])
        power = melting_energy(charge.melt_temperature, aged, cathodes.thin) * np.exp(p.power_sd * n[3])
        cold = (p.casting_best - casting) / 10.0
        # Cold metal and moulds leave cold shuts, hot ones shrinkage.
        heat = -cold + (mould - p.mould_usual) / 40.0
        odds = {
            "dross": p.dross_odds
            + p.dross_by_dross * np.log(charge.dross / p.dross_usual)
            - p.dross_by_stirring * (charge.stirring - p.stirring_usual) / p.stirring_usual
            + p.dross_by_cold * cold
            + p.dross_machine_sd * self._machine[0],
            "surface": p.surface_odds + p.surface_by_heat * np.square(heat) + p.surface_machine_sd * self._machine[1],
        }
        result = inspected(odds, u)
        return CastSlabs(result.probabilities, result.rejected, casting, mould, power)
