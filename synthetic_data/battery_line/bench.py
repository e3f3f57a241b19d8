"""Capacity bench: selection of cells for tests, reports, and the cathode of opened cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from synthetic_data.battery_line.cells import BatteryCells

_LFP_BELOW = 3.4  # V, by the label
_HALVED = 0.5
_PERCENT = 100.0


@dataclass(frozen=True)
class Report:
    """Report on the n cells of a block, and the reasons for which the bench tested some."""

    klass: IntArray  # index into the seed's classes
    fade: FloatArray  # %, NaN where it was not tested
    growth: FloatArray  # %, NaN where it was not tested
    looked_good: BoolArray  # by the operators' rule
    drawn: BoolArray  # tested whatever it looks like


def report(cells: BatteryCells, read: Mapping[str, FloatArray], rng: np.random.Generator) -> Report:
    """Test cells that operators find good and some at random; damaged cells are never tested.

    A cell looks good whose label can be read, whose resistance is not far above its data sheet's, and which neither
    swells nor looks damaged. Packs with a bad record are tested half as often: the table does not have the record, so
    labels are missing for reasons that no model sees.
    """
    p, lot, n = cells.lots.p, cells.lot, len(cells.lot)
    with np.errstate(invalid="ignore"):
        good = read["pulse_r1s"] < p.bench_growth[lot] * read["label_resistance"]  # not where the label is unread
        is_lfp = read["label_voltage"] < _LFP_BELOW
    good &= (read["swelling"] < p.bench_swelling[lot]) & (read["surface_grade"] < p.bench_surface[lot])
    probability = p.bench_share[lot] * np.where(is_lfp, p.bench_share_lfp[lot], 1.0)
    probability *= np.where(cells.record > p.record_bound[lot], _HALVED, 1.0)
    uniform = rng.random((3, n))
    drawn = uniform[0] < p.bench_random[lot]
    tested = (drawn | (good & (uniform[1] < probability))) & (cells.hazard == 0)
    normal = rng.standard_normal((2, n))
    fade = cells.fade + p.bench_fade_sd[lot] * normal[0]
    growth = cells.growth + p.bench_resistance_rsd[lot] * (_PERCENT + cells.growth) * normal[1]
    klass = cells.klass.copy()
    mixed = np.flatnonzero(uniform[2] < p.bench_tags[lot])
    other = np.where(mixed + 1 < n, mixed + 1, mixed - 1)  # the tag of its neighbour
    klass[mixed], fade[mixed], growth[mixed] = cells.klass[other], fade[other], growth[other]
    return Report(klass, np.where(tested, fade, np.nan), np.where(tested, growth, np.nan), good, drawn)
