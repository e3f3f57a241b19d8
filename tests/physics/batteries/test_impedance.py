"""Impedance: laws."""

import numpy as np
import pytest

from physics.batteries.impedance import impedance

CELL = {"ohmic_resistance": 1.2, "fast_resistance": 0.8, "phase_element": 30.0, "phase_exponent": 0.85}


def test_it_is_that_of_complex_numbers():
    omega = 2.0 * np.pi * np.array([1e3, 31.0, 2.0])
    whole = 1.2 + 0.8 / (1.0 + 0.8e-3 * 30.0 * (1j * omega) ** 0.85) + 1e3 * 2e-4 * omega**-0.5 * (1.0 - 1j)
    real, imaginary = impedance(omega / (2.0 * np.pi), **CELL, warburg=2e-4)
    np.testing.assert_allclose(real, whole.real, rtol=1e-12)
    np.testing.assert_allclose(imaginary, whole.imag, rtol=1e-12)


def test_the_ends_are_the_resistances():
    fast, slow = (impedance(frequency, **CELL, warburg=0.0) for frequency in (1e9, 1e-9))
    assert fast[0] == pytest.approx(1.2, abs=1e-3)
    assert slow[0] == pytest.approx(2.0, abs=1e-3)
    assert abs(fast[1]) + abs(slow[1]) < 1e-3
