"""Readings of a section, and its weight, with their errors written out."""

import numpy as np
import pytest

from synthetic_data.refining_cells import instruments


@pytest.fixture
def truth(sections):
    rng, shape = np.random.default_rng(5), sections.swing.shape
    ranges = {"shorted": (0.5, 3.0), "charge": (5000.0, 6000.0), "cell_voltage": (0.28, 0.34), "steam": (200.0, 300.0)}
    ranges |= {"cathode_mass": (120.0, 140.0), "reject_share": (0.5, 5.0)}
    return {name: rng.uniform(*ends, shape) for name, ends in ranges.items()}


def test_readings_by_hand(p, sections, truth):
    z = np.random.default_rng(6).standard_normal((len(instruments.READ), *sections.swing.shape))
    result, state, faults = instruments.during(p, sections, truth, z), sections.grown.state, sections.grown.crops.faults
    counter = 1.0 + 0.0015 * sections.traits["counter"] + 0.002 * z[0]
    seen = truth["shorted"] * (1.0 - p.shorts_unseen * faults["short_detection"])
    expected = {
        "charge": (truth["charge"] * counter, 0.051),
        "cell_voltage": (truth["cell_voltage"] * (1.0 + p.voltage_rsd * z[1]), 0.00051),
        "short_rate": (seen * np.exp(0.2 * z[2]), 0.0051),
        "suspended_solids": (state["solids"] * np.exp(p.solids_rsd * z[3]), 0.051),
        "chloride_assay": (state["chloride"] * (1.0 + p.assay_cl_rsd * z[4]), 0.051),
        "cell_temperature": (state["temperature"] + 0.3 * z[5], 0.051),
        "steam_flow": (truth["steam"] * (1.0 + 0.03 * z[6]), 0.051),
    }
    assert list(result) == list(expected)
    for name, (values, step) in expected.items():
        np.testing.assert_allclose(result[name], values, atol=step, err_msg=name)


def test_weight_efficiency_and_rejects(p, sections, truth):
    z = np.random.default_rng(7).standard_normal((2, *sections.swing.shape))
    read = truth["charge"] * 1.001
    result = instruments.measured_mass(p, sections, truth, read, z)
    mass = truth["cathode_mass"] * (1.0 + 0.001 * sections.traits["scale"] + 0.003 * z[0])
    np.testing.assert_allclose(result["cathode_mass"], mass, atol=0.0051)
    # 1.185494 kg a kAh and cell
    np.testing.assert_allclose(result["current_efficiency"], 100.0 * mass / (0.02 * read * 1.185494), atol=0.0052)
    share, looks = 0.01 * truth["reject_share"], 2.0 * 20 * 55 / 8.0
    counted = 100.0 * (share + np.sqrt(share * (1.0 - share) / looks) * z[1])
    np.testing.assert_allclose(result["reject_share"], np.maximum(counted, 0.0), atol=0.0051)


def test_a_section_without_losses_makes_what_faraday_says(p):
    # 20 cells, 5600 kAh each
    assert instruments.mass_made(p, np.array(5600.0), np.array(100.0)) == pytest.approx(20 * 5.6 * 1.185494, rel=1e-6)


def test_lost_readings_are_missing_and_others_stay_in_range(p):
    values = {"cell_voltage": np.array([0.3, 2.0, 0.001]), "charge": np.array([5000.0, 5000.0, 5000.0])}
    limits = {"cell_voltage": (0.02, 1.5), "charge": (500.0, 12000.0)}
    probabilities = np.array([[0.5, 0.5, 0.5], [0.5, 0.001, 0.5]])
    result = instruments.lose(p, values, limits, probabilities)
    assert result["cell_voltage"].tolist() == [0.3, 1.5, 0.02]
    assert np.isnan(result["charge"]).tolist() == [False, True, False]
