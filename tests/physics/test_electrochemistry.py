"""Faraday's law and energy: closure, worth of voltage and efficiency, values by hand."""

import numpy as np
import pytest

from physics.electrochemistry import (
    ALUMINIUM_EQUIVALENT,
    COPPER_EQUIVALENT,
    FARADAY,
    GAS,
    ZERO_CELSIUS,
    ZINC_EQUIVALENT,
    alternating_current_energy,
    current_efficiency_from_mass,
    electrochemical_equivalent,
    metal_mass,
    pseudo_resistance,
    specific_energy,
)


def test_mass_closes_with_faraday():
    current, hours = np.array([395.0, 400.0, 405.0]), np.array([24.0, 720.0, 1.0])
    efficiency = np.array([88.0, 93.0, 96.0])
    mass = metal_mass(current, hours, efficiency, ALUMINIUM_EQUIVALENT)
    assert current_efficiency_from_mass(mass, current, hours, ALUMINIUM_EQUIVALENT) == pytest.approx(
        efficiency, rel=1e-13
    )
    atoms = mass * 1000.0 / 26.98154
    electrons = current * 1000.0 * hours * 3600.0 / 96485.33212
    assert atoms * 3.0 == pytest.approx(electrons * efficiency / 100.0, rel=1e-12)


def test_equivalent_is_that_of_atoms_and_electrons():
    assert electrochemical_equivalent(26.98154, 3) == ALUMINIUM_EQUIVALENT
    assert electrochemical_equivalent(65.38, 2) == ZINC_EQUIVALENT
    assert electrochemical_equivalent(63.546, 1) == pytest.approx(2.0 * COPPER_EQUIVALENT, rel=1e-14)


@pytest.mark.parametrize(
    ("equivalent", "efficiency", "kwh"),
    [(ALUMINIUM_EQUIVALENT, 93.0, 32.0), (COPPER_EQUIVALENT, 96.0, 8.8), (ZINC_EQUIVALENT, 90.0, 9.1)],
    ids=["aluminium", "copper", "zinc"],
)
def test_worth_of_ten_millivolts(equivalent, efficiency, kwh):
    assert specific_energy(0.010, efficiency, equivalent) == pytest.approx(kwh, abs=0.05)


@pytest.mark.parametrize(
    ("equivalent", "voltage", "efficiency", "kwh"),
    [
        (ALUMINIUM_EQUIVALENT, 4.00, 93.0, -136.0),
        (COPPER_EQUIVALENT, 0.29, 96.0, -2.6),
        (ZINC_EQUIVALENT, 3.30, 90.0, -33.0),
    ],
    ids=["aluminium", "copper", "zinc"],
)
def test_worth_of_a_point_of_efficiency(equivalent, voltage, efficiency, kwh):
    before, after = specific_energy(voltage, np.array([efficiency, efficiency + 1.0]), equivalent)
    assert after - before == pytest.approx(kwh, rel=0.015)


def test_energy_bought_is_above_that_of_the_cells():
    assert alternating_current_energy(12740.0, 0.98, 0.0) == pytest.approx(13000.0, rel=1e-12)
    assert alternating_current_energy(12740.0, 1.0, 250.0) == pytest.approx(12990.0, rel=1e-12)


def test_pseudo_resistance_of_the_reference_pot():
    # 2.35 V at 400 kA are 5.875; the note's table truncates to 5.87
    assert pseudo_resistance(4.0, 400.0) == pytest.approx(5.875, rel=1e-12)


VALUES = {
    "constants": (FARADAY * GAS / ZERO_CELSIUS, 96485.33212 * 8.314462618 / 273.15),  # CODATA 2018
    "Faraday constant": (FARADAY, 1.602176634e-19 * 6.02214076e23),
    "gas constant": (GAS, 1.380649e-23 * 6.02214076e23),
    "equivalent": (electrochemical_equivalent(65.38, 2.0), 3600.0 * 65.38 / (2.0 * 96485.33212)),
    "mass": (metal_mass(390.0, 30.0, 94.0, 0.34), 390.0 * 30.0 * 0.94 * 0.34),
    "efficiency": (current_efficiency_from_mass(3700.0, 390.0, 30.0, 0.34), 3700.0 / (390.0 * 30.0 * 0.34) * 100.0),
    "energy": (specific_energy(4.1, 94.0, 0.34), 4.1 / (0.94 * 0.34) * 1000.0),
    "bought": (alternating_current_energy(13000.0, 0.975, 260.0), 13000.0 / 0.975 + 260.0),
    "bought by default": (alternating_current_energy(13000.0), 13000.0 / 0.98),
    "resistance": (pseudo_resistance(4.2, 410.0, 1.6), 2.6 / 410.0 * 1000.0),
    "resistance by default": (pseudo_resistance(4.2, 410.0), 2.55 / 410.0 * 1000.0),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
