"""Charges worked out again from the same random numbers."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from synthetic_data.cast_house.charge import ELEMENTS, CastHouseFurnaces

# Castings of AlSi9Cu3, profiles of 6063, sheet of 5052 and of 7075 [ppm].
ALLOYS = {
    "fe": (8000.0, 2500.0, 2500.0, 2500.0),
    "si": (85000.0, 4500.0, 1300.0, 2000.0),
    "ga": (100.0, 100.0, 100.0, 100.0),
    "v": (100.0, 100.0, 100.0, 100.0),
    "zn": (8000.0, 300.0, 300.0, 56000.0),
    "cu": (28000.0, 300.0, 300.0, 16000.0),
    "mg": (2500.0, 5500.0, 25000.0, 25000.0),
    "ni": (1000.0, 50.0, 50.0, 50.0),
    "na": (0.0, 0.0, 0.0, 0.0),
}


@pytest.fixture
def numbers(house, draws):
    first, then, shape = draws["furnaces"], draws["furnaces.go"], house.charge.mass.shape
    cycle = np.round(house.plan.plant.value("tool_life") / 0.5 * (0.8 + 0.4 * first.random((3, 1))))
    phase = np.floor(cycle * first.random((3, 1)))
    furnace = first.standard_normal((3, 3, 1))
    n, u = then.standard_normal((7, *shape)), then.random((2, *shape))
    return {
        **{"cycle": cycle, "phase": phase, "furnace": furnace, "n": n, "u": u},
        **{"scrap_n": then.standard_normal((2, *shape)), "scrap_u": then.random((3, *shape))},
    }


def scrap_of(house, numbers):
    """Contents of the returned scrap by element, and alloy in the charge [%]."""
    p, n, u, given = house.p, numbers["scrap_n"], numbers["scrap_u"], house.setpoints["scrap_return"]
    alloyed = u[0] < p.alloy_share * given / p.scrap_usual
    part = np.where(alloyed, p.alloy_least + (p.alloy_most - p.alloy_least) * u[1], 0.0)
    kind = np.floor(4.0 * u[2]).astype(int)
    scrap = {}
    for element in ELEMENTS:
        clean = p[f"scrap_{element}"] * np.exp(p[f"scrap_sd_{element}"] * (p.scrap_alike * n[0] + n[1]))
        scrap[element] = (1.0 - part) * clean + part * np.array(ALLOYS[element])[kind]
    return scrap, part * given


def tools_of(house, numbers):
    """Iron of tools [ppm], and their age [d]."""
    p, n, u, furnace = house.p, numbers["n"], numbers["u"], numbers["furnace"]
    age = np.mod(np.arange(-112, 0) + numbers["phase"], numbers["cycle"])
    typical = p.tool_iron * (age / numbers["cycle"]) ** 2 * np.exp(0.5 * n[3] + 0.3 * furnace[1])
    broken = np.where(u[0] < p.broken_tool_share, p.broken_tool_iron * np.exp(p.broken_tool_sd * (2 * u[1] - 1)), 0.0)
    return typical + broken, 0.5 * age


def test_mass_share_temperature_and_loss(house, numbers):
    p, n, charge, furnace = house.p, numbers["n"], house.charge, numbers["furnace"]
    np.testing.assert_allclose(charge.mass, p.charge_mass + p.charge_mass * p.charge_sd * n[0], rtol=1e-9)
    share = np.clip(house.setpoints["high_purity_share"] + p.tap_error * n[1], 0.0, 100.0)
    np.testing.assert_allclose(charge.share, share, rtol=1e-9)
    melt = house.setpoints["melt_temperature"] + p.melt_error * n[2] + p.furnace_melt_sd * furnace[0]
    np.testing.assert_allclose(charge.melt_temperature, melt, rtol=1e-9)
    time = house.setpoints["settling_time"] + 25.0
    loss = p.loss_usual * np.exp(p.loss_sd * n[4]) * (time / 40.0) ** 0.5 * np.exp(0.012 * (melt - 720.0))
    np.testing.assert_allclose(charge.loss, loss, rtol=1e-9)


def test_scrap_and_tools(house, numbers):
    _, alloy = scrap_of(house, numbers)
    assert (alloy > 0.0).any()
    np.testing.assert_allclose(house.charge.alloy, alloy, rtol=1e-9)
    tools, age = tools_of(house, numbers)
    np.testing.assert_allclose(house.charge.iron["tools"], tools, rtol=1e-9)
    np.testing.assert_allclose(house.charge.tool_age, age, rtol=1e-12)


def test_contents_and_where_iron_came_from(house, numbers):
    p, n, tapped, charge = house.p, numbers["n"], house.tapped, house.charge
    share, returned = 0.01 * charge.share, 0.01 * house.setpoints["scrap_return"]
    scrap, _ = scrap_of(house, numbers)
    tools, _ = tools_of(house, numbers)
    metal = dict(tapped.traces)
    for name, failing in (("fe", tapped.failing.iron), ("si", tapped.failing.silicon)):
        high_purity, ordinary = tapped.metal[name]
        metal[name] = (1.0 - share) * (ordinary + p.tap_share * failing) + share * high_purity
    stirred = np.exp(p.stirring_sd * n[5] + p.furnace_stirring_sd * numbers["furnace"][2])
    flux, time = house.setpoints["flux_dose"], house.setpoints["settling_time"] + 25.0
    left = {
        "na": np.exp(-p.flux_sodium * stirred * flux - time / p.sodium_time),
        "mg": np.exp(-p.flux_magnesium * stirred * flux),
    }
    for element in ELEMENTS:
        mixed = (1.0 - returned) * metal[element] + returned * scrap[element] + (tools if element == "fe" else 0.0)
        cast = mixed * left.get(element, 1.0) / (1.0 - 0.01 * charge.loss)
        np.testing.assert_allclose(charge.contents[element], cast, rtol=1e-9, err_msg=element)
    failing = (1.0 - returned) * (1.0 - share) * p.tap_share * tapped.failing.iron
    np.testing.assert_allclose(charge.iron["failing"], failing, rtol=1e-9)
    np.testing.assert_allclose(charge.iron["scrap"], returned * scrap["fe"], rtol=1e-9)
    pots = (1.0 - returned) * ((1.0 - share) * tapped.metal["fe"][1] + share * tapped.metal["fe"][0])
    np.testing.assert_allclose(charge.iron["pots"], pots, rtol=1e-9)


def test_tools_that_break_down_bring_much_iron(house, draws):
    """As above in a house where they often do: half of the uniforms lie on either side of a half."""
    parameters = copy.copy(house.p)
    vars(parameters)["broken_tool_share"] = np.full_like(house.p.broken_tool_share, 0.5)
    supply = replace(house.supply, parameters=parameters)
    furnaces = CastHouseFurnaces(house.plan, house.block, draws["furnaces"])
    result = furnaces.advance(supply, house.tapped, house.setpoints, draws["furnaces.go"])
    furnace = furnaces._furnace[1]
    twin = copy.deepcopy(house.draws["furnaces.go"])
    n, u = twin.standard_normal((7, 3, 112)), twin.random((2, 3, 112))
    worn = np.mod(np.arange(-112, 0) + furnaces._tool_phase, furnaces._tool_cycle) / furnaces._tool_cycle
    p = parameters
    typical = p.tool_iron * worn**2 * np.exp(0.5 * n[3] + 0.3 * furnace)
    broken = p.broken_tool_iron * np.exp(p.broken_tool_sd * (2.0 * u[1] - 1.0))
    np.testing.assert_allclose(result.iron["tools"], typical + np.where(u[0] < 0.5, broken, 0.0), rtol=1e-9)
