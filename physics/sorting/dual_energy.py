"""Dual-energy X-ray transmission: Beer-Lambert over the tube's spectrum, with a sandwich detector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.sorting.xray import mass_attenuation, tube_spectrum

_STEP = 1.0  # keV, energy bin of the spectrum before it is condensed
_LEAST_ENERGY = 15.5  # keV, below which nothing passes the tube's filter


@dataclass(frozen=True)
class Scanner:
    """Energy weights of two detectors.

    Attributes
    ----------
    energies
        Middles of the energy bins, shape (k,) [keV]
    low
        Share of the front detector's signal in each bin without an object, shape (k,), sum 1 [1]
    high
        The same of the detector behind the filter, shape (k,), sum 1 [1]
    """

    energies: FloatArray
    low: FloatArray
    high: FloatArray


# The detectors of a sandwich: scintillators and the filter between them, mass per area by element [g/cm²].
GADOLINIUM_OXYSULPHIDE = {"gd": 0.0665, "o": 0.0067, "s": 0.0068}  # 80 mg/cm²
COPPER_FILTER = {"cu": 0.5376}  # 0.6 mm
CAESIUM_IODIDE = {"cs": 0.9228, "i": 0.8812}  # 4 mm
ALUMINIUM_FILTER = {"al": 0.54}  # 2 mm


def sandwich(
    kvp: float,
    filters: Mapping[str, float] = ALUMINIUM_FILTER,
    front: Mapping[str, float] = GADOLINIUM_OXYSULPHIDE,
    between: Mapping[str, float] = COPPER_FILTER,
    back: Mapping[str, float] = CAESIUM_IODIDE,
) -> Scanner:
    """Scanner with two scintillators, which weight photons by energy: E S(E) times the absorbed share.

    Parameters
    ----------
    kvp
        Voltage of the tube [kV]
    filters
        Mass per area of the tube's filters by element [g/cm²]
    front
        Mass per area of the front scintillator by element [g/cm²]
    between
        Mass per area of the filter between the scintillators by element [g/cm²]
    back
        Mass per area of the back scintillator by element [g/cm²]

    Returns
    -------
    Scanner
        Energies and the weights of both detectors, by bins of 1 keV

    References
    ----------
    Beer-Lambert law; Kramers 1923 for the spectrum; no scatter.
    """
    energies = np.arange(_LEAST_ENERGY, kvp, _STEP)
    arriving = energies * tube_spectrum(kvp, energies, filters)
    low = arriving * (1.0 - np.exp(-_optical_depth(front, energies)))
    reaching = arriving * np.exp(-_optical_depth(front, energies) - _optical_depth(between, energies))
    high = reaching * (1.0 - np.exp(-_optical_depth(back, energies)))
    return Scanner(energies, low / low.sum(), high / high.sum())


def condensed(scanner: Scanner, elements: Sequence[str], bins: int) -> tuple[Scanner, FloatArray]:
    """Return a scanner with few bins of geometric width, and mean attenuation of the elements in each.

    Parameters
    ----------
    scanner
        Scanner of many bins
    elements
        Symbols of the E elements
    bins
        Number k of bins wanted [1]

    Returns
    -------
    tuple[Scanner, FloatArray]
        Scanner of k bins, and mass attenuation by element and bin, shape (E, k) [cm²/g]

    References
    ----------
    Mean over a bin by the signal of both detectors: 24 bins read the log ratio of an aluminium alloy 0.002 to 0.011
    low, all alloys alike, tested.
    """
    energies = scanner.energies
    edges = np.geomspace(energies[0], energies[-1], bins + 1)
    group = np.clip(np.searchsorted(edges, energies, side="right") - 1, 0, bins - 1)
    inside = group == np.arange(bins)[:, None]  # (k, fine)
    share = inside * (scanner.low + scanner.high)
    share /= share.sum(axis=1, keepdims=True)
    table = np.stack([mass_attenuation(element, energies) for element in elements])
    return Scanner(share @ energies, inside @ scanner.low, inside @ scanner.high), table @ share.T


def log_transmissions(
    attenuation: FloatArray, mass_per_area: FloatArray, scanner: Scanner
) -> tuple[FloatArray, FloatArray]:
    """Logarithm of the transmission that each detector sees: ln sum_E w(E) exp(-mu(E) m).

    Parameters
    ----------
    attenuation
        Mass attenuation coefficient of each object, shape (n, k), quickest in Fortran order [cm²/g]
    mass_per_area
        Mass of each object per area of the beam, shape (n,) [g/cm²]
    scanner
        The detectors' weights, of k bins

    Returns
    -------
    tuple[FloatArray, FloatArray]
        ln T_low and ln T_high, each of shape (n,) and not above 0 [1]

    References
    ----------
    Beer-Lambert law over a spectrum.
    """
    low, high = np.zeros(len(attenuation)), np.zeros(len(attenuation))
    # Bin by bin: what is at work stays in the processor's cache, where exp costs a third.
    for coefficient, of_low, of_high in zip(attenuation.T, scanner.low, scanner.high, strict=True):
        passed = np.exp(-coefficient * mass_per_area)
        low += of_low * passed
        high += of_high * passed
    return np.log(low), np.log(high)


def log_ratio(log_low: Numeric, log_high: Numeric) -> FloatArray:
    """Feature of dual-energy sorters, R = ln T_low / ln T_high: rises with atomic number.

    Parameters
    ----------
    log_low
        Logarithm of the front detector's transmission, below 0 [1]
    log_high
        Logarithm of the back detector's transmission, below 0 [1]

    Returns
    -------
    FloatArray
        Log ratio R [1]

    References
    ----------
    Definition; Xiong, Ye and Xu 2021 use R over ln T_low.
    """
    result: FloatArray = np.asarray(log_low, dtype=np.float64) / log_high
    return result


def log_ratio_noise(
    log_low: Numeric,
    log_high: Numeric,
    photon_count: Numeric,
    excess: Numeric = 1.45,
) -> FloatArray:
    """Quantum noise of the log ratio: R sqrt(1/(N T_low ln²T_low) + 1/(N T_high ln²T_high)) x excess.

    Parameters
    ----------
    log_low
        Logarithm of the front detector's transmission, below 0 [1]
    log_high
        Logarithm of the back detector's transmission, below 0 [1]
    photon_count
        Photons N without an object over all pixels of the piece, of each detector [count]
    excess
        Noise over Poisson's, from detectors that weigh a photon by its energy and absorb only a part of them [1]

    Returns
    -------
    FloatArray
        Standard deviation of R [1]

    References
    ----------
    Poisson statistics; excess 1.45 gives 0.02, 0.008 and 0.004 at 2, 5 and 10 mm of aluminium for 200 pixels of 2e4
    photons, computed for a sandwich detector.
    """
    low, high = np.asarray(log_low, dtype=np.float64), np.asarray(log_high, dtype=np.float64)
    variance = np.exp(-low) / (low * low) + np.exp(-high) / (high * high)
    result: FloatArray = np.abs(low / high) * np.sqrt(variance / photon_count) * excess
    return result


def _optical_depth(layer: Mapping[str, float], energies: FloatArray) -> FloatArray:
    depth = np.zeros(energies.shape)
    for element, mass_per_area in layer.items():
        depth += mass_attenuation(element, energies) * mass_per_area
    return depth
