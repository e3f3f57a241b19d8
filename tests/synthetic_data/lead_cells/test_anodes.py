"""Loads of anodes: held for their three crops, lean by chance, assayed with an error."""

import numpy as np

from synthetic_data.lead_cells.anodes import NORMALS, LeadAnodeLoads

CROPS, SECTIONS = 7, 3


def test_a_load_is_that_of_its_first_crop_until_the_next(p):
    rng = np.random.default_rng(4)
    first, normals = rng.standard_normal((NORMALS, SECTIONS)), rng.standard_normal((NORMALS, CROPS, SECTIONS))
    cast, probabilities = rng.uniform(0.2, 1.0, (5, CROPS, 1)), rng.random((CROPS, SECTIONS))
    probabilities[3, 1] = 0.01  # below 5 %: a lean lot
    new = (np.arange(CROPS)[:, None] + np.arange(SECTIONS)) % 3 == 2
    true, read = LeadAnodeLoads(p, first).segment(p, new, cast, normals, probabilities)
    lot = cast * np.exp(p.lot_sd * normals[:5])
    lot[0] *= np.where(probabilities < 0.05, 0.45, 1.0)
    typical = np.array([[0.6], [0.2], [0.25], [0.04], [1500.0]]) * np.exp(p.lot_sd * first[:5])
    held = typical
    shown = typical * (1.0 + 0.03 * first[5:])
    for t in range(CROPS):
        held = np.where(new[t], lot[:, t], held)
        shown = np.where(new[t], lot[:, t] * (1.0 + 0.03 * normals[5:, t]), shown)
        np.testing.assert_allclose(true[:, t], held, rtol=1e-12)
        np.testing.assert_allclose(read[:, t], shown, rtol=1e-12)
    assert new[3].any()


def test_a_stretch_in_two_pieces_is_the_same(p):
    rng = np.random.default_rng(9)
    first, normals = rng.standard_normal((NORMALS, SECTIONS)), rng.standard_normal((NORMALS, CROPS, SECTIONS))
    cast, probabilities = rng.uniform(0.2, 1.0, (5, CROPS, 1)), rng.random((CROPS, SECTIONS))
    new = (np.arange(CROPS)[:, None] + np.arange(SECTIONS)) % 3 == 0
    whole, _ = LeadAnodeLoads(p, first).segment(p, new, cast, normals, probabilities)
    loads, parts = LeadAnodeLoads(p, first), []
    for part in (slice(0, 2), slice(2, CROPS)):
        parts.append(loads.segment(p, new[part], cast[:, part], normals[:, part], probabilities[part])[0])
    assert np.array_equal(np.concatenate(parts, axis=1), whole)
