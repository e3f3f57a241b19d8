"""Milling, screening, air: laws, what practice says of sizes, values by hand."""

import numpy as np
import pytest

from physics.black_mass.comminution import foil_content, foil_left_by_air, milling_energy, recovered_powder


def test_foil_is_usual_at_usual_settings_and_grows_with_time_and_holes():
    assert foil_content(130.0, 0.25, 1.2) == pytest.approx(1.2, rel=1e-12)
    assert foil_content(169.0, 0.25, 1.0) == pytest.approx(np.exp(0.195), rel=1e-12)
    assert foil_content(130.0, 0.5, 1.0) == pytest.approx(2.0**0.7, rel=1e-12)


def test_powder_comes_off_early_and_foil_late():
    first, last = np.diff(recovered_powder(np.array([60.0, 100.0, 140.0])))
    assert first > 2.0 * last
    assert recovered_powder(0.0) == 0.0
    assert 0.96 < recovered_powder(130.0) < 0.99
    assert recovered_powder(130.0) == pytest.approx(0.975, abs=0.0005)
    assert recovered_powder(130.0, 1.2) < recovered_powder(130.0)


def test_an_empty_mill_takes_its_idle_power():
    assert milling_energy(0.0) == 12.0
    assert milling_energy(130.0) == pytest.approx(45.0, rel=1e-12)


VALUES = {
    "foil": (foil_content(150.0, 0.3, 1.6, 0.5), 1.6 * np.exp(0.5 * 20.0 / 130.0) * 1.2**0.7),
    "foil by default": (foil_content(150.0, 0.3, 1.6), 1.6 * np.exp(0.1) * 1.2**0.7),
    "recovered": (recovered_powder(100.0, 1.1), 1.0 - np.exp(-100.0 / 38.72)),
    "recovered by default": (recovered_powder(100.0), 1.0 - np.exp(-100.0 / 35.2)),
    "air": (foil_left_by_air(7.8, 0.1), np.exp(-0.1)),
    "air by default": (foil_left_by_air(5.8), np.exp(0.12)),
    "energy": (milling_energy(195.0, 10.0, 40.0), 55.0),
    "energy by default": (milling_energy(195.0), 61.5),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
