"""Results of a line's day: hydrate and alumina, soda, heat, product quality, buyer's discounts."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.bayer.heat import calciner_heat, digestion_heat, evaporation_heat, thermal_energy
from physics.bayer.precipitation import product_soda
from physics.bayer.soda import bound_soda, liquor_per_tonne, silica_of_bauxite, sodium_hydroxide_of
from physics.refining.lead_economics import share_above
from synthetic_data.precipitation.circuit import Values
from synthetic_data.precipitation.parameters import PrecipitationParameters

_LIME_USUAL = 15.0  # kg/t bauxite, of the coefficients
# What a buyer's limits are compared with: the quantity, its limit and how lots of a day scatter.
LIMITED = ("na2o", "product_fines", "loi")


def soda(p: PrecipitationParameters, state: Values, grown: Values, walks: Values, normals: Values) -> Values:
    """Losses of caustic soda [kg/t as NaOH], and soda in the product [%]."""
    na2o = product_soda(
        grown["mean_square"],
        grown["train_temperature"],
        grown["caustic"],
        p.occluded_floor,
        p.occluded_slope,
        p.leachable_soda,
    ) * np.exp(p.na2o_scatter * normals["na2o"])
    per_silica = p.soda_per_silica * (1.0 - p.soda_per_lime * (grown["lime_dose"] - _LIME_USUAL))
    silica = silica_of_bauxite(state["silica"], state["available"], p.extraction)
    result = {
        "soda_bound": bound_soda(silica, per_silica),
        "soda_mud": p.mud_soda * np.exp(p.mud_soda_sd * (state["mud"] + walks["mud"])),
        "soda_product": sodium_hydroxide_of(na2o),
        "soda_other": p.other_soda * np.exp(p.other_soda_sd * walks["other"]),
        "na2o": na2o,
    }
    parts = ("soda_bound", "soda_mud", "soda_product", "soda_other")
    return result | {"soda_loss": np.sum([result[part] for part in parts], axis=0)}


def heat(p: PrecipitationParameters, grown: Values, traits: Values, walks: Values) -> Values:
    """Heat that steam brings and fuel that is burnt [GJ/t]."""
    approach = p.approach + p.approach_line_sd * traits["approach"] + p.approach_sd * walks["approach"]
    approach = approach + p.approach_per_kelvin * (grown["digestion_temperature"] - p.digestion_temperature)
    lost = p.calciner_loss + p.calciner_line_sd * traits["calciner"] + p.calciner_sd * walks["calciner"]
    result = {
        "heat_digestion": digestion_heat(liquor_per_tonne(grown["precipitation_yield"]), approach),
        "heat_mud": np.full(approach.shape, p.mud_heat),
        "heat_slurry": np.full(approach.shape, p.slurry_heat),
        "heat_evaporation": evaporation_heat(grown["evaporation_rate"], p.steam_economy, p.steam_enthalpy),
        "calciner_fuel": calciner_heat(grown["calciner_temperature"], lost, p.calciner_per_kelvin),
    }
    steam = result["heat_digestion"] + result["heat_mud"] + result["heat_slurry"] + result["heat_evaporation"]
    burnt = thermal_energy(steam, result["calciner_fuel"], p.steam_efficiency, p.other_fuel)
    return result | {"heat_steam": steam, "boiler_fuel": steam / p.steam_efficiency, "thermal_energy": burnt}


def alumina(p: PrecipitationParameters, grown: Values, faults: Values, normals: Values) -> Values:
    """Properties of the calcined product: sizes, attrition, surface, loss on ignition, impurities."""
    hotter = grown["calciner_temperature"] - p.calciner_temperature
    coarse = 1.0 - grown["product_fines"] / p.usual_fines
    return {
        "attrition": np.maximum(
            p.attrition
            - p.attrition_per_agglomeration * (grown["agglomeration"] - 1.0)
            - p.attrition_per_coarse * coarse
            + p.attrition_sd * normals["attrition"],
            1.0,
        ),
        "bet": p.bet - p.bet_per_kelvin * hotter + p.bet_sd * normals["bet"],
        "loi": p.loi * np.exp(-p.loi_per_kelvin * hotter + p.loi_sd * normals["loi"])
        + p.loi_trip * faults["calciner_trip"],
        "alpha": p.alpha * np.exp(p.alpha_per_kelvin * hotter + p.alpha_sd * normals["alpha"]),
        "sio2": p.sio2 * np.exp(p.impurity_sd * normals["sio2"]) + p.polymer_sio2 * faults["polymer"],
        "fe2o3": p.fe2o3 * np.exp(p.impurity_sd * normals["fe2o3"]) + p.polymer_fe2o3 * faults["polymer"],
        "cao": p.cao * np.exp(p.cao_per_lime * (grown["lime_dose"] - _LIME_USUAL) + p.impurity_sd * normals["cao"]),
    }


def discounted(p: PrecipitationParameters, truth: Values) -> FloatArray:
    """Share of a day's lots that break a buyer's limit of soda, fines or loss on ignition."""
    retained = np.ones_like(truth["na2o"])
    for name in LIMITED:
        retained = retained * (
            1.0 - share_above(np.maximum(truth[name], 1e-3), p[f"highest_{name}"], p[f"lots_{name}"])
        )
    result: FloatArray = 1.0 - retained
    return result
