"""Ageing: laws."""

import pytest

from physics.photovoltaics.ageing import at_temperature, power_left


def test_years_multiply():
    twice = power_left(0.008, 7.0) * power_left(0.008, 9.0)
    assert power_left(0.008, 16.0) == pytest.approx(twice, rel=1e-12)
    assert power_left(0.008, 0.0) == 1.0
    assert power_left(0.1, 1.0) == pytest.approx(0.9, rel=1e-12)


def test_temperature_changes_by_the_degree():
    assert at_temperature(250.0, -0.004, 25.0) == 250.0
    assert at_temperature(250.0, -0.004, 35.0) == pytest.approx(240.0, rel=1e-12)
    assert at_temperature(250.0, -0.004, 15.0) == pytest.approx(260.0, rel=1e-12)
