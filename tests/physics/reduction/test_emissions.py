"""Greenhouse gases: stoichiometry and values by hand."""

import numpy as np
import pytest

from physics.reduction.emissions import (
    anode_co2,
    c2f6_emission,
    cf4_emission,
    electricity_co2e,
    perfluorocarbon_co2e,
    stoichiometric_carbon,
)


def test_stoichiometric_carbon():
    assert stoichiometric_carbon(93.0) == pytest.approx(333.9 / 0.93, rel=1e-4)
    # less than any plant's net consumption, as it must be
    assert stoichiometric_carbon(93.0) < 395.0


def test_carbon_burns_to_its_mass_of_co2():
    assert anode_co2(12.0, 0.0) == pytest.approx(0.044, rel=1e-14)


def test_no_anode_effect_no_perfluorocarbon():
    assert perfluorocarbon_co2e(cf4_emission(0.0, 0.0), c2f6_emission(0.0)) == 0.0
    assert np.all(np.diff(cf4_emission(np.linspace(0.0, 2.0, 5), 2.0)) > 0.0)


VALUES = {
    "carbon": (stoichiometric_carbon(92.0), 3.0 * 12.011 / (4.0 * 26.98154) * 1000.0 / 0.92),
    "anodes by default": (anode_co2(410.0), 410.0 * 0.97 * 44.0 / 12.0 / 1000.0),
    "anodes": (anode_co2(420.0, 0.05), 420.0 * 0.95 * 44.0 / 12.0 / 1000.0),
    "CF4 by default": (cf4_emission(0.3, 2.5), 0.122 * 0.75),
    "CF4": (cf4_emission(0.3, 2.5, 0.143), 0.143 * 0.75),
    "C2F6 by default": (c2f6_emission(0.04), 0.097 * 0.04),
    "C2F6": (c2f6_emission(0.04, 0.121), 0.121 * 0.04),
    "warming by default": (perfluorocarbon_co2e(0.03, 0.004), 0.03 * 6.63 + 0.004 * 11.1),
    "warming": (perfluorocarbon_co2e(0.03, 0.004, 7380.0, 12400.0), 0.03 * 7.38 + 0.004 * 12.4),
    "electricity": (electricity_co2e(13400.0, 0.55), 13.4 * 0.55),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
