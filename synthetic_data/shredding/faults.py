"""Faults of a line: torn screens, air leaks, mislabelled batches and bags."""

from __future__ import annotations

import numpy as np

from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.fault_strengths import FaultStrengths
from synthetic_data.shredding.parameters import FAULTS

# Strength of torn screens: the rise of foil as a logarithm [1]; of leaks the share of the powder that burns [1]; of
# wrong batches the share of iron phosphate that comes along [1]; of wrong bags their share of the lot [1]; of pumps the
# share of the wash water that is missing [1]; of scrubbers the rise of fluorine as a logarithm [1]; of fires by how
# much operators run the furnace colder afterwards [K].
_SEEN = 2.0  # d after the onset the laboratory shows a fault


class ShreddingFaults(FaultStrengths):
    """The faults of a block of shredding lines; of two of a kind the stronger counts."""

    def __init__(self, block: UnitBlock, period_days: float) -> None:
        super().__init__(FAULTS, _SEEN, np.maximum, block, period_days)
