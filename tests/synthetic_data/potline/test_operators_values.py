"""Set-points of a period with the rules written out."""

import copy

import numpy as np
import pytest

from seeds import load
from synthetic_data.potline import operators

near = np.testing.assert_allclose
SETPOINTS = ("voltage_setpoint", "excess_alf3_target", "metal_level_target")


@pytest.fixture(scope="module")
def seed():
    return load("aluminium_reduction")


def reported(p):
    return {
        "voltage_noise": p.noise_wanted + np.array([-6.0, -1.0, 0.5, 4.0, 12.0, 60.0]),
        "temperature_reading": p.temperature_wanted + p.temperature_slack * np.array([-3.0, -1.5, 0.5, 1.4, 2.5, -0.2]),
        "current_efficiency": p.efficiency_wanted + np.array([1.0, -0.4, 0.2, -2.0, -0.1, -6.0]),
    }


def reviewed(p, b, reported_values, n):
    """Wishes after a review."""
    noise = reported_values["voltage_noise"] - p.noise_wanted
    off = reported_values["temperature_reading"] - p.temperature_wanted
    hot, cold = np.maximum(off - p.temperature_slack, 0.0), np.maximum(-off - p.temperature_slack, 0.0)
    poor = np.maximum(p.efficiency_wanted - reported_values["current_efficiency"], 0.0)
    quiet = np.where(noise > 0.0, 1.0, p.review_good_share)
    volts = (
        p.review_noise * quiet * noise
        + p.review_hot * hot
        + p.review_cold * cold
        + p.review_poor * poor
        + p.review_return * (p.voltage_setpoint - b.voltage_setpoint)
        + p.habit_voltage * n[0]
    )
    alf3 = p.review_alf3 * (hot - cold) + p.review_alf3_return * (p.excess_alf3 - b.excess_alf3_target)
    level = p.review_level_noise * np.maximum(noise, 0.0) + p.review_level_hot * (hot - cold)
    level = level + p.review_level_return * (p.metal_level_target - b.metal_level_target)
    most = p.review_alf3_most, p.review_level_most
    return {
        "voltage_setpoint": b.voltage_setpoint + np.clip(volts, -p.review_down_most, p.review_up_most),
        "excess_alf3_target": b.excess_alf3_target + np.clip(alf3 + p.habit_alf3 * n[1], -most[0], most[0]),
        "metal_level_target": b.metal_level_target + np.clip(level + p.habit_level * n[2], -most[1], most[1]),
    }


@pytest.mark.parametrize("scale", [0.2, 1.0, 30.0])
def test_reviews_and_tests(uneven, pots, seed, scale):
    p, rng = uneven, np.random.default_rng(3)
    n, u, testing = scale * rng.standard_normal((3, 6)), rng.random((3, 6)), np.array([True, False, True] * 2)
    pots.excess_alf3_target = p.excess_alf3 + np.linspace(-0.8, 0.8, 6)
    pots.metal_level_target = p.metal_level_target + np.linspace(-1.0, 1.0, 6)
    b = copy.deepcopy(pots)
    result = operators.choose(p, pots, seed, reported(p), testing, n, u, {})
    for i, (name, size) in enumerate(zip(SETPOINTS, (p.test_voltage, p.test_alf3, p.test_metal_level), strict=True)):
        low, high = seed.column(name).bounds
        own = np.clip(reviewed(p, b, reported(p), n)[name], low + size, high - size)
        test = np.where(testing, np.where(u[i] < 0.5, -size, size), 0.0)
        near(getattr(pots, name), own, rtol=1e-12, err_msg=name)
        near(result.setpoints[name], own + test, rtol=1e-12, err_msg=name)
        near(result.tests[f"{name}_test"], test, rtol=1e-12)


def test_the_first_period_has_nothing_to_review(uneven, pots, seed):
    before = pots.voltage_setpoint.copy()
    operators.choose(uneven, pots, seed, {}, np.zeros(6, dtype=bool), np.ones((3, 6)), np.zeros((3, 6)), {})
    low, high = seed.column("voltage_setpoint").bounds
    near(pots.voltage_setpoint, np.clip(before, low + uneven.test_voltage, high - uneven.test_voltage), rtol=1e-12)


def test_the_crew_goes_on_from_what_is_set_by_hand(uneven, pots, seed):
    p, testing = uneven, np.array([True, True, False, False, True, False])
    low, high = seed.column("voltage_setpoint").bounds
    middle = 0.5 * (low + high)
    pots.voltage_setpoint[:] = middle
    u = np.full((3, 6), 0.9)
    test = np.where(testing, p.test_voltage, 0.0)
    given = np.array([middle + 0.01, np.nan, middle + 0.02, np.nan, middle + test[4], high + 1.0])
    result = operators.choose(p, pots, seed, {}, testing, np.zeros((3, 6)), u, {"voltage_setpoint": given})
    used = np.where(np.isnan(given), middle + test, given)
    near(result.setpoints["voltage_setpoint"], used, rtol=1e-12)
    own = [middle + 0.01 - test[0], middle, middle + 0.02, middle, middle, high - p.test_voltage]
    near(pots.voltage_setpoint, own, rtol=1e-12)
