"""Tube and detectors of the X-ray head with their equations written out."""

import numpy as np
import pytest

from physics.sorting.xray import line_energy
from physics.sorting.xray_windows import HALF_WIDTHS, NAMES, PeakWindows
from synthetic_data.sensors import spectrum
from synthetic_data.sensors.fluorescence import Light

near = np.testing.assert_allclose
SCATTER = [NAMES.index("compton"), NAMES.index("rayleigh")]
OWN = [i for i in range(len(NAMES)) if i not in SCATTER]


@pytest.fixture
def state(heavy_scrap):
    return spectrum.detectors(heavy_scrap.plan, heavy_scrap.pieces, np.random.default_rng(1))


def test_tube_and_detectors(heavy_scrap, state):
    h, p, day, twin = heavy_scrap, heavy_scrap.p, heavy_scrap.pieces.lots.day, np.random.default_rng(1)
    heads = round(h.plan.plant.value("detectors"))
    gain, output = h.plan.plant_stream().standard_normal((2, heads))
    hours = np.mod(24.0 * day, p.tile_interval) + p.tile_interval * (twin.geometric(1.0 - p.tile_missed) - 1.0)
    age = np.mod(p.tube_age + p.running * day, p.tube_life)
    drift = p.gain_offset + p.gain_drift * (hours / 24.0) ** 0.5 * twin.standard_normal(5)
    head = twin.integers(heads, size=h.n)
    near(state.tile_hours, hours, rtol=1e-9)
    near(state.tube_age, age, rtol=1e-9)
    near(state.gain, drift[h.lot] + p.gain_rsd[h.lot] * gain[head], rtol=1e-9)
    faded = p.tube_output - p.tube_output * p.tube_fade * age / p.tube_life
    near(state.output, faded[h.lot] * np.exp(p.detector_rsd[h.lot] * output[head]), rtol=1e-9)
    assert (state.noise, state.tail) == (h.plan.plant.value("noise"), h.plan.plant.value("tail"))


@pytest.fixture
def light(heavy_scrap):
    """Bright pieces, so that counts are normal, and dark ones."""
    rng, n = np.random.default_rng(2), heavy_scrap.n
    bright = np.where(np.arange(n) % 2 == 0, 1.0, 1e-3)
    return Light(
        *(100.0 * bright * rng.uniform(0.5, 2.0, (14, n)), 30.0 * bright * rng.uniform(0.5, 2.0, (2, n))),
        *(3.0 * bright * rng.uniform(0.5, 2.0, (14, n)), 50.0 * bright),
    )


def expected_rates(heavy_scrap, light, state):
    """Counts a millisecond in each window, before any is drawn."""
    p, lot, windows = heavy_scrap.p, heavy_scrap.lot, PeakWindows(state.noise, state.tail)
    further = np.array([line_energy("bi", "La"), line_energy("bi", "Lb")])

    def table(gain):
        full = windows.response(gain)
        return np.vstack([full[OWN], windows.shares(further, gain), full[SCATTER]])

    low, still, high = table(-0.002), table(0.0), table(0.002)
    slope, bend = (high - low) / 0.004, (high - 2.0 * still + low) / 0.000008
    photons = np.vstack([light.lines, light.scatter])
    rates = still.T @ photons + state.gain * (slope.T @ photons) + state.gain**2 * (bend.T @ photons)
    width = 2e-3 * HALF_WIDTHS[:, np.newaxis]
    rates[OWN] += width[OWN] * light.background[:12]
    molybdenum = OWN.index(NAMES.index("mo"))
    rates[SCATTER] += width[SCATTER] * light.background[molybdenum]
    rates = np.maximum(rates, 0.0)
    for pair in windows.sums():
        first, second = light.lines[OWN.index(pair.first)], light.lines[OWN.index(pair.second)]
        rates[pair.window] += pair.share * 1e-3 * first * second * p.pair_time[lot]
    return rates


def test_readings(heavy_scrap, light, state):
    h, s, p, lot = heavy_scrap, heavy_scrap.pieces, heavy_scrap.p, heavy_scrap.lot
    result, twin = spectrum.read(s, light, state, np.random.default_rng(3)), np.random.default_rng(3)
    along = p.chord_low[lot] + (1.0 - p.chord_low[lot]) * twin.random(h.n)
    total = 1.168 * light.lines.sum(axis=0) + light.scatter.sum(axis=0) + light.continuum
    live = along * s.size / p.belt_speed[lot] / (1.0 + 1e-3 * total * p.dead_time[lot])
    expected = (expected_rates(h, light, state) * live).ravel()
    few = np.flatnonzero(expected <= 50.0)
    many = np.flatnonzero(expected > 50.0)
    assert len(few) > 1000
    assert len(many) > 1000
    counts = expected.copy()
    counts[few] = twin.poisson(expected[few])
    counts[many] = np.rint(expected[many] + expected[many] ** 0.5 * twin.standard_normal(len(many)))
    rates = counts.reshape(len(NAMES), h.n) / live
    missed = twin.random(h.n) < p.missed_piece[lot]
    assert missed.any()
    assert list(result) == [*(f"rate_{name}" for name in NAMES), "live_time"]
    near(result["live_time"], np.where(missed, np.nan, live), rtol=1e-9)
    for name, rate in zip(NAMES, rates, strict=True):
        near(result[f"rate_{name}"], np.where(missed, np.nan, rate), rtol=1e-9, atol=1e-12, err_msg=name)
