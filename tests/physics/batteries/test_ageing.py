"""Ageing: by hand, and laws."""

import numpy as np
import pytest

from physics.batteries.ageing import calendar_loss, capacity_left, cycle_loss_wang_2011


def test_time_takes_twice_as_much_in_four_times_as_long():
    assert calendar_loss(1.5, 1.0) == pytest.approx(1.5, rel=1e-12)
    assert calendar_loss(1.5, 4.0) == pytest.approx(3.0, rel=1e-12)


def test_heat_and_rate_speed_up_what_use_takes():
    loss = cycle_loss_wang_2011(31630.0, 0.5, np.array([15.0, 25.0, 45.0]), 4000.0)
    assert (np.diff(loss) > 0).all()
    assert loss[2] / loss[1] == pytest.approx(2.22, abs=0.01)  # as Wang and others found
    assert cycle_loss_wang_2011(31630.0, 2.0, 25.0, 4000.0) > loss[1]


def test_what_a_new_cell_has_to_spare_costs_no_capacity():
    assert capacity_left(0.0, 0.04, 0.10) == pytest.approx(1.0, rel=1e-12)
    assert capacity_left(0.2, 0.04, 0.0) == pytest.approx(0.8, rel=1e-12)
    assert capacity_left(0.2, 0.14, 0.0) == pytest.approx(0.72, rel=1e-12)
    assert capacity_left(0.2, 0.0, 0.25) == pytest.approx(0.8 * 0.85, rel=1e-12)
