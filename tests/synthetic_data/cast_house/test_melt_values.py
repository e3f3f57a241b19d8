"""Melts worked out again from the same random numbers."""

import numpy as np
import pytest


def walked(state, normals, memory):
    """First-order walk, step by step."""
    retained, result = np.exp(-1.0 / memory), np.empty_like(normals)
    for t in range(normals.shape[-1]):
        state = retained * state + (1.0 - retained**2) ** 0.5 * normals[..., t]
        result[..., t] = state
    return result


@pytest.fixture
def numbers(house, draws):
    first, then, shape = draws["line"], draws["line.go"], house.charge.mass.shape
    value = house.plan.plant.value
    made = {"filter_casts": first.integers(2, 4, (3, 1)), "filter_phase": first.integers(0, 3, (3, 1))}
    made["rotor_cycle"] = np.round(value("rotor_life") / 0.5 * (0.8 + 0.4 * first.random((3, 1))))
    made["rotor_phase"] = np.floor(made["rotor_cycle"] * first.random((3, 1)))
    made["furnace"] = first.standard_normal((3, 3, 1))
    state = first.standard_normal((3, 3))
    made["n"] = then.standard_normal((5, *shape))
    made["walks"] = walked(state, then.standard_normal((3, *shape)), value("melt_memory"))
    made["cracked"], made["leak"] = then.random(shape), then.standard_normal(shape)
    made["degassing"] = then.standard_normal((2, *shape))
    return made


def test_filter_and_its_cracks(house, numbers):
    p, mass = house.p, house.charge.mass
    order = np.mod(np.arange(-112, 0) + numbers["filter_phase"], numbers["filter_casts"])
    age, bypass = np.zeros(mass.shape), np.zeros(mass.shape)
    cracks = numbers["cracked"] < p.crack_share
    charge_mass = np.broadcast_to(p.charge_mass, mass.shape)
    for unit in range(3):
        for t in range(mass.shape[1]):
            since = range(t - order[unit, t], t)  # casts through this filter before this one
            age[unit, t] = sum(mass[unit, s] if s >= 0 else charge_mass[unit, 0] for s in since)
            open_ = cracks[unit, t] or any(cracks[unit, s] for s in since if s >= 0)
            leak = min(p.bypass_usual[t] * np.exp(0.5 * numbers["leak"][unit, t]), 0.5)
            bypass[unit, t] = p.bypass_cracked[t] if open_ else leak
    assert cracks.any()
    np.testing.assert_allclose(house.melt.filter_age, age, rtol=1e-9)
    np.testing.assert_allclose(house.melt.bypass, bypass, rtol=1e-9)
    held = p.filter_fresh / (1.0 + (age / p.filter_scale) ** 2) * (1.0 - bypass)
    np.testing.assert_allclose(house.melt.filter_held, held, rtol=1e-9)


def test_rotor_flow_and_launder(house, numbers):
    p, melt, n = house.p, house.melt, numbers["n"]
    turned = np.mod(np.arange(-112, 0) + numbers["rotor_phase"], numbers["rotor_cycle"])
    np.testing.assert_allclose(melt.rotor_age, 0.5 * turned, rtol=1e-12)
    wear = p.rotor_wear * turned / numbers["rotor_cycle"] * np.exp(0.5 * numbers["walks"][0])
    condition = np.maximum(1.0 - wear, p.rotor_least) * np.exp(p.furnace_degasser_sd * numbers["furnace"][0])
    np.testing.assert_allclose(melt.rotor_condition, condition, rtol=1e-9)
    flow = house.setpoints["cast_speed"] + house.setpoints["cast_speed"] * p.speed_error * n[0]
    np.testing.assert_allclose(melt.metal_flow, flow, rtol=1e-9)
    launder = house.charge.melt_temperature - p.launder_drop * p.speed_usual / flow + p.launder_sd * n[1]
    np.testing.assert_allclose(melt.launder_temperature, launder, rtol=1e-9)


