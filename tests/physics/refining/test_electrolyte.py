"""Conductivity and voltage of a copper refining cell: worked values, parts, directions."""

import numpy as np
import pytest

from physics.refining.electrolyte import electrolyte_conductivity_price_1981, refining_cell_voltage


def test_conductivity_rises_with_heat_and_acid_and_falls_with_metals():
    start = electrolyte_conductivity_price_1981(62.0, 45.0, 180.0, 10.0, 5.0)
    assert electrolyte_conductivity_price_1981(64.0, 45.0, 180.0, 10.0, 5.0) > start
    assert electrolyte_conductivity_price_1981(62.0, 45.0, 190.0, 10.0, 5.0) > start
    for other in ((47.0, 180.0, 10.0, 5.0), (45.0, 180.0, 12.0, 5.0), (45.0, 180.0, 10.0, 7.0)):
        assert electrolyte_conductivity_price_1981(62.0, *other) < start


def test_voltage_of_the_reference_cell_and_its_parts():
    assert refining_cell_voltage(300.0, 0.63, 62.0, 0.38) == pytest.approx(0.30, abs=0.01)
    ohmic = refining_cell_voltage(300.0, 0.63, 62.0, 0.38, 30.0) - refining_cell_voltage(300.0, 0.63, 62.0, 0.38, 0.0)
    assert ohmic == pytest.approx(0.143, rel=0.002)
    used_up = refining_cell_voltage(300.0, 0.63, 62.0, 0.38) - refining_cell_voltage(300.0, 0.63, 62.0, 0.0)
    assert used_up == pytest.approx(0.0069, rel=0.01)


def test_second_crop_after_a_wider_gap():
    # 0.03 A/cm² over 0.8 cm at 0.63 S/cm: 38 mV by engineering notes
    step = refining_cell_voltage(300.0, 0.63, 62.0, 0.3, 35.0) - refining_cell_voltage(300.0, 0.63, 62.0, 0.3, 27.0)
    assert step == pytest.approx(0.038, rel=0.01)


def test_no_current_no_voltage():
    assert refining_cell_voltage(0.0, 0.63, 62.0, 0.0) == 0.0
    assert (np.diff(refining_cell_voltage(np.array([200.0, 250.0, 300.0]), 0.63, 62.0, 0.3)) > 0).all()


VALUES = {
    "conductivity": (
        electrolyte_conductivity_price_1981(61.0, 44.0, 175.0, 13.0, 9.0),
        0.134 - 0.00356 * 44.0 + 0.00249 * 175.0 + 0.00426 * 61.0 - 0.0035 * 13.0 - 0.002 * 9.0,
    ),
    "conductivity of pure electrolyte": (
        electrolyte_conductivity_price_1981(61.0, 44.0, 175.0),
        0.134 - 0.00356 * 44.0 + 0.00249 * 175.0 + 0.00426 * 61.0,
    ),
    "voltage": (
        refining_cell_voltage(290.0, 0.62, 61.0, 0.35, 32.0, 0.06),
        0.029 * 3.2 / 0.62
        + 8.314462618 * 334.15 / 96485.33212 * (2.0 * np.arcsinh(290.0 / 140.0) - 0.5 * np.log(0.65))
        + 0.06 * 290.0 / 300.0,
    ),
    "voltage by default": (
        refining_cell_voltage(290.0, 0.62, 61.0, 0.35),
        0.029 * 3.0 / 0.62
        + 8.314462618 * 334.15 / 96485.33212 * (2.0 * np.arcsinh(290.0 / 140.0) - 0.5 * np.log(0.65))
        + 0.055 * 290.0 / 300.0,
    ),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
