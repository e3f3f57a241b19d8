"""Solubility of gibbsite: laws; values stand in points.toml."""

import numpy as np
import pytest

from physics.bayer.solubility import (
    caustic_ratio,
    gibbsite_solubility,
    ionic_strength,
    supersaturation,
)


def test_hot_strong_and_impure_liquors_hold_more():
    typical = gibbsite_solubility(60.0, 200.0, ionic_strength(200.0))
    assert gibbsite_solubility(61.0, 200.0, ionic_strength(200.0)) > typical
    assert gibbsite_solubility(60.0, 201.0, ionic_strength(201.0)) > typical
    for impurity in ("carbonate", "sodium_chloride", "sulphate", "organic_carbon"):
        assert gibbsite_solubility(60.0, 200.0, ionic_strength(200.0, **{impurity: 5.0})) > typical


def test_no_liquor_holds_more_than_a_mol_of_alumina_a_mol_of_soda():
    hot = gibbsite_solubility(np.array([60.0, 145.0, 300.0]), 235.0, 6.0)
    assert (np.diff(hot) > 0).all()
    assert (hot < 235.0 * 101.961 / 105.99).all()


def test_slope_by_temperature_is_that_of_the_heat_of_dissolution():
    """d ln(A*/(0.962 C - A*))/d(1/T) = -dH/R."""
    cold, warm = (gibbsite_solubility(t, 200.0, 3.774) for t in (59.0, 61.0))
    full = 0.96197 * 200.0
    slope = np.log(warm / (full - warm)) - np.log(cold / (full - cold))
    assert slope / (1.0 / 334.15 - 1.0 / 332.15) == pytest.approx(-30960.0 / 8.3145, rel=1e-9)


def test_ionic_strength_is_a_sum():
    result = ionic_strength(235.0, 40.0, 12.0, 12.0, 10.0)
    expected = 0.01887 * 235.0 + 0.9346 * 12.0 / 58.44 + 2.0526 * 40.0 / 105.99 + 2.1714 * 12.0 / 142.05
    assert result == pytest.approx(expected + 1.6734 * 0.1887, rel=1e-12)


def test_supersaturation_and_ratios_by_hand():
    assert supersaturation(149.54, 89.01, 235.0) == pytest.approx(60.53 / 235.0, rel=1e-12)
    assert supersaturation(80.0, 89.01, 235.0) < 0.0
    assert caustic_ratio(0.962) == pytest.approx(1.0, rel=1e-4)
