"""Cathodes of each line: contents, thickness, strontium dosed by operators against lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.cathode_zinc.codeposition import aluminium_of_sheets, codeposited_content, lead_left_by_strontium
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.melting_house.anodes import Dissolved
from synthetic_data.melting_house.electrolyte import A_DAY, Electrolyte
from synthetic_data.melting_house.operators import REVIEW, MeltingHouseOperators
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.melting_house.supply import MeltingHouseSupply
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.laboratory import NORMALS, Method, report
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.random_walks import DelayedSeries, Walk

SAMPLED = ("pb", "cd", "cu", "fe")  # of composites
_SCATTERING = (*SAMPLED, "sn", "al")
_WALKS = ("thin", "fe", "al")


@dataclass(frozen=True)
class Cathodes:
    """Cathodes of each heat; arrays are (units, periods)."""

    contents: dict[str, FloatArray]  # ppm
    thin: FloatArray  # share that is thin, dendritic or wet [1]
    dose: FloatArray  # strontium carbonate [kg/t]
    strip_hours: FloatArray  # h
    samples: dict[str, FloatArray]  # columns of the table


class ZincCathodes:
    """Cathodes of a block of lines between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p = plan.plant
        self._walks = Walk(p.value("deposit_memory"), (len(_WALKS), block.count), rng)
        self._lead = np.full((block.count, A_DAY), p.value("lead_wanted"))
        self._shown = np.zeros((block.count, 1))
        self._late = DelayedSeries(A_DAY)
        self._late_lead = DelayedSeries(A_DAY)

    def advance(
        self,
        supply: MeltingHouseSupply,
        electrolyte: Electrolyte,
        dissolved: Dissolved,
        faults: ActiveFaults,
        crew: MeltingHouseOperators,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> Cathodes:
        """Cathodes of a stretch."""
        p, shape = supply.parameters, electrolyte.temperature.shape
        known = known_stream(rng)
        strip = p.strip_usual + p.strip_sd * known.standard_normal(shape)
        walks = dict(zip(_WALKS, self._walks.advance(known.standard_normal((len(_WALKS), *shape))), strict=True))
        scatter = dict(zip(_SCATTERING, rng.standard_normal((len(_SCATTERING), *shape)), strict=True))
        normals = known.standard_normal((NORMALS, len(SAMPLED), *shape))
        thin = np.minimum(p.thin_usual * np.exp(p.thin_sd * walks["thin"]) * p.strip_usual / strip, p.thin_most)
        temperature, current = electrolyte.temperature, electrolyte.current
        per_dissolved = codeposited_content(1.0, temperature, current, p.lead_per_trace)
        ready = dissolved.lead * per_dissolved * np.exp(p.cathode_scatter * scatter["pb"])
        dose, lead, composites = self._dosed(
            p, ready, faults.strength["trip"], normals[:, 0], crew, supply, tests, manual, rng
        )
        others = {
            name: codeposited_content(electrolyte.metals[name], temperature, current, p.others_per_trace)
            * np.exp(wide * scatter[name])
            for name, wide in (("cd", p.cathode_scatter), ("cu", p.copper_scatter))
        }
        occluded = p.occluded_iron * (1.0 + 0.8 * thin) * np.exp(p.occluded_sd * walks["fe"] + 0.2 * scatter["fe"])
        sheets = aluminium_of_sheets(electrolyte.salts["fluoride"], p.sheet_aluminium)
        contents = {
            "pb": lead,
            **others,
            "fe": occluded,
            "sn": p.cathode_tin * np.exp(0.4 * scatter["sn"]),
            "al": sheets * np.exp(p.sheet_sd * walks["al"] + 0.2 * scatter["al"]),
        }
        late = self._late.advance(np.stack([contents[name] for name in SAMPLED[1:]]))
        others_reported = report(late, _method(p), 1.0, normals[:, 1:])
        samples = {"cathode_pb": composites} | {
            f"cathode_{name}": values for name, values in zip(SAMPLED[1:], others_reported, strict=True)
        }
        solution = self._late_lead.advance(lead / per_dissolved)
        samples["solution_pb"] = solution * np.exp(p.metal_error * known.standard_normal(shape))
        return Cathodes(contents, thin, dose, strip, samples)

    def _dosed(
        self,
        p: MeltingHouseParameters,
        ready: FloatArray,
        flakes: FloatArray,
        normals: FloatArray,
        crew: MeltingHouseOperators,
        supply: MeltingHouseSupply,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Dose, lead of the cathodes, and available composites: each dose reacts to earlier composites."""
        target = crew.dose(supply, tests, rng)
        dose, composites = np.empty(ready.shape), np.empty(ready.shape)
        lead = np.concatenate([self._lead, ready], axis=1)
        for start in range(0, supply.count, REVIEW):
            part, then = slice(start, start + REVIEW), slice(start + A_DAY, start + A_DAY + REVIEW)
            dose[:, part] = crew.review(p, target, part, self._shown, manual)
            left = lead_left_by_strontium(dose[:, part], p.strontium_half[part])
            lead[:, then] = ready[:, part] * left + flakes[:, part]
            late = lead[:, part][:, : dose[:, part].shape[1]]
            composites[:, part] = report(late, _method(p, part), 1.0, normals[:, :, part])
            newest = np.abs(composites[:, part]).mean(axis=1, keepdims=True)
            self._shown = np.log(newest / p.lead_wanted[start])
        self._lead = lead[:, -A_DAY:]
        return dose, lead[:, A_DAY:], composites


def _method(p: MeltingHouseParameters, part: slice = slice(None)) -> Method:
    """Analysis method of cathode composites in a part of a segment, arrays of shape (periods,)."""
    limit = p.composite_limit[part]
    return Method(p.composite_sd[part], p.composite_repeatability[part], limit / 3.0, limit, p.composite_digit[part])
