"""Contamination of a lot after its last stage: silicon of moulds, iron and nickel of steel, room."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters

_OF_AIR = [ELEMENTS.index(name) for name in ("iron", "zinc", "aluminium", "magnesium", "lead", "copper")]
_SILICON, _IRON, _NICKEL = (ELEMENTS.index(name) for name in ("silicon", "iron", "nickel"))
_AIR_EXPONENT, _MOULD_EXPONENT = 0.6, 0.7  # assumed: dust settles in part, moulds roughen with use
_CLEAN = 3e5  # 1/m³, at which the parameters of what is added are stated


def taken_up(
    p: CrystalliserParameters,
    particles: FloatArray,
    mould_uses: FloatArray,
    worn: FloatArray,
    steel: FloatArray,
    normals: FloatArray,
) -> FloatArray:
    """Contents that handling adds to some lots, (elements, units, lots) [ppm].

    Parameters
    ----------
    p
        In force in these lots.
    particles
        In the room's air [1/m³].
    mould_uses
        Of the moulds so far.
    worn, steel
        Strength of worn moulds, a factor less 1, and iron of a tool [ppm].
    normals
        Standard normal numbers, (elements, units, lots).
    """
    result: FloatArray = p.by_element("added")[:, None] * np.exp(p.added_sd * normals)
    result[_OF_AIR] *= np.power(particles / _CLEAN, _AIR_EXPONENT)
    result[_SILICON] *= np.power((mould_uses + 1.0) / p.mould_usual, _MOULD_EXPONENT) * (1.0 + worn)
    result[_IRON] += steel
    result[_NICKEL] += p.steel_nickel * steel
    return result
