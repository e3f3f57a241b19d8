"""Induction: laws of the skin depth, and what thin walls and lift-off do to a reading."""

import numpy as np
import pytest

from physics.sorting.conductivity import IACS, apparent_conductivity, lift_off_response, skin_depth, wall_response


def test_skin_depth_falls_with_the_root_of_frequency_and_conductivity():
    assert skin_depth(25.0, 10e3) == pytest.approx(2.0 * skin_depth(100.0, 10e3), rel=1e-13)
    assert skin_depth(100.0, 40e3) == pytest.approx(0.5 * skin_depth(100.0, 10e3), rel=1e-13)


def test_a_wall_of_two_skin_depths_counts_as_thick():
    assert wall_response(2.0, 1.0) == pytest.approx(1.0 - np.exp(-4.0), rel=1e-13)
    assert wall_response(0.01, 1.0) == pytest.approx(0.02, rel=0.02)  # a foil: in proportion to its thickness
    assert np.all(np.diff(wall_response(np.linspace(0.1, 5.0, 50), 1.0)) > 0.0)


def test_reading_is_right_on_thick_pieces_and_too_low_on_thin_ones():
    depth = float(skin_depth(40.0, 10e3))
    assert apparent_conductivity(40.0, 20.0 * depth, 10e3) == pytest.approx(40.0, rel=1e-12)
    assert apparent_conductivity(40.0, 2.0 * depth, 10e3) == pytest.approx(40.0, rel=0.02)
    assert apparent_conductivity(40.0, 0.5 * depth, 10e3) < 0.65 * 40.0
    # A higher frequency stays in the wall.
    assert apparent_conductivity(40.0, 0.5, 100e3) > apparent_conductivity(40.0, 0.5, 10e3)


def test_thin_good_conductor_reads_like_a_thick_poor_one():
    # Sheet of 0.3 mm and 55 %IACS reads within a fifth of a casting of 23 %IACS.
    readings = apparent_conductivity(np.array([55.0, 23.0]), np.array([0.30, 6.0]), 10e3)
    assert readings[0] == pytest.approx(readings[1], rel=0.2)
    assert readings[0] < 0.7 * 55.0


def test_lift_off_weakens_the_signal_as_a_dipole_far_away():
    assert lift_off_response(0.0) == 1.0
    assert lift_off_response(300.0, 3.0) / lift_off_response(600.0, 3.0) == pytest.approx(2.0**6, rel=0.01)
    at_reference = apparent_conductivity(40.0, 50.0, 10e3, lift_off=3.0, reference_lift_off=3.0)
    assert at_reference == pytest.approx(40.0, rel=1e-12)
    assert apparent_conductivity(40.0, 50.0, 10e3, lift_off=6.0, reference_lift_off=3.0) < 40.0


def test_phase_takes_the_lift_off_away():
    readings = [apparent_conductivity(40.0, 50.0, 10e3, 6.0, 3.0, phase=phase) for phase in (0.0, 0.5, 0.9, 1.0)]
    assert readings == sorted(readings)
    assert readings[-1] == pytest.approx(40.0, rel=1e-12)


VALUES = {
    "skin": (skin_depth(40.0, 12e3), 1000.0 / (np.pi * 12e3 * 4e-7 * np.pi * 0.4 * 5.8e7) ** 0.5),
    "wall": (wall_response(1.5, 0.9), 1.0 - np.exp(-3.0 / 0.9)),
    "lift-off": (lift_off_response(6.0, 20.0), 1.09**-3.0),
    "lift-off by default": (lift_off_response(6.0), 1.16**-3.0),
    "reading": (
        apparent_conductivity(40.0, 1.0, 10e3, 6.0, 4.0, 20.0),
        40.0 * (1.0 - np.exp(-2e-3 * (np.pi * 10e3 * 4e-7 * np.pi * 0.4 * 5.8e7) ** 0.5)) * (1.04 / 1.09) ** 3.0,
    ),
    "reading by phase": (
        apparent_conductivity(40.0, 1.0, 10e3, 6.0, 4.0, 20.0, 0.75),
        40.0 * (1.0 - np.exp(-2e-3 * (np.pi * 10e3 * 4e-7 * np.pi * 0.4 * 5.8e7) ** 0.5)) * (1.04 / 1.09) ** 0.75,
    ),
    "reading by default": (
        apparent_conductivity(40.0, 1.0, 10e3, 6.0),
        40.0 * (1.0 - np.exp(-2e-3 * (np.pi * 10e3 * 4e-7 * np.pi * 0.4 * 5.8e7) ** 0.5)) * 1.16**-3.0,
    ),
    "standard": (IACS, 58.0e6),  # S/m: 1/58 Ω mm²/m
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
