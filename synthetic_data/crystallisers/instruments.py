"""Readings of crystalliser instruments, and laboratory reports of charges and lots."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.purification.freezing import resistance_ratio
from synthetic_data.crystallisers.feed import CrystalliserFeed
from synthetic_data.crystallisers.freezing import FrozenLots
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.laboratory import Method, analysed

Columns = dict[str, FloatArray]
LABORATORIES = 2  # the spectrometer, and the one that takes its place
CARRIED = ("zinc", "tin", "indium")  # elements of the sample before that stay in the spectrometer's source
_CARRIED = [ELEMENTS.index(name) for name in CARRIED]
_COUNTED = ("ordered_nines", "scrap_share", "residue_share", "returned_share", "mould_uses")


def counted(feed: CrystalliserFeed) -> Columns:
    """Values from scales, counts or declarations when a lot begins, which are never missing."""
    return {name: feed.shown[name] for name in _COUNTED}


def before(feed: CrystalliserFeed) -> Columns:
    """Available readings when a lot begins, (units, periods) each."""
    return {name: values for name, values in feed.shown.items() if name not in _COUNTED}


def during(p: CrystalliserParameters, frozen: FrozenLots, faults: ActiveFaults, rng: np.random.Generator) -> Columns:
    """Readings of a lot, (units, periods) each."""
    n = rng.standard_normal((7, *frozen.rate.shape))
    score = p.image_floor * np.exp(p.image_floor_sd * n[0]) + p.image_per_trapped * frozen.trapped
    score = score + p.image_per_sudden * faults.strength["sudden"] + p.image_error * n[1]
    pressure = p.pressure_usual * np.exp(p.pressure_sd * n[2] + faults.strength["leak"])
    return {
        "seed_temperature": p.seed_usual + p.seed_sd * n[3],
        "melt_temperature": frozen.melt_temperature + p.thermometer_error * n[4],
        "freeze_time": frozen.hours * (1.0 + p.clock_error * n[5]),
        "interface_score": np.clip(score, 0.0, 1.0),
        "end_pressure": pressure * np.exp(p.gauge_error * n[6]),
    }


def late(p: CrystalliserParameters, contents: FloatArray, rng: np.random.Generator) -> Columns:
    """Measurements of a crystal of the lot weeks later, (units, periods)."""
    ratio = resistance_ratio(contents.sum(axis=0), p.purest_ratio, p.ratio_slope)
    return {"resistance_ratio": ratio * np.exp(p.ratio_sd * rng.standard_normal(ratio.shape))}


def feed_assays(p: CrystalliserParameters, charge: FloatArray, scatter: FloatArray, normals: FloatArray) -> FloatArray:
    """Mass spectrometry of dissolved charges, (elements, units, lots) [ppm].

    Parameters
    ----------
    p
        In force in these lots.
    charge
        True contents [ppm].
    scatter
        Content of each sample over that of its charge.
    normals
        Standard normal numbers.
    """
    limit = p.feed_limit
    method = Method(p.feed_sampling, p.feed_repeatability, limit / 3.0, limit, p.feed_digit)
    return analysed(charge * scatter, method, 1.0, normals)


def reads_high(p: CrystalliserParameters, bias: FloatArray, standard: FloatArray) -> FloatArray:
    """Factor by which glow-discharge mass spectrometry reads high, (elements, 1, lots).

    Parameters
    ----------
    p
        In force in these lots.
    bias
        Standard normal numbers of each spectrometer by element, (LABORATORIES, elements).
    standard
        Walk of the standards, (lots,).
    """
    which = np.where(p.laboratory < 1.5, bias[0][:, None], bias[1][:, None])[:, None]
    result: FloatArray = np.exp(p.laboratory_sd * which + p.standard_sd * standard)
    return result


def assays(
    p: CrystalliserParameters,
    contents: FloatArray,
    reads: FloatArray,
    carried: FloatArray,
    scatter: FloatArray,
    normals: FloatArray,
) -> FloatArray:
    """Glow-discharge mass spectrometry of lots, (elements, units, lots) [ppm].

    Parameters
    ----------
    p
        In force in these lots.
    contents
        True ones [ppm].
    reads
        As of `reads_high`.
    carried
        What the sample before leaves in the source of the elements CARRIED, (units, lots) [ppm].
    scatter
        Content of each sample over that of its lot.
    normals
        Standard normal numbers, (elements, units, lots).
    """
    limit = p.by_element("limit")[:, None]
    seen = contents.copy()
    for element in _CARRIED:
        seen[element] += carried
    return analysed(seen * scatter, Method(p.sampling, p.repeatability, limit / 3.0, limit, p.digit), reads, normals)
