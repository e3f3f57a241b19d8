"""Terms of the cell voltage: limits, bounds, values by hand."""

import numpy as np
import pytest

from physics.reduction.voltage_terms import (
    anode_concentration_overvoltage,
    anode_reaction_overvoltage,
    bath_ohmic_voltage,
    bubble_coverage,
    bubble_thickness,
    bubble_voltage,
    cathode_overvoltage,
    critical_current_density,
    reversible_voltage,
)

ANODE = 494000.0 / 48.0  # cm², of one anode of the 400 kA class


def test_reversible_voltage_of_saturated_bath_has_no_activity_term():
    # the activity polynomial is 1 at saturation: -0.03791 + 2.364 - 2.194 + 0.868 = 1.00009
    assert reversible_voltage(960.0, 8.0, 8.0) == pytest.approx(1.896 - 0.000572 * 1233.15, abs=1e-5)


def test_reversible_voltage_rises_as_alumina_falls_and_never_breaks():
    alumina = np.linspace(8.0, 0.4, 77)
    assert np.all(np.diff(reversible_voltage(960.0, alumina, 8.0)) > 0.0)
    assert reversible_voltage(960.0, 0.0, 8.0) == reversible_voltage(960.0, 0.4, 8.0)


def test_exchange_current_density_is_in_the_measured_range():
    # overvoltage is zero at the exchange current density: 0.004 to 0.009 A/cm² for 2 to 6 % alumina
    density = 0.0029 * np.array([2.0, 6.0]) ** 0.56
    assert anode_reaction_overvoltage(960.0, density, np.array([2.0, 6.0])) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert 0.004 < density[0] < density[1] < 0.009


def test_concentration_overvoltage_grows_to_its_bound():
    density = np.linspace(0.0, 3.0, 301)
    voltage = anode_concentration_overvoltage(960.0, density, 1.9)
    assert voltage[0] == 0.0
    assert np.all(np.diff(voltage) >= 0.0)
    at_bound = 8.314462618 * 1233.15 / (2.0 * 96485.33212) * np.log(100.0)
    assert voltage[-1] == pytest.approx(at_bound, rel=1e-12)
    # no current density is left at all below 0.16 % alumina
    assert anode_concentration_overvoltage(960.0, 0.81, critical_current_density(960.0, 0.1, ANODE)) == voltage[-1]


def test_bubbles_have_no_pole_and_full_cover_is_never_reached():
    alumina = np.linspace(0.0, 8.0, 801)
    coverage = bubble_coverage(0.81, 2.2, alumina)
    assert np.all((coverage > 0.4) & (coverage <= 0.95))
    assert np.all(np.diff(coverage) <= 0.0)
    assert coverage[0] == 0.95


VALUES = {
    "reversible": (
        reversible_voltage(955.0, 3.0, 7.5),
        1.896
        - 0.000572 * 1228.15
        - 8.314462618
        * 1228.15
        / (6.0 * 96485.33212)
        * np.log(-0.03791 * 0.4 + 2.364 * 0.16 - 2.194 * 0.064 + 0.868 * 0.0256),
    ),
    "anode reaction": (
        anode_reaction_overvoltage(955.0, 0.85, 3.0),
        8.314462618 * 1228.15 / (1.08 * 96485.33212) * np.log(0.85 / (0.0029 * 3.0**0.56)),
    ),
    "critical density": (
        critical_current_density(955.0, 3.0, 9000.0),
        (5.5 + 0.018 * (1228.15 - 1323.0)) * 9000.0**-0.1 * (3.0**0.5 - 0.4),
    ),
    "anode concentration": (
        anode_concentration_overvoltage(955.0, 0.8, 1.6),
        8.314462618 * 1228.15 / (2.0 * 96485.33212) * np.log(2.0),
    ),
    "cathode": (
        cathode_overvoltage(955.0, 0.7, 2.2),
        8.314462618 * 1228.15 / (1.5 * 96485.33212) * (1.375 - 0.125 * 2.2) * np.log(0.7 / 0.257),
    ),
    "bubble thickness": (bubble_thickness(0.9), (0.5517 + 0.9) / (1.0 + 2.167 * 0.9)),
    "bubble coverage": (
        bubble_coverage(0.9, 2.2, 3.0, 1.7),
        0.509
        + 0.1823 * 0.9
        - 0.1723 * 0.81
        + 0.05504 * 0.729
        + (0.4322 - 0.3781 * 1.1) / (1.0 + 1.637 * 1.1)
        + (0.431 - 0.1437 * 1.3) / (1.0 + 7.353 * 1.3),
    ),
    "bubble coverage by default": (
        bubble_coverage(0.9, 2.2, 3.0),
        0.509
        + 0.1823 * 0.9
        - 0.1723 * 0.81
        + 0.05504 * 0.729
        + (0.4322 - 0.3781 * 1.1) / (1.0 + 1.637 * 1.1)
        + (0.431 - 0.1437 * 1.2) / (1.0 + 7.353 * 1.2),
    ),
    "bubbles": (
        bubble_voltage(0.9, 2.3, 0.6, 0.7),
        0.7 * (0.5517 + 0.9) / (1.0 + 2.167 * 0.9) * 0.9 * 0.6 / (2.3 * 0.4),
    ),
    "bubbles by default": (
        bubble_voltage(0.9, 2.3, 0.6),
        0.6 * (0.5517 + 0.9) / (1.0 + 2.167 * 0.9) * 0.9 * 0.6 / (2.3 * 0.4),
    ),
    "ohmic": (bath_ohmic_voltage(0.9, 44.0, 2.3, 0.95), 0.95 * 0.9 * 4.4 / 2.3),
    "ohmic by default": (bath_ohmic_voltage(0.9, 44.0, 2.3), 0.92 * 0.9 * 4.4 / 2.3),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
