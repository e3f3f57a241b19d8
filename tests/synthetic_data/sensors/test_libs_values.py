"""The LIBS head with its equations written out."""

import numpy as np
import pytest

from physics.sorting.libs import LINES
from synthetic_data.sensors import libs
from synthetic_data.sensors.libs import LAYERS, LaserShots
from synthetic_data.sorter.feed import SURFACES
from synthetic_data.sorter.registration import content_at_spot

near = np.testing.assert_allclose
USED = ("mg_285", "si_288", "cu_325", "ti_335", "ca_393", "c_248", "fe_372")
DIRT = ("mg", "si", "fe", "cu", "zn", "ca", "c")


@pytest.fixture
def laser(light_scrap):
    return libs.optics(light_scrap.pieces, USED, np.random.default_rng(1))


def test_optics(light_scrap, laser):
    p, day, twin = light_scrap.p, light_scrap.pieces.lots.day, np.random.default_rng(1)
    age = np.mod(p.laser_age + p.running * day, p.laser_service) / p.laser_service
    missed = twin.geometric(1.0 - p.window_missed) - 1.0
    hours = np.mod(24.0 * day, p.window_interval) + missed * p.window_interval
    near(laser.energy, p.laser_energy - p.laser_energy * p.laser_fade * age, rtol=1e-9)
    near(laser.window_hours, hours, rtol=1e-9)
    near(laser.tile_hours, np.mod(hours, p.tile_interval), rtol=1e-9)
    near(laser.tile_error, p.tile_rsd * twin.standard_normal((7, 5)), rtol=1e-9)


def emission(name, kelvin):
    """Line of an atom of its element at 5e16 electrons, by Saha and Boltzmann."""
    line, k = LINES[name], 8.617333262e-5 * kelvin
    ions = 4.829e15 * kelvin**1.5 * line.ion_weight / line.atom_weight * np.exp(-line.ionisation_energy / k) / 5e16
    share = ions / (1.0 + ions) if line.ion else 1.0 / (1.0 + ions)
    weight = line.ion_weight if line.ion else line.atom_weight
    return line.strength / line.wavelength * np.exp(-line.upper_energy / k) / weight * share


def exponent(name, temperature, power):
    hot, cold = temperature * 1.1**power, temperature * 1.1**-power
    ratio = [emission(name, kelvin) / emission("al_256", kelvin) for kelvin in (hot, cold)]
    return np.log(ratio[0] / ratio[1]) / np.log(1.1 * 1.1)


@pytest.mark.parametrize("name", ["ti_335", "c_248", "mn_403"])
def test_exponents_of_the_irradiance(name):
    assert libs.irradiance_exponent(name, 9300.0, 0.12) == pytest.approx(exponent(name, 9300.0, 0.12), rel=1e-9)


def test_shots(light_scrap, laser):
    s, p, lot, form, r = (
        *(getattr(light_scrap, name) for name in ("pieces", "p", "lot", "form")),
        light_scrap.registration,
    )
    result, twin = libs.shoot(s, form, r, laser, np.random.default_rng(2)), np.random.default_rng(2)
    content, foreign = content_at_spot(s, r, twin)
    assert np.array_equal(result.content, content)
    assert np.array_equal(result.foreign, foreign)
    n, u = twin.standard_normal((4, len(lot))), twin.random((3, len(lot)))
    defocus = n[0] * (p.focus_sd[lot] + p.focus_rough[lot] * form.height)
    oily = np.array(SURFACES)[s.surface] == "oily"
    assert oily.any()
    power = np.exp(p.coupling_sd[lot] * n[1]) / (1.0 + (defocus / p.focal_range[lot]) ** 2)
    power = np.where(oily, power - power * p.oil_loss[lot], power)
    depth = p.depth_per_shot[lot] * np.exp(p.depth_sd[lot] * n[2]) * (laser.energy / p.laser_energy)[lot] * power**0.5
    layer = np.where(oily, p.oil_hardness[lot] * s.layer, s.layer)
    layer = np.where(u[2] < p.chipped[lot], 0.0, layer)
    on_dirt = u[0] < s.dirt
    dust = p.dirt_hardness[lot] * p.dirt_layer[lot] * np.exp(p.dirt_layer_sd[lot] * n[3])
    layer = np.where(on_dirt, layer + dust, layer)
    metal = np.clip(1.0 - (layer / depth - p.cleaning_shots[lot]) / p.analysis_shots[lot], 0.0, 1.0)
    fails = np.clip(p.misfire[lot] + p.misfire_per_defocus[lot] * np.abs(defocus), 0.0, 1.0)
    fails = np.where(u[1] < p.missed_piece[lot], 1.0, fails)
    near(result.defocus, defocus, rtol=1e-9)
    near(result.irradiance, power, rtol=1e-9)
    near(result.metal, metal, rtol=1e-9, atol=1e-12)
    assert np.array_equal(result.on_dirt, on_dirt)
    assert np.array_equal(result.valid, twin.binomial(p.analysis_shots[lot].astype(int), 1.0 - fails))
    assert (result.valid[u[1] < p.missed_piece[lot]] == 0.0).all()


