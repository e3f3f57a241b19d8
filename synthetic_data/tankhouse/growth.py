"""Growth of the crops of a block: traits of its groups, drifts, set-points, hidden states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.refining.nodulation import additive_roughness
from synthetic_data.engine.counterfactual_streams import partly_in_hand
from synthetic_data.engine.plan import PlantEvent, RunPlan, UnitBlock
from synthetic_data.plant.random_walks import next_walk
from synthetic_data.plant.set_points import SetpointOperator, Setting
from synthetic_data.plant.unit_faults import UNIFORMS, UnitFaults
from synthetic_data.tankhouse import anodes as tankhouse_anodes
from synthetic_data.tankhouse import instruments, operators, surface
from synthetic_data.tankhouse.circuit import Weeks
from synthetic_data.tankhouse.crops import CROP_NORMALS, TRAITS, WALKS, TankhouseCrops, Values
from synthetic_data.tankhouse.parameters import GROUP_FAULTS, GrowthParameters

DEFECTS = ("nodules", "soiling")


@dataclass(frozen=True)
class CropDraws:
    """Random numbers of crops, independent of set-points; each of shape (numbers, crops, groups)."""

    loads: FloatArray
    walks: FloatArray
    crop_normals: FloatArray
    habits: FloatArray
    judgement: FloatArray
    errors: FloatArray
    load_chances: FloatArray
    fault_chances: FloatArray
    test_chances: FloatArray
    defect_chances: FloatArray
    losses: FloatArray

    @classmethod
    def of(cls, normals: np.random.Generator, uniforms: np.random.Generator, crops: int, groups: int) -> CropDraws:
        """Next numbers of two streams, crop by crop, so that a shorter run is the beginning of a longer one."""
        of_loads, of_errors = tankhouse_anodes.NORMALS, instruments.NORMALS
        sizes = (of_loads, len(WALKS), len(CROP_NORMALS), operators.NORMALS, 1, of_errors)  # 1: their judgement
        of_faults = len(GROUP_FAULTS) * UNIFORMS
        of_tests, of_losses = operators.UNIFORMS, instruments.LOSSES
        counts = (tankhouse_anodes.UNIFORMS, of_faults, of_tests, len(DEFECTS), of_losses)
        # Known when a crop starts: its anodes and their assay, habits, tests, and which assays available are lost.
        early = instruments.LOSSES_BEFORE
        z_known = np.repeat([True, False, False, True, False, False], sizes)
        u_known = np.repeat([True, False, True, False, True, False], (*counts[:-1], early, of_losses - early))
        z = partly_in_hand(normals, lambda one: one.standard_normal((crops, sum(sizes), groups)), z_known[:, None])
        u = partly_in_hand(
            uniforms, lambda one: one.random((crops, sum(counts), groups), dtype=np.float32), u_known[:, None]
        )
        return cls(
            *np.split(np.ascontiguousarray(z.transpose(1, 0, 2)), np.cumsum(sizes)[:-1]),
            *np.split(np.ascontiguousarray(u.transpose(1, 0, 2)), np.cumsum(counts)[:-1]),
        )


@dataclass(frozen=True)
class GrownCrops:
    """Some crops as they have grown; arrays of shape (crops, groups) but where stated."""

    crops: TankhouseCrops
    state: Values  # temperature, chloride, roughness, polarisation, nodules, soiling and what else is hidden
    setting: Setting
    anodes: FloatArray  # assayed contents, (elements, crops, groups) [ppm]
    place: FloatArray  # crops that the anodes have been in the cells
    known: Values  # what is known of age and weather when a crop starts
    draws: CropDraws
    events: list[PlantEvent]


class Growth:
    """The groups of a block between two stretches of weeks.

    Two tables look at the same tankhouse: that of the lots that its groups give, and that of its sections, whose copper
    is put on the scale. With the same random numbers both have the same electrolyte, anodes, set-points and roughness.
    """

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self.plan, self.block, groups = plan, block, block.count
        p = GrowthParameters.of(plan.seed)
        self.normals, self.uniforms = plan.block_stream(block, units_axis=-1).spawn(2)
        sizes = (len(TRAITS), operators.TRAITS, len(WALKS), tankhouse_anodes.NORMALS)
        fixed = self.normals.standard_normal((sum(sizes), groups))
        traits, self._habits, self._walks, loads = np.split(fixed, np.cumsum(sizes)[:-1])
        self._traits = dict(zip(TRAITS, traits, strict=True))
        tested, phase, interval, age = self.uniforms.random((4, groups))
        self.testing = (tested < p.test_share).astype(np.float64)
        self._phase = np.floor(tankhouse_anodes.CROPS * phase)
        self._interval = p.overhaul_least + (p.overhaul_most - p.overhaul_least) * interval
        self._age = self._interval * age  # d since the overhaul, when the run starts
        self._loads = tankhouse_anodes.CopperAnodeLoads.first(p, loads)
        self._faults = UnitFaults.none(groups, GROUP_FAULTS, plan.period_days)
        self._crew = SetpointOperator("glue_dose", np.full(groups, float(p.glue_dose)), np.zeros(groups))
        self.limits = {column.name: column.limits for column in plan.seed.columns if column.is_number}

    def grow(self, weeks: Weeks) -> GrownCrops:
        """The crops of some weeks."""
        p = weeks.parameters
        draws = CropDraws.of(self.normals, self.uniforms, weeks.count, self.block.count)
        number = weeks.first + np.arange(weeks.count)[:, None]
        place = np.mod(number + self._phase, tankhouse_anodes.CROPS)
        age = np.mod(self._age + weeks.days * number, self._interval)
        anodes = self._loads.segment(p, place == 0, weeks.cast, draws.loads, draws.load_chances)
        uniforms = draws.fault_chances.reshape(len(GROUP_FAULTS), -1, weeks.count, self.block.count)
        faults, events = self._faults.segment(p, weeks.first, uniforms)
        setting = operators.setting(p, self.plan, weeks, self.block, self.testing, draws.test_chances)
        wishes = operators.orders(p, weeks, self._habits, draws.habits)
        crops = TankhouseCrops(
            weeks.state,
            {name: setting.used(name, target) for name, target in wishes.items()},
            dict(zip(tankhouse_anodes.ELEMENTS, anodes[0], strict=True)),
            dict(zip(WALKS, self._drift(p, draws.walks), strict=True)),
            dict(zip(CROP_NORMALS, draws.crop_normals, strict=True)),
            self._traits,
            faults,
            age / self._interval,
        )
        state = surface.conditions(p, crops)
        crops.setpoints["glue_dose"] = self._dose_glue(p, crops, state, setting, draws)
        state |= surface.nodules(p, crops, state) | surface.soiling(p, crops, state)
        known = {
            "group_age": np.round(age),
            "anode_age": weeks.days * place,
            "ambient_temperature": np.round(weeks.state["ambient_temperature"], 1),
        }
        return GrownCrops(crops, state, setting, anodes[1], place, known, draws, events)

    def _drift(self, p: GrowthParameters, shocks: FloatArray) -> FloatArray:
        """First-order walks of unit variance, shape (WALKS, crops, groups)."""
        result = np.empty(shocks.shape)
        for t in range(shocks.shape[1]):
            self._walks = result[:, t] = next_walk(self._walks, shocks[:, t], p.group_memory)
        return result

    def _dose_glue(
        self, p: GrowthParameters, crops: TankhouseCrops, state: Values, setting: Setting, draws: CropDraws
    ) -> FloatArray:
        """Glue dosed in each crop: operators react to the last one's roughness [g/t]."""
        rough = surface.roughness_without_additives(p, crops, state)
        dose = np.empty_like(rough)
        typical, habits = crops.week["glue"], draws.habits[operators.GLUE_HABIT]
        for t in range(len(rough)):
            dose[t] = self._crew.choose(p.glue_answer, p.glue_return, typical[t], p.habit_glue * habits[t], setting, t)
            error = surface.glue_error(p, state, dose[t], t) + state["other_error"][t]
            looks = rough[t] + additive_roughness(error, p.error_weight)
            self._crew.seen = looks + p.judgement_sd * draws.judgement[0, t]
        state["squared_error"] = surface.glue_error(p, state, dose) + state["other_error"]
        state["roughness"] = np.exp(rough + additive_roughness(state["squared_error"], p.error_weight))
        return dose
