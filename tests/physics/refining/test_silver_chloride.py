"""Silver chloride in electrolyte: law of mass action and van 't Hoff."""

import numpy as np
import pytest

from physics.refining.silver_chloride import dissolved_silver, silver_chloride_product


def test_product_at_its_reference_and_its_rise():
    assert silver_chloride_product(64.0) == pytest.approx(1.6e-9, rel=1e-12)
    assert np.log(silver_chloride_product(65.0) / 1.6e-9) == pytest.approx(
        65500 / 8.314462618 / 337.15 / 338.15, rel=1e-9
    )


def test_cold_water_has_the_handbook_order_of_magnitude():
    # 1.8e-10 at 25 °C and infinite dilution; an electrolyte of ionic strength 3 lies near
    assert 0.5e-10 < silver_chloride_product(25.0) < 2.5e-10


def test_the_level_lies_below_the_thermodynamic_one_as_the_docstring_says():
    # 1.77e-10 at 25 °C, at infinite dilution
    thermodynamic = 1.77e-10 * silver_chloride_product(64.0) / silver_chloride_product(25.0)
    assert thermodynamic == pytest.approx(3.76e-9, rel=0.005)
    assert thermodynamic / silver_chloride_product(64.0) == pytest.approx(2.4, abs=0.06)


def test_product_of_ions_is_kept():
    chloride = np.array([20.0, 40.0, 80.0])
    silver = dissolved_silver(chloride, 1.6e-9)
    assert silver * 1e-3 / 107.868 * chloride * 1e-3 / 35.45 == pytest.approx(1.6e-9, rel=1e-12)
    assert dissolved_silver(30.0, 1.6e-9) == pytest.approx(0.2039, rel=1e-3)


VALUES = {
    "product": (
        silver_chloride_product(60.0, 1.5e-9, 60.0),
        1.5e-9 * np.exp(-60000.0 / 8.314462618 * (1.0 / 333.15 - 1.0 / 337.15)),
    ),
    "product by default": (
        silver_chloride_product(60.0),
        1.6e-9 * np.exp(-65500.0 / 8.314462618 * (1.0 / 333.15 - 1.0 / 337.15)),
    ),
    "silver": (dissolved_silver(55.0, 1.5e-9), 107868.0 * 1.5e-9 / (0.055 / 35.45)),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
