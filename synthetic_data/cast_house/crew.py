"""What crews set: by habit, by what they read of pots and melts, and by set-point tests; or what is set by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.cast_house.supply import Supply
from synthetic_data.engine.futures import in_hand
from synthetic_data.engine.plan import Block, Plan
from synthetic_data.plant import set_points

REVIEW = 8  # casts after which a crew reviews how it degasses: four days
TESTED = ("high_purity_share", "degasser_gas", "settling_time", "melt_temperature")
_HABITS = ("high_purity_share", "melt_temperature", "settling_time", "flux_dose", "cast_speed", "mould_temperature")
_DEGASSING = ("degasser_gas", "degasser_rotor")

Knobs = dict[str, FloatArray]


class Crew:
    """The crews of a block of furnaces."""

    def __init__(self, plan: Plan, block: Block, rng: np.random.Generator) -> None:
        self._plan, self._block = plan, block
        self._limits = {column.name: column.limits for column in plan.seed.by_role("knob")}
        shape = (block.count, 1)
        self._habit = dict(zip((*_HABITS, *_DEGASSING), rng.standard_normal((8, *shape)), strict=True))
        self._testing = rng.random(shape) < plan.plant.value("test_share")

    def by_hand(self, supply: Supply) -> Knobs:
        """Knobs set by hand in a stretch, (units, periods) each; NaN where the crew decides, none in plain history."""
        by_period = set_points.by_hand(self._plan, self._block, supply.first, supply.count)
        return {name: np.ascontiguousarray(values.T) for name, values in by_period.items()}

    def tests(self, supply: Supply, rng: np.random.Generator) -> Knobs:
        """Steps of the furnaces that test their set-points: up, down or none, held for a review's length."""
        reviews = -(-supply.count // REVIEW)
        steps = in_hand(rng, REVIEW).integers(-1, 2, (len(TESTED), self._block.count, reviews)) * self._testing
        held = np.repeat(steps, REVIEW, axis=2)[:, :, : supply.count].astype(np.float64)
        return {name: supply.parameters[f"test_{name}"] * step for name, step in zip(TESTED, held, strict=True)}

    def before_cast(
        self, supply: Supply, samples: Mapping[str, FloatArray], tests: Knobs, by_hand: Knobs, rng: np.random.Generator
    ) -> Knobs:
        """Knobs that do not wait for what the last casts showed."""
        p, h = supply.parameters, self._habit
        normals = in_hand(rng).standard_normal((7, self._block.count, supply.count))
        n = dict(zip((*_HABITS, "scrap_return"), normals, strict=True))
        share = 0.01 * p.share_usual
        iron = (1.0 - share) * samples["pot_iron_ordinary"] + share * samples["pot_iron_high_purity"]
        too_much = iron - p.iron_wanted
        wanted = {
            # Dirty metal is thinned: in the history much iron stands beside a high share.
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
            wanted[name] = wanted[name] + p[f"habit_{name}"] * h[name]
        return {name: self._set(name, values, tests, by_hand) for name, values in wanted.items()}

    def degassing(self, supply: Supply, vapour: FloatArray, tests: Knobs, rng: np.random.Generator) -> Knobs:
        """Gas and rotor speed before the answer to what the last casts showed: more where the air is moist."""
        p, h = supply.parameters, self._habit
        n = in_hand(rng).standard_normal((2, self._block.count, supply.count))
        moist = np.log(vapour / p.vapour_usual)
        gas = p.gas_usual + p.habit_degasser_gas * h["degasser_gas"] + p.gas_per_vapour * moist + p.gas_sd * n[0]
        rotor = p.rotor_usual + p.habit_degasser_rotor * h["degasser_rotor"] + p.rotor_sd * n[1]
        return {"degasser_gas": gas + tests["degasser_gas"], "degasser_rotor": rotor}

    def review(
        self, p: CastHouseParameters, wanted: Knobs, part: slice, shown: FloatArray, by_hand: Knobs
    ) -> tuple[FloatArray, FloatArray]:
        """Gas and rotor speed of some casts, raised where the density index of those before was high.

        `shown` is the mean logarithm of that index over the wanted one, (units, 1).
        """
        gas = wanted["degasser_gas"][:, part] + p.gas_per_index[part] * shown
        rotor = wanted["degasser_rotor"][:, part] + p.rotor_per_index[part] * shown
        return self._held("degasser_gas", gas, by_hand, part), self._held("degasser_rotor", rotor, by_hand, part)

    def _set(self, name: str, wanted: FloatArray, tests: Knobs, by_hand: Knobs) -> FloatArray:
        if name in tests:
            wanted = wanted + tests[name]
        return self._held(name, wanted, by_hand, slice(None))

    def _held(self, name: str, wanted: FloatArray, by_hand: Knobs, part: slice) -> FloatArray:
        """What is set: within the knob's range, by hand where it was given."""
        own = np.clip(wanted, *self._limits[name])
        if name not in by_hand:
            return own
        return set_points.in_force(own, by_hand[name][:, part])
