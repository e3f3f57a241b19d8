"""Freezing: published tables of segregation, balance of mass, limits of the laws, values by hand."""

import numpy as np
import pytest

from physics.purification.freezing import (
    effective_segregation,
    freezing_time,
    frozen_mean,
    resistance_ratio,
    stirred_layer,
    trapped_mean,
    trapped_share,
)

K = np.array([0.01, 0.05, 0.1, 0.3, 0.6])


def freezing(k, fraction, step=1e-6):
    """Content of what freezes at that moment, over that of the charge: the change of what is frozen so far."""
    least, most = fraction - step, fraction + step
    return (most * frozen_mean(k, most) - least * frozen_mean(k, least)) / (2.0 * step)


@pytest.mark.parametrize(
    ("fraction", "freezes"),
    [(0.5, [0.0199, 0.0966, 0.1866, 0.4874, 0.7917]), (0.8, [0.0492, 0.2307, 0.4257, 0.9256, 1.1422])],
)
def test_what_freezes_is_that_of_scheils_table(fraction, freezes):
    np.testing.assert_allclose(freezing(K, fraction), freezes, atol=5e-5)


@pytest.mark.parametrize(
    ("fraction", "mean"),
    [
        (0.5, [0.0138, 0.0681, 0.1339, 0.3755, 0.6805]),
        (0.8, [0.0200, 0.0966, 0.1858, 0.4787, 0.7741]),
        (0.9, [0.0253, 0.1208, 0.2285, 0.5542, 0.8320]),
    ],
)
def test_the_mean_is_that_of_scheils_table(fraction, mean):
    np.testing.assert_allclose(frozen_mean(K, fraction), mean, atol=5e-5)


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.84, 0.99])
def test_the_melt_holds_what_did_not_freeze(fraction):
    left = (1.0 - fraction * frozen_mean(K, fraction)) / (1.0 - fraction)
    np.testing.assert_allclose(freezing(K, fraction), K * left, rtol=1e-5)


def test_the_mean_is_the_integral_of_what_freezes():
    g = (np.arange(200_000) + 0.5) / 200_000 * 0.84
    for k in K:
        assert (k * (1.0 - g) ** (k - 1.0)).mean() == pytest.approx(frozen_mean(k, 0.84), rel=1e-6)


def test_nothing_is_rejected_where_solid_and_melt_are_alike():
    assert frozen_mean(1.0, 0.84) == pytest.approx(1.0, rel=1e-12)
    assert trapped_mean(1.0, 1.0, 0.3) == 1.0


def test_two_stages_of_a_feed_of_ten_elements():
    feed = np.array([0.5, 1.0, 0.8, 0.6, 0.8, 0.6, 0.3, 0.1, 0.5, 0.1])
    k = np.array([0.03, 0.06, 0.3, 0.35, 0.08, 0.25, 0.05, 0.1, 0.2, 0.2])
    left = feed * frozen_mean(k, 0.85) ** 2
    expected = [0.0021, 0.016, 0.21, 0.20, 0.022, 0.12, 0.0034, 0.0041, 0.069, 0.014]
    np.testing.assert_allclose(left, expected, rtol=0.03)  # two digits of the smaller ones
    assert left.sum() == pytest.approx(0.65, abs=0.015)


def test_a_front_at_rest_rejects_most_and_a_fast_one_nothing():
    assert effective_segregation(0.1, 0.0, 1.0) == pytest.approx(0.1, rel=1e-12)
    assert effective_segregation(0.1, 1e4, 1.0) == pytest.approx(1.0, rel=1e-9)
    rates = effective_segregation(0.1, np.linspace(1.0, 40.0, 20), 1.0)
    assert (np.diff(rates) > 0).all()


def test_copper_is_held_seven_times_as_much_at_four_times_the_rate():
    slow, fast = effective_segregation(0.01, np.array([5.0, 20.0]), 1.0)
    assert fast / slow == pytest.approx(0.140 / 0.0198, rel=0.005)


def test_stirring_thins_the_layer_and_so_helps():
    layers = stirred_layer(np.array([0.0, 40.0, 120.0]))
    np.testing.assert_allclose(layers, 1.4 / np.sqrt([1.0, 2.0, 4.0]), rtol=1e-12)
    assert (np.diff(effective_segregation(0.1, 5.0, layers)) < 0).all()


def test_melt_is_trapped_beyond_the_critical_rate_alone():
    shares = trapped_share(np.array([2.0, 7.8, 9.75, 80.0]), 7.8)
    assert shares[:2].tolist() == [0.0, 0.0]
    assert shares[2] == pytest.approx(0.15 * (1.0 - np.exp(-1.0)), rel=1e-12)
    assert shares[3] == pytest.approx(0.15, rel=1e-9)


def test_trapped_melt_spoils_what_freezing_rejects_best():
    worse = trapped_mean(frozen_mean(K, 0.84), K, 0.02) / frozen_mean(K, 0.84)
    np.testing.assert_allclose(worse, 1.0 + 0.02 * (1.0 / K - 1.0), rtol=1e-12)


VALUES = {
    "layer": (stirred_layer(120.0, 1.2), 0.6),
    "segregation": (effective_segregation(0.2, 9.0, 0.8, 1e-9), 0.2 / (0.2 + 0.8 * np.exp(-2.0))),
    "segregation by default": (effective_segregation(0.2, 7.2, 1.0), 0.2 / (0.2 + 0.8 * np.exp(-1.0))),
    "trapped": (trapped_share(6.0, 4.0, 0.1), 0.1 * (1.0 - np.exp(-2.0))),
    "time": (freezing_time(59.04, 0.5, 2.0, 0.05), 50.0),
    "time by default": (freezing_time(5.904, 0.52, 4.0), 5.0),
    "ratio": (resistance_ratio(0.5, 5e4, 1e-4), 1.0 / 7e-5),
    "ratio by default": (resistance_ratio(0.0), 6e4),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
