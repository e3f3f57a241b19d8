"""Feed of each lot: electrolysed metal by source, ordered grade, share of returned melt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters
from synthetic_data.crystallisers.supply import CrystalliserSupply
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.random_walks import Walk

SIX, SEVEN = 6.0, 7.0  # nines that are ordered
_MOST_SCRAP, _MOST_RESIDUE, _MOST_RETURNED = 0.8, 0.4, 0.5
_NORMALS = 6


@dataclass(frozen=True)
class CrystalliserFeed:
    """Charges of a stretch; arrays are (units, periods), those of contents (elements, units, periods)."""

    fresh: FloatArray  # contents of electrolysed metal [ppm]
    ordered: BoolArray  # whether 99.99999 % is ordered
    returned: FloatArray  # share of the charge that earlier lots left as melt [1]
    mass: FloatArray  # of the charge [kg]
    particles: FloatArray  # in the room's air [1/m³]
    mould_uses: FloatArray  # of the moulds so far
    shown: dict[str, FloatArray]  # columns of the table but contents


class CrystalliserIntake:
    """Charges of a block of crystallisers between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p, shape = plan.plant, (block.count, 1)
        self._shares = Walk(p.value("source_memory"), (2, block.count), rng)
        self._cycle = np.round(p.value("mould_life") * (0.8 + 0.4 * rng.random(shape)))
        self._phase = np.floor(self._cycle * rng.random(shape))

    def advance(self, supply: CrystalliserSupply, rng: np.random.Generator) -> CrystalliserFeed:
        """Charges of a stretch; all of them are settled when their lot begins."""
        p, known = supply.parameters, known_stream(rng)
        shape = (len(self._cycle), supply.count)
        n, each = known.standard_normal((_NORMALS, *shape)), known.standard_normal((len(ELEMENTS), *shape))
        ordered = known.random(shape) < p.seven_share
        shares = self._shares.advance(known.standard_normal((2, *shape)))
        scrap = np.minimum(p.scrap_usual * np.exp(p.source_sd * shares[0]), _MOST_SCRAP)
        residue = np.minimum(p.residue_usual * np.exp(p.source_sd * shares[1]), _MOST_RESIDUE)
        returned = np.minimum(p.return_usual * np.exp(p.return_sd * n[0]), _MOST_RETURNED)
        mass = p.charge_mass * (1.0 + p.charge_sd * n[1])
        particles = p.particles_usual * np.exp(p.particles_sd * (0.7 * supply.air + 0.7 * n[2]))
        uses = (supply.first + np.arange(supply.count) + self._phase) % self._cycle
        shown = {
            "ordered_nines": np.where(ordered, SEVEN, SIX),
            "scrap_share": scrap,
            "residue_share": residue,
            "returned_share": returned,
            "charge_mass": mass * (1.0 + p.scale_error * n[3]),
            "room_particles": particles * np.exp(p.counter_error * n[4]),
            "mould_uses": uses,
        }
        fresh = self._fresh(p, supply.dirt, np.concatenate([n[5:], each]), scrap, residue, ordered)
        fresh = with_dirty_barrels(p, fresh, known.random((2, len(ELEMENTS), *shape)))
        return CrystalliserFeed(fresh, ordered, returned, mass, particles, uses, shown)

    @staticmethod
    def _fresh(
        p: CrystalliserParameters,
        dirt: FloatArray,
        normals: FloatArray,
        scrap: FloatArray,
        residue: FloatArray,
        ordered: BoolArray,
    ) -> FloatArray:
        """Contents of electrolysed metal [ppm]: parts common to all lots, to a lot's elements, and of each."""
        alike = p.house_part * dirt + p.lot_part * normals[0]
        own = np.sqrt(np.maximum(1.0 - np.square(p.house_part) - np.square(p.lot_part), 0.0))
        logs = p.feed_sd * (alike + own * normals[1:]) + np.log(p.by_element("feed"))[:, None]
        # Scrap of semiconductors brings indium and tin, residues of zinc works zinc and lead.
        for name, share, factor in (
            ("indium", scrap, p.scrap_indium),
            ("tin", scrap, p.scrap_tin),
            ("zinc", residue, p.residue_zinc),
            ("lead", residue, p.residue_lead),
        ):
            logs[ELEMENTS.index(name)] += np.log1p(share * (factor - 1.0))
        # For the purer grade the purer metal is taken.
        result: FloatArray = np.exp(logs + np.where(ordered, np.log(p.seven_feed), 0.0))
        return result


def with_dirty_barrels(p: CrystalliserParameters, fresh: FloatArray, uniforms: FloatArray) -> FloatArray:
    """Contents of charges, some with a barrel of poorly electrolysed metal, as `fresh` [ppm].

    Parameters
    ----------
    p
        In force in these periods.
    fresh
        Contents without such barrels, (elements, units, periods) [ppm].
    uniforms
        Uniform random numbers, (2, elements, units, periods): whether a charge has such a barrel, how dirty it is.
    """
    factor = p.dirty_least * np.power(p.dirty_most / p.dirty_least, uniforms[1])
    dirty = np.maximum(fresh, np.minimum(fresh * factor, p.dirty_limit))
    result: FloatArray = np.where(uniforms[0] < p.dirty_share, dirty, fresh)
    return result
