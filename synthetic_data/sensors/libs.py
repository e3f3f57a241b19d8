"""LIBS head over the belt: laser shots at a spot of each piece, read as line intensities.

A reading is a line over the aluminium line, scaled so that a thin plasma of clean metal would read the content [wt%].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.sorting.libs import (
    LINES,
    OpticalEmissionLine,
    focus_factor,
    mean_rsd,
    metal_share,
    self_absorption,
)
from physics.sorting.libs import irradiance_exponent as line_exponent
from synthetic_data.engine.parameters import ABOVE_0, ArrayParameters, PartialShareArray, PositiveArray, ShareArray
from synthetic_data.sensors.shape import PieceShape
from synthetic_data.sorter.feed import SURFACES, FeedPieces
from synthetic_data.sorter.registration import Registration, content_at_spot

REFERENCE_LINE = "al_256"
_USUAL_ALUMINIUM = 95.0  # wt%, of the reference tiles
_LEAST_ALUMINIUM = 1.5  # wt%, below which a reading is cut off
_DUST_WAVELENGTH = 400.0  # nm, at which `window_dust` holds
# What layers hold that the lines show; the contents are parameters.
LAYERS = {
    "painted": ("al", "mg", "si", "ti", "ca", "c", "zn", "fe", "cr"),
    "powder_coated": ("al", "mg", "si", "ti", "ca", "c", "fe"),
    "anodised": ("al", "mg", "si", "c", "ni", "sn"),
    "oily": ("ca", "c", "zn"),
    "dirty": ("al", "mg", "si", "fe", "cu", "zn", "ca", "c"),
}
DIRT = ("mg", "si", "fe", "cu", "zn", "ca", "c")
_ELECTRON_DENSITY = 5e16  # 1/cm³
_HOURS = 24.0  # h/d


class LibsParameters(ArrayParameters):
    """Parameters of the LIBS head from [plant.parameters], one value a lot; units as there."""

    dirt_layer: FloatArray
    running: FloatArray
    tile_interval: PositiveArray
    missed_piece: ShareArray
    laser_energy: PositiveArray
    laser_fade: ShareArray
    laser_service: PositiveArray
    laser_age: FloatArray
    window_interval: PositiveArray
    window_missed: PartialShareArray
    window_dust: FloatArray
    window_exponent: FloatArray
    tile_rsd: FloatArray
    focus_sd: FloatArray
    focus_rough: FloatArray
    focal_range: PositiveArray
    coupling_sd: FloatArray
    oil_loss: PartialShareArray
    oil_hardness: FloatArray
    cleaning_shots: FloatArray
    analysis_shots: PositiveArray
    depth_per_shot: PositiveArray
    depth_sd: FloatArray
    chipped: ShareArray
    misfire: ShareArray
    misfire_per_defocus: FloatArray
    plasma_temperature: PositiveArray
    temperature_exponent: FloatArray
    shot_rsd: FloatArray
    piece_rsd: FloatArray
    piece_rsd_si_fe: FloatArray
    casting_rsd: FloatArray
    total_rsd: FloatArray
    layer_brightness: PositiveArray
    dirt_layer_sd: FloatArray
    dirt_hardness: FloatArray
    layer_sd: FloatArray


@dataclass(frozen=True)
class LaserShots:
    """Hidden effect of the laser on the n pieces of a block; one value a piece."""

    content: FloatArray  # (n, E) of the metal below the spot [wt%]
    foreign: NDArray[np.bool_]  # the spot lay on the neighbour
    defocus: FloatArray  # surface above the focus [mm]
    irradiance: FloatArray  # over that on the reference tile [1]
    metal: FloatArray  # share of the light that comes from metal [1]
    on_dirt: NDArray[np.bool_]  # the spot lay on a patch of dirt
    valid: FloatArray  # analysis shots that made a plasma [count]


@dataclass(frozen=True)
class Optics:
    """State of laser and window when the k lots of a block pass; one value a lot."""

    energy: FloatArray  # pulse energy [mJ]
    window_hours: FloatArray  # since the window was cleaned [h]
    tile_hours: FloatArray  # since the readings were set right on the reference tiles [h]
    tile_error: FloatArray  # (lines, k) relative error of that setting [1]


def of_lines(lines: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters that readings of these lines need besides, with what the value must be."""
    of_layers = [f"{cover}_{name}" for cover, held in LAYERS.items() for name in held]
    without_limit = [*(f"noise_{name}" for name in lines), *of_layers, *(f"dirt_{name}" for name in DIRT)]
    return {f"saturation_{name}": ABOVE_0 for name in lines} | dict.fromkeys(without_limit, "")


