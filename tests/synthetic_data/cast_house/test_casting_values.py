"""Casts worked out again from the same random numbers."""

from dataclasses import replace

import numpy as np
import pytest

from synthetic_data.cast_house.casting import IngotMoulds


def walked(state, normals, memory):
    """First-order walk, step by step."""
    retained, result = np.exp(-1.0 / memory), np.empty_like(normals)
    for t in range(normals.shape[-1]):
        state = retained * state + (1.0 - retained**2) ** 0.5 * normals[..., t]
        result[..., t] = state
    return result


@pytest.fixture
def numbers(house, draws):
    first, then, shape = draws["moulds"], draws["moulds.go"], house.charge.mass.shape
    state, furnace = first.standard_normal((2, 3)), first.standard_normal((2, 3, 1))
    n, u, normals = then.standard_normal((4, *shape)), then.random((3, *shape)), then.standard_normal((2, *shape))
    walks = walked(state, normals, house.plan.plant.value("swing_memory"))
    return n, u, walks, furnace


def test_moulds_and_water(house, numbers):
    (n, _, walks, furnace), p = numbers, house.p
    swing = p.swing_usual * np.exp(p.swing_sd * walks[0] + 0.25 * n[0] + 0.15 * furnace[0])
    np.testing.assert_allclose(house.cast.level_swing, swing, rtol=1e-9)
    water = p.water_usual * np.exp(p.water_sd * walks[1] + 0.01 * n[1])
    np.testing.assert_allclose(house.cast.water_flow, water, rtol=1e-9)
    mould = house.setpoints["mould_temperature"] + p.mould_error * n[2]
    np.testing.assert_allclose(house.cast.mould_temperature, mould, rtol=1e-9)


def test_chances_of_defects(house, numbers):
    (n, u, _, furnace), p, melt, cast = numbers, house.p, house.melt, house.cast
    hydrogen = np.log(melt.hydrogen_after / p.hydrogen_harmful) + p.pick_up_sd * n[3]
    dirt = np.log(melt.inclusions) - np.log(p.inclusions_harmful)
    heat = (
        0.1 * (melt.launder_temperature - p.launder_best)
        + 0.025 * (cast.mould_temperature - p.mould_usual)
        + 0.15 * (melt.metal_flow - p.speed_usual)
        - 4.0 * (cast.water_flow / p.water_usual - 1.0)
    )
    odds = {
        "porosity": p.porosity_odds + p.porosity_by_hydrogen * hydrogen + p.porosity_by_inclusions * dirt,
        "inclusions": p.inclusion_odds + p.inclusion_by_count * dirt,
        "surface": p.surface_odds
        + p.surface_by_heat * heat**2
        + p.surface_by_swing * (cast.level_swing / p.swing_usual - 1.0)
        + p.surface_furnace_sd * furnace[1],
    }
    assert list(cast.probabilities) == list(odds)
    for i, (name, values) in enumerate(odds.items()):
        probability = 1.0 / (1.0 + np.exp(-values))
        np.testing.assert_allclose(cast.probabilities[name], probability, rtol=1e-9)
        assert np.array_equal(cast.rejected[name], 1.0 * (u[i] < probability))


def test_no_reject_is_ever_certain(house, draws):
    moulds = IngotMoulds(house.plan, house.block, draws["moulds"])
    foul = replace(house.melt, inclusions=house.melt.inclusions * 1e30)
    probabilities = moulds.advance(house.p, foul, house.setpoints, draws["moulds.go"]).probabilities["inclusions"]
    np.testing.assert_allclose(probabilities, 1.0 / (1.0 + np.exp(-12.0)), rtol=1e-12)
