"""Operators of the melting house: routine settings, reactions to composites, set-point tests."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.melting_house.supply import MeltingHouseSupply
from synthetic_data.plant.operators import PlantSetpoints, Setpoints

REVIEW = 6  # heats after which operators review their dose of strontium: two days
DOSE = "srco3_dose"
TESTED = (DOSE, "stock_share", "furnace_temperature", "nh4cl_dose")
_HABITS = (DOSE, "stock_share", "scrap_share", "furnace_temperature", "nh4cl_dose")


class MeltingHouseOperators:
    """Operators of a block of lines."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        self._block = block
        self._habit = dict(zip(_HABITS, rng.standard_normal((len(_HABITS), block.count, 1)), strict=True))
        self.set_points = PlantSetpoints(plan, block, TESTED, REVIEW, rng)

    def dose(self, supply: MeltingHouseSupply, tests: Setpoints, rng: np.random.Generator) -> FloatArray:
        """Strontium carbonate before the answer to what the composites showed [kg/t]."""
        p = supply.parameters
        normals = known_stream(rng, REVIEW).standard_normal((self._block.count, -(-supply.count // REVIEW)))
        drawn = np.repeat(normals, REVIEW, axis=1)[:, : supply.count]
        target: FloatArray = p.dose_usual + p.habit_srco3_dose * self._habit[DOSE] + p.dose_sd * drawn + tests[DOSE]
        return target

    def review(
        self, p: MeltingHouseParameters, target: FloatArray, part: slice, shown: FloatArray, manual: Setpoints
    ) -> FloatArray:
        """Dose of some heats, raised where the mean lead of the last composites was high [kg/t].

        `shown` is the logarithm of that lead over the wanted one, (units, 1).
        """
        return self.set_points.used(DOSE, target[:, part] + p.dose_per_lead[part] * shown, manual, part)

    def charging(
        self,
        supply: MeltingHouseSupply,
        lead: FloatArray,
        thin: FloatArray,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> Setpoints:
        """Settings of each heat from the composites' available lead [ppm] and the cathodes' appearance."""
        p, names = supply.parameters, _HABITS[1:]
        normals = known_stream(rng).standard_normal((len(names), *lead.shape))
        n = dict(zip(names, normals, strict=True))
        too_much, thinner = lead - p.lead_wanted, thin - p.thin_usual
        target = {
            # High lead is thinned: in the history much lead occurs together with a high share of the stock.
            "stock_share": p.stock_usual + p.stock_per_lead * too_much + p.stock_share_sd * n["stock_share"],
            "scrap_share": p.scrap_usual * np.exp(p.scrap_share_sd * n["scrap_share"])
            - p.scrap_per_lead * np.maximum(too_much, 0.0),
            # Thin cathodes are melted hotter and with more salt, and leave more dross anyway.
            "furnace_temperature": p.furnace_usual
            + p.heat_per_thin * thinner
            + p.furnace_sd * n["furnace_temperature"],
            "nh4cl_dose": p.salt_usual * np.exp(p.salt_dose_sd * n["nh4cl_dose"]) + p.salt_per_thin * thinner,
        }
        for name in names:
            own = target[name] + p[f"habit_{name}"] * self._habit[name]
            target[name] = self.set_points.used(name, own + tests[name] if name in tests else own, manual)
        return target
