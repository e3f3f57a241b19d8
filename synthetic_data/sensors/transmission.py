"""The dual-energy X-ray line under the belt: what two detectors report of each piece."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from physics.arrays import FloatArray
from physics.sorting.dual_energy import Scanner, condensed, log_ratio, log_ratio_noise, log_transmissions, sandwich
from synthetic_data.engine.parameters import ArrayParameters, PositiveArray
from synthetic_data.sorter.feed import FeedPieces
from synthetic_data.sorter.registration import Registration, blended

_BINS = 12  # energy bins of the spectrum
_PERCENT = 0.01
_PIXELS_PER_CM2 = 100.0  # 1/cm² at 1 mm
_THICKEST = 60.0  # g/cm² of the calibration wedge


class TransmissionParameters(ArrayParameters):
    """Parameters of the X-ray line from [plant.parameters], one value a lot; units as there."""

    tube_voltage: PositiveArray
    xrt_photons: PositiveArray
    xrt_noise_excess: FloatArray
    xrt_scatter: FloatArray
    xrt_scatter_sd: FloatArray
    xrt_uneven: FloatArray
    xrt_drift: FloatArray
    xrt_ratio_sd: FloatArray
    xrt_phase: FloatArray
    xrt_interval: PositiveArray
    xrt_transmission_rsd: FloatArray
    areal_rsd: FloatArray


@dataclass(frozen=True)
class CalibratedScanner:
    """Scanner calibrated with wedges of one material: attenuation by element, thickness by ln T_high."""

    scanner: Scanner
    table: FloatArray  # (E, k) cm²/g
    wedge: FloatArray  # (w,) g/cm²
    wedge_log_high: FloatArray  # (w,)


@cache
def line(kvp: float, elements: tuple[str, ...], wedge: str) -> CalibratedScanner:
    """Scanner of a tube voltage [kV] for these elements, calibrated with wedges of the element `wedge`."""
    scanner, table = condensed(sandwich(kvp), elements, _BINS)
    thickness = np.geomspace(1e-3, _THICKEST, 200)
    attenuation = np.repeat(table[[elements.index(wedge)]], len(thickness), axis=0)
    return CalibratedScanner(scanner, table, thickness, log_transmissions(attenuation, thickness, scanner)[1])


def calibration_hours(pieces: FeedPieces) -> FloatArray:
    """Hours since the detectors were set right in air when each lot of the block passes, shape (k,) [h].

    Reads `xrt_interval` [h].
    """
    p = pieces.lots.parameters.view(TransmissionParameters)
    hours: FloatArray = np.mod(24.0 * pieces.lots.day + p.xrt_phase, p.xrt_interval)
    return hours


def read(
    pieces: FeedPieces, registration: Registration, elements: tuple[str, ...], wedge: str, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Report of the line: xrt_log_ratio [1], xrt_transmission_low [1], xrt_areal_density [g/cm²].

    Two walls of unequal thickness make up a piece; scatter adds a little light to both detectors, so that thick pieces
    saturate; drift since the last calibration is common to a lot. Reads `tube_voltage` [kV], `xrt_photons` [count],
    `xrt_noise_excess` [1], `xrt_scatter` [1], `xrt_scatter_sd` [1], `xrt_uneven` [1], `xrt_drift` [1/h],
    `xrt_ratio_sd` [1], `xrt_phase` [h], `xrt_interval` [h], `xrt_transmission_rsd` [1], `areal_rsd` [1].
    """
    p, of_lot = (one.parameters.view(TransmissionParameters) for one in (pieces, pieces.lots))
    n = len(pieces.lot)
    at = line(float(p.tube_voltage[0]), elements, wedge)
    attenuation = ((_PERCENT * at.table.T) @ blended(pieces.content, pieces.mass, registration).T).T
    per_area = blended(pieces.mass / pieces.area, pieces.area, registration)
    normal = rng.standard_normal((5, n))
    uneven = np.clip(p.xrt_uneven * np.abs(normal[0]), 0.0, 0.9)
    low, high = np.zeros(n), np.zeros(n)
    scatter = p.xrt_scatter * np.exp(p.xrt_scatter_sd * normal[1])
    for side in (1.0 - uneven, 1.0 + uneven):
        for total, passed in zip((low, high), log_transmissions(attenuation, per_area * side, at.scanner), strict=True):
            light = np.exp(passed)
            total += 0.5 * np.log(light + scatter * (1.0 - light))
    photons = p.xrt_photons * _PIXELS_PER_CM2 * pieces.area
    drift = of_lot.xrt_drift * np.sqrt(calibration_hours(pieces)) * rng.standard_normal(len(pieces.lots.day))
    quantum = log_ratio_noise(low, high, photons, p.xrt_noise_excess)
    noise = np.sqrt(np.square(quantum) + np.square(p.xrt_ratio_sd))
    return {
        "xrt_log_ratio": log_ratio(low, high) + drift[pieces.lot] + noise * normal[2],
        "xrt_transmission_low": np.exp(low + p.xrt_transmission_rsd * normal[4]),
        "xrt_areal_density": np.interp(-high, -at.wedge_log_high, at.wedge) * np.exp(p.areal_rsd * normal[3]),
    }
