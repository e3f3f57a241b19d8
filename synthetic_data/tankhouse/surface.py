"""Growth of a crop: conditions at the plates, roughness, nodules, and causes of contamination."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.refining.anode_slimes import arsenic_ratio, floating_share
from physics.refining.diffusion_layer import diffusion_coefficient, diffusion_layer_thickness, limiting_current
from physics.refining.nodulation import additive_error, chance_of_any, effective_dose, expected_nodules
from synthetic_data.tankhouse.crops import TankhouseCrops, Values
from synthetic_data.tankhouse.parameters import GrowthParameters

_MOST_POLARISATION = 0.95  # beyond it copper comes as powder


def conditions(p: GrowthParameters, crops: TankhouseCrops) -> Values:
    """True temperature, chloride, solids, polarisation, floating slimes and errors of additives."""
    week, setpoints, crop_normals = crops.week, crops.setpoints, crops.crop_normals
    temperature = (
        setpoints["electrolyte_temperature"] - week["cooling"] + p.temperature_luck * crop_normals["temperature"]
    )
    # The feed of a group is trimmed by the difference of its set-point from the plant's.
    chloride = np.maximum(week["cl"] + setpoints["chloride"] - week["chloride_target"], p.chloride_least)
    current, flow = setpoints["current_density"], setpoints["cell_flow"]
    layer = diffusion_layer_thickness(current, flow, p.diffusion_layer)
    diffusion = diffusion_coefficient(temperature, p.copper_diffusion)
    ratio = arsenic_ratio(crops.anodes["as"], crops.anodes["sb"], crops.anodes["bi"])
    floating = floating_share(ratio, p.floating_bound, p.floating_steepness)
    stirred = np.power(flow / p.cell_flow, p.solids_per_flow)
    scatter = np.exp(p.solids_group_sd * crops.traits["solids"] + p.solids_luck * crop_normals["solids"])
    thiourea = _additive_error(p, setpoints["thiourea_dose"], temperature, p.thiourea_best)
    salted = additive_error(chloride, p.chloride_best)
    return {
        "temperature": temperature,
        "chloride": chloride,
        "layer": layer,
        "polarisation": np.minimum(current / limiting_current(week["cu"], diffusion, layer), _MOST_POLARISATION),
        "floating": floating,
        "solids": week["solids"] * stirred * scatter * (1.0 + p.solids_per_floating * floating),
        "best_glue": p.glue_best * np.exp(p.glue_group_sd * crops.traits["glue"]) / week["glue_activity"],
        "other_error": p.thiourea_weight * np.square(thiourea) + p.chloride_weight * np.square(salted),
    }


def roughness_without_additives(p: GrowthParameters, crops: TankhouseCrops, state: Values) -> FloatArray:
    """Logarithm of the roughness that the best additives would leave."""
    plates = crops.faults["bent_plates"] + p.undetected_shorts * crops.faults["short_detection"]
    worn = p.alignment_sd * crops.traits["alignment"] + p.alignment_wear * (crops.wear - 0.5)
    hidden = p.rough_walk * crops.walks["rough"] + p.rough_luck * crops.crop_normals["rough"]
    result: FloatArray = (
        p.roughness_per_polarisation * np.log(state["polarisation"] / p.usual_polarisation)
        + p.roughness_per_solids * np.log(state["solids"] / p.suspended_solids)
        + p.bent_rise * plates
        + worn
        + hidden
    )
    return result


def glue_error(p: GrowthParameters, state: Values, dose: FloatArray, at: int | slice = slice(None)) -> FloatArray:
    """Squared error of the glue, too little or too much, in all crops or one."""
    return np.square(_additive_error(p, dose, state["temperature"][at], state["best_glue"][at]))


def _additive_error(
    p: GrowthParameters, dose: FloatArray, temperature: FloatArray, best: FloatArray | float
) -> FloatArray:
    """Error of an additive; the electrolyte that comes back always brings a little."""
    return additive_error(effective_dose(np.maximum(dose, p.additive_least), temperature), best)


def nodules(p: GrowthParameters, crops: TankhouseCrops, state: Values) -> Values:
    """Probability of rejection for nodules, and nodularity on a logarithmic scale from 0."""
    count = expected_nodules(state["solids"], state["squared_error"], state["polarisation"], p.usual_nodules)
    count = count * np.exp(p.nodules_walk * crops.walks["rough"] + p.nodules_plates * crops.faults["bent_plates"])
    # A lot has more or fewer nodules than the mean, which its shorts, electrolyte and slimes show.
    scattered = count / p.usual_nodules * np.exp(p.nodular_luck * crops.crop_normals["nodular"])
    return {"nodules": chance_of_any(np.minimum(count, p.nodules_most)), "nodularity": np.log1p(scattered)}


def soiling(p: GrowthParameters, crops: TankhouseCrops, state: Values) -> Values:
    """Probability that the lot is rejected for sulphate or dirt, and how soiled it is over the usual."""
    crystals = np.exp(p.soiling_per_copper * (crops.week["cu"] - p.copper_wanted))
    washing = np.exp((p.wash_temperature - crops.week["wash_temperature"]) / p.wash_scale)
    dirt = crystals * washing * np.sqrt(state["roughness"])
    return {"soiling": chance_of_any(p.usual_soiling * dirt), "dirt": dirt}
