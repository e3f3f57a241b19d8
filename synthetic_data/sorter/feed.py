"""Pieces of scrap on the belt: material, size, dirt and distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.sorting.ejection import crowding
from synthetic_data.engine.plan import RunPlan, SimulationError, UnitBlock
from synthetic_data.sorter import surfaces
from synthetic_data.sorter.bodies import draw_bodies, within
from synthetic_data.sorter.lots import SorterLots, draw_lots
from synthetic_data.sorter.materials import Materials
from synthetic_data.sorter.mix import Mix, draw_materials
from synthetic_data.sorter.parameters import SorterParameters
from synthetic_data.sorter.surfaces import SURFACES

__all__ = ["SURFACES", "Composites", "FeedPieces", "draw"]

_LEAST_INTERVAL = 1e-3  # s between two pieces of a lot
_SECOND = 1e6  # µs/s
_DAY = 86_400e6  # µs/d
_REFERENCE_OCCUPANCY = 0.10  # at which `touching_share` is stated


@dataclass(frozen=True)
class Composites:
    """Pieces of two joined materials, c of the block's; a spot sensor measures one of the two."""

    piece: NDArray[np.intp]  # (c,) number of the piece within the block
    second: NDArray[np.intp]  # (c,) the second material; the first is the piece's `material`
    second_share: FloatArray  # (c,) of the piece's mass
    first_content: FloatArray  # (c, E) wt%
    second_content: FloatArray  # (c, E) wt%


@dataclass(frozen=True)
class FeedPieces:
    """All n pieces of the lots of a block, sorted by lot and time; each array has one value a piece."""

    lots: SorterLots  # what the pieces of a lot share
    parameters: SorterParameters  # `lots.parameters` by piece, (n,) each
    lot: NDArray[np.intp]  # number of the lot within the block
    starts: NDArray[np.datetime64]  # datetime64[us], when the piece passes
    day: FloatArray  # d since the start of the run
    material: NDArray[np.intp]  # index into Materials
    klass: NDArray[np.intp]  # index into the seed's classes
    content: FloatArray  # (n, E) wt% in the order of Materials.elements; each row sums to 100
    mass: FloatArray  # g = density * area * thickness / 10 * shape
    size: FloatArray  # largest dimension [mm]
    thickness: FloatArray  # of the wall [mm]
    density: FloatArray  # of the metal [g/cm³]
    conductivity: FloatArray  # %IACS
    magnetic: NDArray[np.bool_]  # holds ferromagnetic metal
    area: FloatArray  # seen from above [cm²]
    shape: FloatArray  # walls that lie above one another: 1 flat, 2 hollow or folded, below 1 perforated
    surface: NDArray[np.intp]  # index into SURFACES
    layer: FloatArray  # thickness of what covers it, 0 where bare [µm]
    dirt: FloatArray  # 0 clean to 1 fully covered
    occupancy: FloatArray  # share of the belt that is covered, one value a lot
    neighbour_gap: FloatArray  # to the edge of the nearest piece, below 0 where they overlap [mm]
    composites: Composites


def draw(plan: RunPlan, block: UnitBlock, materials: Materials, rng: np.random.Generator) -> FeedPieces:
    """All pieces of all lots of a block; the numbers depend on the plan, the block and the stream alone.

    Raises
    ------
    SimulationError
        A feed lacks a material of a named class, or the plant's numbers do not go together.
    """
    lots = draw_lots(plan, block, materials.feeds, rng)
    per_lot = round(plan.plant.value("pieces_per_lot"))
    lot = np.repeat(np.arange(block.count), per_lot)
    parameters = SorterParameters.on_days(plan, lots.day[lot])
    elapsed = _elapsed(lots, per_lot, rng)
    material, joined, second = draw_materials(Mix.of(plan, materials, lots, rng), per_lot, rng)
    content, composites = _contents(lots, lot, materials, material, joined, second, rng)
    density = _between(materials.density, material, rng)
    conductivity = _between(materials.conductivity, material, rng)
    _mix_properties(materials, composites, density, conductivity, rng)
    thinnest, thickest = (ends[material] for ends in materials.thickness.T)
    thickness = within(thinnest, thickest, rng.random(len(lot)))
    bodies = draw_bodies(lots, materials, density, thickness, rng)
    surface, layer = surfaces.draw_surfaces(lots, materials, lot, material, rng)
    klass = materials.klass[material]
    klass[joined] = materials.other
    magnetic = materials.magnetic[material]
    magnetic[composites.piece] |= materials.magnetic[composites.second]
    at = np.round(lots.day * _DAY).astype(np.int64)[lot] + elapsed
    return FeedPieces(
        lots=lots,
        parameters=parameters,
        lot=lot,
        starts=np.datetime64(plan.start, "us") + at.astype("timedelta64[us]"),
        day=at / _DAY,
        material=material,
        klass=klass,
        content=content,
        mass=bodies.mass,
        size=bodies.size,
        thickness=thickness,
        density=density,
        conductivity=conductivity,
        magnetic=magnetic,
        area=bodies.area,
        shape=bodies.shape,
        surface=surface,
        layer=layer,
        dirt=surfaces.draw_dirt(lots, lot, rng),
        occupancy=lots.occupancy[lot],
        neighbour_gap=_neighbour_gap(lots, lot, bodies.size, rng),
        composites=composites,
    )