@cache
def irradiance_exponent(name: str, temperature: float, exponent: float) -> float:
    """Exponent b of a reading in the irradiance, (line/reference line) ~ F^b, from Boltzmann and Saha."""
    return line_exponent(LINES[name], LINES[REFERENCE_LINE], temperature, exponent, _ELECTRON_DENSITY)


def optics(pieces: FeedPieces, lines: tuple[str, ...], rng: np.random.Generator) -> Optics:
    """Laser and window by lot: energy falls until service, dust settles until the window is cleaned.

    Reads `laser_energy` [mJ], `laser_fade` [1], `laser_service` [h], `laser_age` [h], `running` [h/d],
    `window_interval` [h], `window_missed` [1], `tile_interval` [h], `tile_rsd` [1].
    """
    p, days = pieces.lots.parameters.view(LibsParameters), pieces.lots.day
    age = np.mod(p.laser_age + p.running * days, p.laser_service) / p.laser_service
    missed = rng.geometric(1.0 - p.window_missed) - 1.0
    window_hours = np.mod(_HOURS * days, p.window_interval) + p.window_interval * missed
    return Optics(
        p.laser_energy * (1.0 - p.laser_fade * age),
        window_hours,
        np.mod(window_hours, p.tile_interval),
        p.tile_rsd * rng.standard_normal((len(lines), len(days))),
    )


def shoot(
    pieces: FeedPieces, form: PieceShape, registration: Registration, laser: Optics, rng: np.random.Generator
) -> LaserShots:
    """Fire at every piece: position and focus of the spot, drilled layer, number of valid shots.

    Reads `focus_sd` [mm], `focus_rough` [1], `focal_range` [mm], `coupling_sd` [1], `oil_loss` [1],
    `oil_hardness` [1], `cleaning_shots` and `analysis_shots` [count], `depth_per_shot` [µm], `depth_sd` [1],
    `chipped` [1], `dirt_layer` [µm], `dirt_layer_sd` [1], `dirt_hardness` [1], `misfire` [1],
    `misfire_per_defocus` [1/mm], `missed_piece` [1].
    """
    p, n = pieces.parameters.view(LibsParameters), len(pieces.lot)
    content, foreign = content_at_spot(pieces, registration, rng)
    normal, uniforms = rng.standard_normal((4, n)), rng.random((3, n))
    defocus = normal[0] * (p.focus_sd + p.focus_rough * form.height)
    oily = pieces.surface == SURFACES.index("oily")
    coupling = np.exp(p.coupling_sd * normal[1]) * np.where(oily, 1.0 - p.oil_loss, 1.0)
    irradiance = coupling * focus_factor(defocus, p.focal_range)
    strength = laser.energy[pieces.lot] / p.laser_energy * np.sqrt(irradiance)
    depth = p.depth_per_shot * np.exp(p.depth_sd * normal[2]) * strength
    layer = np.where(oily, p.oil_hardness, 1.0) * pieces.layer
    layer = np.where(uniforms[2] < p.chipped, 0.0, layer)
    dust = p.dirt_hardness * p.dirt_layer * np.exp(p.dirt_layer_sd * normal[3])
    on_dirt = uniforms[0] < pieces.dirt
    layer = layer + np.where(on_dirt, dust, 0.0)
    metal = metal_share(layer, p.cleaning_shots, p.analysis_shots, depth)
    fails = np.clip(p.misfire + p.misfire_per_defocus * np.abs(defocus), 0.0, 1.0)
    fails = np.where(uniforms[1] < p.missed_piece, 1.0, fails)
    valid = rng.binomial(p.analysis_shots.astype(np.int64), 1.0 - fails).astype(np.float64)
    return LaserShots(content, foreign, defocus, irradiance, metal, on_dirt, valid)


