"""Readings of a crop with their equations written out."""

import numpy as np
import pytest

from synthetic_data.tankhouse import instruments, surface
from synthetic_data.tankhouse.anodes import ELEMENTS as ANODES
from synthetic_data.tankhouse.crops import ELEMENTS


@pytest.fixture
def state(uneven, crops):
    conditions, rng = surface.conditions(uneven, crops), np.random.default_rng(3)
    return conditions | {"roughness": rng.uniform(0.7, 1.6, (5, 4)), "nodularity": rng.uniform(0.3, 1.2, (5, 4))}


def near(result, expected, step):
    """Whether readings are the expected values, written down in steps."""
    assert np.abs(result - expected).max() <= 0.5 * step * (1.0 + 1e-6)
    np.testing.assert_allclose(result / step, np.round(result / step), atol=1e-6)


def test_assays_before_a_crop(crops):
    week = {
        f"electrolyte_{name}": np.full((5, 1), value)
        for name, value in {
            "cu": 45.678,
            "h2so4": 181.3,
            "ni": 13.456,
            "as": 8.123,
            "sb": 0.3456,
            "bi": 0.1234,
            "fe": 0.789,
        }.items()
    }
    result = instruments.before(week, np.stack([crops.anodes[element] for element in ANODES]))
    for element in ANODES:
        near(result[f"anode_{element}"], crops.anodes[element], 1.0)
    steps = {"cu": 0.1, "h2so4": 1.0, "ni": 0.01, "as": 0.01, "sb": 0.001, "bi": 0.001, "fe": 0.01}
    for name, step in steps.items():
        near(result[f"electrolyte_{name}"], week[f"electrolyte_{name}"], step)
    assert len(result) == 16


def test_readings_during_a_crop(uneven, crops, state):
    p, week, n = uneven, crops.week, np.random.default_rng(4).standard_normal((5, 5, 4))
    result = instruments.during(p, crops, state, n)
    shorts = p.short_rate * state["roughness"] ** p.shorts_per_roughness
    shorts = shorts * (1.0 + p.shorts_per_nodules * state["nodularity"])
    np.testing.assert_allclose(instruments.short_rate(p, state), shorts, rtol=1e-9)
    current, kelvin = crops.setpoints["current_density"], state["temperature"] + 273.15
    conductivity = (
        0.134
        - 0.00356 * week["cu"]
        + 0.00249 * week["h2so4"]
        + 0.00426 * state["temperature"]
        - 0.0035 * week["ni"]
        - 0.002 * week["as"]
    )
    volts = 1e-5 * current * p.electrode_gap / conductivity + p.contact_drop * current / 300.0
    thermal = 8.314462618 * kelvin / 96485.33212
    volts = volts + thermal * (2.0 * np.arcsinh(current / 140.0) - 0.5 * np.log(1.0 - state["polarisation"]))
    volts = volts + p.voltage_group_sd * crops.traits["voltage"] - p.voltage_per_short * shorts
    seen = shorts * (1.0 - p.shorts_unseen * crops.faults["short_detection"])
    counted = np.maximum(seen + (100.0 * seen / p.positions) ** 0.5 * n[2], 0.0)
    near(result["suspended_solids"], state["solids"] * np.exp(p.solids_rsd * n[0]), 0.1)
    near(result["cell_voltage"], volts + volts * p.voltage_rsd * n[1], 0.001)
    near(result["short_rate"], counted, 0.01)
    near(result["chloride_assay"], state["chloride"] * (1.0 + p.assay_cl_rsd * n[3]), 0.1)
    near(result["wash_temperature"], week["wash_temperature"] + p.wash_reading_sd * n[4], 0.1)
    assert len(result) == 5


def test_a_count_of_shorts_is_never_below_none(uneven, crops, state):
    result = instruments.during(uneven, crops, state, np.full((5, 5, 4), -50.0))
    assert result["short_rate"].min() == 0.0


def test_assays_of_lots(uneven):
    p, rng = uneven, np.random.default_rng(5)
    true = {element: rng.uniform(2.0, 4.0, (5, 4)) for element in ELEMENTS}
    bias, n = rng.uniform(0.9, 1.1, (5, 10)), rng.standard_normal((20, 5, 4))
    assays = instruments.assays(p, true, bias, n)
    assert list(assays) == list(ELEMENTS)
    for i, element in enumerate(ELEMENTS):
        sampling, relative = p[f"sampling_{element}"], p[f"repeatability_{element}"]
        sample = true[element] * np.exp(sampling * n[i] - 0.5 * sampling**2)
        spread = ((relative * sample) ** 2 + p[f"floor_{element}"] ** 2) ** 0.5
        read = bias[:, [i]] * sample + spread * n[10 + i]
        digit, limit = p[f"digit_{element}"], p[f"limit_{element}"]
        rounded = np.round(read / digit) * digit
        np.testing.assert_allclose(assays[element], np.where(rounded < limit, -limit, rounded), rtol=1e-9, atol=1e-9)


def test_readings_stay_in_range_and_some_are_lost(uneven):
    probabilities = np.random.default_rng(6).random((2, 5, 4))
    read = {"a": np.linspace(-2.0, 12.0, 20).reshape(5, 4), "b": np.full((5, 4), 3.0)}
    result = instruments.lose(uneven, read, {"a": (0.0, 10.0), "b": (0.0, 2.0)}, probabilities)
    share = uneven.missing_share
    expected = np.where(probabilities[0] < share, np.nan, np.clip(read["a"], 0.0, 10.0))
    assert np.array_equal(result["a"], expected, equal_nan=True)
    assert np.array_equal(result["b"], np.where(probabilities[1] < share, np.nan, 2.0), equal_nan=True)


def test_numbers_of_readings_and_laboratory():
    readings, laboratory = instruments.split(np.arange(25)[:, None])
    assert readings.ravel().tolist() == [0, 1, 2, 3, 4]
    assert laboratory.ravel().tolist() == list(range(5, 25))
    assert (instruments.NORMALS, instruments.LOSSES) == (5 + 2 * 10, 5 + 7 + 9)
