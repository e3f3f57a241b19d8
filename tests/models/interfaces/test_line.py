"""Curves and balances of a line, worked out by hand."""

import numpy as np
import pytest


def test_metal_and_power_by_hand(line):
    current = np.array([100.0])
    assert line.metal(current)[0] == pytest.approx(1.22 * 100 * 0.92)
    assert line.power(current)[0] == pytest.approx(100 * 3.3 / 0.97 + 0.1 * 1.22 * 100 * 0.92)


def test_a_state_goes_to_where_its_balance_ends(line):
    (heat,) = line.balances
    course = heat.course(np.full(72, 120.0), 1.0)
    assert course[-1] == pytest.approx(20.0 + 0.02 * 120 * (2.5 + 0.96) / 0.5)
    first = 40.0 + (course[-1] - 40.0) * (1.0 - np.exp(-0.5))
    assert course[0] == pytest.approx(first)


def test_cooling_holds_a_state_at_its_floor(line):
    (heat,) = line.balances
    assert heat.course(np.full(72, 60.0), 1.0)[-1] == heat.floor
