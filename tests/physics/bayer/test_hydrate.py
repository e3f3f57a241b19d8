"""Sizes of hydrate: surface by geometry, classes in balance at the usual, a cycle of fines."""

import numpy as np
import pytest

from physics.bayer.hydrate import (
    USUAL_SHARES,
    agglomeration_ratio,
    class_shares,
    next_classes,
    nucleation_ratio,
    specific_surface,
    sphere_surface,
)

RATES = np.array([0.19, 0.15, 0.14, 0.09, 0.06])
USUAL = np.ones((5, 2))


def test_surface_is_that_of_spheres():
    """6/(2.42 g/cm³ x 67 µm) is 37 m²/kg."""
    assert sphere_surface(67.0, 1.0) == pytest.approx(0.0370, abs=0.00005)
    assert sphere_surface(33.5) == pytest.approx(2.0 * sphere_surface(67.0), rel=1e-12)


def test_usual_seed_has_the_usual_surface_and_fines():
    shares = class_shares(USUAL)
    np.testing.assert_allclose(shares[:, 0], USUAL_SHARES, rtol=1e-12)
    assert shares[:2, 0].sum() == pytest.approx(0.22, rel=1e-12)
    np.testing.assert_allclose(specific_surface(shares), 0.0497, atol=0.00005)


def test_finer_seed_has_more_surface():
    finer = USUAL.copy()
    finer[1] *= 1.3
    assert (specific_surface(class_shares(finer)) > specific_surface(class_shares(USUAL))).all()
    np.testing.assert_allclose(class_shares(finer).sum(axis=0), 1.0, rtol=1e-12)


def test_cold_supersaturated_first_tanks_nucleate_and_hot_ones_agglomerate():
    assert nucleation_ratio(0.26, 76.0, 1.0) == pytest.approx(1.0, rel=1e-12)
    assert agglomeration_ratio(0.26, 76.0, 0.18) == pytest.approx(1.0, rel=1e-12)
    assert nucleation_ratio(0.26, 72.0, 1.0) == pytest.approx(np.exp(0.2), rel=1e-12)
    assert agglomeration_ratio(0.26, 78.0, 0.18) == pytest.approx(np.exp(0.16), rel=1e-12)
    assert nucleation_ratio(0.286, 76.0, 1.0) == pytest.approx(1.21, rel=1e-12)
    assert nucleation_ratio(0.26, 76.0, 1.1, answer=2.0) == pytest.approx(1.1**-2, rel=1e-12)
    assert agglomeration_ratio(0.26, 76.0, 0.72) == pytest.approx(2.0, rel=1e-12)


def test_the_usual_stays():
    same = next_classes(USUAL, np.ones(2), np.ones(2), RATES, 0.04)
    np.testing.assert_allclose(same, 1.0, rtol=1e-12)


def test_nuclei_grow_from_class_to_class():
    classes, risen = USUAL, []
    for _ in range(40):
        classes = next_classes(classes, np.array([1.5, 1.0]), np.ones(2), RATES, 0.04)
        risen.append(classes[:, 0])
    result = np.array(risen)
    assert (result[0] > [1.0, 0.999, 0.999, 0.999, 0.999]).all()
    assert (np.diff(result[5]) < 0).all()  # the finest are ahead
    np.testing.assert_allclose(classes[:, 1], 1.0, rtol=1e-12)


def test_agglomeration_takes_fines_alone():
    result = next_classes(USUAL, np.ones(2), np.array([1.5, 1.0]), RATES, 0.04)
    np.testing.assert_allclose(result[:, 0], [0.98, 0.98, 1.0, 1.0, 1.0], rtol=1e-12)


def test_fines_cycle_within_weeks_after_a_push():
    """Nuclei answer hydrate that has grown up, three classes in turn: a push comes back within 20 to 45 days."""
    classes, fines = np.array([[1.5], [1.0], [1.0], [1.0], [1.0]]), []
    for _ in range(120):
        births = nucleation_ratio(0.26, 76.0, classes[2])
        classes = next_classes(classes, births, np.ones(1), RATES, 0.04)
        shares = class_shares(classes)
        fines.append(float(shares[0, 0] + shares[1, 0]))
    above = np.array(fines) - 0.22
    peaks = [t for t in range(1, 119) if above[t - 1] < above[t] > above[t + 1] and above[t] > 0]
    assert len(peaks) >= 2
    assert 20 <= np.diff(peaks)[0] <= 45
    assert above[peaks[1]] < above[peaks[0]]  # it dies away
