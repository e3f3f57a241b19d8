"""Heat of a cell: published levels, balance of the ledge, conservation when it freezes."""

import numpy as np
import pytest

from physics.electrochemistry import ALUMINIUM_EQUIVALENT, specific_energy
from physics.reduction.cell_heat import (
    concentration_after_freezing,
    enthalpy_voltage,
    heat_available,
    ledge_heat,
    ledge_melting_rate,
    side_heat,
    steady_ledge_thickness,
    thermal_mass,
    warming_rate,
)


def test_least_energy_of_a_kilogram():
    kwh_per_kilogram = specific_energy(enthalpy_voltage(100.0), 100.0, ALUMINIUM_EQUIVALENT) / 1000.0
    assert kwh_per_kilogram == pytest.approx(6.35, abs=0.005)
    # accepted value 6.34
    assert kwh_per_kilogram == pytest.approx(6.34, rel=0.002)


def test_heat_loss_of_the_reference_pot():
    assert heat_available(400.0, 4.00, 93.0) == pytest.approx(761.0, abs=0.5)


def test_all_voltage_is_either_metal_or_heat():
    current, voltage, efficiency = 400.0, np.linspace(3.8, 4.4, 7), 93.0
    assert heat_available(current, voltage, efficiency) + current * enthalpy_voltage(efficiency) == pytest.approx(
        current * voltage, rel=1e-14
    )


def test_ten_millivolts_warm_a_third_of_a_kelvin_an_hour():
    heat = heat_available(400.0, 4.01, 93.0) - heat_available(400.0, 4.00, 93.0)
    mass = thermal_mass(10000.0, 22000.0)
    assert heat == pytest.approx(4.0, rel=1e-9)
    assert mass == pytest.approx(44.0, rel=0.015)
    assert warming_rate(heat, mass) == pytest.approx(0.33, abs=0.005)


def test_side_heat_of_the_public_simulator():
    assert side_heat(960.0, 951.0, 17.92, 1200.0) == pytest.approx(193.536, rel=1e-12)
    assert side_heat(951.0, 951.0, 17.92) == 0.0


def test_ledge_stands_still_where_heat_in_equals_heat_out():
    superheat = np.array([3.0, 9.0, 20.0])
    thickness = steady_ledge_thickness(951.0 + superheat, 951.0, 500.0)
    gained = side_heat(951.0 + superheat, 951.0, 25.0)
    lost = ledge_heat(951.0, 500.0, thickness, 25.0)
    assert lost == pytest.approx(gained, rel=1e-12)
    assert ledge_melting_rate(gained, gained) == pytest.approx([0.0, 0.0, 0.0], abs=0.0)
    assert np.all(np.diff(thickness) < 0.0)
    assert np.all(ledge_melting_rate(gained, ledge_heat(951.0, 500.0, thickness + 1.0, 25.0)) > 0.0)


def test_latent_heat_melts_its_kilograms():
    # 119.331 kJ/mol over 209.94 g/mol is 568.4 kJ/kg
    assert ledge_melting_rate(119.331 / 0.20994, 0.0) == pytest.approx(3600.0, rel=1e-3)


def test_freezing_moves_no_alf3():
    frozen = np.array([-500.0, 0.0, 500.0])
    after = concentration_after_freezing(11.0, 9000.0, frozen)
    assert after * (9000.0 - frozen) == pytest.approx(np.full(3, 11.0 * 9000.0), rel=1e-14)
    assert np.all(np.diff(after) > 0.0)
