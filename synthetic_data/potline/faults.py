"""Faults of pots: today's random onsets, durations, detection, and active faults."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.engine.plan import PlantEvent
from synthetic_data.plant.faults import between
from synthetic_data.potline.cell import Day
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import LASTING_FAULTS, PotStates

_HOURS = 24.0  # h/d
_EXPONENT_MOST = 3.0  # so that no state makes a fault more than 20 times as likely


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault: parameters that begin with its name say how often, how long and how soon detected."""

    name: str
    unit: float  # of its durations in the seed, in days
    seen_unit: float  # of its detection delays in the seed, in days


# The first LASTING_FAULTS go over days, the others end in the day.
KINDS = (
    FaultKind("spike", 1.0, 1.0 / _HOURS),
    FaultKind("sick", 1.0, 1.0),
    FaultKind("cold", 1.0, 1.0),
    FaultKind("pad", 1.0 / _HOURS, 1.0 / _HOURS),
    FaultKind("blockage", 1.0 / _HOURS, 1.0 / _HOURS),
)
UNIFORMS = len(KINDS) + 2  # a chance for each kind, one for the duration, one for the delay


def durations(p: PotlineParameters) -> tuple[FloatArray, FloatArray]:
    """Shortest and longest duration of each kind, in columns [d]."""
    units = [kind.unit for kind in KINDS]
    return _bounds(p, units, "short", "long")


def _bounds(p: PotlineParameters, units: list[float], low: str, high: str) -> tuple[FloatArray, FloatArray]:
    least = np.array([[p[f"{kind.name}_{low}"]] for kind in KINDS]) * np.array(units)[:, None]
    most = np.array([[p[f"{kind.name}_{high}"]] for kind in KINDS]) * np.array(units)[:, None]
    return least, most


def dust(p: PotlineParameters, residue: float) -> float:
    """Frequency of fault onsets with anodes of such a residue relative to good ones [1]."""
    return math.exp(p.spike_per_residue * (p.anode_residue_good - residue))


def start(
    p: PotlineParameters,
    pots: PotStates,
    day: Day,
    probabilities: FloatArray,
    dust: float,
    running: NDArray[np.bool_],
    lengths: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Start today's faults, `dust` times as often as with good anodes; durations [d], (kinds, pots), or 0.

    The chances are the same whatever the set-points are; the state moves only the thresholds.
    """
    near = np.exp(0.5 * np.minimum(-pots.acd_margin / p.fault_acd_width, _EXPONENT_MOST))
    rates = np.stack((
        (p.spike_rate / p.year * dust * p.anode_life / p.anodes) * day["new_anodes"] * near,
        (p.sick_rate / p.year * dust) * near,
        p.cold_rate / p.year * np.exp((p.superheat_usual - day["superheat"]) / p.cold_superheat_width),
        p.pad_rate / p.year * near * near,
        np.full_like(near, p.blockage_rate * p.feeders / p.year),
    ))  # fmt: skip
    onset = (probabilities[: len(KINDS)] < rates) & running
    onset[:LASTING_FAULTS] &= pots.fault_left <= 0.0
    lasts: FloatArray = onset * between(*lengths, probabilities[-2])
    pots.fault_left += lasts[:LASTING_FAULTS]
    np.minimum(pots.fault_left, 1.0, out=pots.fault_share)
    day["spike"], day["sick"], day["cold"] = pots.fault_share
    day["pad_hours"], day["blocked_hours"] = _HOURS * lasts[3], _HOURS * lasts[4]
    return lasts


def go_on(pots: PotStates) -> None:
    """Advance active faults by a day."""
    pots.fault_left = np.maximum(pots.fault_left - 1.0, 0.0)


def events(p: PotlineParameters, lasts: FloatArray, delays: FloatArray, first_day: float) -> list[PlantEvent]:
    """Events of a period from its onsets, (days, kinds, pots), and uniforms of detection (days, pots)."""
    days, kinds, pots = np.nonzero(lasts)
    lengths = lasts[days, kinds, pots]
    soonest, latest = _bounds(p, [kind.seen_unit for kind in KINDS], "seen_early", "seen_late")
    seen = np.minimum(between(soonest[kinds, 0], latest[kinds, 0], delays[days, pots]), lengths)
    onsets = first_day + days
    columns = (pots, kinds, onsets, onsets + seen, onsets + lengths)
    return [
        PlantEvent(pot, KINDS[k].name, *times) for pot, k, *times in zip(*(c.tolist() for c in columns), strict=True)
    ]
