"""Faults of a crystalliser: sudden freezing, worn moulds, vacuum leaks, steel, dirty spectrometer."""

from __future__ import annotations

import numpy as np

from synthetic_data.crystallisers.parameters import FAULTS
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.fault_strengths import FaultStrengths

# Strength of sudden freezing: the share of one stage's crystal that freezes without rejecting anything [1]; of worn
# moulds: their silicon as a factor less 1 [1]; of leaks: the end pressure as a logarithm [1]; of steel tools: iron that
# comes off [ppm]; of carry-over: zinc, tin and indium of the sample before in the spectrometer's source [ppm].
_SEEN = 7.5  # d after the onset the laboratory shows a fault


class FaultsOfCrystallisers(FaultStrengths):
    """The faults of a block of crystallisers; of two of a kind the stronger counts."""

    def __init__(self, block: UnitBlock, period_days: float) -> None:
        super().__init__(FAULTS, _SEEN, np.maximum, block, period_days)
