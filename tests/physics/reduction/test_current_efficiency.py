"""Loss of current efficiency: slopes, bounds, and the noise of the label."""

import numpy as np
import pytest

from physics.reduction.cryolite import eutectic_temperature, liquidus_solheim_1996
from physics.reduction.current_efficiency import (
    P400_LOSS,
    LossReference,
    anode_effect_loss,
    capped_lif,
    current_loss,
    density_factor,
    dewing_factor,
    distance_factor,
    interfacial_velocity_ratio,
    label_noise,
    noise_factor,
    pad_noise,
    velocity_factor,
)


def test_local_slopes_at_six_per_cent_loss():
    step = 1e-3
    per_kelvin = -6.0 * (dewing_factor(step, 0.0) - dewing_factor(-step, 0.0)) / (2.0 * step)
    per_alf3 = -6.0 * (dewing_factor(0.0, step) - dewing_factor(0.0, -step)) / (2.0 * step)
    assert per_kelvin == pytest.approx(-0.13, abs=0.005)
    assert per_alf3 == pytest.approx(0.26, abs=0.005)


def test_at_fixed_temperature_more_alf3_costs_efficiency_by_dewings_equation():
    # the eutectic falls by about 4 K a per cent, so the superheat that drives the loss outweighs AlF3's own gain
    alf3 = np.linspace(10.0, 13.0, 31)
    superheat = 960.0 - eutectic_temperature(alf3, 5.0, 0.3)
    assert np.all(np.diff(dewing_factor(superheat - superheat[0], alf3 - alf3[0])) > 0.0)


def test_change_of_the_loss_by_alf3_at_fixed_temperature_and_at_fixed_superheat():
    alf3 = np.array([12.0, 13.0])
    eutectic = eutectic_temperature(alf3, 5.5, 0.3)
    at_temperature = dewing_factor(eutectic[0] - eutectic[1], 1.0)
    assert at_temperature == pytest.approx(1.057, abs=5e-4)
    bath = liquidus_solheim_1996(alf3, 5.5, 2.5, 0.3)
    superheat = (bath - eutectic)[1] - (bath - eutectic)[0]
    assert dewing_factor(superheat, 1.0) == pytest.approx(1.0 - 0.055, abs=1e-3)


def test_reference_superheat_is_that_of_the_reference_bath():
    assert 960.0 - eutectic_temperature(12.0, 5.5, 0.3) == pytest.approx(P400_LOSS.eutectic_superheat, abs=0.05)


def test_lithium_counts_up_to_two_per_cent():
    assert capped_lif(np.array([0.3, 2.0, 5.0])) == pytest.approx([0.3, 2.0, 2.0])


def test_factors_are_one_at_their_reference():
    assert distance_factor(45.0) == 1.0
    assert velocity_factor(1.0) == 1.0
    assert density_factor(0.81) == 1.0
    assert interfacial_velocity_ratio(22.0) == 1.0
    assert noise_factor(np.array([0.0, 15.0])) == pytest.approx([1.0, 1.0], abs=0.0)


def test_a_millivolt_of_noise_costs_0_05_to_0_08_points():
    assert 0.05 <= 6.0 * (noise_factor(21.0) - noise_factor(20.0)) <= 0.08


def test_a_centimetre_of_metal_takes_2_to_4_per_cent_of_the_velocity():
    assert 0.02 <= 1.0 - interfacial_velocity_ratio(23.0) <= 0.04


def test_noise_rises_below_the_critical_distance():
    acd = np.linspace(20.0, 70.0, 101)
    noise = pad_noise(acd)
    assert np.all(np.diff(noise) < 0.0)
    assert noise[-1] == pytest.approx(10.0, abs=1e-4)
    assert pad_noise(38.0) == pytest.approx(10.0 + 15.0 * np.log(2.0), rel=1e-12)
    # far below, each width adds the rise, and nothing overflows
    assert pad_noise(-5000.0) - pad_noise(-4998.0) == pytest.approx(15.0, rel=1e-9)


