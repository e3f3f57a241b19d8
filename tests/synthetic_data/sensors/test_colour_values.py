"""The camera with its equations written out."""

import numpy as np
import pytest

from physics.sorting.colour import metal_brightness, metal_hue, metal_saturation, patinated
from synthetic_data.sensors import colour
from synthetic_data.sorter.feed import SURFACES

near = np.testing.assert_allclose


def vector(hue, saturation, brightness):
    return np.stack([saturation * np.cos(2 * np.pi * hue), saturation * np.sin(2 * np.pi * hue), brightness], axis=-1)


@pytest.fixture
def cover(heavy_scrap):
    return colour.cover(heavy_scrap.pieces, np.random.default_rng(1))


def test_cover(heavy_scrap, cover):
    s, p, u = heavy_scrap.pieces, heavy_scrap.p, np.random.default_rng(1).random(heavy_scrap.n)
    names = np.array(SURFACES)[s.surface]
    layered = np.isin(names, ["painted", "powder_coated", "plated", "tinned"])
    least = p.cover_low[s.lot]
    near(cover, np.where(layered, least + (1.0 - least) * u, 0.0), rtol=1e-12)
    assert layered.any()
    assert not layered.all()


def test_readings(heavy_scrap, cover, mixed):
    s, p, lot, r, n = heavy_scrap.pieces, heavy_scrap.p, heavy_scrap.lot, heavy_scrap.registration, heavy_scrap.n
    result = colour.read(s, r, heavy_scrap.materials, cover, np.random.default_rng(5))
    twin, names = np.random.default_rng(5), np.array(SURFACES)[s.surface]
    content = dict(zip(heavy_scrap.materials.elements, s.content.T, strict=True))

    def get(*parts):
        return sum(content.get(part, np.zeros(n)) for part in parts)

    finish = twin.standard_normal((3, n))
    hue = metal_hue(get("cu"), get("zn"), get("sn"), get("ni")) + p.finish_hue[lot] * finish[0]
    saturation = metal_saturation(get("cu"), get("sn"), get("ni")) * np.exp(p.finish_saturation[lot] * finish[1])
    bright = metal_brightness(get("cu"), get("al", "mg"), get("fe", "cr", "ni", "ti"), get("pb"))
    bright = np.maximum(bright + p.finish_brightness[lot] * finish[2], 0.1)
    low, high = p.layer_patina_low[lot], p.layer_patina_high[lot]
    grown = np.log(np.maximum(s.layer / low, 1.0)) / np.log(high / low)
    shift = p.patina_hue[lot] * (2.0 * twin.random(n) - 1.0)
    seen = vector(*patinated(hue, saturation, bright, np.where(names == "patina", grown, 0.0), shift))
    u = twin.random((3, n))
    layer = vector(u[0], 0.9 * u[1], 0.2 + 0.7 * u[2])
    layer[names == "plated"] = 0.04, 0.0, 0.75
    layer[names == "tinned"] = 0.04, 0.0, 0.65
    seen = (1.0 - cover[:, np.newaxis]) * seen + cover[:, np.newaxis] * layer
    seen = mixed(seen * (1.0 - p.dirt_grey[lot] * s.dirt)[:, np.newaxis], s.area, r)
    z, lots = twin.standard_normal((3, n)), twin.standard_normal(5)
    along, across = seen[:, 0] + p.camera_colour_sd[lot] * z[0], seen[:, 1] + p.camera_colour_sd[lot] * z[1]
    light = seen[:, 2] * np.exp(p.camera_lot_rsd[lot] * lots[lot] + p.camera_light_rsd[lot] * z[2])
    missed = twin.random(n) < p.camera_dropout[lot]
    assert missed.any()
    near(result["hue"], np.where(missed, np.nan, np.arctan2(across, along) / (2 * np.pi)), rtol=1e-8, atol=1e-12)
    near(result["saturation"], np.where(missed, np.nan, np.minimum((along**2 + across**2) ** 0.5, 1.0)), rtol=1e-9)
    near(result["brightness"], np.where(missed, np.nan, np.minimum(light, 1.0)), rtol=1e-9)
