"""Balances of a zinc cell: acid and zinc together, a stirred tank, heat, water."""

import numpy as np
import pytest

from physics.winning.balances import (
    ACID_PER_ZINC,
    HYDROGEN_THERMONEUTRAL,
    ZINC_THERMONEUTRAL,
    evaporated_water,
    feed_for_ratio,
    hydrogen_mass,
    released_heat,
    stirred_content,
)


def test_a_gram_of_zinc_frees_one_and_a_half_of_acid():
    assert pytest.approx(1.500, abs=5e-4) == ACID_PER_ZINC


@pytest.mark.parametrize("evaporated", [0.0, 0.12])
def test_the_feed_keeps_the_ratio_whatever_evaporates(evaporated):
    feed, out = feed_for_ratio(110.0, 150.0, 3.1), feed_for_ratio(110.0, 150.0, 3.1) - evaporated
    zinc = (150.0 * feed - 110.0) / out
    acid = ACID_PER_ZINC * 110.0 / out
    assert acid / zinc == pytest.approx(3.1, rel=1e-12)
    assert out * (acid + ACID_PER_ZINC * zinc) == pytest.approx(ACID_PER_ZINC * 150.0 * feed, rel=1e-12)


def test_a_stirred_tank_closes_and_comes_to_rest():
    end, mean = stirred_content(50.0, 60.0, 0.2, 4.0)
    assert end - 50.0 == pytest.approx(0.2 * 4.0 * (60.0 - mean), rel=1e-12)
    assert end == pytest.approx(60.0 - 10.0 * np.exp(-0.8), rel=1e-12)
    assert stirred_content(50.0, 60.0, 0.2, 1e4)[0] == pytest.approx(60.0, rel=1e-9)


def test_heat_is_what_is_not_bound():
    assert released_heat(100.0, ZINC_THERMONEUTRAL, 1.0, 0.0) == pytest.approx(0.0, abs=1e-12)
    assert released_heat(100.0, HYDROGEN_THERMONEUTRAL, 0.0, 1.0) == pytest.approx(0.0, abs=1e-12)
    assert released_heat(100.0, 3.3, 0.0, 0.0) == pytest.approx(330.0, rel=1e-12)
    assert pytest.approx(439.7e3 / (2.0 * 96485.33), abs=0.005) == ZINC_THERMONEUTRAL
    assert pytest.approx(285.8e3 / (2.0 * 96485.33), abs=0.005) == HYDROGEN_THERMONEUTRAL


def test_a_kilogram_of_water_takes_its_latent_heat():
    assert evaporated_water(2400.0 / 3.6, 1.0) == pytest.approx(1.0, rel=1e-12)
    assert evaporated_water(200.0, 0.5) == pytest.approx(0.15, rel=1e-12)


def test_hydrogen_is_a_gram_for_a_mole_of_electrons():
    assert hydrogen_mass(96.48533212, 1.0 / 3.6, 1.0) == pytest.approx(
        1.008 * 96.48533212 / 96.48533212 * 0.27777778 * 3.6, rel=1e-6
    )
