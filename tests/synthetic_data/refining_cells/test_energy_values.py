"""Voltage, energy and heat of a section put together again from their equations."""

from dataclasses import replace

import numpy as np

from synthetic_data.refining_cells import energy


def test_gap_is_what_anodes_have_left(p, sections):
    nothing = np.zeros(sections.swing.shape)
    result = energy.voltage(p, sections, nothing, nothing)["gap"]
    np.testing.assert_allclose(result, 0.5 * (100.0 - 47.0 - 3.25) + sections.recessed)


def test_voltage_by_its_parts(p, sections):
    grown, still = sections.grown, replace(sections, swing=np.zeros(sections.swing.shape))
    week, state = grown.crops.week, grown.state
    passive, shorted = np.full(still.swing.shape, 0.1), np.full(still.swing.shape, 2.0)
    kappa = 0.134 - 0.00356 * week["cu"] + 0.00249 * week["h2so4"] + 0.00426 * state["temperature"]
    kappa = kappa - 0.0035 * week["ni"] - 0.002 * week["as"]
    j, thermal = still.current_density, 8.314462618 * (state["temperature"] + 273.15) / 96485.33212
    gap = 24.875 + sections.recessed
    drop = p.contact_drop + p.slime_drop * (7.0 * (grown.place + 0.5) / 21.0 - 0.5)
    drop = drop + p.contact_wear * (grown.crops.wear - 0.5)
    expected = 1e-5 * j * gap / kappa + 2.0 * thermal * np.arcsinh(j / 140.0)
    expected = expected - 0.5 * thermal * np.log1p(-state["polarisation"]) + drop * j / 300.0
    expected = expected + p.voltage_group_sd * grown.crops.traits["voltage"] - p.voltage_per_short * 2.0
    result = energy.voltage(p, still, passive, shorted)
    np.testing.assert_allclose(result["cell_voltage"], expected + 0.1 * p.passive_drop, rtol=1e-9)
    np.testing.assert_allclose(result["voltages"], result["cell_voltage"][None] + 0 * result["voltages"], rtol=1e-9)


def test_anodes_and_deposit_feel_the_current_of_the_valley(p, sections):
    nothing = np.zeros(sections.swing.shape)
    result = energy.voltage(p, sections, nothing, nothing)["polarisation"]
    np.testing.assert_allclose(result, sections.grown.state["polarisation"] * (1.0 + 0.01 * sections.swing))


def test_a_swing_costs_a_little_energy(p, sections):
    nothing, still = np.zeros(sections.swing.shape), replace(sections, swing=np.zeros(sections.swing.shape))
    flat = energy.energy(p, still, energy.voltage(p, still, nothing, nothing)["voltages"])
    swung = energy.energy(p, sections, energy.voltage(p, sections, nothing, nothing)["voltages"])
    more = swung["energy"] / flat["energy"] - 1.0
    assert (more > 0).all()
    # half of a third of the current squared, at most in proportion to voltage: (1/1) 2/3 s²
    assert (more < 2.0 / 3.0 * (0.01 * sections.swing) ** 2 * 1.1).all()


def test_energy_by_hand(p, sections):
    volts = np.stack([np.full(sections.swing.shape, v) for v in (0.34, 0.32, 0.30)])
    result = energy.energy(p, sections, volts)
    current = sections.current_density * 0.11
    running = 1.0 - sections.faults["rectifier"]
    valley = 20.0 * current * (1.0 + 0.01 * sections.swing) * 0.34 * 8.0 * running
    peak = 20.0 * current * (1.0 - 0.01 * sections.swing) * 0.30 * 8.0 * running
    np.testing.assert_allclose(result["energy_valley"], valley)
    np.testing.assert_allclose(result["energy_peak"], peak)
    np.testing.assert_allclose(result["energy"], valley + peak + 20.0 * current * 0.32 * 8.0 * running)


def test_steam_makes_the_heat_close(p, sections):
    direct = np.full(sections.swing.shape, 5000.0)  # kWh/d
    result = energy.heat(p, sections, direct)
    ambient = sections.grown.crops.week["ambient_temperature"]
    hall = 24.0 + 0.5 * (ambient - 15.0) + 0 * direct
    temperature = sections.grown.state["temperature"]

    def pressure(t):
        return 0.6112 * np.exp(17.62 * t / (243.12 + t))

    evaporated = 0.09 * 120.0 * (pressure(temperature) - 0.6 * pressure(hall))
    np.testing.assert_allclose(result["heat_evaporated"], evaporated, rtol=1e-6)
    walls = 20.0 * p.heat_conductance * (temperature - hall)
    np.testing.assert_allclose(result["heat_walls"], walls, rtol=1e-9)
    np.testing.assert_allclose(result["heat_joule"], 5000.0 / 24.0)
    np.testing.assert_allclose(result["steam"], 3.6 / 2.1 * (evaporated + walls - 5000.0 / 24.0), rtol=1e-6)
    hot = energy.heat(p, sections, 4.0 * direct)
    assert (hot["steam"] == 0.0).all()
    np.testing.assert_allclose(hot["heat_cooled"], 4.0 * 5000.0 / 24.0 - evaporated - walls, rtol=1e-6)
