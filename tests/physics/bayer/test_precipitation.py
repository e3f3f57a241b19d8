"""Precipitation: the balance of a tank, a train of thirteen and what changes do to it, soda of the product."""

import numpy as np
import pytest

from physics.bayer.precipitation import (
    growth_constant,
    product_soda,
    tank_alumina,
    tank_strength,
    train_alumina,
    train_temperatures,
)
from physics.bayer.solubility import gibbsite_solubility, ionic_strength

CAUSTIC, SEED, SURFACE, TIME, TANKS = 235.0, 450.0, 0.05, 3.4, 13


def train(
    ratio=0.72, caustic=CAUSTIC, seed=SEED, surface=SURFACE, time=TIME, end=57.0, tanks=TANKS, warmer=0.0,
    organic=10.0, carbonate=40.0, pure=False, factor=1.1e10,
):  # fmt: skip
    """Yield [g/L], mean squared supersaturation, mean temperature and soda of a train from 76 °C."""
    ionic = ionic_strength(caustic) if pure else ionic_strength(caustic, carbonate, 12.0, 12.0, organic)
    warm = train_temperatures(76.0, end, np.array([float(tanks)]), tanks) + warmer
    saturated = gibbsite_solubility(warm, caustic, ionic)
    strength = tank_strength(growth_constant(warm, factor), seed, surface, time)
    entering = np.array([ratio * caustic])
    alumina = train_alumina(entering, saturated, np.array([caustic]), strength)
    square, mean = np.mean(np.square((alumina - saturated) / caustic)), warm.mean()
    return float(entering[0] - alumina[-1, 0]), square, mean, float(product_soda(square, mean, caustic))


USUAL = train()


def test_the_train_of_thirteen_tanks():
    harvest, square, mean, soda = USUAL
    assert 0.72 * CAUSTIC - harvest == pytest.approx(94.06, abs=0.005)
    assert harvest == pytest.approx(75.1, abs=0.05)
    assert (0.72 * CAUSTIC - harvest) / CAUSTIC == pytest.approx(0.400, abs=0.0005)
    assert square == pytest.approx(0.0293, abs=0.00005)
    assert mean == pytest.approx(66.5, abs=1e-9)
    assert soda == pytest.approx(0.402, abs=0.0005)
    faster = train(factor=1.36e10)[0]
    assert faster == pytest.approx(78.7, abs=0.05)
    assert (0.72 * CAUSTIC - faster) / CAUSTIC == pytest.approx(0.385, abs=0.0005)


# What is known beforehand of the yield's changes [g/L], to the last digit that is written.
@pytest.mark.parametrize(
    ("changed", "by"),
    [
        ({"ratio": 0.73}, 2.23),
        ({"ratio": 0.71}, -2.22),
        ({"seed": 550.0}, 3.42),
        ({"seed": 350.0}, -4.71),
        ({"surface": 0.06}, 3.12),
        ({"time": 3.74}, 1.66),
        ({"tanks": 12}, -1.61),
        ({"caustic": 245.0}, 0.90),
        ({"warmer": -2.0}, 0.50),
        ({"warmer": 2.0}, -0.74),
        ({"end": 54.0}, 0.47),
        ({"organic": 14.0}, -0.96),
        ({"carbonate": 50.0}, -1.50),
        ({"pure": True}, 7.29),
    ],
    ids=str,
)
def test_changes_of_the_yield(changed, by):
    assert train(**changed)[0] - USUAL[0] == pytest.approx(by, abs=0.0051)


@pytest.mark.parametrize(
    ("changed", "soda"),
    [({"warmer": -2.0}, 0.428), ({"ratio": 0.73}, 0.405), ({"seed": 550.0}, 0.379), ({"caustic": 245.0}, 0.409)],
    ids=str,
)
def test_changes_of_the_soda(changed, soda):
    assert train(**changed)[3] == pytest.approx(soda, abs=0.00051)


def test_a_tank_closes_its_balance():
    entering, saturated, strength = np.array([169.2, 120.0, 100.0]), np.array([89.0, 70.0, 60.0]), 300.0
    left = tank_alumina(entering, saturated, CAUSTIC, strength)
    np.testing.assert_allclose(entering - left, strength * np.square((left - saturated) / CAUSTIC), rtol=1e-12)
    assert ((left > saturated) & (left < entering)).all()


def test_a_tank_that_is_out_or_below_equilibrium_changes_nothing():
    assert tank_alumina(169.2, 89.0, CAUSTIC, 0.0) == pytest.approx(169.2, rel=1e-15)
    assert tank_alumina(80.0, 89.0, CAUSTIC, 300.0) == pytest.approx(80.0, rel=1e-15)


def test_a_train_is_its_tanks():
    saturated, strength = np.array([[89.0], [80.0], [70.0]]), np.array([[300.0], [0.0], [250.0]])
    result = train_alumina(np.array([169.2]), saturated, np.array([CAUSTIC]), strength)
    left = 169.2
    for tank in range(3):
        left = tank_alumina(left, saturated[tank, 0], CAUSTIC, strength[tank, 0])
        assert result[tank, 0] == pytest.approx(left, rel=1e-14)


def test_growth_is_of_second_order_and_activated():
    hot, cold = growth_constant(70.0), growth_constant(60.0)
    assert np.log(hot / cold) / (1.0 / 333.15 - 1.0 / 343.15) == pytest.approx(7600.0, rel=1e-9)
    assert growth_constant(70.0, organic_carbon=15.0) / hot == pytest.approx(np.exp(-0.1), rel=1e-12)
    assert growth_constant(70.0, carbonate=50.0) / hot == pytest.approx(np.exp(-0.04), rel=1e-12)
    assert growth_constant(70.0, 2.2e10) / hot == pytest.approx(2.0, rel=1e-12)
    assert tank_strength(2.0, 450.0, 0.05, 3.4) == pytest.approx(153.0, rel=1e-12)


def test_temperatures_fall_evenly_to_the_last_tank_in_use():
    result = train_temperatures(76.0, 57.0, np.array([13.0, 3.0]), 13)
    np.testing.assert_allclose(np.diff(result[:, 0]), -19.0 / 12.0, rtol=1e-9)
    np.testing.assert_allclose(result[:4, 1], [76.0, 66.5, 57.0, 57.0], rtol=1e-12)


def test_soda_rises_with_supersaturation_and_cold():
    assert product_soda(0.03, 66.0, 235.0) > product_soda(0.02, 66.0, 235.0)
    assert product_soda(0.03, 64.0, 235.0) > product_soda(0.03, 66.0, 235.0)
    assert product_soda(0.0, 66.0, 235.0) == pytest.approx(0.20, rel=1e-12)