def vapour_of(supply):
    """Pressure of water vapour in the air [kPa]."""
    t = supply.air_temperature
    return 0.01 * supply.humidity * 0.6112 * np.exp(17.62 * t / (243.12 + t))


def dissolved(celsius, pressure):
    """Hydrogen in equilibrium with a pressure [kPa] of hydrogen [mL/kg]."""
    return 10.0 * 10.0 ** (2.796 - 2760.0 / (celsius + 273.15)) * (pressure / 101.325) ** 0.5


def test_hydrogen_inclusions_and_index_with_the_answers_of_the_crew(house, numbers, draws):
    p, melt, n, setpoints, walks = house.p, house.melt, numbers["n"], house.setpoints, numbers["walks"]
    furnace, vapour = numbers["furnace"], vapour_of(house.supply)
    moist = np.exp(p.moisture_sd * walks[1] + p.furnace_moisture_sd * furnace[1] + p.moisture_cast_sd * n[2])
    before = dissolved(house.charge.melt_temperature, p.uptake * moist * (vapour + p.flux_moisture))
    np.testing.assert_allclose(melt.hydrogen_before, before, rtol=1e-9)
    floor = dissolved(melt.launder_temperature, p.floor_uptake * vapour)
    raised = p.inclusions_usual * np.exp(
        p.inclusion_sd * walks[2]
        + p.inclusion_cast_sd * n[3]
        + p.furnace_inclusion_sd * furnace[2]
        + p.inclusions_by_scrap * (setpoints["scrap_return"] - p.scrap_usual)
        - p.inclusions_by_flux * (setpoints["flux_dose"] - p.flux_usual)
    )
    afloat = 0.3 + 0.7 * np.exp(-setpoints["settling_time"] / p.sinking_time)
    passing = raised * (house.charge.loss / p.loss_usual) ** 0.7 * afloat * (1.0 - melt.filter_held)
    gas, rotor = setpoints["degasser_gas"], setpoints["degasser_rotor"]
    units = p.degassing_constant * melt.rotor_condition * (gas / 4.0) ** 0.6 * (rotor / 500.0) ** 1.2
    units = units * 22.0 / melt.metal_flow
    after = floor + (before - floor) * np.exp(-units)
    np.testing.assert_allclose(melt.hydrogen_after, after, rtol=1e-9)
    vortex = np.maximum(rotor / p.vortex_speed - 1.0, 0.0)
    inclusions = passing * np.exp(-p.flotation * units) * (1.0 + p.vortex_inclusions * vortex)
    np.testing.assert_allclose(melt.inclusions, inclusions, rtol=1e-9)
    shows = p.index_base + p.index_hydrogen * after**2 + p.index_inclusions * inclusions
    np.testing.assert_allclose(melt.density_index, shows * np.exp(p.index_error * n[4]), rtol=1e-9)

    # Every eight casts the crew answers the mean logarithm of the index before over the one that it wants.
    habit = draws["crew"].standard_normal((8, 3, 1))
    wanted_gas = p.gas_usual + p.habit_degasser_gas * habit[6] + p.gas_sd * numbers["degassing"][0]
    wanted_gas = wanted_gas + p.gas_per_vapour * np.log(vapour / p.vapour_usual) + house.tests["degasser_gas"]
    wanted_rotor = p.rotor_usual + p.habit_degasser_rotor * habit[7] + p.rotor_sd * numbers["degassing"][1]
    shown = np.zeros((3, 1))
    for start in range(0, 112, 8):
        part = slice(start, start + 8)
        answer = wanted_gas[:, part] + p.gas_per_index[part] * shown
        np.testing.assert_allclose(gas[:, part], np.clip(answer, *house.limits["degasser_gas"]), rtol=1e-9)
        answer = wanted_rotor[:, part] + p.rotor_per_index[part] * shown
        np.testing.assert_allclose(rotor[:, part], np.clip(answer, *house.limits["degasser_rotor"]), rtol=1e-9)
        shown = np.log(melt.density_index[:, part] / p.index_wanted[part]).mean(axis=1, keepdims=True)
