"""Copper electrorefining: what a section's direct current goes into, by the voltage that each part of it drops.

Anode and cathode are of the same metal, so that nothing is spent on a reaction: all energy of the cells becomes heat,
which saves steam. Contacts and slimes take what is left of the measured voltage.
"""

from __future__ import annotations

import numpy as np

from models.energy.direct_current import KIND as KIND
from models.energy.process import Columns, Prices
from models.processes.copper_electrorefining import CELLS, CROP, LEAST_CONDUCTIVITY, LEAST_CURRENT, features
from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT, metal_mass, specific_energy
from physics.refining.electrolyte import refining_cell_voltage

TARGET = "current_efficiency"
PRODUCT, MADE_BY = "metal", "a section, by current, time and measured efficiency"
NEEDED = ("charge", "cell_voltage", "steam_flow")
FACTORS = {"steam_emission_factor": "tCO2e/t", "steam_heat": "GJ/t"}
USES = {
    "electrolyte": "resistance of the electrolyte in the gap that the age of the anodes leaves",
    "overvoltage": "reaction at cathode and anode",
    "depleted copper": "copper ions that run short at the cathode",
    "contacts and slimes": "contacts, slimes and passive anodes: what is left of the measured voltage",
    "short circuits": "current through the short circuits that patrols found, at the voltage of the cell",
    "leakage and dissolution": "current that leaks, and copper that dissolves again, at the voltage of the cell",
}
BOUND: dict[str, str] = {}
EMITTED: dict[str, str] = {}
_TONNE = 1000.0  # kg


def direct(columns: Columns, efficiency: FloatArray) -> FloatArray:
    """See `models.energy.process.CellPhysics`."""
    return specific_energy(columns["cell_voltage"], efficiency, COPPER_EQUIVALENT)


def uses(columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
    """See `models.energy.process.CellPhysics`."""
    known = features(columns)
    density, temperature = np.maximum(columns["current_density"], LEAST_CURRENT), columns["cell_temperature"]
    conductivity = np.maximum(known["conductivity"], LEAST_CONDUCTIVITY)
    gap, polarisation = known["expected_gap"], known["polarisation"]

    def volts(polarisation: FloatArray, gap: FloatArray) -> FloatArray:
        return refining_cell_voltage(density, conductivity, temperature, polarisation, gap, 0.0)

    none = np.zeros_like(density)
    electrolyte = volts(none, gap) - volts(none, none)
    depleted = volts(polarisation, none) - volts(none, none)
    clean = volts(polarisation, gap)
    parts = {
        "electrolyte": electrolyte,
        "overvoltage": volts(none, none),
        "depleted copper": depleted,
        "contacts and slimes": columns["cell_voltage"] - clean,
    }
    found = {name: specific_energy(part, 100.0, COPPER_EQUIVALENT) for name, part in parts.items()}
    lost = direct(columns, efficiency) * (1.0 - 0.01 * efficiency)
    shorts = np.minimum(0.01 * known["short_loss"] * direct(columns, efficiency), np.maximum(lost, 0.0))
    return found | {"short circuits": shorts, "leakage and dissolution": lost - shorts}


def bound(columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
    """None: what copper takes at the cathode it gave at the anode."""
    return {}


def steam(columns: Columns, efficiency: FloatArray) -> FloatArray:
    """See `models.energy.process.CellPhysics`."""
    return CROP * columns["steam_flow"] / made(columns, efficiency, CROP)


def emitted(columns: Columns, efficiency: FloatArray, economics: Prices) -> dict[str, FloatArray]:
    """None: the cells themselves emit none."""
    return {}


def made(columns: Columns, efficiency: FloatArray, hours: float) -> FloatArray:
    """See `models.energy.process.EnergyPhysics`; the charge is that of the whole crop, whatever its hours."""
    return CELLS * metal_mass(columns["charge"], 1.0, efficiency, COPPER_EQUIVALENT) / _TONNE
