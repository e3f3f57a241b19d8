"""Melting of cathodes: heat by handbook values, dross, iron, cadmium; values by hand."""

import numpy as np
import pytest

from physics.cathode_zinc.furnace import cadmium_left, dross_share, iron_of_tools, melting_energy, melting_heat


def test_heat_is_that_of_solid_fusion_and_liquid():
    at_melting_point = 1e3 * (0.0275 * 394.5 + 7.32) / 65.38 / 3.6
    assert melting_heat(419.5) == pytest.approx(at_melting_point, rel=1e-12)
    ten_kelvin = melting_heat(490.0) - melting_heat(480.0)
    assert ten_kelvin == pytest.approx(1e3 * 0.314 / 65.38 / 3.6, rel=1e-9)


def test_electricity_is_heat_where_nothing_is_lost():
    assert melting_energy(480.0, 1.0) == pytest.approx(melting_heat(480.0), rel=1e-12)
    assert melting_energy(480.0, 0.5) == pytest.approx(2.0 * melting_heat(480.0), rel=1e-12)
    assert 100.0 < melting_energy(480.0) < 125.0


def test_dross_grows_with_heat_and_thin_cathodes_and_falls_with_salt():
    typical = dross_share(480.0, 0.9)
    assert typical == 2.2
    assert dross_share(490.0, 0.9) > typical
    assert dross_share(480.0, 0.9, 0.5) == pytest.approx(1.4 * typical, rel=1e-12)
    assert dross_share(480.0, 1.2) < typical


def test_iron_needs_time_and_heat():
    assert iron_of_tools(470.0, 20.0) == 4.0
    assert iron_of_tools(470.0, 0.0) == 0.0
    assert iron_of_tools(470.0, 80.0) == pytest.approx(8.0, rel=1e-12)
    assert iron_of_tools(480.0, 20.0) == pytest.approx(4.0 * np.exp(0.3), rel=1e-12)


def test_cadmium_leaves_faster_from_hot_metal():
    left = cadmium_left(np.array([460.0, 480.0, 500.0]))
    assert (np.diff(left) < 0).all()
    assert left[1] == pytest.approx(np.exp(-0.12), rel=1e-12)
    assert cadmium_left(480.0, 0.0) == 1.0


HEAT = 1e3 * (0.0275 * 394.5 + 7.32 + 0.0314 * 70.5) / 65.38 / 3.6  # at 490 °C
VALUES = {
    "heat": (melting_heat(490.0), HEAT),
    "energy": (melting_energy(490.0, 0.7, 0.2), HEAT * 1.06 / 0.7),
    "energy by default": (melting_energy(490.0), HEAT / 0.78),
    "dross": (dross_share(492.0, 0.6, 0.25, 2.5), 2.5 * 1.025**3 * 1.2 * (2.0 / 3.0) ** -0.35),
    "dross by default": (dross_share(492.0, 0.6), 2.2 * 1.025**3 * (2.0 / 3.0) ** -0.35),
    "iron": (iron_of_tools(485.0, 30.0, 3.0), 3.0 * np.exp(0.45) * 1.5**0.5),
    "iron by default": (iron_of_tools(485.0, 30.0), 4.0 * np.exp(0.45) * 1.5**0.5),
    "cadmium": (cadmium_left(490.0, 0.08), np.exp(-0.08 * np.exp(0.2))),
    "cadmium by default": (cadmium_left(490.0), np.exp(-0.12 * np.exp(0.2))),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
