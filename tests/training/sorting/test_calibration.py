"""Whether probabilities are right as often as they say: by mass, in groups, and how sure that is over lots."""

import numpy as np
import pytest

from training.sorting.calibration import calibration_error, calibration_error_over_lots, reliability


def test_the_calibration_error_is_the_known_miscalibration():
    """Told 90 % of all pieces and right in 60 % of the mass; told 70 % and right in 70 %."""
    rng = np.random.default_rng(2)
    mass = rng.lognormal(3, 0.5, 40_000)
    p = np.tile([0.9, 0.1], (40_000, 1))
    off = np.where(rng.random(40_000) < 0.6, 0, 1)
    assert calibration_error(p, off, mass) == pytest.approx(0.3, abs=0.01)
    p = np.tile([0.7, 0.3], (40_000, 1))
    right = np.where(rng.random(40_000) < 0.7, 0, 1)
    assert calibration_error(p, right, mass) == pytest.approx(0.0, abs=0.01)


def test_the_calibration_error_is_by_mass():
    p, classes = np.tile([0.75, 0.25], (2, 1)), np.array([0, 1])
    assert calibration_error(p, classes, np.array([3.0, 1.0])) == pytest.approx(0.0)
    assert calibration_error(p, classes, np.array([1.0, 3.0])) == pytest.approx(0.5)


def test_groups_of_reliability_have_equal_mass_and_rising_confidence():
    rng = np.random.default_rng(3)
    top, mass = rng.uniform(0.5, 1, 30_000), rng.lognormal(3, 1, 30_000)
    groups = reliability(np.column_stack([top, 1 - top]), np.zeros(30_000, dtype=int), mass)
    assert len(groups) == 15
    assert groups["mass"].to_numpy() == pytest.approx(np.full(15, 1 / 15), rel=0.05)
    assert (np.diff(groups["confidence"]) > 0).all()
    assert (groups["accuracy"] == 1).all()


def overconfident(rng, lots=60, pieces=50):
    """Pieces that are told 90 % and right in 70 %, more or less from lot to lot."""
    lot = np.repeat(np.arange(lots), pieces)
    share = np.clip(0.7 + 0.1 * rng.standard_normal(lots), 0.0, 1.0)[lot]
    return np.tile([0.9, 0.1], (len(lot), 1)), np.where(rng.random(len(lot)) < share, 0, 1), np.ones(len(lot)), lot


def test_the_interval_over_lots_holds_the_error_as_often_as_it_says():
    held, width, errors = [], [], []
    for seed in range(200):
        drawn = overconfident(np.random.default_rng(seed))
        low, high = calibration_error_over_lots(*drawn)
        held.append(low <= 0.2 <= high)
        width.append(high - low)
        errors.append(calibration_error(*drawn[:3]))
    assert 0.84 < np.mean(held) < 0.96
    assert np.mean(width) == pytest.approx(2 * 1.645 * np.std(errors), rel=0.1)


def test_a_single_lot_has_no_interval_and_no_error_is_below_zero():
    p, classes, mass, lot = overconfident(np.random.default_rng(1), lots=3)
    assert np.isnan(calibration_error_over_lots(p, classes, mass, np.zeros_like(lot))).all()
    well = np.tile([0.7, 0.3], (len(lot), 1))
    assert calibration_error_over_lots(well, classes, mass, lot)[0] >= 0.0
