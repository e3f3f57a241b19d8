"""Calibration over lots worked out by leaving out one lot after the other."""

import numpy as np
import pytest

from training.core.class_calibration import calibration_error, calibration_error_over_lots, reliability


def drawn(lots=7, pieces=30):
    rng = np.random.default_rng(5)
    top = rng.uniform(0.5, 1.0, lots * pieces)
    p = np.column_stack([top, 1.0 - top])
    right = np.where(rng.random(lots * pieces) < 0.8 * top, 0, 1)
    return p, right, rng.lognormal(3.0, 0.5, lots * pieces), np.repeat([f"L-{k}" for k in range(lots)], pieces)


def groups_of(p, mass):
    """Group of each piece: fifteen of equal mass, by the probability of the most probable class."""
    top = p.max(axis=1)
    order = np.argsort(top)
    reached = np.cumsum(mass[order]) / mass.sum()
    edges = sorted({top[order][np.flatnonzero(reached >= k / 15)[0]] for k in range(1, 15)})
    return np.array([sum(one > edge for edge in edges) for one in top])


def error_of(p, classes, mass, group):
    total = 0.0
    for k in np.unique(group):
        own = group == k
        total += abs(np.sum(mass[own] * (p.max(axis=1)[own] - (classes[own] == 0))))
    return total / mass.sum()


def test_error_and_its_interval():
    p, classes, mass, lots = drawn()
    group = groups_of(p, mass)
    error = error_of(p, classes, mass, group)
    assert calibration_error(p, classes, mass) == pytest.approx(error, rel=1e-9)
    without = [
        error_of(p[lots != one], classes[lots != one], mass[lots != one], group[lots != one]) for one in np.unique(lots)
    ]
    sd = (6.0 * np.var(without)) ** 0.5
    low, high = calibration_error_over_lots(p, classes, mass, lots)
    assert high == pytest.approx(error + 1.6448536 * sd, rel=1e-7)
    assert low == pytest.approx(max(0.0, error - 1.6448536 * sd), rel=1e-7)


def test_groups_by_hand():
    p = np.array([[0.9, 0.1], [0.4, 0.6], [0.9, 0.1], [0.2, 0.8]])
    result = reliability(p, np.array([0, 1, 1, 1]), np.array([1.0, 2.0, 3.0, 4.0]))
    assert result["weight"].tolist() == pytest.approx([0.2, 0.4, 0.4])
    assert result["confidence"].tolist() == pytest.approx([0.6, 0.8, 0.9])
    assert result["accuracy"].tolist() == pytest.approx([1.0, 1.0, 0.25])
