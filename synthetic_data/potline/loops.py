"""Closed loops of a day: readings used by pot controllers and operators, and their actions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.potline.cell import Day
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates

NORMALS = 6  # temperature, assay, metal level, bath level, noise, tap


def read(p: PotlineParameters, pots: PotStates, day: Day, normals: FloatArray, assay_day: NDArray[np.bool_]) -> None:
    """Readings of the day, with the errors of the instruments; assays come back a day after the sample."""
    temperature = pots.bath_temperature + pots.temperature_bias + p.thermocouple_bias + p.thermocouple_sd * normals[0]
    metal_level = pots.metal_mass / p.metal_per_cm + pots.level_bias + p.level_sd * normals[2]
    bath_level = pots.bath_mass / p.bath_per_cm + pots.bath_level_bias + p.bath_level_sd * normals[3]
    noise = np.maximum(day["voltage_noise"] + p.noise_meter_sd * normals[4], 0.0)
    assay = 100.0 * pots.alf3_mass / pots.bath_mass + pots.assay_bias + p.assay_sd * normals[1]
    # The assay of a sample is available on the day after it was taken.
    pots.assay = np.where(assay_day, pots.assay, pots.assay_pending)
    pots.assay_pending = np.where(assay_day, assay, pots.assay_pending)
    keep = p.reading_memory
    pots.temperature_read = keep * pots.temperature_read + (1.0 - keep) * temperature
    pots.metal_level_read = keep * pots.metal_level_read + (1.0 - keep) * metal_level
    pots.bath_level_read = keep * pots.bath_level_read + (1.0 - keep) * bath_level
    pots.noise_read = keep * pots.noise_read + (1.0 - keep) * noise
    day["temperature_reading"] = temperature
    day["assay_in_hand"] = pots.assay
    day["metal_level_reading"] = metal_level
    day["bath_level_reading"] = bath_level


def act(p: PotlineParameters, pots: PotStates, day: Day, tap_error: FloatArray, current: float) -> None:
    """AlF3 addition, tap and extra voltage for tomorrow, by the rules of the plant."""
    _add_alf3(p, pots, day)
    _plan_tap(p, pots, day, tap_error, current)
    alarmed = p.extra_per_noise * (pots.noise_read - p.extra_noise)
    cold = p.extra_cold * (pots.temperature_read < p.cold_reading)
    young = p.extra_young * np.exp(-pots.age / p.start_time)
    pots.voltage_extra = np.minimum(np.maximum(alarmed, 0.0), p.extra_most) + cold + young


def _add_alf3(p: PotlineParameters, pots: PotStates, day: Day) -> None:
    """Usual consumption, plus what the assay lacks, plus what the temperature is above that of the target."""
    target = day["excess_alf3_target"] - p.young_alf3 * np.exp(-pots.age / p.start_time)
    expected = p.temperature_wanted - p.kelvin_per_alf3 * (target - p.excess_alf3)
    typical = p.addition_usual + p.addition_young * np.exp(-pots.age / p.alf3_young_time)
    desired = (
        typical
        + p.addition_per_content * (target - pots.assay)
        + p.addition_per_kelvin * (pots.temperature_read - expected)
    )
    stepped = np.minimum(np.maximum(desired, pots.addition - p.addition_step), pots.addition + p.addition_step)
    pots.addition_2 = pots.addition_1
    pots.addition_1 = pots.addition
    pots.addition = np.minimum(np.maximum(stepped, 0.0), p.addition_most)


def _plan_tap(p: PotlineParameters, pots: PotStates, day: Day, error: FloatArray, current: float) -> None:
    """Usual tap of the pot plus a part of the metal above the target level; at most one step a day.

    The plan follows the taps, so that the level comes back to its target whatever the pot makes.
    """
    load = current / p.nominal_current
    target = pots.tap_plan * load + p.tap_gain * p.metal_per_cm * (pots.metal_level_read - day["metal_level_target"])
    stepped = np.minimum(np.maximum(target, pots.tap - p.tap_step), pots.tap + p.tap_step)
    pots.tap_plan = pots.tap_plan + (stepped / load - pots.tap_plan) / p.tap_plan_time
    pots.tap = np.maximum(stepped + p.tap_sd * error, 0.0)
