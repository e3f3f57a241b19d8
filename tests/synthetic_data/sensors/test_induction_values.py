"""The induction array with its equations written out."""

from dataclasses import replace

import numpy as np
import pytest

from synthetic_data.sensors import induction

near = np.testing.assert_allclose


@pytest.mark.parametrize("steel", [False, True])
def test_readings(light_scrap, mixed, steel):
    s, p, lot, form, r = (
        *(getattr(light_scrap, name) for name in ("pieces", "p", "lot", "form")),
        light_scrap.registration,
    )
    assert not s.magnetic.any()
    if steel:
        s = replace(s, magnetic=np.arange(len(lot)) % 3 == 0)
    result, twin = induction.read(s, form, r, np.random.default_rng(2)), np.random.default_rng(2)
    skin = 1000.0 / (np.pi * p.coil_frequency[lot] * 4e-7 * np.pi * s.conductivity * 5.8e5) ** 0.5
    wall = 1.0 - np.exp(-2.0 * s.thickness * s.shape / skin)
    lifted = p.coil_lift_off[lot] + 0.5 * form.height * (1.0 - form.solid)
    radius = p.coil_radius[lot] ** 2
    response = ((radius + p.coil_lift_off[lot] ** 2) / (radius + lifted**2)) ** 3
    response **= 1.0 - p.coil_phase[lot]
    left = np.where(s.magnetic, twin.random(len(lot)), 1.0) if steel else 1.0  # by magnetisation
    reading = mixed(left * s.conductivity * wall * response, s.area, r)
    spread = p.coil_rsd[lot] * (1.0 + p.coil_area[lot] / s.area) ** 0.5
    reading = reading * np.exp(spread * twin.standard_normal(len(lot)))
    dropped = twin.random(len(lot)) < p.coil_dropout[lot]
    near(result["conductivity"], np.where(dropped, np.nan, reading), rtol=1e-9)
