"""Washing of powder: laws of dissolution, values by hand."""

import numpy as np
import pytest

from physics.black_mass.pyrolysis import carbonated_share
from physics.black_mass.washing import lithium_after_wash, lithium_carbonate_solubility

COLD = {"wash_ratio": 2.3, "carbonate_solubility": 13.3, "wash_saturation": 1.0}


def test_carbonate_dissolves_less_in_warm_water():
    solubility = lithium_carbonate_solubility(np.linspace(0.0, 100.0, 41))
    assert (np.diff(solubility) < 0).all()
    assert lithium_carbonate_solubility(10.0) == pytest.approx(15.3 - 0.4 * 2.6, rel=1e-12)


def test_saturated_water_takes_an_eighth_of_the_lithium_and_no_more():
    lost = 1.0 - lithium_after_wash(4.4, 2.0, 0.0, **COLD) / 4.4
    assert lost == pytest.approx(0.13, abs=0.001)
    assert lithium_after_wash(4.4, 2.0, 0.0, **COLD) == lithium_after_wash(4.4, 1.0, 0.0, **COLD)


def test_without_pyrolysis_water_takes_soluble_salts_alone():
    carbonate = 4.3 * carbonated_share(540.0, 0.0)
    assert carbonate == 0.0
    assert lithium_after_wash(4.4, carbonate, 0.12, **COLD) == pytest.approx(4.28, rel=1e-12)


def test_more_water_takes_more_until_the_carbonate_is_gone():
    left = lithium_after_wash(4.4, 0.5, 0.0, np.array([0.0, 1.0, 2.0, 3.0, 6.0]), 13.3, 1.0)
    assert left[0] == 4.4
    assert (np.diff(left[:3]) < 0).all()
    assert left[3] == left[4] == pytest.approx(3.9, rel=1e-12)


VALUES = {
    "solubility": (lithium_carbonate_solubility(60.0), 10.1 - 0.4 * 1.6),
    "water": (
        lithium_after_wash(4.4, 1.3, 0.1, 1.5, 12.7, 0.6),
        4.3 - 0.1 * 2.0 * 6.94 / (2.0 * 6.94 + 12.011 + 3.0 * 15.999) * 0.6 * 12.7 * 1.5,
    ),
    "carbonate": (lithium_after_wash(4.4, 0.2, 0.1, 1.5, 12.7, 0.6), 4.1),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
