"""Bags of each lot: carry-over of the silo, X-ray results, blended powder, mistaken bags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.black_mass.cathodes import element_content
from physics.black_mass.powder import ELECTROLYTE_LITHIUM, ELECTROLYTE_PHOSPHORUS, powder_content
from physics.melt.metal_balance import blended_content
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.random_walks import DelayedSeries, Pool
from synthetic_data.shredding.parameters import ShreddingParameters
from synthetic_data.shredding.powder import ELEMENTS, OF_CATHODES, PowderLots
from synthetic_data.shredding.supply import ShreddingSupply

SEEN = ("ni", "co", "mn", "cu", "fe")  # by X-ray fluorescence above the belt
BLENDED = 3  # lots over which powder that was held back is spread
_LFP_SHARE = 0.6  # of cathode in bags of iron phosphate


@dataclass(frozen=True)
class Bagged:
    """Bags of each lot; arrays are (units, periods)."""

    contents: dict[str, FloatArray]  # % but for traces [ppm]
    of_silo: dict[str, FloatArray]  # before blending, in the same units
    held: FloatArray  # share of the lot's own powder that was held back [1]
    mass: FloatArray  # of the lot over that of one from which nothing is held back or added [1]
    blended: FloatArray  # share of the lot that comes of powder held back before [1]
    shown: dict[str, FloatArray]  # contents of SEEN as read, mean over the bags [%]


class Bagging:
    """Silos, X-ray heads and bagging stations of a block of lines between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        self._silo = Pool(plan.plant.value("silo_exchange"))
        self._late = [DelayedSeries(lots) for lots in range(1, BLENDED + 1)]
        self._head = rng.standard_normal((len(SEEN), block.count, 1))

    def advance(
        self, supply: ShreddingSupply, made: PowderLots, faults: ActiveFaults, rng: np.random.Generator
    ) -> Bagged:
        """Bags of a stretch."""
        p = supply.parameters
        of_silo = self._silo.advance(np.stack([made.contents[name] for name in ELEMENTS]))
        silo = dict(zip(ELEMENTS, of_silo, strict=True))
        n = rng.standard_normal((len(SEEN), *silo["cu"].shape))
        read = np.stack(
            [silo[name] * np.exp(p.xrf_bias * self._head[i] + p[f"xrf_{name}"] * n[i]) for i, name in enumerate(SEEN)]
        )
        # Bags in which X-rays show much copper are held back and spread over the lots that follow.
        copper = read[SEEN.index("cu")]
        held = np.clip(p.blend_per_copper * np.log(copper / p.blend_from), 0.0, p.blend_most)
        everything = np.concatenate([np.ones((1, *held.shape)), of_silo, read])
        retained = (1.0 - held) * everything
        back = np.sum([late.advance(held * everything) for late in self._late], axis=0) / BLENDED
        mass = retained[0] + back[0]
        mixed = (retained + back)[1:] / mass
        contents = dict(zip(ELEMENTS, mixed, strict=False))
        contents |= _with_bags(p, contents, 100.0 * faults.strength["bag"])
        shown = dict(zip(SEEN, mixed[len(ELEMENTS) :], strict=True))
        return Bagged(contents, silo, held, mass, back[0] / mass, shown)


def _with_bags(p: ShreddingParameters, contents: dict[str, FloatArray], share: FloatArray) -> dict[str, FloatArray]:
    """Contents of lots of which a share is in bags of iron phosphate, labelled as the rest [%]."""
    left: dict[str, Numeric] = {"li": ELECTROLYTE_LITHIUM, "p": ELECTROLYTE_PHOSPHORUS, "fe": p.steel_iron}
    return {
        name: blended_content(
            contents[name], powder_content(element_content("lfp", name), _LFP_SHARE, left.get(name, 0.0)), share
        )
        for name in OF_CATHODES
    }
