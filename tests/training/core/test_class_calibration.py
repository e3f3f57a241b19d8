"""Whether probabilities are right as often as they say: by mass, in groups, and how sure that is over lots."""

import numpy as np
import pytest

from training.core.class_calibration import calibration_error, calibration_error_over_lots, reliability


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
    assert groups["weight"].to_numpy() == pytest.approx(np.full(15, 1 / 15), rel=0.05)
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


def test_groups_are_worked_out_piece_by_piece():
    """30 pieces of one gram stand in pairs; by hand, each third piece is wrong."""
    top = np.linspace(0.52, 0.98, 30)[::-1]
    p, classes = np.column_stack([top, 1 - top]), np.array([0, 0, 1] * 10)
    groups = reliability(p, classes, np.ones(30))
    pairs = [(top[i], top[i - 1], classes[i] + classes[i - 1]) for i in range(29, 0, -2)]
    assert groups["weight"].to_numpy() == pytest.approx(np.full(15, 2 / 30))
    assert groups["confidence"].to_numpy() == pytest.approx([(one + two) / 2 for one, two, _ in pairs])
    assert groups["accuracy"].to_numpy() == pytest.approx([1 - wrong / 2 for *_, wrong in pairs])


def test_the_interval_leaves_out_one_lot_after_the_other():
    """Two groups, at 90 % and at 60 %, of three lots whose errors without each are worked out here."""
    top = np.array([0.9, 0.9, 0.6, 0.9, 0.6, 0.9, 0.6])
    classes, mass = np.array([0, 1, 0, 0, 1, 1, 1]), np.array([1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 3.0])
    lot = np.array(["A", "A", "A", "B", "B", "C", "C"], dtype=object)
    p = np.column_stack([top, 1 - top])
    without = [  # mass in a group times probability, less what was right there
        (abs(3 * 0.9 - 2) + abs(4 * 0.6 - 0)) / 7,
        (abs(3 * 0.9 - 1) + abs(5 * 0.6 - 2)) / 8,
        (abs(4 * 0.9 - 3) + abs(3 * 0.6 - 2)) / 7,
    ]
    error = (abs(5 * 0.9 - 3) + abs(6 * 0.6 - 2)) / 11
    sd = (2 / 3 * sum((one - sum(without) / 3) ** 2 for one in without)) ** 0.5
    assert calibration_error(p, classes, mass) == pytest.approx(error)
    low, high = calibration_error_over_lots(p, classes, mass, lot)
    assert high == pytest.approx(error + 1.6448536269514722 * sd)
    assert low == pytest.approx(max(0.0, error - 1.6448536269514722 * sd))
    two = np.isin(lot, ["A", "B"])
    ends = calibration_error_over_lots(p[two], classes[two], mass[two], lot[two])
    assert np.isfinite(ends).all()
