"""Colours of metals within the published ranges."""

import numpy as np
import pytest

from physics.sorting.colour import copper_share, metal_brightness, metal_hue, metal_saturation, patinated

DEGREES = 360.0


@pytest.mark.parametrize(
    ("copper", "zinc", "tin", "nickel", "hue", "saturation"),
    [
        (99.9, 0.0, 0.0, 0.0, (10, 25), (0.25, 0.50)),  # copper
        (70.0, 30.0, 0.0, 0.0, (35, 50), (0.25, 0.45)),  # brass
        (58.0, 39.0, 0.2, 0.2, (35, 50), (0.25, 0.45)),  # leaded brass
        (85.0, 5.0, 5.0, 0.3, (20, 35), (0.20, 0.35)),  # gunmetal
        (89.0, 0.2, 11.0, 0.2, (20, 35), (0.20, 0.35)),  # tin bronze
    ],
)
def test_copper_alloys_have_the_published_colours(copper, zinc, tin, nickel, hue, saturation):
    assert hue[0] < DEGREES * metal_hue(copper, zinc, tin, nickel) < hue[1]
    assert saturation[0] < metal_saturation(copper, tin, nickel) < saturation[1]


@pytest.mark.parametrize("copper", [0.0, 1.0, 3.3])
def test_white_metals_have_no_colour_and_one_hue(copper):
    assert metal_saturation(copper, 0.0, 9.0) < 0.10
    assert metal_hue(copper, 95.0, 0.0, 0.0) == pytest.approx(metal_hue(copper, 0.0, 0.0, 9.0), abs=1e-6)


def test_nickel_whitens_copper():
    saturation = metal_saturation(70.0, 0.0, np.array([0.0, 10.0, 30.0]))
    assert (np.diff(saturation) < 0.0).all()
    assert saturation[2] < 0.10


@pytest.mark.parametrize(
    ("contents", "low", "high"),
    [((0, 95, 1, 0), 0.75, 0.9), ((0, 0, 99, 0), 0.5, 0.7), ((1, 4, 0, 0), 0.5, 0.65), ((0, 0, 0, 100), 0.35, 0.5)],
    ids=["aluminium", "stainless", "zinc", "lead"],
)
def test_brightness_lies_in_the_published_ranges(contents, low, high):
    assert low < metal_brightness(*contents) < high


def test_copper_share_is_a_share_and_rises():
    share = copper_share(np.linspace(0.0, 100.0, 21))
    assert (np.diff(share) > 0.0).all()
    assert share[0] < 0.001
    assert share[-1] > 0.999


def test_patina_darkens_and_greys_by_what_is_published():
    hue, saturation, brightness = patinated(0.05, 0.38, 0.65, np.array([0.0, 0.5, 1.0]), 8.0 / DEGREES)
    assert (hue[0], saturation[0], brightness[0]) == (0.05, 0.38, 0.65)
    assert DEGREES * (hue[2] - hue[0]) == pytest.approx(8.0)
    assert brightness[0] - brightness[2] == pytest.approx(0.3)
    assert (np.diff(saturation) < 0.0).all()


VALUES = {
    "copper share": (copper_share(53.0), 1.0 / (1.0 + np.exp(-1.5))),
    "hue": (metal_hue(52.0, 30.0, 4.0, 3.0), (17.0 + (22.5 + 4.4 + 1.5) / (1.0 + np.exp(-1.0))) / 360.0),
    "saturation": (
        metal_saturation(52.0, 4.0, 7.0),
        0.05 + 0.33 / (1.0 + np.exp(-1.0)) * np.exp(-0.12 - 0.25),
    ),
    "brightness": (metal_brightness(30.0, 20.0, 10.0, 5.0), 0.57 + 0.024 + 0.051 + 0.003 - 0.0075),
    "patina": (patinated(0.1, 0.3, 0.6, 0.4, 0.02), (0.108, 0.24, 0.48)),
    "black patina": (patinated(0.1, 0.3, 0.2, 0.9, 0.02)[2], 0.05),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
