"""Sections of a lead refinery: their crops with measurements, scale, assays and simulated truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.refining.betts_cell import fluosilicate_conductivity
from physics.refining.diffusion_layer import diffusion_coefficient
from physics.refining.lead_economics import share_above
from physics.refining.nodulation import additive_error, effective_dose
from physics.refining.slime_layer import slime_shed
from synthetic_data.engine.counterfactual_streams import partly_in_hand
from synthetic_data.engine.plan import PlantEvent, RunPlan, UnitBlock
from synthetic_data.lead_cells import anodes, deposit, instruments, operators
from synthetic_data.lead_cells.cells import LeadCellConditions, LeadCells
from synthetic_data.lead_cells.circuit import ELEMENTS, LeadCrops, Values
from synthetic_data.lead_cells.parameters import SECTION_FAULTS, LeadParameters
from synthetic_data.plant import building_heat
from synthetic_data.plant.random_walks import next_walks
from synthetic_data.plant.set_points import MoveCosts, held_signs
from synthetic_data.plant.unit_faults import UNIFORMS, UnitFaults

TRAITS = ("gap", "contact", "glue", "rough", "shorts", "stray", "counter", "scale")
SCATTER = ("temperature", "rough", "shed", "shorts", "stray")
DOSED_AT = 40.0  # °C, of the best dose of glue
_MOST_SHED = 0.5
_HOURS, _KILO = 24.0, 1000.0
# Standard normal numbers of a crop, and uniform ones, with what of them is known when it starts.
_NORMALS = {
    "loads": (anodes.NORMALS, True),
    "habits": (operators.NORMALS, True),
    "walk": (1, False),
    "scatter": (len(SCATTER), False),
    "impurities": (1 + len(ELEMENTS), False),
    "judgement": (1, False),
    "errors": (instruments.NORMALS, False),
}
_UNIFORMS = {
    "lean": (1, True),
    "tests": (operators.UNIFORMS, True),
    "assays": (len(instruments.ASSAYED), True),
    "faults": (UNIFORMS * len(SECTION_FAULTS), False),
    "readings": (len(instruments.READ), False),
}
# States that go to truth.parquet: of the circuit, and of the cells.
_CIRCUIT = ("pb", "pb_start", "pb_end", "lead_excess", "stripped", "h2sif6")
_CELLS = ("slime_start", "slime_end", "polarisation", "squared_error", "roughness")


@dataclass(frozen=True)
class _Drawn:
    """Random numbers of crops, independent of set-points, by name, each (numbers, crops, sections)."""

    normals: Values
    uniforms: Values


class LeadSectionRows:
    """The sections of a block between two stretches of crops."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self._plan, self._block, count = plan, block, block.count
        p = LeadParameters.of(plan.seed)
        self.normals, self.uniforms = plan.block_stream(block).spawn(2)
        traits = self.normals.standard_normal((len(TRAITS) + operators.TRAITS + anodes.NORMALS + 1, count))
        self._traits = dict(zip(TRAITS, traits, strict=False))
        self._habits = traits[len(TRAITS) : len(TRAITS) + operators.TRAITS]
        self._loads = anodes.LeadAnodeLoads(p, traits[-anodes.NORMALS - 1 : -1])
        self._walk = traits[-1]
        tested, phase = self.uniforms.random((2, count))
        self._testing = (tested < p.test_share).astype(np.float64)
        self._phase = np.floor(p.anode_crops * phase)
        self._signs = np.zeros((operators.UNIFORMS, count))
        self._faults = UnitFaults.none(count, SECTION_FAULTS, plan.period_days)
        self._cells = LeadCells(p, count)
        self._moves = MoveCosts(plan.seed)
        self._highest_bismuth = plan.seed.economics["highest_bismuth"].value
        self._limits = {column.name: column.limits for column in plan.seed.columns if column.is_number}

    def segment(self, crops: LeadCrops) -> tuple[Values, Values, list[PlantEvent]]:
        """Table and truth of some crops, arrays of shape (crops, sections), and the faults that begin."""
        p, drawn = crops.parameters, self._draw(crops.count)
        z, u = drawn.normals, drawn.uniforms
        by_fault = u["faults"].reshape(len(SECTION_FAULTS), UNIFORMS, crops.count, self._block.count)
        faults, events = self._faults.segment(p, crops.first, by_fault)
        held, self._signs = held_signs(self._signs, crops.first, round(p.test_crops), u["tests"])
        setting = operators.setting(self._plan.seed, p, self._plan, crops, self._block, held, self._testing)
        wishes = operators.orders(p, crops, self._habits, z["habits"])
        ordered = wishes.pop("current_density")
        setpoints = {name: setting.used(name, target) for name, target in wishes.items()}
        place = np.mod(crops.first + np.arange(crops.count)[:, None] + self._phase, p.anode_crops)
        true, read = self._loads.segment(p, place == 0, crops.cast, z["loads"], u["lean"][0])
        at = self._conditions(p, crops, place, setpoints, true, faults, z)
        grown = self._cells.run(
            p, at, setting, ordered, crops.state["glue"], z["habits"][operators.NORMALS - 1], z["judgement"][0]
        )
        setpoints |= {name: grown[name] for name in ("current_density", "glue_dose")}
        truth = self._truth(p, crops, at, grown, true, setpoints, z)
        truth |= {f"{name}_test": test for name, test in setting.tests.items()}
        known = {
            "anode_age": crops.days * place,
            "ambient_temperature": np.round(crops.state["ambient_temperature"], 1),
        }
        assays = {name: np.broadcast_to(values, place.shape) for name, values in known.items()}
        available = instruments.lose(p, instruments.before(crops.state, read), self._limits, u["assays"])
        return assays | available | setpoints | self._report(p, at, truth, z["errors"], u["readings"]), truth, events

    def _draw(self, crops: int) -> _Drawn:
        """Next random numbers, crop by crop, so that a shorter run is the beginning of a longer one."""
        count = self._block.count
        sizes, counts = ([size for size, _ in of.values()] for of in (_NORMALS, _UNIFORMS))
        z_known, u_known = (
            np.repeat([known for _, known in of.values()], [size for size, _ in of.values()])[:, None]
            for of in (_NORMALS, _UNIFORMS)
        )
        z = partly_in_hand(self.normals, lambda one: one.standard_normal((crops, sum(sizes), count)), z_known)
        u = partly_in_hand(self.uniforms, lambda one: one.random((crops, sum(counts), count)), u_known)
        return _Drawn(
            dict(zip(_NORMALS, np.split(z.transpose(1, 0, 2), np.cumsum(sizes)[:-1]), strict=True)),
            dict(zip(_UNIFORMS, np.split(u.transpose(1, 0, 2), np.cumsum(counts)[:-1]), strict=True)),
        )

    def _conditions(
        self,
        p: LeadParameters,
        crops: LeadCrops,
        place: FloatArray,
        setpoints: Values,
        contents: FloatArray,
        faults: Values,
        z: Values,
    ) -> LeadCellConditions:
        """Conditions of the crops that are independent of current and glue."""
        state, traits = crops.state, self._traits
        scatter = dict(zip(SCATTER, z["scatter"], strict=True))
        warm = setpoints["electrolyte_temperature"] - p.cold_drop * faults["cold_cell"]
        temperature = warm + p.temperature_scatter * scatter["temperature"]
        antimony, arsenic = contents[ELEMENTS.index("sb")], contents[ELEMENTS.index("as")]
        holding = (antimony + 0.5 * arsenic) / p.holding_usual
        shed = slime_shed(holding, (place + 1.0) / 2.0, p.usual_shed, p.shed_steepness)
        stirred = np.power(setpoints["cell_flow"] / p.cell_flow, p.shed_per_flow)
        shed = np.minimum(shed * stirred * np.exp(p.shed_scatter * scatter["shed"]), _MOST_SHED)
        shed = shed + (1.0 - shed) * p.slough_shed * faults["slough"]
        walks = next_walks(self._walk, z["walk"][0], p.section_memory)
        self._walk = walks[-1]
        best_glue = p.glue_best * np.exp(p.glue_section_sd * traits["glue"])
        lignin = additive_error(np.maximum(setpoints["lignin_dose"], p.additive_least), p.lignin_best)
        return LeadCellConditions(
            days=crops.days,
            place=place,
            temperature=temperature,
            conductivity=fluosilicate_conductivity(temperature, state["pb"], state["h2sif6"], p.conductivity),
            lead=state["pb"],
            diffusion=diffusion_coefficient(temperature, p.lead_diffusion),
            flow=setpoints["cell_flow"],
            antimony=antimony / p.antimony_usual,
            shed=shed,
            running=1.0 - faults["rectifier"],
            gap=np.broadcast_to(p.electrode_gap + p.gap_section_sd * traits["gap"], place.shape),
            contacts=np.broadcast_to(p.contact_drop + p.contact_section_sd * traits["contact"], place.shape),
            glue_works=effective_dose(1.0, temperature, DOSED_AT) * state["glue_activity"] / best_glue,
            other_error=p.lignin_weight * np.square(lignin),
            rough=p.rough_section_sd * traits["rough"]
            + p.rough_walk * walks
            + p.rough_scatter * scatter["rough"]
            + p.roughness_per_shed * shed,
        )

    def _truth(
        self,
        p: LeadParameters,
        crops: LeadCrops,
        at: LeadCellConditions,
        grown: Values,
        contents: FloatArray,
        setpoints: Values,
        z: Values,
    ) -> Values:
        """Noise-free targets, hidden states, where charge, lead and heat went."""
        scatter = dict(zip(SCATTER, z["scatter"], strict=True))
        lost = deposit.losses(p, at, grown, self._traits, scatter)
        volts = deposit.voltage(p, at, grown, lost["shorted"])
        impurities = deposit.contents(p, contents, at.shed, grown, volts["transfer"], z["impurities"])
        total = deposit.charge(p, setpoints["current_density"], at.days, at.running)
        made = deposit.mass(p, total, lost["current_efficiency"])
        passed = 100.0 - lost["short_loss"] - lost["stray_loss"]  # % of the charge, through the electrolyte
        again = deposit.mass(p, total, lost["dissolution_loss"])
        gained = 0.001 * crops.state["lead_excess"] * made
        energy = p.cells * total * volts["cell_voltage"] / at.days
        daily = made / at.days
        warmer = at.temperature - DOSED_AT
        return {
            **lost,
            **volts,
            **impurities,
            **{name: grown[name] for name in _CELLS},
            **{name: crops.state[name] for name in _CIRCUIT},
            **building_heat.heat(p, at.temperature, crops.state["ambient_temperature"], energy),
            "temperature": at.temperature,
            "shed": at.shed,
            "charge": total,
            "charge_short": 0.01 * lost["short_loss"] * total,
            "charge_stray": 0.01 * lost["stray_loss"] * total,
            "charge_dissolved": 0.01 * lost["dissolution_loss"] * total,
            "charge_metal": 0.01 * lost["current_efficiency"] * total,
            "cathode_mass": made,
            "anode_lead": deposit.mass(p, total, passed) + gained - again,
            "electrolyte_lead": gained,
            "energy": energy,
            "downgraded": daily * share_above(impurities["bi"], self._highest_bismuth, p.lot_scatter),
            "acid_used": daily * p.acid_loss * np.exp(p.acid_loss_per_kelvin * warmer),
            "glue_used": daily * setpoints["glue_dose"] / _KILO,
            "lignin_used": daily * setpoints["lignin_dose"] / _KILO,
            "setpoint_moves": self._moves.of(setpoints, at.days),
        }

    def _report(
        self, p: LeadParameters, at: LeadCellConditions, truth: Values, errors: FloatArray, uniforms: FloatArray
    ) -> Values:
        """Measurements, scale and assay of each crop."""
        count = len(instruments.READ)
        read = instruments.during(p, truth, at.shed, self._traits, errors[:count])
        measured_mass = instruments.measured_mass(p, truth, read["charge"], self._traits, errors[count])
        assayed = instruments.assayed(p, truth, errors[count + 1 :])
        return instruments.lose(p, read, self._limits, uniforms) | measured_mass | assayed
