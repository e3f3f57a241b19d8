"""Pulses: by hand, and laws."""

import numpy as np
import pytest

from physics.batteries.pulses import area_free_resistance, charge_drift, pulse_response

CELL = {"ohmic_resistance": 1.6, "fast_resistance": 0.9, "fast_time": 0.5, "slow_resistance": 1.5, "slow_time": 20.0}


def test_at_once_it_is_the_ohmic_resistance_and_in_the_end_all_three():
    assert pulse_response(21.0, 0.0, **CELL) == pytest.approx(21.0 * 1.6, rel=1e-12)
    assert pulse_response(21.0, 1e4, **CELL) == pytest.approx(21.0 * 4.0, rel=1e-9)


def test_discharging_is_the_mirror_of_charging_and_longer_is_more():
    times = np.linspace(0.0, 60.0, 50)
    charged = pulse_response(21.0, times, **CELL)
    assert np.array_equal(pulse_response(-21.0, times, **CELL), -charged)
    assert (np.diff(charged) > 0).all()


def test_the_charge_of_a_pulse_by_hand():
    # 21 A for 5 s are 0.0291667 Ah, of 21 Ah 0.00138889; a slope of 0.9 V a whole charge gives 1.25 mV.
    assert charge_drift(21.0, 5.0, 21.0, 0.9) == pytest.approx(1.25, rel=1e-12)
    assert charge_drift(-10.5, 5.0, 21.0, 0.9) == pytest.approx(-0.625, rel=1e-12)


def test_cells_of_two_sizes_have_one_resistance_free_of_size():
    small = area_free_resistance(pulse_response(10.0, 5.0, 3.2, 1.8, 0.5, 3.0, 20.0), 1.0)  # 10 Ah
    large = area_free_resistance(pulse_response(20.0, 5.0, 1.6, 0.9, 0.5, 1.5, 20.0), 1.0)  # 20 Ah
    assert small == pytest.approx(large, rel=1e-12)
    assert area_free_resistance(-18.0, -0.5) == pytest.approx(36.0, rel=1e-12)
