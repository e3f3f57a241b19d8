"""Reported row of a cycle: errors, stuck and missing readings, the label."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import ZINC_EQUIVALENT
from synthetic_data.cell_house.house import Cycle
from synthetic_data.cell_house.parameters import CellHouseParameters
from synthetic_data.cell_house.state import CellGroups
from synthetic_data.plant import readings

Values = dict[str, FloatArray]

MEASURED = ("cell_voltage", "cell_temperature", "zinc_in_cell", "acid_in_cell", "feed_flow", "short_circuits")
NORMALS = len(MEASURED) + 2  # and the scales of the crop, the assay of lead
UNIFORMS = 2 * len(MEASURED)  # missing, stuck
# Of the house, the same for all groups: as reported when the cycle starts, and of the cycle.
IN_HAND = (
    "ambient_temperature", "zinc_feed", "manganese", "chloride", "cobalt_in_hand", "nickel_in_hand", "copper_in_hand",
    "antimony_in_hand", "germanium_in_hand", "potential_in_hand",
)  # fmt: skip
OF_HOUSE = ("line_current", "cobalt", "nickel", "copper", "purification_potential")
LATE_OF_HOUSE = ("antimony", "germanium")


def of_house(house: Cycle, count: int) -> tuple[Values, Values]:
    """Known values at cycle start, and their reported form; one value a group."""
    of_cycle = (*OF_HOUSE, *LATE_OF_HOUSE)
    known = [*(house.available[name] for name in IN_HAND), *(house.reported[name] for name in of_cycle)]
    rows = np.repeat(np.array(known)[:, None], count, axis=1)
    return dict(zip(IN_HAND, rows, strict=False)), dict(zip(of_cycle, rows[len(IN_HAND) :], strict=True))


def row(p: CellHouseParameters, groups: CellGroups, means: Values, z: FloatArray) -> Values:
    """Measured columns of the groups from their true means, with errors; nothing missing yet."""
    bias = groups.trait
    return {
        "cell_voltage": means["cell_voltage"] + p.meter_bias_sd * bias("meter") + p.voltmeter_sd * z[0],
        "cell_temperature": means["cell_temperature"]
        + p.thermometer_bias
        + p.thermometer_sd * bias("thermometer")
        + p.thermometer_noise * z[1],
        "zinc_in_cell": means["zinc_reading"] + p.zinc_sample_sd * z[2],
        "acid_in_cell": means["acid_reading"] + p.acid_sample_sd * z[3],
        "feed_flow": means["feed"] * (1.0 - p.flow_sd * bias("flow")) * (1.0 + p.flow_meter_sd * z[4]),
        "short_circuits": np.maximum(p.shorts_seen * means["shorts"] * (1.0 + p.shorts_count_rsd * z[5]), 0.0),
    }


def spoil(
    p: CellHouseParameters, result: Values, last: Values, u: FloatArray, limits: dict[str, tuple[float, float]]
) -> Values:
    """Readings with stuck instruments, missing values and physical ranges applied."""
    values = np.stack([result[name] for name in MEASURED])
    missing, stuck = u[: 2 * len(MEASURED)].reshape(len(MEASURED), 2, -1).swapaxes(0, 1)
    if last:
        values = readings.stuck(values, np.stack([last[name] for name in MEASURED]), p.stuck_share, stuck)
    low, high = np.array([limits[name] for name in MEASURED]).T[..., None]
    spoilt = readings.within_range(readings.missing(values, p.missing_share, missing), (low, high))
    return dict(zip(MEASURED, spoilt, strict=True))


def label(
    p: CellHouseParameters, groups: CellGroups, stripped: FloatArray, lead: FloatArray, current: FloatArray,
    hours: float, z: FloatArray,
) -> Values:  # fmt: skip
    """Zinc by the scales [kg], current efficiency from it, and the assay of lead."""
    measured_mass = stripped * (1.0 + p.scale_sd * groups.trait("scale")) * (1.0 + p.weighing_sd * z[-2])
    return {
        "zinc_stripped": measured_mass,
        "current_efficiency": 100.0 * measured_mass / (ZINC_EQUIVALENT * current * hours),
        "lead_in_zinc": lead * np.exp(p.lead_assay_rsd * z[-1]),
    }
