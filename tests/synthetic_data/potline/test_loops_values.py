"""Readings and rules of a day with their equations written out."""

import copy

import numpy as np
import pytest

from synthetic_data.potline import loops

near = np.testing.assert_allclose


def test_readings(uneven, pots, day):
    p, n, sampled = uneven, np.random.default_rng(1).standard_normal((6, 6)), np.array([True, False] * 3)
    day["voltage_noise"][0] = 0.0
    n[4, 0] = -3.0
    b = copy.deepcopy(pots)
    loops.read(p, pots, day, n, sampled)
    temperature = b.bath_temperature + b.temperature_bias + p.thermocouple_bias + p.thermocouple_sd * n[0]
    metal = b.metal_mass / p.metal_per_cm + b.level_bias + p.level_sd * n[2]
    bath = b.bath_mass / p.bath_per_cm + b.bath_level_bias + p.bath_level_sd * n[3]
    noise = np.maximum(day["voltage_noise"] + p.noise_meter_sd * n[4], 0.0)
    assert noise[0] == 0.0
    assay = 100.0 * b.alf3_mass / b.bath_mass + b.assay_bias + p.assay_sd * n[1]
    near(pots.assay, [b.assay[i] if sampled[i] else b.assay_pending[i] for i in range(6)], rtol=1e-12)
    near(pots.assay_pending, [assay[i] if sampled[i] else b.assay_pending[i] for i in range(6)], rtol=1e-12)
    keep = p.reading_memory
    near(pots.temperature_read, keep * b.temperature_read + (1.0 - keep) * temperature, rtol=1e-12)
    near(pots.metal_level_read, keep * b.metal_level_read + (1.0 - keep) * metal, rtol=1e-12)
    near(pots.bath_level_read, keep * b.bath_level_read + (1.0 - keep) * bath, rtol=1e-12)
    near(pots.noise_read, keep * b.noise_read + (1.0 - keep) * noise, rtol=1e-12)
    near(day["temperature_reading"], temperature, rtol=1e-12)
    near(day["metal_level_reading"], metal, rtol=1e-12)
    near(day["bath_level_reading"], bath, rtol=1e-12)
    near(day["assay_in_hand"], pots.assay, rtol=1e-12)


@pytest.mark.parametrize("far", [0.0, 1.0])
def test_rules(uneven, pots, day, far):
    p, error = uneven, np.linspace(-1.0, 1.0, 6)
    pots.age = np.linspace(5.0, 900.0, 6)
    if far:  # steps and bounds
        pots.assay, pots.metal_level_read = np.linspace(-40.0, 60.0, 6), np.linspace(0.0, 60.0, 6)
        pots.noise_read = np.linspace(0.0, 500.0, 6)
        pots.temperature_read = np.linspace(p.cold_reading - 3.0, p.cold_reading + 3.0, 6)
        pots.addition[:2] = 0.0, p.addition_most
    b = copy.deepcopy(pots)
    loops.act(p, pots, day, error, 390.0)
    target = day["excess_alf3_target"] - p.young_alf3 * np.exp(-b.age / p.start_time)
    typical = p.addition_usual + p.addition_young * np.exp(-b.age / p.alf3_young_time)
    hot = b.temperature_read - p.temperature_wanted + p.kelvin_per_alf3 * (target - p.excess_alf3)
    expected = typical + p.addition_per_content * (target - b.assay) + p.addition_per_kelvin * hot
    expected = np.clip(
        np.clip(expected, b.addition - p.addition_step, b.addition + p.addition_step), 0.0, p.addition_most
    )
    near(pots.addition, expected, rtol=1e-9)
    near(pots.addition_1, b.addition, rtol=1e-12)
    near(pots.addition_2, b.addition_1, rtol=1e-12)
    load = 390.0 / p.nominal_current
    tap = b.tap_plan * load + p.tap_gain * p.metal_per_cm * (b.metal_level_read - day["metal_level_target"])
    tap = np.clip(tap, b.tap - p.tap_step, b.tap + p.tap_step)
    near(pots.tap, np.maximum(tap + p.tap_sd * error, 0.0), rtol=1e-9)
    near(pots.tap_plan, b.tap_plan + (tap / load - b.tap_plan) / p.tap_plan_time, rtol=1e-9)
    extra = np.clip(p.extra_per_noise * (b.noise_read - p.extra_noise), 0.0, p.extra_most)
    extra = extra + np.where(b.temperature_read < p.cold_reading, p.extra_cold, 0.0)
    near(pots.voltage_extra, extra + p.extra_young * np.exp(-b.age / p.start_time), rtol=1e-9, atol=1e-15)
