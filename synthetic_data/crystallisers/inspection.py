"""Inspection of ingots: skins of oxide and inclusions, and what makes them likelier."""

from __future__ import annotations

import numpy as np

from synthetic_data.crystallisers.feed import CrystalliserFeed
from synthetic_data.crystallisers.freezing import FrozenLots
from synthetic_data.crystallisers.parameters import CrystalliserParameters
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.inspection import Inspected, inspected

DEFECTS = ("oxide_skin", "inclusion")
_CLEAN = 3e5  # 1/m³, particles at which the odds are stated


class CrystalliserInspection:
    """Crystallisers of a block differ in how often each defect comes."""

    def __init__(self, block: UnitBlock, rng: np.random.Generator) -> None:
        self._unit = rng.standard_normal((len(DEFECTS), block.count, 1))

    def advance(
        self,
        p: CrystalliserParameters,
        feed: CrystalliserFeed,
        frozen: FrozenLots,
        faults: ActiveFaults,
        rng: np.random.Generator,
    ) -> Inspected:
        """Lots of a stretch."""
        u = rng.random((len(DEFECTS), *frozen.rate.shape))
        air = np.log(feed.particles / _CLEAN)
        odds = {
            "oxide_skin": p.oxide_odds + p.oxide_by_pressure * faults.strength["leak"] + p.oxide_by_air * air,
            "inclusion": p.inclusion_odds + p.inclusion_by_trapped * frozen.trapped + p.inclusion_by_air * air,
        }
        odds = {name: values + p.defect_unit_sd * self._unit[i] for i, (name, values) in enumerate(odds.items())}
        return inspected(odds, u)
