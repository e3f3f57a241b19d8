"""3D laser and scale with their equations written out."""

import numpy as np

from synthetic_data.sensors import shape

near = np.testing.assert_allclose


def test_form(light_scrap):
    s, p, lot = light_scrap.pieces, light_scrap.p, light_scrap.lot
    result, twin = shape.form(s, np.random.default_rng(1)), np.random.default_rng(1)
    slender = np.log(np.maximum(s.size / s.thickness, 1.0))
    n, u = twin.standard_normal(len(lot)), twin.random(len(lot))
    void = p.void_ratio[lot] * np.exp(p.void_exponent[lot] * slender + p.void_sd[lot] * n)
    solid = np.clip(1.0 / (1.0 + void), 0.15, 0.98)
    assert solid.min() == 0.15
    near(result.solid, solid, rtol=1e-9)
    near(result.height, s.thickness * s.shape / solid, rtol=1e-9)
    near(result.peak, result.height + result.height * 2.0 * (p.peak_ratio[lot] - 1.0) * u, rtol=1e-9)


def test_readings(light_scrap):
    s, p, lot, form, r = (
        *(getattr(light_scrap, name) for name in ("pieces", "p", "lot", "form")),
        light_scrap.registration,
    )
    result = shape.read(s, form, r, np.random.default_rng(2))
    n = np.random.default_rng(2).standard_normal((4, len(lot)))
    assert (r.overlap > 0.0).any()
    mass = np.maximum(s.mass + r.overlap * s.mass[r.neighbour] + p.mass_sd[lot] * n[0], 0.1)
    envelope = s.area * form.height / 10.0
    volume = (envelope + r.overlap * envelope[r.neighbour]) * np.exp(p.volume_rsd[lot] * n[1])
    peak = np.where(r.overlap > 0.0, np.maximum(form.peak, form.peak[r.neighbour]), form.peak)
    near(result["mass"], mass, rtol=1e-9)
    near(result["volume"], volume, rtol=1e-9)
    near(result["apparent_density"], mass / volume, rtol=1e-9)
    near(result["height"], np.maximum(peak + p.height_sd[lot] * n[3], 0.1), rtol=1e-9)
    area = (s.area + r.overlap * s.area[r.neighbour]) * np.exp(p.area_rsd[lot] * n[2])
    near(result["area"], area, rtol=1e-9)
