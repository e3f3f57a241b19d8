"""Zinc and hydrogen at one cathode: published efficiencies, laws, limits."""

import numpy as np
import pytest

from physics.winning.kinetics import cathode_currents, hydrogen_exchange, zinc_exchange

CURRENTS = np.array([450.0, 550.0, 650.0, 750.0])
NICKEL = np.array([93.74, 93.56, 93.34, 92.93])  # Lu et al. 2013, 0.4 mg/L nickel


def efficiency(current, impurity_log, *, zinc=58.0, acid=170.0, temperature=38.0, glue=0.0):
    zinc_density, _, _ = cathode_currents(
        current,
        zinc_exchange(zinc, current, glue),
        hydrogen_exchange(acid, temperature, impurity_log),
        temperature,
    )
    return 100.0 * zinc_density / current


def test_nickel_falls_with_the_current_as_published():
    level = np.log(5.28 / 1.05)  # one number fits the level of the four; their fall is the model's
    assert efficiency(CURRENTS, level) == pytest.approx(NICKEL, abs=0.1)


def test_clean_electrolyte_reaches_the_best_published_efficiency():
    assert 98.3 < efficiency(500.0, 0.0) < 98.8


def test_plant_electrolyte_at_three_temperatures():
    """36, 40 and 44 °C give 91.6, 90.6 and 89.4 % by the worked kinetics of plant electrolyte."""
    result = efficiency(500.0, np.log(7.65 / 1.05), temperature=np.array([36.0, 40.0, 44.0]))
    assert result == pytest.approx([91.6, 90.6, 89.4], abs=0.3)
    assert -np.diff(result) / 4.0 == pytest.approx([0.25, 0.30], abs=0.04)


def test_charge_is_split_and_nothing_is_left():
    current = np.linspace(0.0, 700.0, 8)
    zinc, hydrogen, _ = cathode_currents(current, 80.0, 7.0, 38.0)
    assert zinc + hydrogen == pytest.approx(current, abs=1e-10)
    assert (hydrogen > 0.0).all()


def test_potential_is_the_one_of_both_reactions():
    zinc, hydrogen, overvoltage = cathode_currents(500.0, 80.0, 7.0, 38.0)
    x = np.exp(96485.33212 * overvoltage / (2.0 * 8.314462618 * 311.15))
    assert zinc == pytest.approx(80.0 * (x - 1.0 / x), rel=1e-9)
    assert hydrogen == pytest.approx(7.0 * x, rel=1e-9)
    assert 0.05 < overvoltage < 0.12


def test_zinc_dissolves_without_current():
    zinc, hydrogen, overvoltage = cathode_currents(0.0, 80.0, 7.0, 38.0)
    assert zinc == pytest.approx(-hydrogen, rel=1e-12)
    assert zinc < 0.0
    assert overvoltage < 0.0


def test_a_holding_current_keeps_the_zinc_and_a_lower_one_is_poor():
    falls = efficiency(np.array([25.0, 75.0, 150.0, 300.0]), 1.7)
    assert (np.diff(falls) > 0.0).all()
    assert falls[0] < 75.0 < 88.0 < falls[2]


def test_warks_law_is_the_limit_at_high_current():
    """Far above the exchange current, and where the surface is not depleted, both say the same."""
    for zinc, acid in ((70.0, 180.0), (50.0, 190.0)):
        i0, h = zinc_exchange(zinc, 0.0), hydrogen_exchange(acid, 38.0, 1.7)
        metal, hydrogen, _ = cathode_currents(1e6, i0, h, 38.0)
        constant = zinc_exchange(58.0, 0.0) / hydrogen_exchange(170.0, 38.0, 1.7) * 170.0 / 58.0
        assert metal / hydrogen == pytest.approx(constant * zinc / acid, rel=1e-6)  # Wark's law


def test_directions():
    typical = efficiency(500.0, 1.7)
    assert efficiency(500.0, 1.7, zinc=65.0) > typical
    assert efficiency(500.0, 1.7, acid=185.0) < typical
    assert efficiency(500.0, 1.7, temperature=42.0) < typical
    assert efficiency(500.0, 2.0) < typical
    assert efficiency(500.0, 1.7, glue=0.3) < typical


VALUES = {
    "zinc exchange": (zinc_exchange(55.0, 480.0, 0.2, 2400.0), 100.0 * (55.0 / 58.0 - 0.2) * np.exp(-0.1)),
    "zinc exchange where zinc is short": (zinc_exchange(5.0, 600.0), 100.0 * 0.05 * 5.0 / 58.0),
    "hydrogen exchange": (
        hydrogen_exchange(160.0, 40.0, 1.5, 1.3, 2600.0),
        1.3 * 160.0 / 170.0 * np.exp(1.5 - 2600.0 * (1.0 / 313.15 - 1.0 / 311.15)),
    ),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
