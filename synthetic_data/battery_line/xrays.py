"""Dual-energy X-rays through a whole cell: what passes, and how much more the lower energy loses."""

from __future__ import annotations

from functools import cache

import numpy as np

from physics.arrays import BoolArray, FloatArray
from physics.sorting.xray import mass_attenuation
from synthetic_data.battery_line.cells import BatteryCells
from synthetic_data.battery_line.market import FORMS, BatteryMarket

ENERGIES = (58.0, 95.0)  # keV
# What a can is made of, and its density [g/cm³]; a pouch's film is mostly plastic and counts as thin aluminium.
_CANS = {"prismatic": ("al", 2.70), "pouch": ("al", 2.70), "cylindrical": ("fe", 7.87)}
_ROUND = np.pi / 4.0  # mean path through a cylinder over its diameter
_CM_PER_MM = 0.1
_LEAST = 1e-7


def through(
    cells: BatteryCells, market: BatteryMarket, rng: np.random.Generator
) -> tuple[dict[str, FloatArray], FloatArray, BoolArray]:
    """Transmission at the lower energy, attenuation ratios with and without can and drift, skipped cells.

    Counts are those of photons behind the cell, so that little is known of a thick one.
    """
    p, lot, of = cells.lots.p, cells.lot, market.of
    normal = rng.standard_normal((4, len(lot)))
    wall, thickness = of["wall"][cells.make], of["thickness"][cells.make]
    path = np.where(cells.form == FORMS.index("cylindrical"), _ROUND, 1.0)
    filled = cells.mass / market.mass[cells.make]
    low = path * (thickness - 2.0 * wall) * of["xrt_attenuation"][cells.make] * filled
    ratio = of["xrt_ratio"][cells.make] + p.ratio_cell_sd[lot] * normal[0]
    can = 2.0 * wall * _can_attenuation()[:, cells.form]
    passed = np.exp(-np.stack([low + can[0], low / ratio + can[1]]))
    stray = p.scatter[lot] * np.abs(normal[1])
    seen = passed + stray + np.sqrt((passed + stray) / p.photons[lot]) * normal[2:]
    shown = -np.log(np.clip(seen, _LEAST, 1.0 - _LEAST))
    skipped = rng.random(int(cells.pack[-1]) + 1)[cells.pack] < p.xrt_skipped[lot]
    read = {"xrt_low": np.clip(seen[0], 0.0, 1.0), "xrt_ratio": shown[0] / shown[1] + cells.lots.tube_drift[lot]}
    return {name: np.where(skipped, np.nan, values) for name, values in read.items()}, ratio, skipped


@cache
def _can_attenuation() -> FloatArray:
    """Attenuation of each form's can at both energies, shape (2, forms) [1/mm]."""
    cans = [_CANS[form] for form in FORMS]
    return np.stack([_CM_PER_MM * density * mass_attenuation(metal, np.array(ENERGIES)) for metal, density in cans], 1)
