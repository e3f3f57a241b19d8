"""Losses of current in a refining cell: laws, worked values, limits, published sweeps."""

import numpy as np
import pytest

from physics.electrochemistry import COPPER_EQUIVALENT, metal_mass, specific_energy
from physics.refining.current_losses import (
    dissolution_loss,
    refining_efficiency,
    short_life,
    short_loss,
    shorted_share,
)


def test_life_of_a_short_is_that_of_patrols_drawn_at_random():
    rng = np.random.default_rng(4)
    until_next = 12.0 * rng.random(200_000)
    overlooked = rng.geometric(0.75, 200_000) - 1
    assert short_life(12.0, 0.25, 2.0) == pytest.approx(np.mean(until_next + 12.0 * overlooked) + 2.0, rel=0.005)


def test_without_patrols_shorts_stay_and_with_perfect_ones_they_last_the_repair():
    assert short_life(0.0, 0.15, 2.0) == 2.0
    assert short_life(12.0, 0.999, 0.0) > 1e4
    assert (np.diff(short_life(np.array([8.0, 12.0, 24.0]))) > 0).all()


def test_shorts_of_practice_take_1_to_4_points():
    # 1 to 5 shorts a day on 100 cathodes, patrols of 8 to 12 h: 1 to 4 points by engineering notes
    low = short_loss(shorted_share(1.5, short_life(8.0)))
    high = short_loss(shorted_share(3.5, short_life(12.0)))
    assert 1.0 < low < high < 4.0


def test_dissolution_takes_half_a_point_and_more_where_it_is_hot_and_slow():
    typical = dissolution_loss(62.0, 300.0, 0.8)
    assert typical == pytest.approx(100.0 / 300.0 + 0.16, rel=1e-9)
    assert 0.3 < typical < 1.0
    assert dissolution_loss(66.0, 300.0, 0.8) > typical > dissolution_loss(62.0, 350.0, 0.8)
    # 40 kJ/mol about 62 °C: 4.4 % a kelvin
    assert dissolution_loss(63.0, 300.0) / dissolution_loss(62.0, 300.0) == pytest.approx(1.0436, abs=0.0005)


def test_losses_add_up_to_the_current():
    assert refining_efficiency(2.6, 0.7, 0.5) == pytest.approx(96.2, rel=1e-12)
    assert refining_efficiency(0.0, 0.0, 0.0) == 100.0


@pytest.mark.parametrize(("voltage", "energy"), [(0.241, 212.0), (0.275, 242.0), (0.301, 264.0), (0.336, 295.0)])
def test_energies_of_the_engineering_sweep_of_current_density(voltage, energy):
    # 220, 265, 300 and 350 A/m²; 96 % everywhere
    assert specific_energy(voltage, 96.0, COPPER_EQUIVALENT) == pytest.approx(energy, abs=0.8)


def test_theoretical_crop_of_a_published_section():
    # Llancaqueo: 40 cells to 8400 kAh have 398.16 t at 100 %
    assert 40 * metal_mass(8400.0, 1.0, 100.0, COPPER_EQUIVALENT) / 1000.0 == pytest.approx(398.16, abs=0.4)
