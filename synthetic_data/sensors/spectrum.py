"""Detectors of the X-ray head: photons of a piece counted in windows of the spectrum.

Each piece passes below one of several detectors side by side, which differ a little. The energy scale drifts from one
check on the reference tile to the next, the tube fades until it is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from physics.arrays import FloatArray
from physics.sorting.fluorescence import dwell
from physics.sorting.xray import line_energy
from physics.sorting.xray_detector import live_share, sum_peak
from physics.sorting.xray_windows import HALF_WIDTHS, NAMES, PeakWindows, SumPeak
from synthetic_data.engine.parameters import ArrayParameters, CountArray, PartialShareArray, PositiveArray, ShareArray
from synthetic_data.engine.plan import RunPlan
from synthetic_data.sensors.fluorescence import LINES, Light
from synthetic_data.sorter.feed import FeedPieces

_HOURS = 24.0  # h/d
_STEP = 0.002  # of the gain, over which the response is taken as a parabola
_NORMAL_FROM = 50.0  # counts, from which a normal draw is as good as Poisson's
_EV = 1000.0  # eV/keV
_SCATTER = [NAMES.index(name) for name in ("compton", "rayleigh")]
_OWN = [i for i in range(len(NAMES)) if i not in _SCATTER]  # windows of LINES, in their order
COLUMNS = tuple(f"rate_{name}" for name in NAMES)


class DetectorParameters(ArrayParameters):
    """Parameters of tube and detectors from [plant.parameters], one value a lot; units as there."""

    belt_speed: PositiveArray
    tube_age: FloatArray
    tube_life: PositiveArray
    tube_fade: ShareArray
    tube_output: FloatArray
    running: FloatArray
    chord_low: ShareArray
    detectors: CountArray
    detector_rsd: FloatArray
    gain_rsd: FloatArray
    gain_drift: FloatArray
    gain_offset: FloatArray
    tile_interval: PositiveArray
    tile_missed: PartialShareArray
    noise: FloatArray
    tail: FloatArray
    dead_time: FloatArray
    pair_time: FloatArray
    missed_piece: ShareArray


@dataclass(frozen=True)
class Detectors:
    """State of tube and detectors when each piece passes; hidden but for the two clocks, one value a lot."""

    tile_hours: FloatArray  # (k,) since the last check on the reference tile [h]
    tube_age: FloatArray  # (k,) running time of the tube [h]
    gain: FloatArray  # (n,) relative error of the energy scale [1]
    output: FloatArray  # (n,) intensity over that of a new tube and a usual detector [1]
    noise: float  # electronic noise [eV]
    tail: float  # counts a keV below a line over those in it [1/keV]


def detectors(plan: RunPlan, pieces: FeedPieces, rng: np.random.Generator) -> Detectors:
    """Tube and detectors at each piece.

    Reads `detectors` [count], `detector_rsd` [1], `gain_rsd` [1] between detectors, `gain_drift` [1] a day,
    `tile_interval` [h], `tile_missed` [1], `running` [h/d], `tube_age` [h] at the start, `tube_life` [h], `tube_fade`
    [1] over the life, `tube_output` [1], `gain_offset` [1], `noise` [eV], `tail` [1/keV].
    """
    p, days, lot = pieces.lots.parameters.view(DetectorParameters), pieces.lots.day, pieces.lot
    heads = round(plan.plant.value("detectors"))
    own_gain, own_output = plan.plant_stream().standard_normal((2, heads))
    tile_hours = np.mod(_HOURS * days, p.tile_interval) + p.tile_interval * (rng.geometric(1.0 - p.tile_missed) - 1.0)
    tube_age = np.mod(p.tube_age + p.running * days, p.tube_life)
    drift = p.gain_offset + p.gain_drift * np.sqrt(tile_hours / _HOURS) * rng.standard_normal(len(days))
    output = p.tube_output * (1.0 - p.tube_fade * tube_age / p.tube_life)
    head, of_piece = rng.integers(heads, size=len(lot)), pieces.parameters.view(DetectorParameters)
    return Detectors(
        tile_hours,
        tube_age,
        drift[lot] + of_piece.gain_rsd * own_gain[head],
        output[lot] * np.exp(of_piece.detector_rsd * own_output[head]),
        plan.plant.value("noise"),
        plan.plant.value("tail"),
    )


def read(pieces: FeedPieces, light: Light, state: Detectors, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Rates `rate_<window>` [count/ms] and `live_time` [ms] of each piece; NaN where the head missed it.

    Reads `belt_speed` [m/s], `chord_low` [1], the least part of its size that a piece shows along the spot's way,
    `dead_time` [µs], `pair_time` [µs], `missed_piece` [1].
    """
    p, n = pieces.parameters.view(DetectorParameters), len(pieces.lot)
    along = p.chord_low + (1.0 - p.chord_low) * rng.random(n)
    live = dwell(along * pieces.size, p.belt_speed) * live_share(light.total, p.dead_time)
    arriving = _arriving(light, state)
    for pair in _sums(state.noise):
        first, second = (light.lines[_OWN.index(peak)] for peak in (pair.first, pair.second))
        arriving[pair.window] += pair.share * sum_peak(first, second, p.pair_time)
    arriving *= live
    _count(arriving, rng)
    rates = np.divide(arriving, live, out=arriving)
    missed = rng.random(n) < p.missed_piece
    rates[:, missed], live[missed] = np.nan, np.nan
    return {**dict(zip(COLUMNS, rates, strict=True)), "live_time": live}


def _arriving(light: Light, state: Detectors) -> FloatArray:
    """Photons in each window, (P, n) [count/ms]: lines, their overlaps and tails, scattered continuum."""
    still, slope, bend = _response(state.noise, state.tail)
    photons = np.concatenate([light.lines, light.scatter])
    result: FloatArray = bend.T @ photons
    for coefficients in (slope, still):  # a parabola of the gain, in place
        result *= state.gain
        result += coefficients.T @ photons
    width = 2.0 * HALF_WIDTHS / _EV
    below = _OWN + [NAMES.index("mo")] * len(_SCATTER)
    for window, line in zip(_OWN + _SCATTER, below, strict=True):
        result[window] += light.background[_OWN.index(line)] * width[window]
    return np.maximum(result, 0.0, out=result)


@cache
def _response(noise: float, tail: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Contribution of each line's and scattered peak's photon to each window, and its change with gain."""
    windows = PeakWindows(noise, tail)
    further = np.array([line_energy(*line) for line in LINES[len(_OWN) :]])
    low, still, high = (
        np.vstack([full[_OWN], windows.shares(further, gain), full[_SCATTER]])
        for gain, full in ((gain, windows.response(gain)) for gain in (-_STEP, 0.0, _STEP))
    )
    return still, (high - low) / (2.0 * _STEP), (high - 2.0 * still + low) / (2.0 * _STEP**2)


@cache
def _sums(noise: float) -> tuple[SumPeak, ...]:
    return PeakWindows(noise).sums()


def _count(expected: FloatArray, rng: np.random.Generator) -> None:
    """Draw counts about what is expected of them, in place."""
    flat = expected.reshape(-1, copy=False)
    many = flat > _NORMAL_FROM
    few, many_of = np.flatnonzero(~many), np.flatnonzero(many)
    flat[few] = rng.poisson(flat[few])
    mean = flat[many_of]
    drawn = np.sqrt(mean)
    drawn *= rng.standard_normal(len(mean))
    drawn += mean
    flat[many_of] = np.rint(drawn, out=drawn)
