"""Resistance by age, temperature and charge: by hand, and laws."""

import numpy as np
import pytest

from physics.batteries.resistance import aged_resistance, arrhenius_factor, charge_factor


def test_a_new_cell_has_its_own_resistance_and_a_fifth_lost_is_the_stated_growth():
    assert aged_resistance(2.0, 0.4, 0.0) == pytest.approx(2.0, rel=1e-12)
    assert aged_resistance(2.0, 0.4, 0.2) == pytest.approx(2.8, rel=1e-12)


def test_a_kelvin_is_four_per_cent():
    one = arrhenius_factor(30.0, 25.5) / arrhenius_factor(30.0, 24.5)
    assert np.log(one) == pytest.approx(-0.0406, abs=1e-4)  # E / (R T²) = 30000 / (8.3145 * 298.15²)


def test_it_is_level_above_30_per_cent_and_rises_where_a_cell_is_nearly_empty():
    assert np.array_equal(charge_factor(np.array([0.3, 0.6, 0.9])), np.ones(3))
    assert charge_factor(0.10) == pytest.approx(1.4, rel=1e-12)
    assert charge_factor(0.05) == pytest.approx(2.0, rel=1e-12)
    assert (np.diff(charge_factor(np.linspace(0.0, 0.3, 40))) < 0).all()
    assert charge_factor(-0.2) == charge_factor(0.0) == pytest.approx(2.8, rel=1e-12)
