"""Horwitz's curve: twice as much for a hundredth of the content, to a power; values by hand."""

import pytest

from physics.black_mass.analysis import horwitz_rsd


def test_the_curve_doubles_for_every_hundredth():
    assert horwitz_rsd(1.0) == 2.0
    assert horwitz_rsd(0.01) == pytest.approx(4.0, rel=1e-12)
    assert horwitz_rsd(0.0001) == pytest.approx(8.0, rel=1e-12)


def test_value_by_hand():
    assert horwitz_rsd(0.2) == pytest.approx(2.0 * 0.2**-0.150515, rel=1e-6)
