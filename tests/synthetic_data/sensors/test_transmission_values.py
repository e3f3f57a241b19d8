"""The dual-energy line with its equations written out."""

import numpy as np

from physics.sorting.dual_energy import condensed, sandwich
from synthetic_data.sensors import transmission

near = np.testing.assert_allclose


def test_a_line_is_a_scanner_of_twelve_bins_and_a_wedge():
    made = transmission.line(160.0, ("al", "cu"), "al")
    scanner, table = condensed(sandwich(160.0), ("al", "cu"), 12)
    near(made.table, table, rtol=1e-12)
    near(made.scanner.high, scanner.high, rtol=1e-12)
    assert len(made.wedge) == 200
    near(made.wedge[[0, -1]], [1e-3, 60.0], rtol=1e-9)
    near(np.diff(np.log(made.wedge)), np.log(60e3) / 199.0, rtol=1e-9)
    passed = np.exp(-np.outer(made.wedge, table[0])) @ scanner.high
    near(made.wedge_log_high, np.log(passed), rtol=1e-9)


def test_readings(light_scrap, mixed):
    s, p, lot, r = light_scrap.pieces, light_scrap.p, light_scrap.lot, light_scrap.registration
    elements = light_scrap.materials.elements
    result = transmission.read(s, r, elements, "al", np.random.default_rng(3))
    at, twin = transmission.line(float(p.tube_voltage[0]), elements, "al"), np.random.default_rng(3)
    n, lots = twin.standard_normal((5, len(lot))), twin.standard_normal(len(s.lots.day))
    attenuation = mixed(s.content, s.mass, r) @ at.table / 100.0
    per_area = mixed(s.mass / s.area, s.area, r)
    uneven = np.clip(p.xrt_uneven[lot] * np.abs(n[0]), 0.0, 0.9)
    scatter = p.xrt_scatter[lot] * np.exp(p.xrt_scatter_sd[lot] * n[1])
    logs = []
    for weights in (at.scanner.low, at.scanner.high):
        log = 0.0
        for wall in (per_area - per_area * uneven, per_area + per_area * uneven):
            light = np.exp(-attenuation * wall[:, np.newaxis]) @ weights
            log = log + 0.5 * np.log(light + scatter * (1.0 - light))
        logs.append(log)
    low, high = logs
    hours = np.mod(24.0 * s.lots.day + p.xrt_phase, p.xrt_interval)
    near(transmission.calibration_hours(s), hours, rtol=1e-9)
    photons = p.xrt_photons[lot] * 100.0 * s.area
    quantum = (np.exp(-low) / low**2 + np.exp(-high) / high**2) / photons * (p.xrt_noise_excess[lot] * low / high) ** 2
    noise = (quantum + p.xrt_ratio_sd[lot] ** 2) ** 0.5
    ratio = low / high + (p.xrt_drift * hours**0.5 * lots)[lot] + noise * n[2]
    near(result["xrt_log_ratio"], ratio, rtol=1e-9)
    near(result["xrt_transmission_low"], np.exp(low + p.xrt_transmission_rsd[lot] * n[4]), rtol=1e-9)
    thickness = np.interp(-high, -at.wedge_log_high, at.wedge)
    near(result["xrt_areal_density"], thickness * np.exp(p.areal_rsd[lot] * n[3]), rtol=1e-9)