def _elapsed(lots: SorterLots, per_lot: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Time since the lot began, in order of lots [µs]; random intervals with mean `piece_interval`."""
    mean = (lots.parameters.piece_interval - _LEAST_INTERVAL)[:, None] * _SECOND
    if mean.min() < 0.0:
        raise SimulationError(f"plant.parameters.piece_interval: expected {_LEAST_INTERVAL:g} s or more")
    waited = np.ceil(mean * rng.standard_exponential((len(lots.feed), per_lot)))
    return np.cumsum(waited.astype(np.int64) + round(_LEAST_INTERVAL * _SECOND), axis=1).ravel()


def _contents(
    lots: SorterLots,
    lot: NDArray[np.intp],
    materials: Materials,
    material: NDArray[np.intp],
    joined: NDArray[np.intp],
    second: NDArray[np.intp],
    rng: np.random.Generator,
) -> tuple[FloatArray, Composites]:
    """Content of each piece; that of two materials joined is their mean by mass."""
    drawn = materials.contents(np.concatenate([material, second]), rng)
    content, second_content = drawn[: len(material)], drawn[len(material) :]
    first_content = content[joined]
    low, high = (lots.parameters[f"second_share_{end}"][lot[joined]] for end in ("low", "high"))
    share = low + (high - low) * rng.random(len(joined))
    content[joined] = first_content + share[:, None] * (second_content - first_content)
    return content, Composites(joined, second, share, first_content, second_content)


def _between(ends: FloatArray, material: NDArray[np.intp], rng: np.random.Generator) -> FloatArray:
    """Anything between the two ends that pieces of each material have, (m, 2), alike likely; (n,)."""
    low, span = ends[:, 0], ends[:, 1] - ends[:, 0]
    between: FloatArray = low[material] + span[material] * rng.random(len(material))
    return between


def _mix_properties(
    materials: Materials,
    composites: Composites,
    density: FloatArray,
    conductivity: FloatArray,
    rng: np.random.Generator,
) -> None:
    """Density and conductivity of two materials joined, in place: means by volume."""
    first_volume = (1.0 - composites.second_share) / density[composites.piece]
    second_volume = composites.second_share / _between(materials.density, composites.second, rng)
    second_conductivity = _between(materials.conductivity, composites.second, rng)
    volume = first_volume + second_volume
    density[composites.piece] = 1.0 / volume
    conductivity[composites.piece] *= first_volume / volume
    conductivity[composites.piece] += second_conductivity * second_volume / volume


def _neighbour_gap(lots: SorterLots, lot: NDArray[np.intp], size: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Gap to the nearest piece [mm]: random positions that keep apart, some touch or overlap.

    The more the belt carries, the more touch: `touching_share` is theirs at a tenth of the belt covered.
    """
    p = lots.parameters
    mean_size = size.reshape(len(lots.feed), -1).mean(axis=1)
    contact = 0.5 * (size + mean_size[lot])
    # The area about the piece without a neighbour's centre is exponential, as for points at random.
    free = 1.0 / (np.pi * lots.occupancy * crowding(lots.occupancy))
    gap: FloatArray = contact * (np.sqrt(1.0 + free[lot] * rng.standard_exponential(len(lot))) - 1.0)
    touching = rng.random(len(lot)) < (p.touching_share * lots.occupancy / _REFERENCE_OCCUPANCY)[lot]
    gap[touching] = -p.overlap_depth[lot[touching]] * contact[touching] * rng.random(np.count_nonzero(touching))
    return gap
