"""What a deposit encloses and holds, with its equations written out."""

import numpy as np
import pytest

from synthetic_data.tankhouse import contents, surface

STAY = {"ag": 0.99, "se": 0.98, "te": 0.98, "pb": 0.98, "sb": 0.60, "bi": 0.60, "as": 0.25, "ni": 0.10}


@pytest.fixture
def state(uneven, crops):
    conditions, rng = surface.conditions(uneven, crops), np.random.default_rng(3)
    conditions |= {"roughness": rng.uniform(0.7, 1.6, (5, 4)), "nodularity": rng.uniform(0.3, 1.2, (5, 4))}
    return conditions | {"dirt": rng.uniform(0.5, 2.0, (5, 4))}


def test_what_the_deposit_encloses(uneven, crops, state):
    p, walks, crop_normals, rough = uneven, crops.walks, crops.crop_normals, state["roughness"]
    lumpy = 1.0 + p.nodules_enclose * state["nodularity"]
    expected = {
        "occluded_volume": p.occluded_volume * rough * lumpy,
        "included_slimes": p.included_slimes
        * (state["solids"] / p.suspended_solids) ** p.slimes_per_solids
        * np.exp(p.slimes_walk * walks["slimes"] + p.slimes_luck * crop_normals["slimes"])
        * lumpy
        * rough**0.5,
        "floating_slimes": p.floating_slimes
        * (p.floating_least + state["floating"])
        * np.exp(p.floating_walk * walks["floating"] + p.floating_luck * crop_normals["floating"])
        * rough**0.5,
    }
    result = contents.enclosed(p, crops, state)
    assert set(result) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-9, err_msg=name)


def test_contents(uneven, crops, state):
    p, week, anodes, crop_normals = uneven, crops.week, crops.anodes, crops.crop_normals
    parts = contents.enclosed(p, crops, state)
    volume, settled, floating = parts["occluded_volume"], parts["included_slimes"], parts["floating_slimes"]
    mass = sum(anodes[element] * share for element, share in STAY.items()) / 1000.0 / 0.58  # kg/t
    brought = {
        e: settled * p[f"carried_{e}"] * anodes[e] * share / mass / 1000.0 for e, share in STAY.items() if e != "ni"
    }
    metals = anodes["sb"] + anodes["bi"]
    kelvin = state["temperature"] + 273.15
    product = p.silver_product * np.exp(-65500.0 / 8.314462618 * (1.0 / kelvin - 1.0 / 337.15))
    diffusion = p.silver_diffusion * np.exp(-19200.0 / 8.314462618 * (1.0 / kelvin - 1.0 / 333.15))
    silver = 107868.0 * product / (state["chloride"] / 35450.0)  # mg/L
    silver = silver * (anodes["ag"] / p.anode_ag) ** p.silver_per_anode
    silver = silver * np.exp(p.silver_walk * crops.walks["silver"] + p.silver_luck * crop_normals["silver"])
    copper = crops.setpoints["current_density"] * 63.546 / (2.0 * 96485.33212)
    plated = 1e6 * silver * diffusion / (1e-3 * state["layer"]) / copper
    iron = p.iron * np.exp(p.iron_walk * crops.walks["iron"] + p.iron_luck * crop_normals["iron"])
    sulphur = 32.06 * (week["h2so4"] / 98.079 + week["cu"] / 63.546 + week["ni"] / 58.693)
    contaminated = crops.faults["contamination"]
    expected = {
        "ag": brought["ag"] + plated,
        "as": brought["as"] + floating * p.floating_arsenic + volume * week["as"],
        "sb": brought["sb"] + floating * p.floating_metals * anodes["sb"] / metals + volume * week["sb"],
        "bi": brought["bi"] + floating * p.floating_metals * anodes["bi"] / metals + volume * week["bi"],
        "se": brought["se"],
        "te": brought["te"],
        "pb": brought["pb"],
        "ni": p.nickel_oxide * settled / p.included_slimes * anodes["ni"] * anodes["o"] / p.anode_ni / p.anode_o
        + volume * week["ni"]
        + p.contamination_ni * contaminated,
        "fe": volume * week["fe"] + iron + p.contamination_fe * contaminated,
        "s": volume * sulphur * (1.0 + p.soiled_sulphur * state["dirt"]),
    }
    for element in ("sb", "bi", "se", "te", "pb"):
        expected[element] = expected[element] * np.exp(p.element_luck * crop_normals[element])
    result = contents.contents(p, crops, state, parts)
    assert list(result) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-9, err_msg=name)
