"""Ejection by air: published Monte-Carlo figures, limits and the geometry of squares."""

import numpy as np
import pytest

from physics.sorting.ejection import crowding, deflection_probability, jet_overlap

# Neighbours deflected per ejection by size [mm] and share of the belt covered: a published Monte-Carlo table.
OCCUPANCY = np.array([0.05, 0.10, 0.15, 0.20, 0.30])
NEIGHBOURS = {
    20.0: [0.041, 0.098, 0.151, 0.223, 0.467],
    40.0: [0.006, 0.014, 0.023, 0.035, 0.073],
    80.0: [0.001, 0.003, 0.004, 0.007, 0.014],
}


@pytest.mark.parametrize("size", NEIGHBOURS)
def test_jets_over_neighbours_at_random_reproduce_the_table(size):
    # Timing error 4 mm, raster of nozzles up to 12.5 mm, reach 7.5 mm beyond the piece.
    rng = np.random.default_rng(3)
    count, far = 1_000_000, size + 25.0
    x, y = rng.uniform(-far, far, (2, count))
    overlap = jet_overlap(x + rng.normal(0.0, 4.0, count), y, size, size, 7.5, rng.uniform(0.0, 12.5, count))
    deflected = np.mean(deflection_probability(overlap) * (np.hypot(x, y) >= size)) * (2.0 * far) ** 2
    table = np.array(NEIGHBOURS[size])
    # 12 %, and what the table's last digit and its own scatter leave open
    assert np.all(np.abs(OCCUPANCY * crowding(OCCUPANCY) * deflected / size**2 - table) <= 0.12 * table + 8e-4)


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


VALUES = {
    "deflection": (
        deflection_probability(0.5, 0.4, 0.1),
        (1.0 / (1.0 + np.exp(-1.0)) - 1.0 / (1.0 + np.exp(4.0))) / (1.0 - 1.0 / (1.0 + np.exp(4.0))),
    ),
    "deflection by default": (
        deflection_probability(0.27),
        (1.0 / (1.0 + np.exp(1.0)) - 1.0 / (1.0 + np.exp(4.375))) / (1.0 - 1.0 / (1.0 + np.exp(4.375))),
    ),
    "overlap": (jet_overlap(40.0, -38.0, 40.0, 50.0, 6.0, 3.0), 11.0 / 50.0 * 10.0 / 50.0),
    "crowding": (crowding(0.2), 1.5625),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