def read(
    pieces: FeedPieces,
    shots: LaserShots,
    laser: Optics,
    elements: tuple[str, ...],
    lines: tuple[str, ...],
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Readings `libs_<line>` [wt%], `libs_total`, `libs_shots`, `libs_shot_spread` [1]; NaN without shot.

    `elements` are those of the contents. Reads `saturation_<line>` and `noise_<line>` [wt%], what `seen` reads, and
    `plasma_temperature` [K], `temperature_exponent` [1], `shot_rsd` [1], `piece_rsd` [1], `piece_rsd_si_fe` [1],
    `casting_rsd` [1], `total_rsd` [1], `layer_brightness` [1], `window_dust` [1/h], `window_exponent` [1].
    """
    p, lot, of_lot = pieces.parameters.view(LibsParameters), pieces.lot, pieces.lots.parameters.view(LibsParameters)
    light = _light(pieces, shots, laser)
    content = seen(pieces, shots, elements, rng)
    aluminium = np.maximum(content["al"], _LEAST_ALUMINIUM) / _USUAL_ALUMINIUM
    log_irradiance = np.log(shots.irradiance)
    path = np.sqrt(shots.irradiance)  # a weaker plasma is thinner
    count = np.maximum(shots.valid, 1.0)
    grain = p.casting_rsd * np.minimum(content["si"] / 12.0, 1.0)  # eutectic silicon, 12 wt%
    shot_rsd = p.shot_rsd
    grained = np.sqrt(np.square(shot_rsd) + np.square(grain))
    typical = mean_rsd(p.piece_rsd, shot_rsd, count)
    relative = {
        "si": mean_rsd(p.piece_rsd_si_fe, grained, count),
        "fe": mean_rsd(p.piece_rsd_si_fe, shot_rsd, count),
    }
    floor = 1.0 / (np.sqrt(count) * light * aluminium)
    result = {}
    for number, name in enumerate(lines):
        line, saturation = LINES[name], p[f"saturation_{name}"]
        exponent = irradiance_exponent(name, float(p.plasma_temperature[0]), float(p.temperature_exponent[0]))
        drift = (_dust(of_lot, line) - _dust(of_lot, LINES[REFERENCE_LINE])) * laser.tile_hours
        thick = self_absorption(content[line.element] * path / saturation)
        gain = np.exp(exponent * log_irradiance + (laser.tile_error[number] - drift)[lot])
        reading = content[line.element] * thick * gain / aluminium
        noise = np.square(reading * relative.get(line.element, typical))
        noise += np.square(p[f"noise_{name}"] * floor)
        result[f"libs_{name}"] = reading + np.sqrt(noise) * rng.standard_normal(len(lot))
    mixed = shots.metal * (1.0 - shots.metal)
    spread = np.sqrt(np.square(grained) + mixed) * np.exp(rng.standard_normal(len(lot)) / np.sqrt(2.0 * count))
    total = light * np.exp(p.total_rsd / np.sqrt(count) * rng.standard_normal(len(lot)))
    result |= {"libs_total": total, "libs_shot_spread": spread}
    lost = np.flatnonzero(shots.valid == 0.0)
    for values in result.values():
        values[lost] = np.nan
    return result | {"libs_shots": shots.valid}


def seen(
    pieces: FeedPieces, shots: LaserShots, elements: tuple[str, ...], rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Content (n,) of what the shots evaporate, by element [wt%]: metal, layer and dirt.

    Reads `layer_sd` [1], `dirt_<element>` [wt%] of `DIRT`, and `<cover>_<element>` [wt%] of `LAYERS`.
    """
    p = pieces.parameters.view(LibsParameters)
    result = dict(zip(elements, np.ascontiguousarray(shots.content.T) * shots.metal, strict=True))
    for name in ("c", "ca"):  # no metal holds them
        result.setdefault(name, np.zeros(len(shots.metal)))
    for name in DIRT:
        result[name] = result[name] + p[f"dirt_{name}"] * pieces.dirt
    covered = np.flatnonzero(shots.metal < 1.0)
    surface = pieces.surface[covered]
    loose = (pieces.layer[covered] == 0.0) | (surface == SURFACES.index("oily"))
    dirty = shots.on_dirt[covered] & loose
    for cover, held in LAYERS.items():
        below = covered[dirty if cover == "dirty" else (surface == SURFACES.index(cover)) & ~dirty]
        share = 1.0 - shots.metal[below]
        scatter = np.exp(p.layer_sd[below] * rng.standard_normal((len(held), len(below))))
        for name, factor in zip(held, scatter, strict=True):
            result[name][below] += share * p[f"{cover}_{name}"][below] * factor
    return result


def _light(pieces: FeedPieces, shots: LaserShots, laser: Optics) -> FloatArray:
    """Light of each piece's plasma over that of the tile when the readings were last set right [1]."""
    left = np.exp(-pieces.lots.parameters.view(LibsParameters).window_dust * laser.tile_hours)[pieces.lot]
    bright = shots.metal + pieces.parameters.view(LibsParameters).layer_brightness * (1.0 - shots.metal)
    light: FloatArray = shots.irradiance * bright * left
    return light


def _dust(p: LibsParameters, line: OpticalEmissionLine) -> FloatArray:
    """Rate at which dust on the window takes a line's light, faster in the ultraviolet [1/h]."""
    result: FloatArray = p.window_dust * (_DUST_WAVELENGTH / line.wavelength) ** p.window_exponent
    return result
