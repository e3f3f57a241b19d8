"""Electrolyte enclosed in a deposit: worked values and proportions."""

import numpy as np
import pytest

from physics.refining.occlusion import electrolyte_sulphur, occluded_content, occluded_volume


@pytest.mark.parametrize(("grams_per_litre", "ppm"), [(10.0, 1.0), (15.0, 1.5)], ids=["arsenic", "nickel"])
def test_a_tenth_of_a_millilitre_a_kilogram(grams_per_litre, ppm):
    assert occluded_content(0.1, grams_per_litre) == pytest.approx(ppm, rel=1e-12)


def test_sulphur_of_an_electrolyte_and_of_what_is_enclosed():
    sulphur = electrolyte_sulphur(180.0, 46.0, 15.0)
    assert sulphur == pytest.approx(58.84 + 23.21 + 8.19, rel=1e-3)
    assert occluded_content(0.1, sulphur) == pytest.approx(9.0, rel=0.01)


def test_pure_sulphates_hold_their_share_of_sulphur():
    assert electrolyte_sulphur(98.079, 0.0, 0.0) == pytest.approx(32.06, rel=1e-12)
    assert electrolyte_sulphur(0.0, 63.546, 0.0) == pytest.approx(32.06, rel=1e-12)
    assert electrolyte_sulphur(0.0, 0.0, 58.693) == pytest.approx(32.06, rel=1e-12)


def test_volume_follows_roughness():
    assert occluded_volume(np.array([1.0, 2.0]), 0.05) == pytest.approx([0.05, 0.1], rel=1e-12)
    # 5 ppm of sulphur are usual, of 90 g/L
    assert occluded_content(occluded_volume(1.0), 90.0) == pytest.approx(5.0, abs=0.06)


VALUES = {
    "sulphur": (electrolyte_sulphur(170.0, 44.0, 13.0), 32.06 * (170.0 / 98.079 + 44.0 / 63.546 + 13.0 / 58.693)),
    "content": (occluded_content(0.07, 13.0), 0.91),
    "volume": (occluded_volume(1.4, 0.06), 0.084),
    "volume by default": (occluded_volume(1.4), 0.077),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
