"""The 3D line laser and the belt scale: area, height, volume and mass of each piece."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import ArrayParameters
from synthetic_data.sorter.feed import FeedPieces
from synthetic_data.sorter.registration import Registration

_MM_CM = 0.1  # cm/mm
_LEAST_SOLID, _MOST_SOLID = 0.15, 0.98  # share of the envelope that metal can fill


class ShapeParameters(ArrayParameters):
    """Parameters of 3D laser and scale from [plant.parameters], one value a lot; units as there."""

    void_ratio: FloatArray
    void_exponent: FloatArray
    void_sd: FloatArray
    peak_ratio: FloatArray
    mass_sd: FloatArray
    volume_rsd: FloatArray
    area_rsd: FloatArray
    height_sd: FloatArray


@dataclass(frozen=True)
class PieceShape:
    """True form of the n pieces of a block; each array has one value a piece."""

    solid: FloatArray  # share of the envelope that is metal [1]
    height: FloatArray  # of the envelope's top above the belt, mean over the area [mm]
    peak: FloatArray  # of the highest point [mm]


def form(pieces: FeedPieces, rng: np.random.Generator) -> PieceShape:
    """Position of the pieces: thin and long ones are bent or hollow and enclose air below.

    Reads `void_ratio` [1], `void_exponent` [1], `void_sd` [1], `peak_ratio` [1].
    """
    p, n = pieces.parameters.view(ShapeParameters), len(pieces.lot)
    wall = pieces.thickness * pieces.shape
    slender = np.log(np.maximum(pieces.size / pieces.thickness, 1.0))
    normal = rng.standard_normal(n)
    void = p.void_ratio * np.exp(p.void_exponent * slender + p.void_sd * normal)
    solid = np.clip(1.0 / (1.0 + void), _LEAST_SOLID, _MOST_SOLID)
    height = wall / solid
    return PieceShape(solid, height, height * (1.0 + (p.peak_ratio - 1.0) * 2.0 * rng.random(n)))


def read(
    pieces: FeedPieces, true: PieceShape, registration: Registration, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Report of laser and scale: mass [g], volume [cm³], density [g/cm³], height [mm], area [cm²].

    Reads `mass_sd` [g], `volume_rsd` [1], `area_rsd` [1], `height_sd` [mm].
    """
    p, n = pieces.parameters.view(ShapeParameters), len(pieces.lot)
    noise = rng.standard_normal((4, n))
    envelope = pieces.area * true.height * _MM_CM
    foreign, reference = registration.overlap, registration.neighbour
    mass = pieces.mass + foreign * pieces.mass[reference] + p.mass_sd * noise[0]
    volume = (envelope + foreign * envelope[reference]) * np.exp(p.volume_rsd * noise[1])
    area = (pieces.area + foreign * pieces.area[reference]) * np.exp(p.area_rsd * noise[2])
    peak = np.where(foreign > 0.0, np.maximum(true.peak, true.peak[reference]), true.peak)
    mass = np.maximum(mass, 0.1)  # the scale's least step
    return {
        "mass": mass,
        "volume": volume,
        "apparent_density": mass / volume,
        "height": np.maximum(peak + p.height_sd * noise[3], 0.1),
        "area": area,
    }
