"""Loads of anodes, one by one."""

import copy

import numpy as np
import pytest

from synthetic_data.tankhouse import anodes
from synthetic_data.tankhouse.anodes import CROPS, ELEMENTS, NORMALS, SUPPLIERS, UNIFORMS, CopperAnodeLoads


def test_usual_contents_and_shares(uneven):
    p = uneven
    assert (CROPS, NORMALS, UNIFORMS) == (3, 18, 3)
    total = p.own_share + p.custom_share + p.secondary_share
    expected = [p.own_share / total, p.custom_share / total, p.secondary_share / total]
    np.testing.assert_allclose(anodes.shares(p), expected, rtol=1e-12)
    for i, supplier in enumerate(SUPPLIERS):
        for j, element in enumerate(ELEMENTS):
            assert np.isclose(anodes.typical(p)[i, j], p[f"anode_{element}"] * p[f"{supplier}_{element}"], rtol=1e-12)


def test_arsenic_antimony_and_bismuth_are_cast_together(uneven):
    p, typical = copy.copy(uneven), anodes.typical(uneven)
    vars(p)["cast_alike"] = 0.8
    walk = np.random.default_rng(3).standard_normal((20_000, *anodes.walks(typical)))
    logarithm = np.log(np.array([anodes.cast(p, typical, one) for one in walk]) / typical)
    for supplier in range(len(SUPPLIERS)):
        corr = np.corrcoef(logarithm[:, supplier].T)
        assert corr[np.ix_([0, 1, 2], [0, 1, 2])][np.triu_indices(3, 1)] == pytest.approx(0.64, abs=0.02)
        assert np.abs(corr[:3, 3:]).max() < 0.03
    spread = logarithm.std(axis=0)
    np.testing.assert_allclose(spread[:, :3], p.cast_minor_sd, rtol=0.02)
    np.testing.assert_allclose(spread[:, 3:], p.cast_sd, rtol=0.02)


def test_first_loads(uneven):
    p, normals = uneven, np.random.default_rng(1).standard_normal((18, 4))
    total = p.own_share + p.custom_share + p.secondary_share
    result = CopperAnodeLoads.first(p, normals).contents
    for j, element in enumerate(ELEMENTS):
        mixed = sum(p[f"{s}_share"] / total * p[f"{s}_{element}"] for s in SUPPLIERS) * p[f"anode_{element}"]
        lot = mixed * np.exp(p.anode_lot_sd * normals[j])
        np.testing.assert_allclose(result[0, j], lot, rtol=1e-9)
        np.testing.assert_allclose(result[1, j], lot * (1.0 + p.anode_assay_rsd * normals[9 + j]), rtol=1e-9)


def test_loads_of_some_weeks(uneven):
    p = copy.copy(uneven)
    vars(p)["bad_lot_share"] = 0.4
    rng = np.random.default_rng(2)
    new, cast = rng.random((6, 5)) < 0.5, rng.uniform(50.0, 900.0, (6, 3, 9))
    normals, u = rng.standard_normal((18, 6, 5)), rng.random((3, 6, 5))
    loads = CopperAnodeLoads(rng.uniform(10.0, 20.0, (2, 9, 5)))
    held = loads.contents.copy()
    total = p.own_share + p.custom_share + p.secondary_share
    ends = p.own_share / total, (p.own_share + p.custom_share) / total
    result = loads.segment(p, new, cast, normals, u)
    for t in range(6):
        for g in range(5):
            supplier = 0 if u[0, t, g] < ends[0] else 1 if u[0, t, g] < ends[1] else 2
            worse = 1.0 + (p.bad_lot_factor - 1.0) * u[2, t, g] if u[1, t, g] < 0.4 else 1.0
            factor = {"sb": worse, "bi": worse}
            for j, element in enumerate(ELEMENTS):
                lot = cast[t, supplier, j] * np.exp(p.anode_lot_sd * normals[j, t, g]) * factor.get(element, 1.0)
                if new[t, g]:
                    held[:, j, g] = lot, lot * (1.0 + p.anode_assay_rsd * normals[9 + j, t, g])
                np.testing.assert_allclose(result[:, j, t, g], held[:, j, g], rtol=1e-9)
