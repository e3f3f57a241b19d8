"""Inspection of bags: metallic specks, grains above the screen's size, and their causes."""

from __future__ import annotations

import numpy as np

from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.inspection import Inspected, inspected
from synthetic_data.shredding.bags import Bagged
from synthetic_data.shredding.mill import MillOutput
from synthetic_data.shredding.parameters import ShreddingParameters

DEFECTS = ("metallic_specks", "oversize")


class ShreddingInspection:
    """Lines of a block differ in how often each defect comes."""

    def __init__(self, block: UnitBlock, rng: np.random.Generator) -> None:
        self._line = rng.standard_normal((len(DEFECTS), block.count, 1))

    def advance(
        self, p: ShreddingParameters, milled: MillOutput, bagged: Bagged, faults: ActiveFaults, rng: np.random.Generator
    ) -> Inspected:
        """Lots of a stretch."""
        u = rng.random((len(DEFECTS), *milled.aperture.shape))
        torn, wider = faults.strength["torn"], np.log(milled.aperture / 0.25)
        odds = {
            "metallic_specks": p.specks_odds
            + p.specks_by_copper * np.log(bagged.contents["cu"] / p.cu_usual)
            + p.specks_by_screen * wider
            + p.specks_by_tear * torn
            + p.defect_line_sd * self._line[0],
            "oversize": p.oversize_odds
            + p.oversize_by_screen * wider
            + p.oversize_by_tear * torn
            + p.defect_line_sd * self._line[1],
        }
        return inspected(odds, u)
