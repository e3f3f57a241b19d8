"""Faults of a line: purification that slips, current that trips, and what falls into the furnace."""

from __future__ import annotations

import numpy as np

from synthetic_data.engine.plan import UnitBlock
from synthetic_data.melting_house.parameters import FAULTS
from synthetic_data.plant.fault_strengths import FaultStrengths

# Strength of slips: a factor less 1 on cadmium [1]; of the others a content [ppm].
_SEEN = 1.0  # d after the onset the laboratory shows a fault


class MeltingLineFaults(FaultStrengths):
    """The faults of a block of lines; two of a kind add up."""

    def __init__(self, block: UnitBlock, period_days: float) -> None:
        super().__init__(FAULTS, _SEEN, np.add, block, period_days)
