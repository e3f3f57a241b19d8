"""Colour camera, near-infrared head, electroluminescence and scale."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.photovoltaics.luminescence import luminescence_ratio
from physics.photovoltaics.rear_layers import RATIOS
from synthetic_data.module_line import market
from synthetic_data.module_line.condition import ModuleCondition
from synthetic_data.module_line.faults import ModuleLineFaults
from synthetic_data.module_line.lots import ModuleLots
from synthetic_data.module_line.market import MONO, MULTI, OTHER
from synthetic_data.module_line.modules import Modules
from synthetic_data.module_line.operators import HandledModules
from synthetic_data.module_line.parameters import ModuleLineParameters

# Scores of grain texture, cut corners and scribe lines by type.
_TEXTURE = np.array([0.15, 0.75, 0.10, 0.14, 0.08, 0.30])
_CORNER = np.array([0.80, 0.12, 0.06, 0.06, 0.06, 0.10])
_SCRIBE = np.array([0.08, 0.06, 0.86, 0.82, 0.88, 0.25])
_BLACK_SILICON, _BLACK_SILICON_FROM, _BLACK_SILICON_SHARE = 0.50, 2016, 0.4  # etched grains hardly show
_SQUARE_CORNER, _SQUARE_FROM = 0.45, 2019  # wafers with hardly a corner cut
_SOIL_BLUR = 6.0  # of the scores' errors, a unit of the light that dirt takes
_DIRTY = 0.01  # of the light, from which a pane is not clean
_GLARE, _GLARE_SD = 0.3, 0.12  # all scores alike
_NO_MODULE = np.full((1, RATIOS.shape[1]), 0.60)  # band ratios of the rear of what is no module
_GREY = 0.74  # what chalk and dirt draw all ratios towards
_CHALKED = (0.25, 0.65)  # so far, where the layer is chalked
_SHUNT_SPREAD, _DARK_SPREAD, _EVEN = 0.12, 0.35, 0.09  # of the cells' light
_LEAST_LIGHT = 0.02
_MOST_PIECES = 999.0  # more breaks the camera does not count
_BREAKS_MEDIAN, _BREAKS_GSD = 40.0, 3.0
_MISSED_BREAKS = 0.02  # cracked panes that lie flat
_SILVER_FRAME, _BLACK_FRAME = 0.72, 0.16  # brightness


def read(
    lots: ModuleLots,
    modules: Modules,
    condition: ModuleCondition,
    treated: HandledModules,
    faults: ModuleLineFaults,
    p: ModuleLineParameters,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Readings by name."""
    n = len(modules.lot)
    z = rng.standard_normal((8, n))
    result = _scores(modules, treated, p, rng.random((2, n)), z[:3])
    broken = np.floor(_BREAKS_MEDIAN * np.exp(np.log(_BREAKS_GSD) * z[3])) + 1.0
    seen = condition.broken & (rng.random(n) >= _MISSED_BREAKS)
    result["glass_breaks"] = np.minimum(broken, _MOST_PIECES) * seen
    result["soiling"] = np.clip(8.0 * treated.soil + 0.05 * z[4], 0.0, 1.0)
    result["framed"] = modules.framed.astype(np.float64)
    brightness = np.where(modules.black, _BLACK_FRAME, _SILVER_FRAME) + 0.05 * z[5]
    result["frame_brightness"] = np.where(modules.framed, np.clip(brightness, 0.0, 1.0), np.nan)
    result["mass"] = modules.mass * (1.0 + p.scale_sd * z[6])
    result["area"] = modules.area * (1.0 + p.area_sd * z[7])
    return (
        result | _rear(lots, modules, faults, p, rng) | _in_the_dark(lots, modules, condition, treated, faults, p, rng)
    )


def _scores(
    modules: Modules, treated: HandledModules, p: ModuleLineParameters, uniform: FloatArray, normal: FloatArray
) -> dict[str, FloatArray]:
    """Scores of the camera's classifiers: dirt blurs them, glare leaves nothing of them."""
    kind, year = modules.kind, modules.year
    texture = _TEXTURE[kind]
    black = (kind == MULTI) & (year >= _BLACK_SILICON_FROM) & (uniform[0] < _BLACK_SILICON_SHARE)
    texture[black] = _BLACK_SILICON
    corner = _CORNER[kind]
    corner[(kind == MONO) & (year >= _SQUARE_FROM)] = _SQUARE_CORNER
    error = p.score_sd * (1.0 + _SOIL_BLUR * treated.soil)
    glare = uniform[1] < np.where(treated.soil > _DIRTY, p.glare_share_dirty, p.glare_share)
    scores = [np.where(glare, _GLARE, score) for score in (texture, corner, _SCRIBE[kind])]
    error = np.where(glare, _GLARE_SD, error)
    names = ("texture_score", "corner_score", "scribe_score")
    return {
        name: np.clip(score + error * one, 0.0, 1.0) for name, score, one in zip(names, scores, normal, strict=True)
    }


def _rear(
    lots: ModuleLots, modules: Modules, faults: ModuleLineFaults, p: ModuleLineParameters, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Band ratios of the rear, near-infrared."""
    n, lot = len(modules.lot), modules.lot
    outer = np.where(modules.kind == OTHER, len(RATIOS), market.OUTER[modules.backsheet])
    uniform = rng.random((2, n))
    low, high = _CHALKED
    chalk = (uniform[0] < p.chalked_share) * (low + (high - low) * uniform[1])
    dimming = (1.0 - p.tile_dimming * faults.on("tile", lots.day))[lot]
    z = rng.standard_normal((RATIOS.shape[1], n))
    library = np.concatenate([RATIOS, _NO_MODULE])
    result = {}
    for band, (of_layer, one) in enumerate(zip(library.T, z, strict=True), start=1):
        ratio = of_layer[outer]
        ratio = (ratio + chalk * (_GREY - ratio)) * dimming + p.band_sd * one
        result[f"rear_nir_{band}"] = np.clip(ratio, 0.0, 2.0)
    return result


def _in_the_dark(
    lots: ModuleLots,
    modules: Modules,
    condition: ModuleCondition,
    treated: HandledModules,
    faults: ModuleLineFaults,
    p: ModuleLineParameters,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Electroluminescence: dark share, mean light over that of a new module, and how uneven the cells are."""
    blur = faults.on("focus", lots.day)[modules.lot]
    z = rng.standard_normal((3, len(modules.lot)))
    dark = np.abs(condition.dark + p.dark_sd * (1.0 + 2.0 * blur) * z[0] + p.focus_blur * blur)
    light = luminescence_ratio(condition.junction_drop, 25.0) * np.exp(p.light_rsd * z[1])
    spread = _EVEN + _DARK_SPREAD * condition.dark + _SHUNT_SPREAD * condition.shunted
    spread = spread * (1.0 - 0.3 * blur) * np.exp(0.25 * z[2])
    result = {
        "el_dark_share": np.clip(dark, 0.0, 1.0),
        "el_mean": np.clip(light, _LEAST_LIGHT, 2.0),
        "el_spread": np.clip(spread, 0.0, 1.0),
    }
    return {name: np.where(treated.seen_dark, values, np.nan) for name, values in result.items()}
