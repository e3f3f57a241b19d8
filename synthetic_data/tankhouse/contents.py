"""Contents of a crop's copper: enclosed electrolyte and slimes, codeposited silver, stray iron."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.refining.anode_slimes import SLIMES_SHARE, included_content, slimes_content, slimes_mass
from physics.refining.diffusion_layer import diffusion_coefficient, diffusion_limited_content
from physics.refining.occlusion import electrolyte_sulphur, occluded_content, occluded_volume
from physics.refining.silver_chloride import dissolved_silver, silver_chloride_product
from synthetic_data.tankhouse.crops import ELEMENTS, PARTICLES, TankhouseCrops, Values
from synthetic_data.tankhouse.parameters import TankhouseParameters

_TRACE = 1e-9  # ppm, so little antimony and bismuth that nothing of them floats
_FROM_ELECTROLYTE = ("as", "sb", "bi", "ni", "fe")


def enclosed(p: TankhouseParameters, crops: TankhouseCrops, state: Values) -> Values:
    """Electrolyte [mL/kg] and slimes, settled and floating [ppm], that the deposit encloses."""
    walks, crop_normals, rough = crops.walks, crops.crop_normals, state["roughness"]
    lumpy = 1.0 + p.nodules_enclose * state["nodularity"]
    scatter = np.exp(p.slimes_walk * walks["slimes"] + p.slimes_luck * crop_normals["slimes"])
    settled = np.power(state["solids"] / p.suspended_solids, p.slimes_per_solids)
    drift = np.exp(p.floating_walk * walks["floating"] + p.floating_luck * crop_normals["floating"])
    return {
        "occluded_volume": occluded_volume(rough * lumpy, p.occluded_volume),
        "included_slimes": p.included_slimes * settled * scatter * lumpy * np.sqrt(rough),
        "floating_slimes": p.floating_slimes * (p.floating_least + state["floating"]) * drift * np.sqrt(rough),
    }


def contents(p: TankhouseParameters, crops: TankhouseCrops, state: Values, parts: Values) -> Values:
    """Contents of the lots [ppm] from the conditions and what the deposit encloses."""
    week, anodes = crops.week, crops.anodes
    result = _slimes(p, anodes, parts)
    for element in _FROM_ELECTROLYTE:
        result[element] = result.get(element, 0.0) + occluded_content(parts["occluded_volume"], week[element])
    sulphur = electrolyte_sulphur(week["h2so4"], week["cu"], week["ni"])
    result["s"] = occluded_content(parts["occluded_volume"], sulphur) * (1.0 + p.soiled_sulphur * state["dirt"])
    result["ag"] = result["ag"] + _silver(p, crops, state)
    result["fe"] = result["fe"] + _stray_iron(p, crops)
    result["ni"] = result["ni"] + p.contamination_ni * crops.faults["contamination"]
    for element in PARTICLES:
        result[element] = result[element] * np.exp(p.element_luck * crops.crop_normals[element])
    return {element: result[element] for element in ELEMENTS}


def _slimes(p: TankhouseParameters, anodes: Values, parts: Values) -> Values:
    """Contribution of settled and floating slimes [ppm]."""
    settled, floating = parts["included_slimes"], parts["floating_slimes"]
    left = sum((anodes[element] * share for element, share in SLIMES_SHARE.items()), np.zeros(1))
    mass = slimes_mass(left)
    result = {
        element: included_content(settled * p[f"carried_{element}"], slimes_content(anodes[element], share, mass))
        for element, share in SLIMES_SHARE.items()
        if element != "ni"
    }
    # Nickel comes as crystals of its oxide, which form in anodes rich in both.
    rich = anodes["ni"] / p.anode_ni * (anodes["o"] / p.anode_o)
    result["ni"] = p.nickel_oxide * (settled / p.included_slimes) * rich
    metals = np.maximum(anodes["sb"] + anodes["bi"], _TRACE)
    for element in ("sb", "bi"):
        result[element] += included_content(floating, 100.0 * p.floating_metals * anodes[element] / metals)
    result["as"] += included_content(floating, 100.0 * p.floating_arsenic)
    return result


def _silver(p: TankhouseParameters, crops: TankhouseCrops, state: Values) -> FloatArray:
    """Silver that plates out from solution [ppm]."""
    product = silver_chloride_product(state["temperature"], p.silver_product)
    rich = np.power(crops.anodes["ag"] / p.anode_ag, p.silver_per_anode)
    scatter = np.exp(p.silver_walk * crops.walks["silver"] + p.silver_luck * crops.crop_normals["silver"])
    dissolved = dissolved_silver(state["chloride"], product) * rich * scatter
    diffusion = diffusion_coefficient(state["temperature"], p.silver_diffusion)
    return diffusion_limited_content(dissolved, diffusion, state["layer"], crops.setpoints["current_density"])


def _stray_iron(p: TankhouseParameters, crops: TankhouseCrops) -> FloatArray:
    """Iron from tools, cranes and plates [ppm]."""
    scatter = np.exp(p.iron_walk * crops.walks["iron"] + p.iron_luck * crops.crop_normals["iron"])
    result: FloatArray = p.iron * scatter + p.contamination_fe * crops.faults["contamination"]
    return result
