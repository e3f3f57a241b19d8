"""Operators of crystallisers: routine settings, reactions to orders, feed and failed assays, tests."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.operators import PlantSetpoints, Setpoints

REVIEW = 12  # lots after which operators review the frozen share: eighteen days
STEADY = ("coolant_temperature", "stirring", "vacuum_temperature", "vacuum_time")  # that answer nothing
ANSWERING = ("growth_rate", "fraction_frozen", "stages")
SETPOINTS = (
    *("coolant_temperature", "growth_rate", "fraction_frozen", "stages", "stirring", "vacuum_temperature"),
    "vacuum_time",
)
TESTED = ("growth_rate", "fraction_frozen", "stirring")
_LOOKED_AT, _WEIGHTS = [ELEMENTS.index(name) for name in ("iron", "indium")], (0.7, 0.3)  # iron is rejected least


@dataclass(frozen=True)
class RoutineSettings:
    """Routine settings for the lots of a segment before assays; arrays are (units, lots)."""

    rate: FloatArray  # of freezing by order [mm/h]
    stages: FloatArray  # by order
    varied: Setpoints  # what each set-point varies by
    used_to: Setpoints  # routine addition of each block's operators to each set-point


class CrystalliserOperators:
    """Operators of a block of crystallisers."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        self._block = block
        self._habit = dict(zip(SETPOINTS, rng.standard_normal((len(SETPOINTS), block.count, 1)), strict=True))
        self.set_points = PlantSetpoints(plan, block, TESTED, REVIEW, rng)

    def drawn(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Standard normal numbers of the operators' variation in a segment, (set-points, units, periods)."""
        result: FloatArray = known_stream(rng).standard_normal((len(SETPOINTS), self._block.count, count))
        return result

    def steady(
        self, p: CrystalliserParameters, habits: RoutineSettings, tests: Setpoints, manual: Setpoints
    ) -> Setpoints:
        """Settings of a whole segment that react to nothing, (units, periods) each."""
        typical = {
            "coolant_temperature": p.coolant_usual,
            "stirring": p.stirring_usual,
            "vacuum_temperature": p.vacuum_temperature,
            "vacuum_time": p.vacuum_time,
        }
        return {name: self._set(name, typical[name], habits, tests, manual) for name in STEADY}

    def habits(self, p: CrystalliserParameters, ordered: BoolArray, normals: FloatArray) -> RoutineSettings:
        """Settings of the lots of a segment by order, with the operators' variation and routine.

        Parameters
        ----------
        p
            In force in the stretch.
        ordered
            Whether 99.99999 % is ordered, (units, lots).
        normals
            Of `drawn`.
        """
        return RoutineSettings(
            rate=np.where(ordered, p.seven_rate, p.rate_usual),
            stages=p.stages_usual + p.seven_stages * ordered,
            varied={name: p[f"{name}_sd"] * normals[SETPOINTS.index(name)] for name in SETPOINTS},
            used_to={name: p[f"habit_{name}"] * self._habit[name] for name in SETPOINTS},
        )

    def answers(
        self,
        p: CrystalliserParameters,
        feed: FloatArray,
        failed: FloatArray,
        habits: RoutineSettings,
        tests: Setpoints,
        manual: Setpoints,
        part: slice,
    ) -> Setpoints:
        """Settings of some lots from their charge's assay and earlier lots, (units, lots) each.

        Parameters
        ----------
        p
            In force in these lots.
        feed
            Contents of the feed as assayed, (elements, units, lots) [ppm].
        failed
            Share of the assays of the review before that break 99.9999 %, (units, 1).
        habits, tests, by_hand
            Of the whole stretch.
        part
            Where these lots stand in it.
        """
        typical = p.by_element("feed")
        looks = (w * np.log(np.abs(feed[e]) / typical[e]) for e, w in zip(_LOOKED_AT, _WEIGHTS, strict=True))
        dirt = functools.reduce(operator.add, looks)
        target = {
            # Dirty feed is frozen more slowly and more often: in the history many stages occur with much impurity.
            "growth_rate": habits.rate[:, part] * np.exp(-p.rate_per_dirt * dirt),
            "fraction_frozen": p.fraction_usual - p.fraction_per_failure * failed,
            "stages": habits.stages[:, part] + p.stages_per_dirt * dirt,
        }
        return {name: self._set(name, target[name], habits, tests, manual, part) for name in ANSWERING}

    def _set(
        self,
        name: str,
        target: FloatArray,
        habits: RoutineSettings,
        tests: Setpoints,
        manual: Setpoints,
        part: slice = slice(None),
    ) -> FloatArray:
        """One set-point with variation, routine, tests and manual values."""
        own = target + habits.varied[name][:, part] + habits.used_to[name][:, part]
        own = own + tests[name][:, part] if name in tests else own
        return self.set_points.used(name, np.round(own) if name == "stages" else own, manual, part)
