"""Hydrogen in aluminium: Ransley and Neufeld's line, Sieverts's law, vapour pressures, kinetics of degassing."""

import numpy as np
import pytest

from physics.melt.hydrogen import (
    ATMOSPHERE,
    degassing_units,
    dissolved_hydrogen,
    hydrogen_after_degassing,
    hydrogen_of_moist_air,
    saturation_pressure_magnus,
    solubility_ransley_neufeld_1948,
    water_pressure,
)


def test_solubility_is_the_published_line_in_one_over_temperature():
    kelvin = np.array([950.0, 1000.0, 1050.0])
    logs = np.log10(0.1 * solubility_ransley_neufeld_1948(kelvin - 273.15))
    assert np.allclose(logs, 2.796 - 2760.0 / kelvin, rtol=1e-12)


def test_the_values_recommended_in_1988_lie_three_per_cent_lower():
    talbot_anyalebechi = 10.0 ** (2.72 - 2700.0 / 973.15)  # mL/100 g at 700 °C
    assert talbot_anyalebechi == pytest.approx(0.882, abs=5e-4)
    assert 1.0 - talbot_anyalebechi / (0.1 * solubility_ransley_neufeld_1948(700.0)) == pytest.approx(0.032, abs=5e-4)


def test_sieverts_law_of_the_square_root():
    assert dissolved_hydrogen(9.1, ATMOSPHERE) == pytest.approx(9.1, rel=1e-12)
    assert dissolved_hydrogen(9.1, 0.0) == 0.0
    assert dissolved_hydrogen(9.1, 4.0) == pytest.approx(2.0 * dissolved_hydrogen(9.1, 1.0), rel=1e-12)


def test_vapour_is_in_proportion_to_humidity():
    celsius = np.array([0.0, 20.0, 30.0])
    assert water_pressure(celsius, 50.0) == pytest.approx(0.5 * saturation_pressure_magnus(celsius), rel=1e-12)


def test_moist_air_gives_what_melts_hold_before_degassing():
    typical = hydrogen_of_moist_air(720.0, 1.7)
    assert 0.1 * typical == pytest.approx(0.25, abs=0.01)
    assert hydrogen_of_moist_air(720.0, 4 * 1.7) == pytest.approx(2.0 * typical, rel=1e-12)
    assert hydrogen_of_moist_air(740.0, 1.7) > typical


def test_degassing_by_gas_rotor_and_flow():
    assert degassing_units(4.0, 500.0, 22.0) == pytest.approx(1.35, rel=1e-12)
    assert degassing_units(4.0, 500.0, 11.0) == pytest.approx(2.70, rel=1e-12)
    assert degassing_units(8.0, 500.0, 22.0) == pytest.approx(1.35 * 2**0.6, rel=1e-12)
    assert degassing_units(4.0, 250.0, 22.0) == pytest.approx(1.35 / 2**1.2, rel=1e-12)
    assert degassing_units(0.0, 500.0, 22.0) == 0.0


def test_degassing_ends_at_its_floor_and_gives_the_usual_content():
    units = np.array([0.0, 1.35, 50.0])
    after = hydrogen_after_degassing(2.5, 0.53, units)
    assert after[0] == pytest.approx(2.5, rel=1e-12)
    assert 0.1 * after[1] == pytest.approx(0.104, rel=0.01)  # 0.11 mL/100 g and less
    assert after[2] == pytest.approx(0.53, rel=1e-12)


VALUES = {
    "solubility": (solubility_ransley_neufeld_1948(726.85), 10.0 * 10.0 ** (2.796 - 2.760)),
    "Sieverts": (dissolved_hydrogen(9.1, 4.0 * 101.325), 18.2),
    "saturation": (saturation_pressure_magnus(25.0), 0.6112 * np.exp(17.62 * 25.0 / 268.12)),
    "vapour": (water_pressure(25.0, 70.0), 0.7 * 0.6112 * np.exp(17.62 * 25.0 / 268.12)),
    "moist air": (hydrogen_of_moist_air(726.85, 1.5, 3.0), 10.0 * 10.0**0.036 * (4.5 / 101.325) ** 0.5),
    "moist air by default": (hydrogen_of_moist_air(726.85, 1.5), 10.0 * 10.0**0.036 * (5.1 / 101.325) ** 0.5),
    "units": (degassing_units(5.0, 450.0, 25.0, 1.6), 1.6 * 1.25**0.6 * 0.9**1.2 * 0.88),
    "units by default": (degassing_units(5.0, 450.0, 25.0), 1.35 * 1.25**0.6 * 0.9**1.2 * 0.88),
    "after degassing": (hydrogen_after_degassing(2.6, 0.6, 1.2), 0.6 + 2.0 * np.exp(-1.2)),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
