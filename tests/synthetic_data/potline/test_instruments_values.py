"""Rows and labels of a period with their equations written out."""

from types import SimpleNamespace

import numpy as np
import pytest

from synthetic_data.potline import instruments
from synthetic_data.potline.cell import cathode_drop
from synthetic_data.potline.days import RECORDED

near = np.testing.assert_allclose
SHARED = {"ambient_temperature", "alumina_fines", "alumina_loi", "anode_air_reactivity_residue", "line_current"}


@pytest.fixture
def line():
    return SimpleNamespace(season=14.0, alumina_fines=13.0, alumina_loi=0.85, anode_residue=72.0)


@pytest.fixture
def mean(rng):
    result = {name: rng.uniform(1.0, 3.0, 6) for name in RECORDED}
    return result | {"ae_count": np.array([0.0, 0.1, 0.2, 0.0, 0.05, 1.0]), "line_current": np.full(6, 399.0)}


def test_what_is_in_hand(uneven, pots, line):
    caf2 = np.linspace(5.0, 6.0, 6)
    result = instruments.at_start(uneven, pots, line, caf2)
    expected = {
        "pot_age": pots.age,
        "ambient_temperature": np.full(6, 14.0),
        "alumina_fines": np.full(6, 13.0),
        "alumina_loi": np.full(6, 0.85),
        "anode_air_reactivity_residue": np.full(6, 72.0),
        "cathode_voltage_drop": cathode_drop(uneven, pots),
        "lif": pots.lif,
        "caf2": caf2,
    }
    assert set(result) == set(expected)
    for name, values in expected.items():
        assert np.array_equal(result[name], values), name


def test_a_row(uneven, pots, line, mean, rng):
    p, m, n = uneven, mean, rng.standard_normal((instruments.NORMALS, 6))
    pots.lif[0] = 0.0
    before = instruments.at_start(p, pots, line, np.linspace(5.0, 6.0, 6))
    z = {name: n[i] for i, name in enumerate(instruments.MEASURED)}
    z |= {name: np.full(6, z[name][0]) for name in SHARED}  # one reading for the plant
    spread = rng.uniform(1.0, 3.0, 6)
    result = instruments.row(p, pots, before, SimpleNamespace(mean=m, temperature_reading_sd=spread), 30, n)
    expected = {
        "ambient_temperature": 14.0 + p.forecast_sd * z["ambient_temperature"],
        "alumina_fines": 13.0 + 13.0 * p.alumina_assay_sd * z["alumina_fines"],
        "alumina_loi": 0.85 + 0.85 * p.alumina_assay_sd * z["alumina_loi"],
        "anode_air_reactivity_residue": 72.0 + p.residue_assay_sd * z["anode_air_reactivity_residue"],
        "cathode_voltage_drop": before["cathode_voltage_drop"] + p.drop_meter_sd * z["cathode_voltage_drop"],
        "lif": np.maximum(pots.lif + p.lif_assay_sd * z["lif"], 0.0),
        "caf2": before["caf2"] + p.caf2_assay_sd * z["caf2"],
        "line_current": 399.0 + 399.0 * p.ammeter_sd * z["line_current"],
        "cell_voltage": m["cell_voltage"] + pots.voltage_bias + p.voltmeter_sd * z["cell_voltage"],
        "voltage_noise": np.maximum(m["voltage_noise"] + p.noise_meter_sd * z["voltage_noise"] / 30.0**0.5, 0.0),
        "bath_temperature": m["temperature_reading"],
        "bath_temperature_sd": spread,
        "excess_alf3": m["assay_in_hand"],
        "bath_level": m["bath_level_reading"],
        "metal_level": m["metal_level_reading"],
        "alumina_feed_rate": m["alumina_fed"] / 24.0 * (1.0 + p.shot_sd * z["alumina_feed_rate"]),
        "alf3_addition": np.maximum(m["alf3_added"] + p.alf3_scale_sd * z["alf3_addition"] / 30.0**0.5, 0.0),
        "ae_frequency": m["ae_count"],
        "ae_duration": [a / c if c > 0.0 else 0.0 for a, c in zip(m["ae_minutes"], m["ae_count"], strict=True)],
        "anode_current_spread": m["anode_spread"] * (1.0 + p.spread_meter_sd * z["anode_current_spread"]),
        "beam_moves": m["beam_moves"],
        "shell_temperature": m["shell_temperature"] + pots.shell_bias + p.shell_meter_sd * z["shell_temperature"],
        "unstable_time": m["unstable_time"],
        "iron_in_metal": m["iron"] * (1.0 + p.metal_assay_sd * z["iron_in_metal"]),
        "silicon_in_metal": m["silicon"] * (1.0 + p.metal_assay_sd * z["silicon_in_metal"]),
    }
    assert set(result) == set(expected) == set(instruments.MEASURED)
    for name, values in expected.items():
        near(result[name], values, rtol=1e-9, err_msg=name)


def test_the_label_is_tapped_metal_and_the_change_of_the_level(uneven, pots, mean, rng):
    p, n = uneven, rng.standard_normal((instruments.NORMALS, 6))
    level = instruments.level_at_end(p, pots, n)
    near(level, pots.metal_mass / p.metal_per_cm + pots.level_bias + p.level_inventory_sd * n[25], rtol=1e-12)
    mean["metal_tapped_reading"] = np.linspace(2900.0, 3050.0, 6)
    result = instruments.label(p, pots, mean, 30, level - 0.7, level)
    tapped = mean["metal_tapped_reading"] + mean["metal_tapped_reading"] * pots.scale_bias
    change = 0.7 * p.metal_per_cm / 30.0
    equivalent = 3.6 * 26.98154 / (3.0 * 96.48533212)
    near(result["metal_tapped"], tapped, rtol=1e-12)
    near(result["metal_inventory_change"], change, rtol=1e-9)
    near(result["current_efficiency"], 100.0 * (tapped + change) / (399.0 * 24.0 * equivalent), rtol=1e-9)


def test_readings_stick_go_missing_and_end_at_their_range(uneven, rng):
    p, names = uneven, instruments.MEASURED
    assert instruments.UNIFORMS == 2 * len(names) == 50
    result = {name: rng.uniform(1.0, 2.0, 6) for name in names}
    last = {name: rng.uniform(3.0, 4.0, 6) for name in names}
    result["beam_moves"] = np.array([0.2, 1.0, 1.5, 2.0, 5.5, 0.5])
    limits = dict.fromkeys(names, (0.0, 10.0)) | {"beam_moves": (0.5, 5.0)}
    u = rng.random((50, 6)) * 2.0 * max(p.stuck_share, p.missing_share)
    spoilt, first = instruments.spoil(p, result, last, u, limits), instruments.spoil(p, result, {}, u, limits)
    for i, name in enumerate(names):
        for k in range(6):
            value, alone = result[name][k], result[name][k]
            if name not in SHARED:
                value = last[name][k] if u[2 * i + 1, k] < p.stuck_share else value
                value = np.nan if u[2 * i, k] < p.missing_share else value
                alone = np.nan if u[2 * i, k] < p.missing_share else alone
            low, high = limits[name]
            for shown, one in ((spoilt[name][k], value), (first[name][k], alone)):
                one = np.nan if one < low or one > high else one
                assert np.array_equal(shown, one, equal_nan=True), name
