"""Heat of a cell: balance of the ledge, conservation when it freezes."""

import numpy as np
import pytest

from physics.reduction.cell_heat import (
    LATENT_HEAT_CRYOLITE,
    concentration_after_freezing,
    enthalpy_voltage,
    heat_available,
    ledge_heat,
    thermal_mass,
)


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
    # 4 kW for an hour are 14.4 MJ
    assert 3.6 * heat / mass == pytest.approx(0.33, abs=0.005)


def test_freezing_moves_no_alf3():
    frozen = np.array([-500.0, 0.0, 500.0])
    after = concentration_after_freezing(11.0, 9000.0, frozen)
    assert after * (9000.0 - frozen) == pytest.approx(np.full(3, 11.0 * 9000.0), rel=1e-14)
    assert np.all(np.diff(after) > 0.0)


VALUES = {
    "enthalpy": (enthalpy_voltage(94.0), 1.65 + 0.48 * 0.94),
    "heat": (heat_available(410.0, 4.1, 92.0), 410.0 * (4.1 - 1.65 - 0.48 * 0.92)),
    "ledge by default": (ledge_heat(951.0, 520.0, 8.0, 25.0), 1.5 * 25.0 * 431.0 / 0.08 / 1000.0),
    "ledge": (ledge_heat(951.0, 520.0, 8.0, 25.0, 2.2), 2.2 * 25.0 * 431.0 / 0.08 / 1000.0),
    "freezing": (concentration_after_freezing(11.0, 9000.0, 450.0), 11.0 * 9000.0 / 8550.0),
    "melting": (concentration_after_freezing(11.0, 9000.0, -1000.0), 9.9),
    "thermal mass": (thermal_mass(9500.0, 21000.0), (1.76 * 9500.0 + 1.18 * 21000.0) / 1000.0),
    "latent heat": (LATENT_HEAT_CRYOLITE, round(1000.0 * 107.3 / 209.94)),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
