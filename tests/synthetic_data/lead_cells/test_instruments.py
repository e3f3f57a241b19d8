"""Readings, weights and assays of crops of lead, with their errors written out."""

import numpy as np
import pytest

from synthetic_data.lead_cells import instruments

SHAPE = (3, 4)
EQUIVALENT = 3600.0 * 207.2 / (2.0 * 96485.33212)


@pytest.fixture
def rng():
    return np.random.default_rng(2)


@pytest.fixture
def truth(rng):
    names = ("cell_voltage", "voltage_start", "voltage_end", "shorted", "cathode_mass", "bi", "sb", "ag", "cu", "as")
    result = {name: rng.uniform(0.4, 3.0, SHAPE) for name in names}
    return result | {
        "charge": np.full(SHAPE, 725.0),
        "temperature": np.full(SHAPE, 40.2),
        "steam": np.full(SHAPE, 33.0),
    }


def test_readings_by_hand(p, rng, truth):
    shed, traits = rng.uniform(0.01, 0.5, SHAPE), {"counter": rng.standard_normal(4)}
    z = rng.standard_normal((8, *SHAPE))
    result = instruments.during(p, truth, shed, traits, z)
    assert tuple(result) == instruments.READ
    counted = 725.0 * (1.0 + 0.0012 * traits["counter"] + 0.0015 * z[0])
    np.testing.assert_allclose(result["charge"], np.round(counted, 1), rtol=1e-12)
    for i, name in enumerate(("cell_voltage", "voltage_start", "voltage_end"), start=1):
        np.testing.assert_allclose(result[name], np.round(truth[name] * (1.0 + 0.01 * z[i]), 3), rtol=1e-12)
    np.testing.assert_allclose(
        result["short_rate"], np.round(truth["shorted"] * np.exp(p.patrol_rsd * z[4]), 2), rtol=1e-12
    )
    fallen = 1.0 - np.exp(-shed / 0.25 * np.exp(0.5 * z[5]))
    np.testing.assert_allclose(result["slime_fall"], np.round(fallen / 0.05) * 0.05, rtol=1e-12)
    np.testing.assert_allclose(result["cell_temperature"], np.round(40.2 + 0.3 * z[6], 1), rtol=1e-12)
    np.testing.assert_allclose(result["steam_flow"], np.round(33.0 * (1.0 + 0.03 * z[7]), 1), rtol=1e-12)


def test_a_label_is_the_weight_over_the_counted_charge(p, rng, truth):
    traits, normal = {"scale": rng.standard_normal(4)}, rng.standard_normal(SHAPE)
    read = np.full(SHAPE, 726.0)
    heavy = truth | {"cathode_mass": np.full(SHAPE, 42.0)}
    result = instruments.measured_mass(p, heavy, read, traits, normal)
    mass = 42.0 * (1.0 + 0.001 * traits["scale"] + 0.003 * normal)
    np.testing.assert_allclose(result["cathode_mass"], np.round(mass, 3), rtol=1e-12)
    expected = 100.0 * 1000.0 * mass / (16.0 * 726.0 * EQUIVALENT)
    np.testing.assert_allclose(result["current_efficiency"], np.round(expected, 2), rtol=1e-9)


def test_assays_are_of_the_right_element_and_below_their_limit_minus_it(p, truth):
    exact = instruments.assayed(
        p, {name: truth[name] for name in ("sb", "as", "bi", "cu", "ag")}, np.zeros((10, *SHAPE))
    )
    for name, values in exact.items():
        limit = 1.0 if name == "bi" else 0.5
        mean = np.round(truth[name] * np.exp(-0.005), 1)
        np.testing.assert_allclose(values, np.where(mean < limit, -limit, mean), rtol=1e-9, err_msg=name)
    assert (exact["bi"] < 0).any()


def test_assays_in_hand_are_rounded_as_laboratories_write_them(rng):
    anodes = np.stack([np.full(SHAPE, value) for value in (0.61239, 0.2044, 0.25066, 0.040077, 1512.6)])
    state = {"electrolyte_pb": np.array([[84.26]] * 3), "electrolyte_h2sif6": np.array([[85.94]] * 3)}
    result = instruments.before(state, anodes)
    assert tuple(result) == instruments.ASSAYED
    shown = [float(values.flat[0]) for values in result.values()]
    assert shown == pytest.approx([0.612, 0.204, 0.251, 0.0401, 1513.0, 84.3, 85.9], rel=1e-12)
