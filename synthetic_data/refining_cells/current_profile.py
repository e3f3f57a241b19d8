"""Hourly current through a crop: consumption and production of each hour."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT
from synthetic_data.refining_cells.conditions import Sections
from synthetic_data.refining_cells.parameters import SectionParameters
from synthetic_data.tankhouse.crops import Values


def recorded(p: SectionParameters, sections: Sections, state: Values, voltages: FloatArray) -> Values:
    """Results of one crop by step, (steps, sections) each, of a cell: current [kA], voltage, metal [kg/h].

    Shorts and leakage carry their part of the current of each hour; copper dissolves again whatever the current is.
    """
    shares = sections.shares(p)
    mean = sections.current_density * p.cathode_area / 1000.0 * sections.running
    passed = 1.0 - 0.01 * (state["short_loss"] + state["stray_loss"])
    metal = COPPER_EQUIVALENT * mean * (shares * passed - 0.01 * state["dissolution_loss"])
    result = {
        "current": mean * shares,
        "cell_voltage": np.broadcast_to(voltages, metal.shape),
        "metal": metal,
        "polarisation": sections.grown.state["polarisation"] * shares,
    }
    return {name: values[:, 0] for name, values in result.items()}
