"""Operators of the cast house: routine settings, reactions to assays, set-point tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.supply import CastHouseSupply
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.operators import PlantSetpoints, Setpoints

REVIEW = 8  # casts after which operators review how they degasses: four days
TESTED = ("high_purity_share", "degasser_gas", "settling_time", "melt_temperature")
_HABITS = ("high_purity_share", "melt_temperature", "settling_time", "flux_dose", "cast_speed", "mould_temperature")
_DEGASSING = ("degasser_gas", "degasser_rotor")


class CastHouseOperators:
    """Operators of a block of furnaces."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        self._block = block
        normals = rng.standard_normal((8, block.count, 1))
        self._habit = dict(zip((*_HABITS, *_DEGASSING), normals, strict=True))
        self.set_points = PlantSetpoints(plan, block, TESTED, REVIEW, rng)

    def before_cast(
        self,
        supply: CastHouseSupply,
        samples: Mapping[str, FloatArray],
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> Setpoints:
        """Set-points that are independent of the results of the last casts."""
        p, h = supply.parameters, self._habit
        normals = known_stream(rng).standard_normal((7, self._block.count, supply.count))
        n = dict(zip((*_HABITS, "scrap_return"), normals, strict=True))
        share = 0.01 * p.share_usual
        iron = (1.0 - share) * samples["pot_iron_ordinary"] + share * samples["pot_iron_high_purity"]
        too_much = iron - p.iron_wanted
        target = {
            # Dirty metal is thinned: in the history much iron occurs together with a high share.
            "high_purity_share": p.share_usual + p.share_per_iron * too_much + p.share_sd * n["high_purity_share"],
            "scrap_return": p.scrap_usual * np.exp(p.scrap_sd * n["scrap_return"])
            - p.scrap_per_iron * np.maximum(too_much, 0.0),
            "melt_temperature": p.melt_usual + p.melt_sd * n["melt_temperature"],
            "settling_time": p.settling_usual * np.exp(p.settling_sd * n["settling_time"]),
            "flux_dose": p.flux_usual * np.exp(p.flux_sd * n["flux_dose"]),
            "cast_speed": p.speed_usual + p.speed_sd * n["cast_speed"],
            "mould_temperature": p.mould_usual + p.mould_sd * n["mould_temperature"],
        }
        for name in _HABITS:
            target[name] = target[name] + p[f"habit_{name}"] * h[name]
        return {
            name: self.set_points.used(name, values + tests[name] if name in tests else values, manual)
            for name, values in target.items()
        }

    def degassing(
        self, supply: CastHouseSupply, vapour: FloatArray, tests: Setpoints, rng: np.random.Generator
    ) -> Setpoints:
        """Gas and rotor speed before the answer to what the last casts showed: more where the air is moist."""
        p, h = supply.parameters, self._habit
        n = known_stream(rng).standard_normal((2, self._block.count, supply.count))
        moist = np.log(vapour / p.vapour_usual)
        gas = p.gas_usual + p.habit_degasser_gas * h["degasser_gas"] + p.gas_per_vapour * moist + p.gas_sd * n[0]
        rotor = p.rotor_usual + p.habit_degasser_rotor * h["degasser_rotor"] + p.rotor_sd * n[1]
        return {"degasser_gas": gas + tests["degasser_gas"], "degasser_rotor": rotor}

    def review(
        self, p: CastHouseParameters, target: Setpoints, part: slice, shown: FloatArray, manual: Setpoints
    ) -> tuple[FloatArray, FloatArray]:
        """Gas and rotor speed of some casts, raised where the density index of those before was high.

        `shown` is the mean logarithm of that index over the wanted one, (units, 1).
        """
        gas = target["degasser_gas"][:, part] + p.gas_per_index[part] * shown
        rotor = target["degasser_rotor"][:, part] + p.rotor_per_index[part] * shown
        used = self.set_points.used
        return used("degasser_gas", gas, manual, part), used("degasser_rotor", rotor, manual, part)
