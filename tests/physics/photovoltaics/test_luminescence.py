"""Electroluminescence: laws."""

import numpy as np
import pytest

from physics.photovoltaics.luminescence import dark_area_loss, luminescence_ratio


def test_drops_add_up_and_ratios_multiply():
    two = luminescence_ratio(0.013, 25.0) * luminescence_ratio(0.021, 25.0)
    assert luminescence_ratio(0.034, 25.0) == pytest.approx(two, rel=1e-12)
    assert luminescence_ratio(0.0, 40.0) == 1.0
    assert luminescence_ratio(0.01, 60.0) > luminescence_ratio(0.01, 25.0)


def test_dark_cells_cost_nothing_then_more_then_a_string():
    dark = np.linspace(0.0, 1.0, 101)
    lost = dark_area_loss(dark)
    assert (lost[dark <= 0.08] == 0.0).all()
    assert (np.diff(lost) >= 0.0).all()
    assert lost[-1] == pytest.approx(1.0 / 3.0, rel=1e-12)