@pytest.fixture
def shots(light_scrap, laser):
    rng, s, n = np.random.default_rng(6), light_scrap.pieces, light_scrap.n
    metal = np.where(rng.random(n) < 0.5, rng.random(n), 1.0)
    valid = rng.integers(0, 12, n).astype(float)
    return LaserShots(
        s.content, rng.random(n) < 0.1, rng.normal(size=n), rng.uniform(0.5, 1.5, n), metal, rng.random(n) < 0.3, valid
    )


def contents_by_hand(light_scrap, shots, twin):
    s, p, lot = light_scrap.pieces, light_scrap.p, light_scrap.lot
    result = {
        name: column * shots.metal for name, column in zip(light_scrap.materials.elements, s.content.T, strict=True)
    }
    for name in ("c", "ca"):
        result.setdefault(name, np.zeros(light_scrap.n))
    for name in DIRT:
        result[name] = result[name] + p[f"dirt_{name}"][lot] * s.dirt
    surface = np.array(SURFACES)[s.surface]
    dirty = shots.on_dirt & ((s.layer == 0.0) | (surface == "oily"))
    for cover, held in LAYERS.items():
        rows = np.flatnonzero((shots.metal < 1.0) & (dirty if cover == "dirty" else (surface == cover) & ~dirty))
        scatter = np.exp(p.layer_sd[lot[rows]] * twin.standard_normal((len(held), len(rows))))
        for name, factor in zip(held, scatter, strict=True):
            result[name][rows] += (1.0 - shots.metal[rows]) * p[f"{cover}_{name}"][lot[rows]] * factor
    return result


def test_what_the_shots_evaporate(light_scrap, shots):
    result = libs.seen(light_scrap.pieces, shots, light_scrap.materials.elements, np.random.default_rng(7))
    expected = contents_by_hand(light_scrap, shots, np.random.default_rng(7))
    assert set(result) == set(expected)
    for name, values in expected.items():
        near(result[name], values, rtol=1e-9, atol=1e-12, err_msg=name)


def test_readings(light_scrap, shots, laser):
    s, p, lot = light_scrap.pieces, light_scrap.p, light_scrap.lot
    elements, twin = light_scrap.materials.elements, np.random.default_rng(8)
    result = libs.read(s, shots, laser, elements, USED, np.random.default_rng(8))
    content = contents_by_hand(light_scrap, shots, twin)
    aluminium = np.maximum(content["al"], 1.5) / 95.0
    count = np.maximum(shots.valid, 1.0)
    left = np.exp(-p.window_dust * laser.tile_hours)[lot]
    light = shots.irradiance * (shots.metal + p.layer_brightness[lot] * (1.0 - shots.metal)) * left
    grain = p.casting_rsd[lot] * np.minimum(content["si"] / 12.0, 1.0)
    lost = shots.valid == 0.0
    assert lost.any()

    def dust(line):
        return p.window_dust * (400.0 / line.wavelength) ** p.window_exponent

    for number, name in enumerate(USED):
        line = LINES[name]
        of_piece = p.piece_rsd_si_fe[lot] if line.element in ("si", "fe") else p.piece_rsd[lot]
        of_shot = p.shot_rsd[lot] ** 2 + (grain**2 if line.element == "si" else 0.0)
        relative = (of_piece**2 + of_shot / count) ** 0.5
        drift = (dust(line) - dust(LINES["al_256"])) * laser.tile_hours
        gain = shots.irradiance ** exponent(name, p.plasma_temperature[0], p.temperature_exponent[0])
        gain = gain * np.exp((laser.tile_error[number] - drift)[lot])
        depth = np.maximum(content[line.element] * shots.irradiance**0.5 / p[f"saturation_{name}"][lot], 1e-9)
        reading = content[line.element] * (1.0 - np.exp(-depth)) / depth * gain / aluminium
        floor = p[f"noise_{name}"][lot] / (count**0.5 * light * aluminium)
        noise = ((reading * relative) ** 2 + floor**2) ** 0.5
        reading = reading + noise * twin.standard_normal(len(lot))
        near(result[f"libs_{name}"], np.where(lost, np.nan, reading), rtol=1e-6, atol=1e-9, err_msg=name)
    mixed = shots.metal * (1.0 - shots.metal)
    spread = (p.shot_rsd[lot] ** 2 + grain**2 + mixed) ** 0.5
    spread = spread * np.exp(twin.standard_normal(len(lot)) / (2.0 * count) ** 0.5)
    total = light * np.exp(p.total_rsd[lot] / count**0.5 * twin.standard_normal(len(lot)))
    near(result["libs_shot_spread"], np.where(lost, np.nan, spread), rtol=1e-9)
    near(result["libs_total"], np.where(lost, np.nan, total), rtol=1e-9)
    assert np.array_equal(result["libs_shots"], shots.valid)


def test_names_that_readings_need():
    assert set(libs.of_lines(("mg_285",))) == {
        *("saturation_mg_285", "noise_mg_285"),
        *(f"{cover}_{name}" for cover, held in LAYERS.items() for name in held),
        *(f"dirt_{name}" for name in DIRT),
    }
