"""Conditions at the plates, roughness, nodules and dirt, with their equations written out."""

import copy

import numpy as np
import pytest

from synthetic_data.tankhouse import surface


def check(result, expected):
    assert set(result) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-9, err_msg=name)


def effective(dose, temperature):
    """Dose of the same effect at 64 °C."""
    return dose * np.exp(-0.08 * (temperature - 64.0))


def arrhenius(temperature):
    return np.exp(-19200.0 / 8.314462618 * (1.0 / (temperature + 273.15) - 1.0 / 333.15))


def test_conditions(uneven, crops):
    p, week, setpoints, crop_normals = uneven, crops.week, crops.setpoints, crops.crop_normals
    temperature = (
        setpoints["electrolyte_temperature"] - week["cooling"] + p.temperature_luck * crop_normals["temperature"]
    )
    chloride = week["cl"] + (setpoints["chloride"] - week["chloride_target"])
    assert (chloride > p.chloride_least).all()
    current, flow, anodes = setpoints["current_density"], setpoints["cell_flow"], crops.anodes
    layer = p.diffusion_layer * (current / 300.0) ** -0.2 * (flow / 30.0) ** -0.1
    limit = 2.0 * 96485.33212 * week["cu"] / 63.546e-6 * p.copper_diffusion * arrhenius(temperature) / layer
    ratio = anodes["as"] / 74.922 / (anodes["sb"] / 121.760 + anodes["bi"] / 208.980)
    floating = 1.0 / (1.0 + (ratio / p.floating_bound) ** p.floating_steepness)
    thiourea = np.log(effective(setpoints["thiourea_dose"], temperature) / p.thiourea_best)
    check(
        surface.conditions(p, crops),
        {
            "temperature": temperature,
            "chloride": chloride,
            "layer": layer,
            "polarisation": current / limit,
            "floating": floating,
            "solids": week["solids"]
            * (flow / p.cell_flow) ** p.solids_per_flow
            * np.exp(p.solids_group_sd * crops.traits["solids"] + p.solids_luck * crop_normals["solids"])
            * (1.0 + p.solids_per_floating * floating),
            "best_glue": p.glue_best * np.exp(p.glue_group_sd * crops.traits["glue"]) / week["glue_activity"],
            "other_error": p.thiourea_weight * thiourea**2
            + p.chloride_weight * np.log(chloride / p.chloride_best) ** 2,
        },
    )


def test_bounds_of_conditions(uneven, crops):
    crops.week["cl"], crops.week["cu"] = np.full((5, 1), -100.0), np.full((5, 1), 1.0)
    conditions = surface.conditions(uneven, crops)
    assert (conditions["chloride"] == uneven.chloride_least).all()
    assert (conditions["polarisation"] == 0.95).all()


def test_roughness_and_glue(uneven, crops):
    p = uneven
    state = surface.conditions(p, crops)
    plates = crops.faults["bent_plates"] + p.undetected_shorts * crops.faults["short_detection"]
    expected = (
        p.roughness_per_polarisation * np.log(state["polarisation"] / p.usual_polarisation)
        + p.roughness_per_solids * np.log(state["solids"] / p.suspended_solids)
        + p.bent_rise * plates
        + p.alignment_sd * crops.traits["alignment"]
        + p.alignment_wear * (crops.wear - 0.5)
        + p.rough_walk * crops.walks["rough"]
        + p.rough_luck * crops.crop_normals["rough"]
    )
    np.testing.assert_allclose(surface.roughness_without_additives(p, crops, state), expected, rtol=1e-9)
    dose = crops.setpoints["glue_dose"]
    error = np.log(effective(dose, state["temperature"]) / state["best_glue"]) ** 2
    np.testing.assert_allclose(surface.glue_error(p, state, dose), error, rtol=1e-9)
    np.testing.assert_allclose(surface.glue_error(p, state, dose[2], 2), error[2], rtol=1e-9)
    least = np.log(effective(p.additive_least, state["temperature"]) / state["best_glue"]) ** 2
    np.testing.assert_allclose(surface.glue_error(p, state, 0.0 * dose), least, rtol=1e-9)


@pytest.fixture
def state(uneven, crops):
    conditions = surface.conditions(uneven, crops)
    rng = np.random.default_rng(3)
    return conditions | {"squared_error": rng.uniform(0.05, 0.4, (5, 4)), "roughness": rng.uniform(0.7, 1.6, (5, 4))}


def test_nodules(uneven, crops, state):
    p = copy.copy(uneven)
    vars(p)["nodules_most"] = 5.0
    relative = (
        (state["solids"] / 2.0) ** 1.5
        * (1.0 + 10.0 * state["squared_error"])
        * (state["polarisation"] / 0.3) ** 3
        * np.exp(p.nodules_walk * crops.walks["rough"] + p.nodules_plates * crops.faults["bent_plates"])
    )
    check(
        surface.nodules(p, crops, state),
        {
            "nodules": 1.0 - np.exp(-np.minimum(p.usual_nodules * relative, 5.0)),
            "nodularity": np.log(1.0 + relative * np.exp(p.nodular_luck * crops.crop_normals["nodular"])),
        },
    )
    vars(p)["nodules_most"] = 1e-3
    assert surface.nodules(p, crops, state)["nodules"].max() == pytest.approx(1.0 - np.exp(-1e-3), rel=1e-9)


def test_soiling(uneven, crops, state):
    p = uneven
    dirt = (
        np.exp(p.soiling_per_copper * (crops.week["cu"] - p.copper_wanted))
        * np.exp((p.wash_temperature - crops.week["wash_temperature"]) / p.wash_scale)
        * state["roughness"] ** 0.5
    )
    check(surface.soiling(p, crops, state), {"soiling": 1.0 - np.exp(-p.usual_soiling * dirt), "dirt": dirt})
