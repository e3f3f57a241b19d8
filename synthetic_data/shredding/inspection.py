"""Inspection of bags: metallic specks and grains above the screen's size, and what makes them likelier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.plan import Block
from synthetic_data.plant.fault_strengths import Faults
from synthetic_data.shredding.bags import Bagged
from synthetic_data.shredding.mill import Milled
from synthetic_data.shredding.parameters import ShreddingParameters

DEFECTS = ("metallic_specks", "oversize")
_SUREST = 12.0  # log odds: no reject is ever certain


@dataclass(frozen=True)
class Inspected:
    """What inspection will say of each lot; arrays are (units, periods)."""

    chances: dict[str, FloatArray]  # of a reject by defect
    rejected: dict[str, FloatArray]  # 1 or 0 by defect


class Inspection:
    """Lines of a block differ in how often each defect comes."""

    def __init__(self, block: Block, rng: np.random.Generator) -> None:
        self._line = rng.standard_normal((len(DEFECTS), block.count, 1))

    def go(
        self, p: ShreddingParameters, milled: Milled, bagged: Bagged, faults: Faults, rng: np.random.Generator
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
        chances = {name: 1.0 / (1.0 + np.exp(-np.clip(values, -_SUREST, _SUREST))) for name, values in odds.items()}
        rejected = {name: (u[i] < chances[name]).astype(np.float64) for i, name in enumerate(DEFECTS)}
        return Inspected(chances, rejected)
