"""Evaporation: vapour pressures of handbooks, two resistances in series, values by hand."""

import numpy as np
import pytest

from physics.purification.vacuum import MASSES, PRESSURES, evaporation_rate, impurity_pressure, vacuum_left


@pytest.mark.parametrize("element", PRESSURES)
def test_pressures_are_those_that_they_are_drawn_through(element):
    one, ten = PRESSURES[element]
    result = impurity_pressure(np.array([one, ten]) - 273.15, one, ten)
    np.testing.assert_allclose(result, [1.0, 10.0], rtol=1e-9)


def test_metals_evaporate_in_the_order_of_their_pressures():
    pressures = {name: float(impurity_pressure(780.0, *ends)) for name, ends in PRESSURES.items()}
    ordered = sorted(pressures, key=pressures.__getitem__, reverse=True)
    assert ordered[:5] == ["mercury", "zinc", "magnesium", "lead", "indium"]


@pytest.mark.parametrize(
    ("element", "volatility", "least", "most"),
    [
        ("mercury", 1.0, 0.95, 1.0),
        ("zinc", 1.0, 0.95, 1.0),
        ("magnesium", 0.1, 0.9, 1.0),
        ("lead", 2.0, 0.2, 0.6),
        ("indium", 1.0, 0.0, 0.01),
        ("iron", 1.0, 0.0, 1e-6),
        ("copper", 1.0, 0.0, 1e-3),
    ],
)
def test_six_hours_at_780_degrees_take_what_practice_says(element, volatility, least, most):
    pressure = impurity_pressure(780.0, *PRESSURES[element])
    left = vacuum_left(evaporation_rate(pressure, 780.0, MASSES[element], volatility), 6.0)
    assert least <= 1.0 - left <= most


def test_what_does_not_evaporate_stays_whole():
    assert vacuum_left(0.0, 6.0) == vacuum_left(1e-3, 6.0, 50.0, 0.0) == 1.0


def test_the_slower_of_two_resistances_decides():
    assert vacuum_left(1.0, 6.0) == pytest.approx(np.exp(-6 * 3600 / 0.05 / (1.0 + 1e5)), rel=1e-12)
    assert vacuum_left(1e-9, 6.0) == pytest.approx(np.exp(-6 * 3600 / 0.05 / (1e9 + 1e5)), rel=1e-12)
    assert vacuum_left(1e-3, 0.0) == 1.0


def test_evaporation_is_hertz_and_knudsens():
    """1.08e-3 kg/(m² s) of zinc at 1 Pa and 800 °C, over its mass in a volume of gallium."""
    flux = np.sqrt(0.06538 / (2.0 * np.pi * 8.314462618 * 1073.15))
    assert flux == pytest.approx(1.08e-3, rel=2e-4)
    expected = flux * 69.723 / 65.38 / 5700.0
    assert evaporation_rate(1.0, 800.0, 65.38) == pytest.approx(expected, rel=1e-9)


VALUES = {
    "pressure": (impurity_pressure(226.85, 400.0, 500.0), 10.0),
    "rate": (
        evaporation_rate(3.0, 726.85, 100.0, 0.5),
        0.5 * 3.0 * 0.069723 / 5700.0 / np.sqrt(2.0 * np.pi * 0.1 * 8.314462618 * 1000.0),
    ),
    "left": (vacuum_left(2e-5, 5.0, 60.0, 2e-5), np.exp(-3.0)),
    "left by default": (vacuum_left(1e-5, 5.0), np.exp(-1.8)),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
