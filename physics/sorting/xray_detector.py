"""Silicon drift detector behind air and beryllium: resolution, efficiency, artefacts, counting."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.sorting.fluorescence import transmission
from physics.special import erf

AIR = {"n": 0.755, "o": 0.232, "ar": 0.013}  # weight shares
AIR_DENSITY = 1.205e-3  # g/cm³ at 20 °C

_BERYLLIUM_DENSITY = 1.848  # g/cm³
_SILICON_DENSITY = 2.33  # g/cm³
_SILICON_YIELD, _SILICON_JUMP, _SILICON_SELF = 0.0429, 10.37, 358.9  # K shell: yield, jump, attenuation of Kα in cm²/g
_PAIR_ENERGY = 3.65  # eV an electron-hole pair in silicon
_WIDTH = 2.0 * np.sqrt(2.0 * np.log(2.0))  # full width at half maximum of a Gaussian over its standard deviation


def resolution(energy: Numeric, noise: Numeric = 70.0, fano: Numeric = 0.115) -> FloatArray:
    """Full width at half maximum of a line in a silicon detector: FWHM² = noise² + 2.355² 3.65 eV F E.

    Parameters
    ----------
    energy
        Energy of the line E [keV]
    noise
        Electronic noise, about 70 at fast shaping and twice that at the count rates of a belt [eV]
    fano
        Fano factor F of silicon [1]

    Returns
    -------
    FloatArray
        Full width at half maximum [eV]

    References
    ----------
    Knoll, Radiation Detection and Measurement (recalled): statistics of electron-hole pairs.
    """
    pairs = _WIDTH**2 * _PAIR_ENERGY * fano * 1000.0 * np.asarray(energy, dtype=np.float64)
    return np.asarray(np.sqrt(np.square(noise) + pairs))[()]


def detector_efficiency(
    air_attenuation: Numeric,
    window_attenuation: Numeric,
    crystal_attenuation: Numeric,
    air_path: Numeric = 30.0,
    window_thickness: Numeric = 12.5,
    crystal: Numeric = 0.5,
) -> FloatArray:
    """Share of a line's photons that pass air and beryllium window and stop in the silicon crystal.

    Parameters
    ----------
    air_attenuation
        Mass attenuation coefficient of air at the line [cm²/g]
    window_attenuation
        Mass attenuation coefficient of beryllium at the line [cm²/g]
    crystal_attenuation
        Mass attenuation coefficient of silicon at the line [cm²/g]
    air_path
        Way through air from piece to window [mm]
    window_thickness
        Thickness of the window [µm]
    crystal
        Thickness of the crystal [mm]

    Returns
    -------
    FloatArray
        Efficiency [1]

    References
    ----------
    Lambert's law.
    """
    through_air = transmission(air_attenuation, AIR_DENSITY, 1000.0 * np.asarray(air_path))
    through_window = transmission(window_attenuation, _BERYLLIUM_DENSITY, window_thickness)
    return (
        through_air
        * through_window
        * (1.0 - transmission(crystal_attenuation, _SILICON_DENSITY, 1000.0 * np.asarray(crystal)))
    )


def escape_share(crystal_attenuation: Numeric) -> FloatArray:
    """Counts of a line's escape peak, 1.74 keV below it, over those of the line.

    The crystal's own fluorescence leaves it with probability 0.5 omega (1 - 1/J) (1 - x ln(1 + 1/x)), where x is
    silicon's attenuation of its own line over that of the line detected.

    Parameters
    ----------
    crystal_attenuation
        Mass attenuation coefficient of silicon at the line, above 0 [cm²/g]

    Returns
    -------
    FloatArray
        Escape peak over line [1]

    References
    ----------
    Reed and Ware 1972 (J. Phys. E 5) (recalled); yield and jump of Elam, Ravel and Sieber 2002.
    """
    x = _SILICON_SELF / np.asarray(crystal_attenuation, dtype=np.float64)
    lost = 0.5 * _SILICON_YIELD * (1.0 - 1.0 / _SILICON_JUMP) * (1.0 - x * np.log1p(1.0 / x))
    return lost / (1.0 - lost)


def share_in_window(offset: Numeric, half_width: Numeric, line_width: Numeric) -> FloatArray:
    """Share of a Gaussian line that falls into a window of the spectrum.

    Parameters
    ----------
    offset
        Energy of the line less that of the window's middle [eV]
    half_width
        Half of the window's width [eV]
    line_width
        Full width of the line at half maximum, above 0 [eV]

    Returns
    -------
    FloatArray
        Share of the line's counts [1]

    References
    ----------
    Integral of the normal distribution.
    """
    scale = _WIDTH / (np.sqrt(2.0) * np.asarray(line_width, dtype=np.float64))
    low, high = np.asarray(offset) - half_width, np.asarray(offset) + half_width
    return np.asarray(0.5 * (erf(high * scale) - erf(low * scale)))[()]


def live_share(rate: Numeric, dead_time: Numeric) -> FloatArray:
    """Live time share of a non-paralysable detector: 1 / (1 + r tau).

    Parameters
    ----------
    rate
        Photons that arrive r [count/ms]
    dead_time
        Dead time tau after each [µs]

    Returns
    -------
    FloatArray
        Live time over time [1]

    References
    ----------
    Knoll, Radiation Detection and Measurement (recalled): non-paralysable detector.
    """
    return 1.0 / (1.0 + 1e-3 * np.asarray(rate, dtype=np.float64) * dead_time)


def sum_peak(rate: Numeric, other_rate: Numeric, pair_time: Numeric) -> FloatArray:
    """Count rate of the sum peak of two lines, from photons too close in time to be distinguished.

    Two different lines give r1 r2 tau; a line with itself gives half of that, since each pair counts once.

    Parameters
    ----------
    rate
        Rate of the first line r1 [count/ms]
    other_rate
        Rate of the second line r2 [count/ms]
    pair_time
        Time tau within which two photons count as one [µs]

    Returns
    -------
    FloatArray
        Rate at the sum of the energies [count/ms]

    References
    ----------
    Poisson statistics of arrival times, to first order in r tau.
    """
    return 1e-3 * np.asarray(rate, dtype=np.float64) * other_rate * pair_time


def detection_limit(content: Numeric, counts: Numeric, background: Numeric) -> FloatArray:
    """Content three standard deviations above a background: 3 sqrt(2 B) w / N, 2 B at least one count.

    Parameters
    ----------
    content
        Content w at which the line was measured [wt%]
    counts
        Net counts N of the line at that content, above 0 [count]
    background
        Counts B below the line, from as many neighbouring channels [count]

    Returns
    -------
    FloatArray
        Limit of detection [wt%]

    References
    ----------
    IUPAC's 3 sigma criterion on Poisson counts.
    """
    return 3.0 * np.sqrt(np.maximum(2.0 * np.asarray(background), 1.0)) * content / np.asarray(counts, dtype=np.float64)
