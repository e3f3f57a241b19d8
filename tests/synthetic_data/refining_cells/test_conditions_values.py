"""Hours of the tariff, current by the hour, charge: by hand."""

import numpy as np

from synthetic_data.refining_cells.conditions import charge, hourly, hours


def test_hours_make_a_day_and_the_swing_keeps_its_charge(p, sections):
    assert hours(p)[:, 0, 0].tolist() == [8.0, 8.0, 8.0]
    shares = hourly(p, sections.swing)
    np.testing.assert_allclose(shares[0], 1.0 + 0.01 * sections.swing)
    np.testing.assert_allclose(shares[1], 1.0)
    np.testing.assert_allclose((hours(p) * shares).sum(axis=0), 24.0, rtol=1e-12)


def test_charge_is_current_times_hours_with_current(p, sections):
    kiloamperes = sections.grown.crops.setpoints["current_density"] * 110.0 / 1000.0
    np.testing.assert_allclose(charge(p, sections), kiloamperes * 168.0 * (1.0 - sections.faults["rectifier"]))
