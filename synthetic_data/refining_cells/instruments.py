"""Reports of instruments and scales on a section's crop, with errors and missing values."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT, current_efficiency_from_mass, metal_mass
from synthetic_data.plant.readings import clipped, missing
from synthetic_data.refining_cells.conditions import Sections
from synthetic_data.refining_cells.parameters import SectionParameters
from synthetic_data.tankhouse.crops import Values

READ = ("charge", "cell_voltage", "short_rate", "suspended_solids", "chloride_assay", "cell_temperature", "steam_flow")
NORMALS = len(READ) + 2  # the scale, and what inspection counts
LOSSES = len(READ)
_SHEETS = 2.0  # that a cathode gives
_TONNE = 1000.0  # kg


def during(p: SectionParameters, sections: Sections, truth: Values, normals: FloatArray) -> Values:
    """Readings of the crop, before any is lost; normals of shape (READ, crops, sections)."""
    grown, z = sections.grown, dict(zip(READ, normals, strict=True))
    counter = 1.0 + p.counter_section_sd * sections.traits["counter"] + p.counter_rsd * z["charge"]
    result = truth["shorted"] * (1.0 - p.shorts_unseen * grown.crops.faults["short_detection"])
    # Patrols of a crop look at each cathode several times, so it is less the count that errs than the operators' eyes.
    counted = result * np.exp(p.patrol_rsd * z["short_rate"])
    return {
        "charge": np.round(truth["charge"] * counter, 1),
        "cell_voltage": np.round(truth["cell_voltage"] * (1.0 + p.voltage_rsd * z["cell_voltage"]), 3),
        "short_rate": np.round(counted, 2),
        "suspended_solids": np.round(grown.state["solids"] * np.exp(p.solids_rsd * z["suspended_solids"]), 1),
        "chloride_assay": np.round(grown.state["chloride"] * (1.0 + p.assay_cl_rsd * z["chloride_assay"]), 1),
        "cell_temperature": np.round(grown.state["temperature"] + p.thermometer_sd * z["cell_temperature"], 1),
        "steam_flow": np.round(truth["steam"] * (1.0 + p.steam_rsd * z["steam_flow"]), 1),
    }


def lose(p: SectionParameters, result: Values, limits: dict[str, tuple[float, float]], uniforms: FloatArray) -> Values:
    """Keep readings within their range, and lose some; chances of shape (LOSSES, crops, sections)."""
    return {
        name: missing(clipped(values, limits[name]), p.missing_share, uniform)
        for (name, values), uniform in zip(result.items(), uniforms, strict=True)
    }


def measured_mass(
    p: SectionParameters, sections: Sections, truth: Values, charge_read: FloatArray, normals: FloatArray
) -> Values:
    """Copper by the scale [t], current efficiency of it, and rejected plates by count [%].

    Parameters
    ----------
    p
        Parameters in force.
    sections
        The crops.
    truth
        With the true mass [t] and share of rejects [%].
    charge_read
        Charge by the counter, none of it lost [kAh].
    normals
        Of the scale and of inspection, shape (2, crops, sections).
    """
    scale = (1.0 + p.scale_offset) * (1.0 + p.scale_section_sd * sections.traits["scale"] + p.scale_rsd * normals[0])
    mass = truth["cathode_mass"] * scale
    kilograms = _TONNE * mass / p.cells
    efficiency = current_efficiency_from_mass(kilograms, charge_read, 1.0, COPPER_EQUIVALENT)
    share = 0.01 * truth["reject_share"]
    # Bad plates come in clumps, so fewer looks are worth something.
    looks = _SHEETS * p.cells * p.cathodes / p.reject_clump
    counted = 100.0 * (share + np.sqrt(share * (1.0 - share) / looks) * normals[1])
    return {
        "cathode_mass": np.round(mass, 2),
        "current_efficiency": np.round(efficiency, 2),
        "reject_share": np.round(np.maximum(counted, 0.0), 2),
    }


def mass_made(p: SectionParameters, charge: FloatArray, efficiency: FloatArray) -> FloatArray:
    """Copper that a section's crop has [t]."""
    result: FloatArray = p.cells * metal_mass(charge, 1.0, efficiency, COPPER_EQUIVALENT) / _TONNE
    return result
