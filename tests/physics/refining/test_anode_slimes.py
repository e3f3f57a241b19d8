"""Slimes: what they hold closes with the anodes, usual make-up, what floats."""

import numpy as np
import pytest

from physics.refining.anode_slimes import (
    SLIMES_SHARE,
    arsenic_ratio,
    floating_share,
    included_content,
    slimes_content,
    slimes_mass,
)

USUAL = {"ag": 600.0, "as": 1000.0, "sb": 300.0, "bi": 150.0, "se": 500.0, "te": 120.0, "pb": 600.0, "ni": 1500.0}


def usual_slimes() -> dict[str, float]:
    mass = slimes_mass(sum(share * USUAL[element] for element, share in SLIMES_SHARE.items()))
    return {element: float(slimes_content(USUAL[element], share, mass)) for element, share in SLIMES_SHARE.items()}


def test_elements_close_with_the_anodes():
    mass = slimes_mass(sum(share * USUAL[element] for element, share in SLIMES_SHARE.items()))
    result = usual_slimes()
    assert sum(result.values()) == pytest.approx(58.0, rel=1e-12)
    for element, share in SLIMES_SHARE.items():
        assert 10.0 * result[element] * mass == pytest.approx(share * USUAL[element], rel=1e-12)


@pytest.mark.parametrize(
    ("element", "low", "high"),
    [("ag", 12, 18), ("pb", 8, 17), ("se", 6, 14), ("as", 4, 8), ("sb", 3, 7), ("te", 1.5, 4), ("bi", 1.5, 3)],
    ids=str,
)
def test_usual_slimes_are_what_refineries_sell(element, low, high):
    assert low < usual_slimes()[element] < high


def test_enclosed_slimes_bring_their_share():
    assert included_content(4.0, 15.0) == pytest.approx(0.6, rel=1e-12)


def test_molar_ratio():
    assert arsenic_ratio(74.922, 121.76, 0.0) == pytest.approx(1.0, rel=1e-12)
    assert floating_share(arsenic_ratio(900.0, 0.0, 0.0)) == 0.0


def test_half_floats_at_the_bound_and_little_above():
    ratio = np.array([0.0, 1.0, 2.0, 4.0, 8.0])
    share = floating_share(ratio)
    assert share[0] == 1.0
    assert share[2] == pytest.approx(0.5, rel=1e-12)
    assert (np.diff(share) < 0).all()
    assert share[3] == pytest.approx(1.0 / 17.0, rel=1e-12)


# Larouche 2001 in Schlesinger et al., Extractive Metallurgy of Copper: silver and what is noble stays, nickel leaves.
def test_shares_that_stay_in_the_slimes():
    assert SLIMES_SHARE == {
        **{"ag": 0.99, "se": 0.98, "te": 0.98, "pb": 0.98},
        **{"sb": 0.60, "bi": 0.60, "as": 0.25, "ni": 0.10},
    }


VALUES = {
    "mass": (slimes_mass(1900.0, 0.5), 3.8),
    "mass by default": (slimes_mass(1900.0), 1.9 / 0.58),
    "content": (slimes_content(700.0, 0.6, 3.5), 12.0),
    "enclosed": (included_content(6.0, 15.0), 0.9),
    "molar ratio": (arsenic_ratio(900.0, 400.0, 200.0), 900.0 / 74.922 / (400.0 / 121.760 + 200.0 / 208.980)),
    "floating": (floating_share(3.0, 2.5, 3.0), 1.0 / (1.0 + 1.2 * 1.2 * 1.2)),
    "floating by default": (floating_share(3.0), 1.0 / (1.0 + 1.5 * 1.5 * 1.5 * 1.5)),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
