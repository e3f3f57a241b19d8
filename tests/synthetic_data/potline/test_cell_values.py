"""What happens between anode and metal in a day, with its equations written out."""

from math import factorial

import numpy as np
import pytest

from physics.reduction.cell_voltage import voltage_line
from physics.reduction.cryolite import eutectic_temperature, liquidus_solheim_1996
from synthetic_data.potline import cell

near = np.testing.assert_allclose


def test_design_and_wear(uneven, pots):
    p, result = uneven, cell.design(uneven)
    assert (result.anode_face, result.anodes, result.cathode_face) == (p.anode_face, p.anodes, p.cathode_face)
    assert (result.fan_out, result.slot_factor, result.onset_alumina) == (p.fan_out, p.slot_factor, p.ae_onset_alumina)
    assert (result.anode_drop, result.nominal_current) == (p.anode_drop, p.nominal_current)
    ages = np.array([0.5, 0.8, 40.0]) * p.wear_age
    near(cell.wear(p, ages), [0.125, 0.512, p.wear_most], rtol=1e-12)
    drop = pots.drop_at_start + p.drop_drift * pots.age / p.year + p.drop_per_sludge * pots.sludge_mass
    near(cell.cathode_drop(p, pots), drop, rtol=1e-12)


def test_bath(uneven, pots):
    p, result = uneven, cell.bath(uneven, pots)
    alf3, alumina = 100.0 * pots.alf3_mass / pots.bath_mass, 100.0 * pots.alumina_mass / pots.bath_mass
    caf2 = pots.caf2 * p.bath_level_target * p.bath_per_cm / pots.bath_mass
    liquidus = liquidus_solheim_1996(alf3, caf2, alumina, pots.lif, p.mgf2)
    expected = {
        **{"excess_alf3": alf3, "alumina": alumina, "caf2": caf2, "liquidus": liquidus},
        **{"superheat": pots.bath_temperature - liquidus, "metal_level": pots.metal_mass / p.metal_per_cm},
        **{"bath_level": pots.bath_mass / p.bath_per_cm, "wear": cell.wear(p, pots.age)},
    }
    assert set(result) == set(expected)
    for name, values in expected.items():
        near(result[name], values, rtol=1e-12, err_msg=name)


def test_distance_meets_the_resistance(uneven, pots, day):
    p, error = uneven, np.linspace(-0.01, 0.01, 6)
    cell.distance(p, pots, cell.design(p), day, 390.0, error)
    drop = cell.cathode_drop(p, pots)
    offset, slope = voltage_line(
        390.0, pots.bath_temperature, day["excess_alf3"], day["caf2"], day["alumina"], pots.lif, drop, cell.design(p)
    )
    target = day["voltage_setpoint"] + pots.voltage_extra + error
    volts = p.voltage_intercept + (target - p.voltage_intercept) * 390.0 / p.nominal_current
    acd = np.clip((volts - offset) / slope, p.acd_least, p.acd_most)
    near(day["acd"], acd, rtol=1e-9)
    near(day["cell_voltage"], offset + slope * acd, rtol=1e-9)
    near(day["cathode_drop"], drop, rtol=1e-12)
    for volt, end in ((1.0, p.acd_least), (9.0, p.acd_most)):
        day["voltage_setpoint"] = np.full(6, volt)
        cell.distance(p, pots, cell.design(p), day, 390.0, error)
        assert (day["acd"] == end).all()


def test_noise(uneven, pots, day):
    p = uneven
    pots.ledge_mass = np.linspace(2000.0, 6000.0, 6)
    thick = pots.ledge_mass / (p.ledge_density * p.ledge_area) * 100.0 - p.ledge_free
    assert (thick[0] < 0.0) & (thick[-1] > 0.0)
    cell.noise(p, pots, day)
    limit = (
        pots.acd_limit
        + p.acd_limit_wear * day["wear"]
        - p.acd_limit_per_metal * (day["metal_level"] - p.metal_level_target)
        + p.acd_limit_per_sludge * pots.sludge_mass
        + p.acd_limit_per_ledge * np.maximum(thick, 0.0)
    )
    pad = pots.noise_floor + p.noise_rise * np.log(1.0 + np.exp((limit - day["acd"]) / p.noise_width))
    steady = pad * np.exp(p.noise_sd * pots.walks[2] - 0.5 * p.noise_sd**2)
    steady = steady + p.spike_noise * day["spike"] + p.sick_noise * day["sick"]
    restless = 24.0 / (1.0 + np.exp((p.noise_alarm - steady) / p.noise_alarm_width))
    near(day["voltage_noise"], steady + p.pad_noise * day["pad_hours"] / 24.0, rtol=1e-9)
    near(day["unstable_time"], np.minimum(day["pad_hours"] + restless, 24.0), rtol=1e-9)
    near(day["acd_margin"], day["acd"] - limit, rtol=1e-9)


