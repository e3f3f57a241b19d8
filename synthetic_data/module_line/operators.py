"""Operators of a module line: readable labels, modules to wash, flash, inspect in the dark, check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray
from synthetic_data.module_line.condition import ModuleCondition
from synthetic_data.module_line.faults import ModuleLineFaults
from synthetic_data.module_line.lots import BRANDS, ModuleLots
from synthetic_data.module_line.market import OTHER
from synthetic_data.module_line.modules import Modules
from synthetic_data.module_line.parameters import ModuleLineParameters

_TEMPLATE_BRAND = 4  # whose label a wrong template reads
_LIGHT_BRANDS = BRANDS - 1  # from here on the brand has no second-hand market
_RELABELLED = (1.06, 1.18)  # what a dishonest label promises over the true one
_LIGHT_SOIL, _HEAVY_SOIL = (0.015, 0.04), (0.04, 0.09)  # share of the light that dirt takes
_WASHED_SOIL = 0.006
_SCRIBED = 0.5  # score of the camera from which a module counts as thin film


@dataclass(frozen=True)
class HandledModules:
    """Operators' treatment of n modules; each array has one value a module."""

    labelled: BoolArray
    label: FloatArray  # power on the label as read [W]
    soil: FloatArray  # share of the light that dirt takes
    flashed: BoolArray
    seen_dark: BoolArray  # electroluminescence taken


def treat(
    lots: ModuleLots,
    modules: Modules,
    condition: ModuleCondition,
    faults: ModuleLineFaults,
    p: ModuleLineParameters,
    rng: np.random.Generator,
) -> HandledModules:
    """Operators' decisions before any station has measured the module.

    Broken modules and those of brands without buyers are mostly not flashed, so that power is missing where it would
    be low; heavy dirt is washed off only where the module is young enough to be sold.
    """
    n, other = len(modules.lot), modules.kind == OTHER
    u = rng.random((6, n))
    labelled = (u[0] >= p.unlabelled_share) & ~other
    low, high = _RELABELLED
    label = np.where(u[1] < p.relabelled_share, modules.label * (low + (high - low) * u[2]), modules.label)
    wrong = (faults.on("template", lots.day)[modules.lot] > 0.0) & (modules.brand == _TEMPLATE_BRAND)
    label = np.where(wrong, label * p.template_factor, label)
    heavy = u[3] < p.heavy_share
    washed = np.where(heavy, modules.year >= p.washed_from, u[3] < p.heavy_share + p.washed_share)
    soil = _soil(heavy, washed, u[4])
    light_brand = (modules.brand >= _LIGHT_BRANDS) & (modules.label < p.light_brand_power)
    skipped = np.where(
        condition.broken, p.broken_skipped, np.where(light_brand, p.light_brand_skipped, p.skipped_share)
    )
    return HandledModules(
        labelled=labelled,
        label=np.round(label / p.label_step) * p.label_step,
        soil=soil,
        flashed=(u[5] >= skipped) & ~other,
        seen_dark=(u[2] >= p.dark_missed) & ~other,
    )


def checked(scribe_score: FloatArray, p: ModuleLineParameters, rng: np.random.Generator) -> BoolArray:
    """Modules held before the X-ray head: apparent thin film, and a share of all others."""
    return (scribe_score > _SCRIBED) | (rng.random(len(scribe_score)) < p.checked_share)


def _soil(heavy: BoolArray, washed: BoolArray, uniform: FloatArray) -> FloatArray:
    """Share of the light that dirt takes."""
    low = np.where(heavy, _HEAVY_SOIL[0], _LIGHT_SOIL[0])
    high = np.where(heavy, _HEAVY_SOIL[1], _LIGHT_SOIL[1])
    return np.where(washed, _WASHED_SOIL * uniform, low + (high - low) * uniform)
