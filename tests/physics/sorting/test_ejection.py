"""Ejection by air: published Monte-Carlo figures, a check of the quadrature, and balances of mass."""

import numpy as np
import pytest

from physics.sorting.ejection import (
    crowding,
    deflection_probability,
    ejected_purity,
    ejected_recovery,
    expected_neighbours,
    fired_share,
    jet_overlap,
)

# Neighbours deflected per ejection by size [mm] and share of the belt covered: a published Monte-Carlo table.
OCCUPANCY = np.array([0.05, 0.10, 0.15, 0.20, 0.30])
NEIGHBOURS = {
    20.0: [0.041, 0.098, 0.151, 0.223, 0.467],
    40.0: [0.006, 0.014, 0.023, 0.035, 0.073],
    80.0: [0.001, 0.003, 0.004, 0.007, 0.014],
}


@pytest.mark.parametrize("size", NEIGHBOURS)
def test_expected_neighbours_reproduce_the_table(size):
    # 12 %, and what the table's last digit and its own scatter leave open
    table = np.array(NEIGHBOURS[size])
    assert np.all(np.abs(expected_neighbours(OCCUPANCY, size) - table) <= 0.12 * table + 8e-4)


def test_expected_neighbours_are_the_mean_over_places_at_random():
    rng = np.random.default_rng(3)
    count, size, margin = 2_000_000, 40.0, 7.5
    x, y = rng.uniform(-100.0, 100.0, (2, count))
    overlap = jet_overlap(x + rng.normal(0.0, 4.0, count), y, size, size, margin, rng.uniform(0.0, 12.5, count)) * (
        np.hypot(x, y) >= size
    )
    reached = deflection_probability(overlap).mean() * 200.0**2
    drawn = 0.1 * crowding(0.1) * reached / size**2
    assert expected_neighbours(0.1, size) == pytest.approx(drawn, rel=0.03)


def test_an_untouched_neighbour_stays_and_a_covered_one_goes():
    assert deflection_probability(0.0) == 0.0
    assert deflection_probability(1.0) == pytest.approx(1.0, rel=1e-3)
    assert deflection_probability(0.35) == pytest.approx(0.5, rel=0.02)
    # Slope of a logistic at its middle: a quarter over the width.
    slope = (deflection_probability(0.36) - deflection_probability(0.34)) / 0.02
    assert slope == pytest.approx(1.0 / (4.0 * 0.08), rel=0.02)


def test_overlap_of_the_jet_with_squares():
    assert jet_overlap(0.0, 0.0, 40.0, 20.0, 0.0, 0.0) == 1.0
    assert jet_overlap(30.0, 0.0, 40.0, 20.0, 0.0, 0.0) == 0.0  # edge to edge
    assert jet_overlap(30.0, 0.0, 40.0, 20.0, 5.0, 0.0) == pytest.approx(0.25, rel=1e-13)
    assert jet_overlap(-30.0, 25.0, 40.0, 20.0, 5.0, 5.0) == pytest.approx(0.25 * 0.5, rel=1e-13)


def test_larger_pieces_and_sharper_jets_take_fewer_neighbours():
    assert np.all(np.diff(expected_neighbours(0.1, np.array([15.0, 30.0, 60.0, 120.0]))) < 0.0)
    assert np.all(np.diff(expected_neighbours(OCCUPANCY, 40.0) / OCCUPANCY) > 0.0)
    assert expected_neighbours(0.1, 40.0, margin=3.0) < 0.5 * expected_neighbours(0.1, 40.0)
    assert expected_neighbours(0.1, 40.0, nozzle_pitch=6.0) < expected_neighbours(0.1, 40.0)


def test_published_example_of_purity_and_recovery():
    example = (0.5, 0.97, 0.03, 0.98, 0.014)
    assert fired_share(*example[:3]) == pytest.approx(0.5, rel=1e-13)
    assert ejected_purity(*example) == pytest.approx(0.963, abs=5e-4)
    assert ejected_recovery(*example) == pytest.approx(0.951, abs=5e-4)


def test_perfect_jets_leave_the_classifier_alone():
    fired = float(fired_share(0.2, 0.9, 0.05))
    assert ejected_purity(0.2, 0.9, 0.05, 1.0, 0.0) == pytest.approx(0.2 * 0.9 / fired, rel=1e-13)
    assert ejected_recovery(0.2, 0.9, 0.05, 1.0, 0.0) == pytest.approx(0.9, rel=1e-13)


def test_neighbours_draw_purity_towards_the_feed():
    purity = ejected_purity(0.2, 0.9, 0.05, 0.98, np.array([0.0, 0.1, 1.0, 1e9]))
    assert np.all(np.diff(purity) < 0.0)
    assert purity[-1] == pytest.approx(0.2, rel=1e-6)
