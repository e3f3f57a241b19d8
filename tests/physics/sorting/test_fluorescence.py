"""Laws of X-ray fluorescence against published tables, and values by hand."""

import numpy as np
import pytest

from physics.atoms import ATOMS
from physics.sorting import xray
from physics.sorting.fluorescence import (
    BACKSCATTER_SHARE,
    PAINT,
    PAINT_DENSITY,
    backscatter,
    dwell,
    enhancement,
    nearness,
    primary_emission,
    transmission,
)

SINE = float(np.sin(np.radians(45.0)))
ENERGIES = np.array([1.25, 1.49, 1.74, 5.90, 6.40, 8.05, 8.64, 10.55, 15.8, 25.3])


@pytest.mark.parametrize(
    ("element", "density", "published"),
    [
        ("al", 2.70, [5.0, 7.8, 1.0, 27, 34, 65, 80, 143, 467, 1800]),
        ("cu", 8.96, [0.14, 0.21, 0.32, 8.0, 10, 19, 23, 5.1, 15, 55]),
    ],
)
def test_escape_depth_is_the_published_one(element, density, published):
    # a layer of the published depth [µm] lets 1/e through
    attenuation = xray.mass_attenuation(element, ENERGIES)
    passed = transmission(attenuation, density, np.array(published), np.sin(np.radians(60.0)))
    np.testing.assert_allclose(-np.log(passed), 1.0, rtol=0.05)


def test_paint_lets_through_what_is_published():
    attenuation = sum(share * xray.mass_attenuation(element, ENERGIES) for element, share in PAINT.items())
    passed = transmission(attenuation, PAINT_DENSITY, 40.0, SINE)
    published = [0.000, 0.000, 0.004, 0.51, 0.59, 0.75, 0.79, 0.87, 0.96, 0.99]
    np.testing.assert_allclose(passed, published, atol=0.02)
    # shares and density are those of 26 wt% rutile (60 % titanium) and binder, each of its own density
    assert PAINT["ti"] == pytest.approx(0.26 * 47.867 / 79.866, abs=5e-4)
    assert pytest.approx(1.0 / (0.26 / 4.23 + 0.74 / 1.15), abs=0.005) == PAINT_DENSITY
    assert sum(PAINT.values()) == pytest.approx(1.0, abs=1e-9)


def test_path_of_secondary_light_is_symmetric_in_the_rays():
    assert enhancement(30.0, 90.0, 120.0, 0.7, 0.8) == pytest.approx(enhancement(90.0, 30.0, 120.0, 0.8, 0.7))


def scattered(element):
    return backscatter(*ATOMS[element], xray.form_factor(element, 20.17, 0.92388))


@pytest.mark.parametrize(
    ("element", "form_factor"),
    [("mg", 1.38), ("al", 1.47), ("ti", 3.65), ("fe", 4.69), ("cu", 5.29), ("sn", 10.87), ("pb", 19.98)],
)
def test_backscatter_follows_the_form_factors_of_the_tables(element, form_factor):
    compton, rayleigh = scattered(element)
    number, _ = ATOMS[element]
    assert rayleigh / compton == pytest.approx(form_factor**2 / (0.88 * (number - form_factor)), rel=0.01)


def test_lighter_metals_scatter_more_with_a_shift_of_energy():
    shifted = [compton / rayleigh for compton, rayleigh in map(scattered, ("mg", "al", "cu", "pb"))]
    assert shifted == sorted(shifted, reverse=True)


def test_nearness():
    assert nearness(0.0, 80.0) == 1.0
    assert nearness(40.0, 80.0) == 4.0


def test_backscatter_share_lies_between_those_of_aluminium_and_copper():
    assert 0.49 < BACKSCATTER_SHARE <= 0.60


VALUES = {
    "transmission": (transmission(50.0, 8.9, 30.0, 0.6), np.exp(-50.0 * 8.9 * 0.003 / 0.6)),
    "transmission, straight through": (transmission(50.0, 8.9, 30.0), np.exp(-50.0 * 8.9 * 0.003)),
    "primary": (primary_emission(200.0, 30.0, 25.0, 60.0, 90.0, 0.5, 0.75), 200.0 * 0.3 * 25.0 / (120.0 + 120.0)),
    "enhancement": (
        enhancement(60.0, 90.0, 40.0, 0.5, 0.6),
        np.log(4.0) / 120.0 + np.log(1.0 + 150.0 / 40.0) / 150.0,
    ),
    "backscatter": (
        backscatter(25.0, 50.0, 4.0),
        (0.4507 / 50.0 * 0.88 * 21.0, 0.4507 / 50.0 * 16.0),
    ),
    # 4π N r² (1 + cos² 135°)/2 with r = 2.8179 fm
    "Thomson": (
        backscatter(25.0, 50.0, 4.0)[1] / 16.0 * 50.0,
        round(4.0 * np.pi * 6.02214e23 * 2.8179403e-13**2 * 0.75, 4),
    ),
    "dwell": (dwell(50.0, 2.5), 20.0),
    "nearness": (nearness(30.0, 90.0), 2.25),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
