"""Anode effects: the hazard's shape and the share of the mean voltage."""

import numpy as np
import pytest

from physics.reduction.anode_effect import anode_effect_hazard, mean_voltage, unevenness_factor


def test_hazard_at_the_onset_is_the_parameter():
    assert anode_effect_hazard(1.75) == pytest.approx(0.5, rel=1e-14)
    assert anode_effect_hazard(1.75 - 0.12) == pytest.approx(0.5 * np.e, rel=1e-12)


def test_hazard_directions():
    assert np.all(np.diff(anode_effect_hazard(np.linspace(1.0, 4.0, 31))) < 0.0)
    assert anode_effect_hazard(2.0, new_anode=1.0) == pytest.approx(1.5 * anode_effect_hazard(2.0), rel=1e-13)
    assert anode_effect_hazard(2.0, current_density=1.6) == pytest.approx(4.0 * anode_effect_hazard(2.0), rel=1e-13)


def test_mean_hazard_over_scattered_alumina():
    local = np.random.default_rng(7).normal(2.5, 0.1, 400_000)
    mean = anode_effect_hazard(local).mean()
    assert mean == pytest.approx(anode_effect_hazard(2.5) * unevenness_factor(0.1), rel=0.01)
    assert unevenness_factor(0.0) == 1.0


def test_mean_voltage_is_a_time_average():
    assert mean_voltage(4.0, 0.0, 0.0) == 4.0
    assert mean_voltage(4.0, 1.0, 1440.0) == pytest.approx(25.0)


VALUES = {
    "hazard by default": (anode_effect_hazard(1.99), 0.5 * np.exp(-2.0)),
    "hazard": (
        anode_effect_hazard(1.9, 0.9, 0.4, 1.7, 0.1, 0.6),
        0.6 * np.exp(-2.0) * (1.0 + 0.5 * 0.4) * (0.9 / 0.8) * (0.9 / 0.8),
    ),
    "unevenness by default": (unevenness_factor(0.24), np.exp(0.5 * 4.0)),
    "unevenness": (unevenness_factor(0.25, 0.2), np.exp(0.5 * 1.25 * 1.25)),
    "voltage by default": (mean_voltage(4.1, 0.3, 3.0), 4.1 + 0.9 / 1440.0 * 20.9),
    "voltage": (mean_voltage(4.1, 0.3, 3.0, 30.0), 4.1 + 0.9 / 1440.0 * 25.9),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