def test_anode_effects_are_poisson(uneven, pots, day):
    p, length = uneven, np.linspace(-1.0, 1.0, 6)
    hazard = (
        p.ae_onset_hazard
        * np.exp((p.ae_onset_alumina - day["alumina"]) / p.ae_width)
        * (1.0 + 0.5 * day["new_anodes"] * p.new_anode_hours / 24.0)
        * (39.0 / p.anode_face / 0.8) ** 2
        * np.exp(0.5 * (p.ae_local_sd / p.ae_width) ** 2)
    )
    mean = 24.0 * hazard * pots.ae_frailty * (1.0 + p.ae_blockage_factor * day["blocked_hours"] / 24.0)
    mean = np.minimum(mean, p.ae_most)
    below = [sum(np.exp(-mean) * mean**k / factorial(k) for k in range(n)) for n in range(1, 4)]
    for probability in (0.3, 0.9, 0.97, 0.99999999):
        cell.anode_effects(p, pots, day, 390.0, np.full(6, probability), length)
        count = sum(1.0 * (probability > one) for one in below)
        assert np.array_equal(day["ae_count"], count)
        near(day["ae_minutes"], count * p.ae_duration * np.exp(p.ae_duration_sd * length), rtol=1e-9)
    # thresholds themselves, a hair to either side
    for n, one in enumerate(below):
        cell.anode_effects(p, pots, day, 390.0, one + 1e-9, length)
        assert (day["ae_count"] >= n + 1).all() or n == 2
        cell.anode_effects(p, pots, day, 390.0, one - 1e-9, length)
        assert (day["ae_count"] <= n).all()


def test_efficiency(uneven, pots, day):
    p = uneven
    pots.lif = np.linspace(p.lif_cap - 1.0, p.lif_cap + 1.0, 6)
    pots.sludge_mass = p.sludge_heavy * np.linspace(0.1, p.sludge_loss_most + 0.5, 6)
    day["ae_minutes"], day["current_efficiency"] = np.linspace(0.0, 5.0, 6), None
    cell.efficiency(p, pots, day, 390.0)
    superheat = pots.bath_temperature - eutectic_temperature(day["excess_alf3"], day["caf2"], pots.lif, p.mgf2)
    bath = 10.0 ** (
        0.0095 * (superheat - p.loss_superheat)
        - 0.019 * (day["excess_alf3"] - p.loss_alf3)
        - 0.060 * (np.minimum(pots.lif, p.lif_cap) - p.loss_lif)
    )
    velocity = np.exp(-p.velocity_per_metal * (day["metal_level"] - p.metal_level_target)) ** 0.83
    noisy = 1.0 + p.noise_penalty * np.maximum(day["voltage_noise"] - p.noise_threshold, 0.0)
    product = p.loss_reference * pots.loss_factor * (1.0 + p.loss_wear * day["wear"]) * bath * velocity * noisy
    product = product * (p.loss_acd / day["acd"]) ** 0.17 * p.loss_density / (39.0 / p.anode_face)
    added = (
        p.spike_loss * day["spike"]
        + p.sick_loss * day["sick"]
        + p.sludge_loss * np.minimum(pots.sludge_mass / p.sludge_heavy, p.sludge_loss_most) ** 2
        + p.start_loss * np.exp(-pots.age / p.start_time)
        + p.ae_lost_share * day["ae_minutes"] / 1440.0
    )
    expected = np.maximum(100.0 - product - added, p.efficiency_least)
    assert (expected > p.efficiency_least).any()
    near(day["current_efficiency"], expected, rtol=1e-9)
    day["voltage_noise"] = np.full(6, 1e5)
    cell.efficiency(p, pots, day, 390.0)
    assert (day["current_efficiency"] == p.efficiency_least).all()


def test_young_pots_lose_more(uneven, pots, day):
    ages = np.array([1.0, 10.0, 30.0, 100.0, 300.0, 1000.0])
    pots.age, day["wear"] = ages, np.zeros(6)
    same = {name: np.full(6, values[0]) for name, values in day.items()}
    for name in ("loss_factor", "bath_temperature", "lif", "sludge_mass"):
        setattr(pots, name, np.full(6, getattr(pots, name)[0]))
    cell.efficiency(uneven, pots, same, 390.0)
    lost = same["current_efficiency"][-1] - same["current_efficiency"]
    young = uneven.start_loss * (np.exp(-ages / uneven.start_time) - np.exp(-1000.0 / uneven.start_time))
    near(lost, young, rtol=1e-6, atol=1e-9)
    assert lost[0] == pytest.approx(young[0], rel=1e-6)
