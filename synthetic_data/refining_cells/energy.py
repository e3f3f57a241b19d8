"""Hourly voltage of a section's cells, their energy, and the heat that holds their temperature."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.refining.electrodes import crop_gap
from physics.refining.electrolyte import electrolyte_conductivity_price_1981, refining_cell_voltage
from synthetic_data.plant import building_heat
from synthetic_data.refining_cells.conditions import CLASSES, HOURS, Sections, hours
from synthetic_data.refining_cells.parameters import SectionParameters
from synthetic_data.tankhouse.anodes import CROPS
from synthetic_data.tankhouse.crops import Values

_REFERENCE_CURRENT = 300.0  # A/m², of drops in contacts and slimes
_MOST_POLARISATION = 0.95


def voltage(p: SectionParameters, sections: Sections, passive: FloatArray, shorted: FloatArray) -> Values:
    """Gap [mm], voltage by class of hours, (3, crops, sections), mean by current [V], polarisation [1]."""
    grown = sections.grown
    week, state = grown.crops.week, grown.state
    conductivity = electrolyte_conductivity_price_1981(
        state["temperature"], week["cu"], week["h2so4"], week["ni"], week["as"]
    )
    # Within a crop what the anode loses the deposit gains.
    left = p.anode_thickness - 2.0 * sections.recessed
    gap = crop_gap(p.electrode_pitch, left, p.plate_thickness, 0.0, 0.0, 0.0)
    shares = sections.shares(p)
    current = sections.current_density * shares
    polarisation = np.minimum(state["polarisation"] * shares, _MOST_POLARISATION)
    by_age = p.slime_drop * ((sections.days * (grown.place + 0.5)) / (CROPS * sections.days) - 0.5)
    worn = p.contact_wear * (grown.crops.wear - 0.5)
    volts = refining_cell_voltage(
        current, conductivity, state["temperature"], polarisation, gap, p.contact_drop + by_age + worn
    )
    volts = volts + p.voltage_group_sd * grown.crops.traits["voltage"] - p.voltage_per_short * shorted
    volts = volts + p.passive_drop * passive
    weights = sections.spans(p) * shares / HOURS
    # The most of the day: anodes and deposit feel it in the hours of the valley.
    most = np.max(polarisation, axis=0)
    return {"gap": gap, "voltages": volts, "cell_voltage": np.sum(weights * volts, axis=0), "polarisation": most}


def energy(p: SectionParameters, sections: Sections, volts: FloatArray) -> Values:
    """Direct-current energy of the section in each class of hours, and in all [kWh/d]."""
    current = sections.current_density * sections.shares(p) * p.cathode_area / 1000.0  # kA
    used = p.cells * current * volts * sections.spans(p) * sections.running
    total = used.sum(axis=0)
    # A profile has no classes of hours of its own: what it takes is shared by how long they last.
    parts = used if sections.profile is None else total * hours(p) / HOURS
    return {"energy": total} | {f"energy_{name}": part for name, part in zip(CLASSES, parts, strict=True)}


def heat(p: SectionParameters, sections: Sections, direct_current: FloatArray) -> Values:
    """Heat that comes and goes [kW], and the steam that makes it close [kg/h]."""
    ambient = sections.grown.crops.week["ambient_temperature"]
    return building_heat.heat(p, sections.grown.state["temperature"], ambient, direct_current)
