"""Simulated sorter of heavy scrap: reference pieces of each lot in X-ray head, coil, camera and scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import regime_events
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.sensors import colour, fluorescence, induction, shape, spectrum
from synthetic_data.sensors.colour import CameraParameters
from synthetic_data.sensors.fluorescence import FluorescenceParameters
from synthetic_data.sensors.induction import CoilParameters
from synthetic_data.sensors.shape import PieceShape, ShapeParameters
from synthetic_data.sensors.spectrum import DetectorParameters, Detectors
from synthetic_data.sorter import feed, laboratory
from synthetic_data.sorter import registration as scrap_registration
from synthetic_data.sorter.feed import FeedPieces
from synthetic_data.sorter.line import OF_THE_LINE, ScrapSorter
from synthetic_data.sorter.materials import materials_of
from synthetic_data.sorter.registration import Registration


class HeavyScrap(ScrapSorter):
    """Lots of heavy scrap, which X-ray head, coil, camera, laser and scale look at."""

    block_units = 200  # lots drawn as one array: 24,000 pieces; fewer cost more a piece, more leave workers idle
    parameters = (
        *OF_THE_LINE,
        ShapeParameters,
        CoilParameters,
        CameraParameters,
        FluorescenceParameters,
        DetectorParameters,
    )
    facts: ClassVar = {"spot_area": "cm²", "pair_time": "µs"}

    def rows(self, plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
        """Rows of a block of lots, all reference pieces in one pass."""
        rng = plan.block_stream(block)
        materials = materials_of(plan.seed)
        pieces = feed.draw(plan, block, materials, rng)
        registration = scrap_registration.register(pieces, rng)
        form = shape.form(pieces, rng)
        cover = colour.cover(pieces, rng)
        head = spectrum.detectors(plan, pieces, rng)
        sight = fluorescence.HeadResponse.of(plan, materials)
        light = fluorescence.light(pieces, form, registration, sight, cover, head.output, rng)
        read = {
            "tile_hours": head.tile_hours[pieces.lot],
            "tube_age": head.tube_age[pieces.lot],
            **spectrum.read(pieces, light, head, rng),
            **induction.read(pieces, form, registration, rng),
            **colour.read(pieces, registration, materials, cover, rng),
            **shape.read(pieces, form, registration, rng),
            "occupancy": pieces.occupancy,
        }
        elements = [column.name for column in plan.seed.elements]
        klass, content = laboratory.assay(pieces, registration, len(elements), rng)
        target = plan.seed.target.name
        columns = {column.name: column for column in plan.seed.inputs}
        table = {name: np.clip(values, *columns[name].limits) for name, values in read.items()}
        table |= {target: klass} | {name: content[:, i] for i, name in enumerate(elements)}
        truth = {target: pieces.klass} | {name: pieces.content[:, i] for i, name in enumerate(elements)}
        truth |= _hidden(pieces, registration, form, cover, head)
        events = regime_events(plan) if block.index == 0 else ()
        yield BlockRows(pieces.lot, pieces.starts, table, truth, events, block.count)


SIMULATOR = HeavyScrap()


def _hidden(
    pieces: FeedPieces, registration: Registration, form: PieceShape, cover: FloatArray, head: Detectors
) -> dict[str, FloatArray]:
    """Hidden state: the piece as it is, what covers it, how the X-ray head stands."""
    return {
        "true_mass": pieces.mass,
        "alloy": pieces.material.astype(np.float64),
        "size": pieces.size,
        "true_conductivity": pieces.conductivity,
        "solid": form.solid,
        "surface": pieces.surface.astype(np.float64),
        "layer": pieces.layer,
        "cover": cover,
        "dirt": pieces.dirt,
        "occupancy": pieces.occupancy,
        "neighbour_gap": pieces.neighbour_gap,
        "overlap": registration.overlap,
        "gain": head.gain,
        "output": head.output,
    }
