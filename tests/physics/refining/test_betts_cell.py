"""Conductivity and voltage of a cell of lead refining."""

import numpy as np
import pytest

from physics.refining.betts_cell import fluosilicate_conductivity, lead_cell_voltage


def test_conductivity_by_hand():
    assert fluosilicate_conductivity(38.0, 85.0, 85.0) == pytest.approx(0.22, rel=1e-12)
    expected = 0.24 * (1.0 + 0.015 * 4.5 + 0.006 * 7.0 - 0.003 * -10.0)
    assert fluosilicate_conductivity(42.5, 75.0, 92.0, 0.24) == pytest.approx(expected, rel=1e-12)


def test_plants_lie_in_the_range_of_conductivity():
    grid = np.meshgrid([33.0, 45.0], [70.0, 95.0], [75.0, 95.0])
    assert fluosilicate_conductivity(*grid).min() > 0.18
    assert fluosilicate_conductivity(*grid).max() < 0.28


def test_voltage_by_hand():
    expected = 195.0e-4 * 3.7 / 0.23 + 0.12 + 0.06 * 195.0 / 180.0
    assert lead_cell_voltage(195.0, 0.23, 37.0, 0.12, 0.06) == pytest.approx(expected, rel=1e-12)


def test_ten_amperes_take_five_kilowatt_hours_over_the_electrolyte():
    """4 cm of 0.22 S/cm: 18 mV, of 258.7 kWh/t a volt and 95.5 %."""
    more = lead_cell_voltage(190.0, 0.22, 40.0, 0.0, 0.0) - lead_cell_voltage(180.0, 0.22, 40.0, 0.0, 0.0)
    assert 258.7 * more / 0.955 == pytest.approx(4.9, abs=0.05)
