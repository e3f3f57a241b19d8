"""Reports on a section's crop by instruments, scales and laboratory, with errors and missing values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import LEAD_EQUIVALENT, current_efficiency_from_mass
from synthetic_data.lead_cells.circuit import ELEMENTS, Values
from synthetic_data.lead_cells.parameters import LeadParameters
from synthetic_data.plant import laboratory, readings

READ = (
    *("charge", "cell_voltage", "voltage_start", "voltage_end", "short_rate", "slime_fall", "cell_temperature"),
    "steam_flow",
)
NORMALS = len(READ) + 1 + laboratory.NORMALS * len(ELEMENTS)  # and the scale, and the assays
ASSAYED = (*(f"anode_{element}" for element in ELEMENTS), "electrolyte_pb", "electrolyte_h2sif6")
_DIGITS = {"sb": 3, "as": 3, "bi": 3, "cu": 4, "ag": 0}  # decimals of an anode's assay


def before(state: Values, anodes: FloatArray) -> Values:
    """Assays of anodes, (elements, crops, sections), and electrolyte, as available when a crop starts."""
    result = {
        f"anode_{element}": np.round(values, _DIGITS[element]) for element, values in zip(ELEMENTS, anodes, strict=True)
    }
    return result | {name: np.round(state[name], 1) for name in ASSAYED[len(ELEMENTS) :]}


def during(p: LeadParameters, truth: Values, shed: FloatArray, traits: Values, normals: FloatArray) -> Values:
    """Readings of the crop, before any is lost; normals of shape (READ, crops, sections)."""
    z = dict(zip(READ, normals, strict=True))
    counter = 1.0 + p.counter_section_sd * traits["counter"] + p.counter_rsd * z["charge"]
    volts = {
        name: np.round(truth[name] * (1.0 + p.voltage_rsd * z[name]), 3)
        for name in ("cell_voltage", "voltage_start", "voltage_end")
    }
    looks = 1.0 - np.exp(-shed / p.slime_fall_scale * np.exp(p.slime_fall_rsd * z["slime_fall"]))
    return {
        "charge": np.round(truth["charge"] * counter, 1),
        **volts,
        # Patrols look at each cathode several times, so it is less the count that errs than the operators' eyes.
        "short_rate": np.round(truth["shorted"] * np.exp(p.patrol_rsd * z["short_rate"]), 2),
        "slime_fall": np.round(looks / 0.05) * 0.05,
        "cell_temperature": np.round(truth["temperature"] + p.thermometer_sd * z["cell_temperature"], 1),
        "steam_flow": np.round(truth["steam"] * (1.0 + p.steam_rsd * z["steam_flow"]), 1),
    }


def lose(p: LeadParameters, result: Values, limits: Mapping[str, readings.Limits], uniforms: FloatArray) -> Values:
    """Keep readings within their range, and lose some; chances of shape (readings, crops, sections)."""
    return {
        name: readings.missing(readings.clipped(values, limits[name]), p.missing_share, uniform)
        for (name, values), uniform in zip(result.items(), uniforms, strict=True)
    }


def measured_mass(
    p: LeadParameters, truth: Values, charge_read: FloatArray, traits: Values, normal: FloatArray
) -> Values:
    """Lead by the scale [t], and its current efficiency [%]; the counter loses no charge [kAh]."""
    scale = (1.0 + p.scale_offset) * (1.0 + p.scale_section_sd * traits["scale"] + p.scale_rsd * normal)
    lead = truth["cathode_mass"] * scale
    efficiency = current_efficiency_from_mass(1000.0 * lead / p.cells, charge_read, 1.0, LEAD_EQUIVALENT)
    return {"cathode_mass": np.round(lead, 3), "current_efficiency": np.round(efficiency, 2)}


def assayed(p: LeadParameters, true: Values, normals: FloatArray) -> Values:
    """Laboratory assay of the crop's lead, by ELEMENTS [ppm]; normals of (2 x elements, crops, sections)."""
    result = {}
    for at, element in enumerate(ELEMENTS):
        limit = p[f"limit_{element}"]
        method = laboratory.Method(p.sampling_rsd, p.analysis_rsd, 0.2 * limit, limit, 0.1)
        errors = normals[laboratory.NORMALS * at : laboratory.NORMALS * (at + 1)]
        result[element] = laboratory.report(true[element], method, 1.0, errors)
    return result
