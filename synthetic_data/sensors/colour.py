"""Colour line camera over the belt, and the coated share of a piece's face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.sorting.colour import metal_brightness, metal_hue, metal_saturation, patinated
from synthetic_data.engine.parameters import ArrayParameters, PositiveArray, ShareArray
from synthetic_data.sorter.feed import SURFACES, FeedPieces
from synthetic_data.sorter.materials import Materials
from synthetic_data.sorter.registration import Registration, blended

_TURN = 2.0 * np.pi
_LAYERS = ("painted", "powder_coated", "plated", "tinned")  # what hides the metal's colour where it lies
_WHITE = {"plated": 0.75, "tinned": 0.65}  # brightness
_WHITE_SATURATION = 0.04
_DARKEST = 0.1  # brightness of a clean metal
_PAINT_SATURATION, _PAINT_DARKEST, _PAINT_BRIGHTEST = 0.9, 0.2, 0.9  # strongest colour, and brightness


class CameraParameters(ArrayParameters):
    """Parameters of the camera from [plant.parameters], one value a lot; units as there."""

    layer_patina_low: PositiveArray
    layer_patina_high: PositiveArray
    cover_low: ShareArray
    camera_colour_sd: FloatArray
    finish_hue: FloatArray
    finish_saturation: FloatArray
    finish_brightness: FloatArray
    camera_light_rsd: FloatArray
    camera_lot_rsd: FloatArray
    camera_dropout: ShareArray
    patina_hue: FloatArray
    dirt_grey: ShareArray


def cover(pieces: FeedPieces, rng: np.random.Generator) -> FloatArray:
    """Share of each face covered by paint, plating or tin, (n,); broken faces show the metal.

    Reads `cover_low` [1], the least of a piece that has a layer.
    """
    least = pieces.parameters.view(CameraParameters).cover_low
    layered = np.isin(np.arange(len(SURFACES)), [SURFACES.index(surface) for surface in _LAYERS])[pieces.surface]
    return np.where(layered, least + (1.0 - least) * rng.random(len(layered)), 0.0)


def read(
    pieces: FeedPieces, registration: Registration, materials: Materials, covered: FloatArray, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Report of the camera: hue -0.5 to 0.5 of the circle, saturation, brightness [1]; NaN if missed.

    Colours are mixed as what they are, vectors: the hue of a white metal is left to chance. Reads `dirt_grey` [1],
    `camera_colour_sd` [1], `camera_light_rsd` [1], `camera_lot_rsd` [1], `camera_dropout` [1].
    """
    p, lot = pieces.parameters.view(CameraParameters), pieces.lot
    n, lot_rsd = len(lot), pieces.lots.parameters.view(CameraParameters).camera_lot_rsd
    colour = _metal(pieces, materials, rng)
    below = np.flatnonzero(covered)
    layer = _layer(pieces.surface[below], rng.random((3, n))[:, below])
    colour[below] += covered[below, np.newaxis] * (layer - colour[below])
    colour *= (1.0 - p.dirt_grey * pieces.dirt)[:, np.newaxis]
    colour = blended(colour, pieces.area, registration)
    normal = rng.standard_normal((3, n))
    lamp = (lot_rsd * rng.standard_normal(len(lot_rsd)))[lot]
    along, across = (colour[:, i] + p.camera_colour_sd * normal[i] for i in range(2))
    brightness = colour[:, 2] * np.exp(lamp + p.camera_light_rsd * normal[2])
    seen = {
        "hue": np.arctan2(across, along) / _TURN,
        "saturation": np.minimum(np.hypot(along, across), 1.0),
        "brightness": np.minimum(brightness, 1.0),
    }
    missed = rng.random(n) < p.camera_dropout
    return {name: np.where(missed, np.nan, values) for name, values in seen.items()}


def _metal(pieces: FeedPieces, materials: Materials, rng: np.random.Generator) -> FloatArray:
    """Colour of the cast, rolled or ground metal with patina, (n, 3): two saturations, brightness.

    Reads `finish_hue`, `finish_saturation`, `finish_brightness`, by which pieces of one metal differ [1], `patina_hue`.
    """

    def content(*names: str) -> FloatArray:
        columns = (materials.elements.index(name) for name in names if name in materials.elements)
        return sum((pieces.content[:, column] for column in columns), np.zeros(len(pieces.lot)))

    copper, nickel = content("cu"), content("ni")
    hue = metal_hue(copper, content("zn"), content("sn"), nickel)
    saturation = metal_saturation(copper, content("sn"), nickel)
    brightness = metal_brightness(copper, content("al", "mg"), content("fe", "cr", "ni", "ti"), content("pb"))
    p, finish = pieces.parameters.view(CameraParameters), rng.standard_normal((3, len(hue)))
    hue = hue + p.finish_hue * finish[0]
    saturation = saturation * np.exp(p.finish_saturation * finish[1])
    brightness = np.maximum(brightness + p.finish_brightness * finish[2], _DARKEST)
    aged = pieces.surface == SURFACES.index("patina")
    thinnest, thickest = p.layer_patina_low, p.layer_patina_high
    grown = np.log(np.maximum(pieces.layer, thinnest) / thinnest) / np.log(thickest / thinnest)
    shift = p.patina_hue * (2.0 * rng.random(len(hue)) - 1.0)
    return _vector(*patinated(hue, saturation, brightness, np.where(aged, grown, 0.0), shift))


def _layer(surface: NDArray[np.intp], uniforms: FloatArray) -> FloatArray:
    """Colour of coatings, (n, 3), by uniform numbers (3, n): paint of any colour, white plating, tin."""
    hue, strength, light = uniforms
    result = _vector(hue, _PAINT_SATURATION * strength, _PAINT_DARKEST + (_PAINT_BRIGHTEST - _PAINT_DARKEST) * light)
    for name, brightness in _WHITE.items():
        white = _vector(np.zeros(1), np.full(1, _WHITE_SATURATION), np.full(1, brightness))
        result[surface == SURFACES.index(name)] = white
    return result


def _vector(hue: FloatArray, saturation: FloatArray, brightness: FloatArray) -> FloatArray:
    angle = _TURN * hue
    return np.stack([saturation * np.cos(angle), saturation * np.sin(angle), brightness], axis=-1)
