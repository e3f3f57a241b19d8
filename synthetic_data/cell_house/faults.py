"""Faults of a group: when in the cycle one begins, how long it lasts, when it is seen."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cell_house.house import STEP_HOURS
from synthetic_data.cell_house.parameters import GROUP_FAULTS, CellHouseParameters
from synthetic_data.engine.plan import PlantEvent
from synthetic_data.plant.faults import between, onset_chance

UNIFORMS = 4  # of each fault: whether, when, how long, how soon it is seen


def started(
    p: CellHouseParameters, steps: int, left: FloatArray, uniforms: FloatArray, first_day: float
) -> tuple[FloatArray, list[PlantEvent]]:
    """Duration of faults starting at a step [h], (steps, faults, groups), 0 for none; and the events.

    None begins where one of its kind is on.
    """
    lasts, events = np.zeros((steps, *left.shape)), []
    days = steps * STEP_HOURS / 24.0
    for k, name in enumerate(GROUP_FAULTS):
        whether, when, length, delay = uniforms[UNIFORMS * k : UNIFORMS * (k + 1)]
        for group in np.flatnonzero((whether < onset_chance(p[f"{name}_rate"], days)) & (left[k] <= 0.0)).tolist():
            at = int(when[group] * steps)
            hours = between(p[f"{name}_short"], p[f"{name}_long"], float(length[group]))
            seen = min(between(p[f"{name}_seen_early"], p[f"{name}_seen_late"], float(delay[group])), hours)
            lasts[at, k, group] = hours
            day = first_day + at * STEP_HOURS / 24.0
            events.append(PlantEvent(group, name, day, day + seen / 24.0, day + hours / 24.0))
    return lasts, events
