"""Operators' set-points of a period, from reports of the last one; set-point tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.plant import set_points
from synthetic_data.potline.cell import Day
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates

NORMALS = 3  # habit of the operators, for each set-point
UNIFORMS = 3  # sign of the test, for each set-point
POT_SETPOINTS = ("voltage_setpoint", "excess_alf3_target", "metal_level_target")


@dataclass(frozen=True)
class PotlineSetpoints:
    """Set-points in force in a period and their test part; one value a pot."""

    setpoints: Day
    tests: Day


def choose(
    p: PotlineParameters,
    pots: PotStates,
    seed: Seed,
    reported: Day,
    testing: NDArray[np.bool_],
    normals: FloatArray,
    uniforms: FloatArray,
    manual: Day,
) -> PotlineSetpoints:
    """Move each pot's set-points by the plant's rules and add tests; manual values take precedence."""
    if reported:
        _review(p, pots, reported, normals)
    sizes = (p.test_voltage, p.test_alf3, p.test_metal_level)
    setpoints: Day = {}
    tests: Day = {}
    for name, size, probability in zip(POT_SETPOINTS, sizes, uniforms, strict=True):
        test = np.where(testing, size * set_points.signs(probability), 0.0)
        own, used = set_points.with_test(
            getattr(pots, name), test, size, set_points.bounds(seed, name), manual.get(name)
        )
        setattr(pots, name, own)
        setpoints[name], tests[f"{name}_test"] = used, test
    return PotlineSetpoints(setpoints, tests)


def _review(p: PotlineParameters, pots: PotStates, reported: Day, normals: FloatArray) -> None:
    """Raise the voltage of noisy, hot, cold or poor pots, lower that of good ones; likewise AlF3, metal."""
    noise = reported["voltage_noise"] - p.noise_wanted
    hot = np.maximum(reported["temperature_reading"] - p.temperature_wanted - p.temperature_slack, 0.0)
    cold = np.maximum(p.temperature_wanted - p.temperature_slack - reported["temperature_reading"], 0.0)
    poor = np.maximum(p.efficiency_wanted - reported["current_efficiency"], 0.0)
    voltage = (
        p.review_noise * np.where(noise > 0.0, noise, p.review_good_share * noise)
        + p.review_hot * hot
        + p.review_cold * cold
        + p.review_poor * poor
        + p.review_return * (p.voltage_setpoint - pots.voltage_setpoint)
        + p.habit_voltage * normals[0]
    )
    pots.voltage_setpoint = pots.voltage_setpoint + np.clip(voltage, -p.review_down_most, p.review_up_most)
    alf3 = (
        p.review_alf3 * (hot - cold)
        + p.review_alf3_return * (p.excess_alf3 - pots.excess_alf3_target)
        + p.habit_alf3 * normals[1]
    )
    pots.excess_alf3_target = pots.excess_alf3_target + np.clip(alf3, -p.review_alf3_most, p.review_alf3_most)
    level = (
        p.review_level_noise * np.maximum(noise, 0.0)
        + p.review_level_hot * (hot - cold)
        + p.review_level_return * (p.metal_level_target - pots.metal_level_target)
        + p.habit_level * normals[2]
    )
    pots.metal_level_target = pots.metal_level_target + np.clip(level, -p.review_level_most, p.review_level_most)
