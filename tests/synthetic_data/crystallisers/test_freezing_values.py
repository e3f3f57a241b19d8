"""Lots frozen without random variation, worked out by hand, and the balance of the last stage."""

import numpy as np
import pytest

from synthetic_data.crystallisers.freezing import CONDITIONS, Crystallisers, freeze
from synthetic_data.crystallisers.parameters import ELEMENTS


def frozen_and_left(refinery, sudden=0.0, normals=None, runs=None, **setpoints):
    furnaces = Crystallisers(refinery.block, np.random.default_rng(1))
    furnaces._layer = np.zeros((2, 1))
    normals = np.zeros((1 + CONDITIONS, *refinery.shape)) if normals is None else normals
    runs = np.zeros(refinery.each) if runs is None else runs
    settings = refinery.setpoints | {name: np.full(refinery.shape, value) for name, value in setpoints.items()}
    struck = np.full(refinery.shape, sudden)
    at = furnaces.conditions(refinery.p, settings, normals, runs)
    return freeze(refinery.p, refinery.charge, refinery.mass, settings, struck, at)


def frozen(refinery, **changes):
    return frozen_and_left(refinery, **changes)[0]


def segregation(refinery, name, rate=5.0):
    k0 = refinery.plan.plant.value(f"segregation_{name}")
    layer = 1.4 / 2.0**0.5
    return k0 / (k0 + (1.0 - k0) * np.exp(-rate * 1e-6 / 3600.0 * layer / 2e-9))


@pytest.mark.parametrize(("name", "typical"), [("copper", 0.03), ("iron", 0.35), ("indium", 0.25), ("silicon", 0.2)])
def test_segregation_at_five_millimetres_an_hour_is_what_the_seed_says(refinery, name, typical):
    assert segregation(refinery, name) == pytest.approx(typical, rel=0.005)
    np.testing.assert_allclose(
        frozen(refinery).segregation[ELEMENTS.index(name)], segregation(refinery, name), rtol=1e-9
    )


def test_a_lot_of_iron_by_hand(refinery):
    k = segregation(refinery, "iron")
    mean = (1.0 - 0.16**k) / 0.84
    result = frozen(refinery)
    iron = ELEMENTS.index("iron")
    np.testing.assert_allclose(result.crystal[iron], 0.5 * result.vacuum[iron] * mean**3, rtol=1e-9)
    np.testing.assert_allclose(result.hours, 20.0 * 0.84 / 5904.0 / 0.026 / 5e-3, rtol=1e-9)
    assert (result.trapped == 0.0).all()


def test_sudden_freezing_spares_all_stages_but_one(refinery):
    k = segregation(refinery, "tin")
    mean, tin = (1.0 - 0.16**k) / 0.84, ELEMENTS.index("tin")
    struck = frozen(refinery, sudden=0.5)
    expected = 0.5 * struck.vacuum[tin] * mean**2 * (0.5 * mean + 0.5)
    np.testing.assert_allclose(struck.crystal[tin], expected, rtol=1e-9)


@pytest.mark.parametrize(("sudden", "rate"), [(0.0, 5.0), (0.6, 5.0), (0.0, 12.0)])
def test_crystal_and_melt_of_the_last_stage_hold_what_the_one_before_gave(refinery, sudden, rate):
    last, left = frozen_and_left(refinery, sudden, growth_rate=rate, stages=1.0)
    both = 0.84 * last.crystal + 0.16 * left
    np.testing.assert_allclose(both, refinery.charge * last.vacuum, rtol=1e-9)


def test_a_fast_front_traps_melt_and_more_at_cold_walls(refinery):
    typical, cold = frozen(refinery, growth_rate=9.0), frozen(refinery, growth_rate=9.0, coolant_temperature=12.0)
    superheat = (31.5 - 29.76) / 1.74
    expected = 0.15 * (1.0 - np.exp(-(9.0 / 7.8 / superheat**0.5 - 1.0) / 0.25))
    np.testing.assert_allclose(typical.trapped, expected, rtol=1e-9)
    assert (cold.trapped > typical.trapped).all()


def test_a_run_moves_one_element_and_keeps_it_between_nothing_and_one(refinery):
    runs = np.zeros(refinery.each)
    runs[ELEMENTS.index("iron")] = 60.0
    runs[ELEMENTS.index("tin")] = -60.0
    result, typical = frozen(refinery, runs=runs), frozen(refinery)
    changed = [
        not np.array_equal(one, other) for one, other in zip(result.segregation, typical.segregation, strict=True)
    ]
    assert [name for name, moved in zip(ELEMENTS, changed, strict=True) if moved] == ["iron", "tin"]
    assert ((result.segregation > 0.0) & (result.segregation < 1.0)).all()
