"""Voltage of a zinc cell: the worked sweep over current density, Ohm's law, directions."""

import numpy as np
import pytest

from physics.winning.kinetics import cathode_currents, hydrogen_exchange, zinc_exchange
from physics.winning.winning_voltage import (
    bath_drop,
    oxygen_overvoltage,
    with_bubbles,
    zinc_bath_conductivity,
    zinc_decomposition_voltage,
)

SWEEP = {400.0: 3.28, 450.0: 3.33, 500.0: 3.38, 550.0: 3.43, 600.0: 3.48}  # V, gap of 30 mm, lnΛ 1.7


def voltage(current):
    zinc, acid, temperature = 58.0, 170.0, 38.0
    exchange = zinc_exchange(zinc, current), hydrogen_exchange(acid, temperature, 1.7)
    _, _, overvoltage = cathode_currents(current, *exchange, temperature)
    bath = with_bubbles(zinc_bath_conductivity(temperature, zinc, acid), 0.06)
    return (
        zinc_decomposition_voltage(temperature, zinc, acid)
        + oxygen_overvoltage(current, 0.80)
        + overvoltage
        + bath_drop(current, 30.0, bath)
        + 1e-4 * current  # contacts
    )


@pytest.mark.parametrize(("current", "expected"), SWEEP.items(), ids=str)
def test_terms_add_up_to_the_worked_sweep(current, expected):
    assert voltage(current) == pytest.approx(expected, abs=0.02)


def test_ohms_law_and_bubbles():
    assert bath_drop(500.0, 30.0, 0.375) == pytest.approx(0.4, rel=1e-12)
    assert with_bubbles(0.4, 0.0) == 0.4
    assert with_bubbles(0.4, 0.19) == pytest.approx(0.4 * 0.9**3, rel=1e-12)


def test_acid_and_warmth_conduct_and_zinc_does_not():
    typical = zinc_bath_conductivity(38.0, 58.0, 165.0)
    assert typical == pytest.approx(0.4, rel=1e-12)
    assert zinc_bath_conductivity(40.0, 58.0, 165.0) > typical
    assert zinc_bath_conductivity(38.0, 58.0, 175.0) > typical
    assert zinc_bath_conductivity(38.0, 65.0, 165.0) < typical


def test_nernsts_slopes():
    thermal = 8.314462618 * 311.15 / 96485.33212
    typical = zinc_decomposition_voltage(38.0, 58.0, 170.0)
    assert zinc_decomposition_voltage(38.0, 58.0, 340.0) - typical == pytest.approx(thermal * np.log(2.0), rel=1e-9)
    assert typical - zinc_decomposition_voltage(38.0, 116.0, 170.0) == pytest.approx(
        thermal * np.log(2.0) / 2, rel=1e-9
    )
    expected = 1.229 - 8.5e-4 * 13.0 + 0.763 + thermal * np.log(170.0 / 98.08 / np.sqrt(0.05 * 58.0 / 65.38))
    assert typical == pytest.approx(expected, rel=1e-12)


def test_a_decade_of_current_costs_the_tafel_slope():
    assert oxygen_overvoltage(5000.0, 0.8, 0.12) - oxygen_overvoltage(500.0, 0.8, 0.12) == pytest.approx(0.12)
