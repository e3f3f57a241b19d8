"""Slime on anodes of lead: its voltage, what falls off, what dissolves through it."""

import numpy as np
import pytest

from physics.refining.slime_layer import impurity_transfer, slime_overvoltage, slime_shed


def test_voltage_by_hand():
    expected = 0.011 * 6.5 + 0.0008 * 6.5**2 * (195.0 / 180.0) / 0.85
    assert slime_overvoltage(6.5, 195.0, 0.85, 0.011, 0.0008) == pytest.approx(expected, rel=1e-12)


def test_a_thin_layer_is_a_resistance_and_a_thick_one_is_more():
    assert slime_overvoltage(1e-6, 180.0) == pytest.approx(1e-8, rel=1e-4)
    assert slime_overvoltage(0.0, 180.0) == 0
    assert np.diff(slime_overvoltage(np.arange(4.0), 180.0), 2) == pytest.approx([0.0018, 0.0018], rel=1e-9)


def test_antimony_keeps_it_porous():
    rich, poor = slime_overvoltage(8.0, 180.0, np.array([2.0, 0.5]))
    assert rich == pytest.approx(0.08 + 0.0288, rel=1e-12)
    assert poor == pytest.approx(0.08 + 0.1152, rel=1e-12)


def test_lean_and_old_anodes_shed_more():
    assert slime_shed(1.0, 1.0, 0.03) == pytest.approx(0.03, rel=1e-12)
    odds = 0.04 / 0.96 * 1.3**2 / 0.8**3
    assert slime_shed(0.8, 1.3, 0.04, 3.0) == pytest.approx(odds / (1.0 + odds), rel=1e-12)
    assert (np.diff(slime_shed(np.linspace(0.2, 2.0, 30))) < 0).all()
    assert (np.diff(slime_shed(0.7, np.linspace(0.2, 2.0, 30))) > 0).all()
    assert slime_shed(1e-3) == pytest.approx(1.0, abs=1e-6)


def test_what_dissolves_rises_by_e_and_ends_at_a_half():
    assert impurity_transfer(0.20) == pytest.approx(5e-4, rel=1e-12)
    assert impurity_transfer(0.31, 4e-4, 0.19, 0.05) == pytest.approx(4e-4 * np.exp(2.4), rel=1e-12)
    assert impurity_transfer(0.9) == 0.5
