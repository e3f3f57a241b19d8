"""Value of a tonne over the load of the belt."""

import numpy as np
import pytest

from models.sorting.setpoints.curve import Curve, overlap_density


def test_overlaps_never_fall_with_the_load() -> None:
    load = np.linspace(0.01, 0.5, 50)
    assert (np.diff(overlap_density(load)) > 0).all()
    # More than in proportion: neighbours keep off each other.
    assert overlap_density(0.2) > 2 * overlap_density(0.1)


def test_losses_that_are_a_line_in_the_density_are_found() -> None:
    """Lots of 10 kg that could earn 5 $/kg lose 1 + 8 density, and earn 2 density by what comes along."""
    load = np.array([0.05, 0.1, 0.15, 0.2])
    density, mass = overlap_density(load), np.full(4, 10.0)
    curve = Curve.of(np.ones((1, 4)), mass, 5 * mass, mass * (1 + 8 * density), mass * 2 * density, load)
    for one in (0.07, 0.18):
        law = 1000 * (4 - 6 * float(overlap_density(one)))
        assert curve.at(one)[0] == pytest.approx(law, rel=1e-9)


def test_losses_that_fall_with_the_load_are_taken_for_chance() -> None:
    load, mass = np.array([0.05, 0.1, 0.2]), np.full(3, 10.0)
    curve = Curve.of(np.ones((1, 3)), mass, 5 * mass, mass * (2 - 3 * load), 0 * mass, load)
    assert curve.at(0.05)[0] == curve.at(0.2)[0]


def test_without_loads_the_value_is_the_same_at_any() -> None:
    mass = np.array([10.0, 30.0])
    curve = Curve.of(np.ones((1, 2)), mass, 5 * mass, np.array([10.0, 0.0]), np.zeros(2), None)
    assert curve.at(0.1)[0] == curve.at(0.9)[0] == pytest.approx(1000 * (190 / 40))
