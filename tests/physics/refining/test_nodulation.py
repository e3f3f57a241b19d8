"""Roughness and nodules: usual production is 1, directions, Poisson's law."""

import numpy as np
import pytest

from physics.refining.nodulation import (
    additive_error,
    additive_roughness,
    chance_of_any,
    deposit_roughness,
    effective_dose,
    expected_nodules,
)


def test_usual_production_is_the_reference():
    assert deposit_roughness(0.3, 0.0, 2.0) == pytest.approx(1.0, rel=1e-12)
    assert expected_nodules(2.0, 0.0, 0.3, 0.02) == pytest.approx(0.02, rel=1e-12)
    assert effective_dose(60.0, 64.0) == pytest.approx(60.0, rel=1e-12)


def test_warmth_uses_additives_up_by_seven_to_ten_per_cent_a_kelvin():
    lost = 1.0 - effective_dose(60.0, 65.0) / 60.0
    assert 0.07 < lost < 0.10


def test_errors_are_alike_on_both_sides():
    error = additive_error(np.array([30.0, 60.0, 120.0]), 60.0)
    assert error[1] == 0.0
    assert error[0] == pytest.approx(-error[2], rel=1e-12)
    assert error[2] == pytest.approx(np.log(2.0), rel=1e-12)


@pytest.mark.parametrize("function", [deposit_roughness, lambda x, e, s: expected_nodules(s, e, x)])
def test_both_grow_with_every_cause(function):
    start = function(0.3, 0.05, 2.0)
    assert function(0.36, 0.05, 2.0) > start
    assert function(0.3, 0.2, 2.0) > start
    assert function(0.3, 0.05, 8.0) > start


def test_clusters_grow_more_than_in_proportion_to_the_solids():
    assert expected_nodules(8.0, 0.0, 0.3) / expected_nodules(2.0, 0.0, 0.3) == pytest.approx(8.0, rel=1e-12)


def test_poisson():
    assert chance_of_any(0.0) == 0.0
    assert chance_of_any(1e-9) == pytest.approx(1e-9, rel=1e-6)
    assert chance_of_any(np.log(2.0)) == pytest.approx(0.5, rel=1e-12)
    counts = np.random.default_rng(1).poisson(0.3, 400_000)
    assert (counts > 0).mean() == pytest.approx(float(chance_of_any(0.3)), rel=0.01)


VALUES = {
    "dose": (effective_dose(70.0, 61.0), 70.0 * np.exp(0.24)),
    "dose at another temperature": (effective_dose(70.0, 43.0, 40.0), 70.0 * np.exp(-0.24)),
    "error": (additive_error(75.0, 60.0), np.log(1.25)),
    "roughness by additives": (additive_roughness(0.25, 2.0), 2.0 * 0.25 / 1.25),
    "roughness by additives by default": (additive_roughness(0.25), 1.6 * 0.2),
    "roughness": (deposit_roughness(0.36, 0.25, 5.0, 2.0), 1.2**1.5 * 2.5**0.2 * np.exp(0.4)),
    "roughness by default": (deposit_roughness(0.36, 0.25, 5.0), 1.2**1.5 * 2.5**0.2 * np.exp(0.32)),
    "nodules": (expected_nodules(5.0, 0.25, 0.36, 0.03), 0.03 * 2.5**1.5 * 3.5 * 1.2 * 1.2 * 1.2),
    "nodules by default": (expected_nodules(5.0, 0.25, 0.36), 0.01 * 2.5**1.5 * 3.5 * 1.2 * 1.2 * 1.2),
    "chance": (chance_of_any(0.4), 1.0 - np.exp(-0.4)),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
