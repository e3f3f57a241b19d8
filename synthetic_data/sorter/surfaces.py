"""Coatings of scrap pieces: surface state, thickness of the layer, dirt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.engine.plan import SimulationError
from synthetic_data.sorter.bodies import within
from synthetic_data.sorter.lots import SorterLots
from synthetic_data.sorter.materials import Materials

# What a piece is covered with; one state a piece.
SURFACES = ("bare", "anodised", "painted", "powder_coated", "oily", "plated", "patina", "tinned")
_COVERED = SURFACES[1:]


def draw_surfaces(
    lots: SorterLots, materials: Materials, lot: NDArray[np.intp], material: NDArray[np.intp], rng: np.random.Generator
) -> tuple[NDArray[np.intp], FloatArray]:
    """Surface state, index into SURFACES, and thickness of the layer [µm], of each piece.

    A parameter `share_<surface>` says how many pieces have a state; a material's property of that name replaces it.

    Raises
    ------
    SimulationError
        The shares of a material's surface states sum to more than 1.
    """
    p = lots.parameters
    share = np.empty((len(_COVERED), len(lots.feed), len(materials.names)))
    for state, surface in enumerate(_COVERED):
        share[state] = p[f"share_{surface}"][:, None]
        for number, properties in enumerate(materials.properties):
            if (own := properties.get(f"share_{surface}")) is not None:
                share[state, :, number] = 0.5 * (own.low + own.high)
    covered = np.cumsum(share, axis=0)
    if covered.max() > 1.0 + 1e-9:
        name = materials.names[int(covered[-1].max(axis=0).argmax())]
        raise SimulationError(f"plant.materials.{name}: its shares of surface states sum to {covered.max():g}")
    # States counted from the last: bare is what remains of 1 after all others.
    uniform = rng.random(len(lot))
    place = lot * len(materials.names) + material
    passed = np.sum([uniform >= np.take(below, place) for below in covered], axis=0)
    surface_of = np.where(passed == len(_COVERED), 0, passed + 1)
    low, high = (
        np.stack([np.zeros(len(lots.feed)), *(p[f"layer_{s}_{end}"] for s in _COVERED)], axis=1)
        for end in ("low", "high")
    )
    layer = np.zeros(len(lot))
    rows = np.flatnonzero(surface_of)
    where = lot[rows], surface_of[rows]
    layer[rows] = within(low[where], high[where], rng.random(len(rows)))
    return surface_of, layer


def draw_dirt(lots: SorterLots, lot: NDArray[np.intp], rng: np.random.Generator) -> FloatArray:
    """Dirt of each piece from 0 clean to 1: in each lot another share is dirty, most of it lightly."""
    p = lots.parameters
    dirty = p.dirt_share_low + (p.dirt_share_high - p.dirt_share_low) * rng.random(len(lots.feed))
    # One uniform number selects both: its part below the share is again uniform.
    uniform, share = rng.random(len(lot)), dirty[lot]
    left = np.divide(uniform, share, out=np.ones(len(lot)), where=share > 0.0)
    return np.where(left < 1.0, 1.0 - np.sqrt(np.minimum(left, 1.0)), 0.0)
