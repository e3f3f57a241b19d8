"""Simulated aluminium sorter: twitch, clips and profiles pass LIBS, X-ray, induction and 3D sensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from physics.arrays import FloatArray
from physics.sorting.libs import LINES
from seeds import Seed
from synthetic_data.engine.parameters import ArrayParameters, regime_events
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.sensors import induction, libs, shape, transmission
from synthetic_data.sensors.induction import CoilParameters
from synthetic_data.sensors.libs import LaserShots, LibsParameters, Optics
from synthetic_data.sensors.shape import ShapeParameters
from synthetic_data.sensors.transmission import TransmissionParameters
from synthetic_data.sorter import feed, laboratory
from synthetic_data.sorter import registration as scrap_registration
from synthetic_data.sorter.feed import FeedPieces
from synthetic_data.sorter.line import OF_THE_LINE, ScrapSorter
from synthetic_data.sorter.materials import materials_of
from synthetic_data.sorter.registration import Registration


class _OwnParameters(ArrayParameters):
    """Parameters of readings that belong to this line alone; units as there."""

    gap_sd: FloatArray
    laser_meter_rsd: FloatArray


class AluminiumScrap(ScrapSorter):
    """Lots of wrought and cast scrap, which LIBS, X-ray, induction and 3D sensors look at."""

    block_units = 100  # lots drawn as one array: 12000 pieces
    parameters = (*OF_THE_LINE, ShapeParameters, CoilParameters, TransmissionParameters, LibsParameters, _OwnParameters)
    facts: ClassVar = {"coil_radius": "mm", "coil_lift_off": "mm"}

    def seed_parameters(self, seed: Seed) -> dict[str, str]:
        """Parameters of the seed's feeds, and of the spectral lines that the table has a reading of."""
        return super().seed_parameters(seed) | libs.of_lines(_lines(seed))

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Rows of a block of lots, all pieces in one pass."""
        rng = plan.block_stream(block)
        materials = materials_of(plan.seed)
        pieces = feed.draw(plan, block, materials, rng)
        registration = scrap_registration.register(pieces, rng)
        form = shape.form(pieces, rng)
        columns = {column.name: column for column in plan.seed.inputs}
        lines = _lines(plan.seed)
        laser = libs.optics(pieces, lines, rng)
        shots = libs.shoot(pieces, form, registration, laser, rng)
        read = (
            _before(pieces, laser, rng)
            | libs.read(pieces, shots, laser, materials.elements, lines, rng)
            | transmission.read(pieces, registration, materials.elements, "al", rng)
            | induction.read(pieces, form, registration, rng)
            | shape.read(pieces, form, registration, rng)
            | _belt(pieces, registration, rng)
        )
        elements = [column.name for column in plan.seed.elements]
        klass, content = laboratory.assay(pieces, registration, len(elements), rng)
        target = plan.seed.target.name
        table = {name: np.clip(values, *columns[name].limits) for name, values in read.items()}
        true = {name: pieces.content[:, i] for i, name in enumerate(elements)} | _hidden(pieces, registration, shots)
        events = regime_events(plan) if block.index == 0 else ()
        yield BlockRows(
            pieces.lot,
            pieces.starts,
            {target: klass, **table, **{name: content[:, i] for i, name in enumerate(elements)}},
            {target: pieces.klass, **true},
            events,
            block.count,
        )


SIMULATOR = AluminiumScrap()


def _lines(seed: Seed) -> tuple[str, ...]:
    """Spectral lines that the table has a reading of."""
    columns = {column.name for column in seed.inputs}
    return tuple(name for name in LINES if f"libs_{name}" in columns)


def _before(pieces: FeedPieces, laser: Optics, rng: np.random.Generator) -> dict[str, FloatArray]:
    """State of the sensors that is known when a lot arrives; reads `laser_meter_rsd` [1]."""
    meter = pieces.lots.parameters.view(_OwnParameters).laser_meter_rsd * rng.standard_normal(len(laser.energy))
    return {
        "window_hours": laser.window_hours[pieces.lot],
        "tile_hours": laser.tile_hours[pieces.lot],
        "xrt_hours": transmission.calibration_hours(pieces)[pieces.lot],
        "laser_energy": (laser.energy * np.exp(meter))[pieces.lot],
    }


def _belt(pieces: FeedPieces, registration: Registration, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Occupancy and gaps by the 3D laser: merged pieces have the gap to the next; reads `gap_sd` [mm]."""
    noise = pieces.parameters.view(_OwnParameters).gap_sd * rng.standard_normal(len(pieces.lot))
    gap = np.where(registration.overlap > 0.0, pieces.size, pieces.neighbour_gap)
    return {"occupancy": pieces.occupancy, "neighbour_gap": np.maximum(gap + noise, 0.0)}


def _hidden(pieces: FeedPieces, registration: Registration, shots: LaserShots) -> dict[str, FloatArray]:
    """Hidden state: the piece as it is, what covers it, what the laser hit."""
    return {
        "true_mass": pieces.mass,
        "alloy": pieces.material.astype(np.float64),
        "size": pieces.size,
        "surface": pieces.surface.astype(np.float64),
        "layer": pieces.layer,
        "dirt": pieces.dirt,
        "occupancy": pieces.occupancy,
        "neighbour_gap": pieces.neighbour_gap,
        "overlap": registration.overlap,
        "spot_on_neighbour": shots.foreign.astype(np.float64),
        "defocus": shots.defocus,
        "metal_share": shots.metal,
    }
