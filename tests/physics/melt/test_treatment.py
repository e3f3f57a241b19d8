"""Treatment of a melt: kinetics of first order, Stokes's law, filters within what plants report."""

import numpy as np
import pytest

from physics.melt.treatment import (
    filter_efficiency,
    inclusions_passing,
    melt_loss,
    share_afloat,
    share_left_by_evaporation,
    share_left_by_flux,
)


def test_loss_grows_by_the_root_of_time_and_with_temperature():
    assert melt_loss(720.0, 40.0) == pytest.approx(0.9, rel=1e-12)
    assert melt_loss(720.0, 160.0) == pytest.approx(1.8, rel=1e-12)
    assert melt_loss(720.0 + np.log(2.0) / 0.012, 40.0) == pytest.approx(1.8, rel=1e-12)


def test_flux_takes_a_share_for_each_kilogram():
    assert share_left_by_flux(0.0, 1.3) == 1.0
    once = share_left_by_flux(1.0, 1.3)
    assert once == pytest.approx(0.2725, rel=1e-3)
    assert share_left_by_flux(2.0, 1.3) == pytest.approx(once**2, rel=1e-12)
    assert share_left_by_flux(1.0, 1.3) < share_left_by_flux(1.0, 0.25)  # sodium goes before magnesium


def test_sodium_evaporates_by_its_time_constant():
    assert share_left_by_evaporation(90.0, 90.0) == pytest.approx(np.exp(-1.0), rel=1e-12)


def test_settling_leaves_what_does_not_sink():
    time = np.linspace(0.0, 600.0, 50)
    left = share_afloat(time, 33.0)
    assert left[0] == pytest.approx(1.0, rel=1e-12)
    assert np.all(np.diff(left) < 0.0)
    assert left[-1] == pytest.approx(0.3, rel=1e-6)


def test_a_filter_in_its_life_holds_50_to_80_per_cent():
    held = filter_efficiency(np.linspace(0.0, 80.0, 9))
    assert np.all((held > 0.5) & (held < 0.8))
    assert np.all(np.diff(held) < 0.0)
    assert filter_efficiency(160.0) == pytest.approx(0.36, rel=1e-12)


def test_what_goes_around_a_filter_is_not_held():
    assert inclusions_passing(20.0, 0.7) == pytest.approx(6.0, rel=1e-12)
    assert inclusions_passing(20.0, 0.7, 1.0) == pytest.approx(20.0, rel=1e-12)
    assert inclusions_passing(20.0, 0.7, 0.5) == pytest.approx(13.0, rel=1e-12)


VALUES = {
    "loss": (melt_loss(730.0, 90.0, 1.1), 1.1 * 1.5 * np.exp(0.12)),
    "loss by default": (melt_loss(730.0, 90.0), 0.9 * 1.5 * np.exp(0.12)),
    "flux": (share_left_by_flux(0.8, 1.3), np.exp(-1.04)),
    "evaporation": (share_left_by_evaporation(45.0, 60.0), np.exp(-0.75)),
    "afloat": (share_afloat(22.0, 40.0, 0.25), 0.25 + 0.75 * np.exp(-0.55)),
    "afloat by default": (share_afloat(22.0, 40.0), 0.3 + 0.7 * np.exp(-0.55)),
    "filter": (filter_efficiency(60.0, 0.65, 150.0), 0.65 / 1.16),
    "filter by default": (filter_efficiency(40.0), 0.72 / 1.0625),
    "passing": (inclusions_passing(15.0, 0.7, 0.2), 15.0 * (1.0 - 0.7 * 0.8)),
    "passing by default": (inclusions_passing(15.0, 0.7), 4.5),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
