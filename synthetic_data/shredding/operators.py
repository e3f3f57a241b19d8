"""Operators of a shredding line: routine settings, reactions to fires, wet feed and yield, tests."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.operators import PlantSetpoints, Setpoints
from synthetic_data.plant.random_walks import DelayedSeries
from synthetic_data.shredding.feed import ShreddingFeed
from synthetic_data.shredding.parameters import ShreddingParameters
from synthetic_data.shredding.supply import ShreddingSupply

REVIEW = 4  # lots after which operators review the time in the mill
TIME = "mill_time"
TESTED = (TIME, "pyrolysis_temperature", "air_velocity", "wash_ratio")
_HABITS = (TIME, "pyrolysis_temperature", "pyrolysis_time", "screen_aperture", "air_velocity", "wash_ratio")


class ShreddingOperators:
    """Operators of a block of lines."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        self._block = block
        self._habit = dict(zip(_HABITS, rng.standard_normal((len(_HABITS), block.count, 1)), strict=True))
        self._fire = DelayedSeries(1)
        self.set_points = PlantSetpoints(plan, block, TESTED, REVIEW, rng)

    def settings(
        self,
        supply: ShreddingSupply,
        feed: ShreddingFeed,
        faults: ActiveFaults,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> Setpoints:
        """Settings of each lot except the time in the mill, from its feed and earlier fires."""
        p, names = supply.parameters, _HABITS[1:]
        normals = known_stream(rng).standard_normal((len(names), self._block.count, supply.count))
        n = dict(zip(names, normals, strict=True))
        wet = np.maximum(feed.shown["feed_moisture"] - p.wet_from, 0.0)
        dirty = p.scrap_usual - feed.shown["feed_scrap_share"]
        typical = {
            # After a fire in the off-gas the furnace is run colder for days.
            "pyrolysis_temperature": p.pyrolysis_temperature - self._fire.advance(faults.strength["fire"]),
            "pyrolysis_time": p.pyrolysis_time,
            # Wet feed blocks the mill, so a wider screen is put in: wet lots hold more foil.
            "screen_aperture": p.screen_usual + p.screen_per_wet * wet,
            "air_velocity": p.air_usual,
            "wash_ratio": p.wash_usual + p.wash_per_dirt * dirty,
        }
        result = {}
        for name in names:
            own = typical[name] + p[f"{name}_sd"] * n[name] + p[f"habit_{name}"] * self._habit[name]
            result[name] = self.set_points.used(name, own + tests[name] if name in tests else own, manual)
        return result

    def wanted_time(self, supply: ShreddingSupply, tests: Setpoints, rng: np.random.Generator) -> FloatArray:
        """Time in the mill before the answer to the yield [s]."""
        p = supply.parameters
        normals = known_stream(rng, REVIEW).standard_normal((self._block.count, -(-supply.count // REVIEW)))
        drawn = np.repeat(normals, REVIEW, axis=1)[:, : supply.count]
        target: FloatArray = p.mill_usual + p.habit_mill_time * self._habit[TIME] + p.mill_time_sd * drawn + tests[TIME]
        return target

    def review(
        self, p: ShreddingParameters, target: FloatArray, part: slice, shown: FloatArray, manual: Setpoints
    ) -> FloatArray:
        """Time in the mill of some lots, longer where the yield of the lots before was low [s].

        `shown` is the logarithm of that yield over the wanted one, (units, 1).
        """
        return self.set_points.used(TIME, target[:, part] - p.mill_per_yield[part] * shown, manual, part)