def test_squeezing_the_distance_costs_efficiency_most_where_the_pad_swings():
    acd = np.linspace(34.0, 46.0, 121)
    loss = current_loss(6.0, 1.0, distance_factor(acd), noise_factor=noise_factor(pad_noise(acd)))
    assert np.all(np.diff(loss) < 0.0)
    slope = np.gradient(loss, acd)
    assert slope[0] < 5.0 * slope[-1] < 0.0


def test_anode_effect_loss_counts_time():
    assert anode_effect_loss(1.0, 1440.0) == pytest.approx(75.0)
    assert anode_effect_loss(0.1, 2.0) == pytest.approx(0.2 / 1440.0 * 75.0, rel=1e-13)
    assert anode_effect_loss(0.0, 0.0) == 0.0


def test_loss_is_the_product_of_its_factors_and_the_rest():
    assert current_loss(6.0, 1.1, 1.2, 0.9, 0.95, 1.3, 0.7) == pytest.approx(
        6.0 * 1.1 * 1.2 * 0.9 * 0.95 * 1.3 + 0.7, rel=1e-13
    )


def test_noise_of_the_label_falls_with_time():
    days = np.array([7.0, 30.0, 90.0])
    assert label_noise(0.5, days) * days == pytest.approx(np.full(3, label_noise(0.5, 1.0)), rel=1e-13)


# The state at which the loss of a pot of the 400 kA class is known, as the module's documentation gives it.
def test_the_reference_state():
    assert P400_LOSS == LossReference(6.0, 28.7, 12.0, 0.3, 45.0, 0.81, 15.0, 0.010)


VALUES = {
    "lithium below the cap": (capped_lif(1.5), 1.5),
    "lithium above the cap": (capped_lif(2.5), 2.0),
    "lithium, another cap": (capped_lif(3.5, 3.0), 3.0),
    "bath": (dewing_factor(3.0, 0.7, 0.4), 10.0 ** (0.0095 * 3.0 - 0.019 * 0.7 - 0.060 * 0.4)),
    "bath without lithium": (dewing_factor(-4.0, -0.5), 10.0 ** (-0.0095 * 4.0 + 0.019 * 0.5)),
    "distance": (distance_factor(40.0, 50.0), 1.25**0.17),
    "distance by default": (distance_factor(40.0), 1.125**0.17),
    "velocity": (velocity_factor(1.3), 1.3**0.83),
    "metal level": (interfacial_velocity_ratio(25.0, 21.0, 0.02), np.exp(-0.08)),
    "metal level by default": (interfacial_velocity_ratio(25.0), np.exp(-0.09)),
    "density": (density_factor(0.9, 0.8), 0.8 / 0.9),
    "density by default": (density_factor(0.9), 0.9),
    "noise": (noise_factor(25.0, 12.0, 0.012), 1.0 + 0.012 * 13.0),
    "noise by default": (noise_factor(25.0), 1.1),
    "pad": (pad_noise(36.0, 40.0, 9.0, 12.0, 1.6), 9.0 + 12.0 * np.log(1.0 + np.exp(2.5))),
    "pad by default": (pad_noise(40.0), 10.0 + 15.0 * np.log(1.0 + np.exp(-1.0))),
    "anode effects": (anode_effect_loss(0.2, 3.0, 60.0), 0.6 / 1440.0 * 60.0),
    "label": (
        label_noise(0.6, 45.0, 405.0, 60.0, 2310.0),
        100.0 * 2.0**0.5 * 2310.0 * 60.0 * 0.006 / (3600.0 * 26.98154 / (3.0 * 96485.33212) * 405.0 * 24.0 * 45.0),
    ),
    "label by default": (
        label_noise(0.6, 45.0),
        100.0 * 2.0**0.5 * 2300.0 * 62.0 * 0.006 / (3600.0 * 26.98154 / (3.0 * 96485.33212) * 400.0 * 24.0 * 45.0),
    ),
}


@pytest.mark.parametrize(("result", "expected"), VALUES.values(), ids=VALUES)
def test_values_by_hand(result, expected):
    assert result == pytest.approx(expected, rel=1e-9)
