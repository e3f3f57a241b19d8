"""Windows of a spectrum: distribution of a head's lines over the counting windows of its detector.

Lines overlap: Kβ of an element falls on Kα of the next but one or two, a silicon escape peak of copper on iron, the sum
of two zinc photons on molybdenum. What each line adds to each window is a matrix that instrument and evaluation share.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.sorting.xray_detector import resolution, share_in_window

# Energy of each peak [keV]: means of Kα, Lα, Lβ (Elam, Ravel and Sieber 2002), and rhodium Kα scattered through 135°.
PEAKS = {
    "ti": 4.510,
    "cr": 5.412,
    "mn": 5.897,
    "fe": 6.401,
    "ni": 7.474,
    "cu": 8.040,
    "zn": 8.629,
    "pb_la": 10.541,
    "pb_lb": 12.597,
    "mo": 17.444,
    "compton": 18.897,
    "rayleigh": 20.167,
    "sn": 25.192,
    "sb": 26.272,
}
NAMES = tuple(PEAKS)
ENERGIES = np.array(list(PEAKS.values()))
# Kβ of the K lines that have a window above them to fall into, and Kβ over Kα of a thick piece, which hardly varies.
KBETA = {"ti": 4.934, "cr": 5.947, "mn": 6.492, "fe": 7.060, "ni": 8.267, "cu": 8.904, "zn": 9.570, "mo": 19.652}
KBETA_SHARE = 0.168
TAIL = 0.003  # 1/keV, by incomplete collection of charge
NOISE = 130.0  # eV, at the count rates of a belt: 180 eV wide at 5.9 keV
# Half of each window [eV]: half of the line's width; Compton scatter is spread by the range of angles.
HALF_WIDTHS = 0.5 * resolution(ENERGIES, NOISE)
_COMPTON = NAMES.index("compton")
HALF_WIDTHS[_COMPTON] = 400.0
_COMPTON_SPREAD = 500.0  # eV, full width by the range of scattering angles
_ESCAPE = 1.740  # keV
# Escape peak over line by the line's energy [keV]: `escape_share` with the attenuation of silicon.
_ESCAPE_ENERGIES = np.array([4.5, 5.4, 5.9, 6.4, 7.5, 8.0, 8.6, 10.5, 12.6])
_ESCAPE_SHARES = np.array([0.00565, 0.00396, 0.00327, 0.00271, 0.00184, 0.00156, 0.00129, 0.00075, 0.00045])
_SUMMED = ("cr", "fe", "ni", "cu", "zn", "pb_la", "pb_lb")  # peaks strong enough for coincident photons
_LEAST_SHARE = 0.02  # of a sum peak in a window, below which it is left out
_EV = 1000.0  # eV/keV


@dataclass(frozen=True)
class SumPeak:
    """Two photons counted as one: indices of the peaks and of their window, and the share in it."""

    first: int
    second: int
    window: int
    share: float  # of the pairs; of a peak with itself half, since each pair counts once


@dataclass(frozen=True)
class PeakWindows:
    """Contribution of each of the P peaks to each of the P windows of a detector.

    `noise` is its electronic noise [eV], `tail` the counts a keV that a line leaves below itself, over those in it.
    """

    noise: float = NOISE
    tail: float = TAIL

    def response(self, gain: float = 0.0) -> FloatArray:
        """Counts in each window per count in each peak, with Kβ, escape and tail: peaks by windows, (P, P).

        `gain` is the relative error of the energy scale: 0.001 shows a line of 8 keV 8 eV too high [1].
        """
        lines, widths = ENERGIES.copy(), resolution(ENERGIES, self.noise)
        widths[_COMPTON] = np.hypot(widths[_COMPTON], _COMPTON_SPREAD)
        escapes = np.interp(lines, _ESCAPE_ENERGIES, _ESCAPE_SHARES, right=0.0)[:, np.newaxis]
        total: FloatArray = self._shares(lines, widths, gain) + escapes * self._shares(lines - _ESCAPE, widths, gain)
        beta = [NAMES.index(name) for name in KBETA]
        total[beta] += KBETA_SHARE * self.shares(np.array(list(KBETA.values())), gain)
        below = lines[:, np.newaxis] > ENERGIES
        return total + self.tail * below * 2.0 * HALF_WIDTHS / _EV

    def shares(self, energies: FloatArray, gain: float = 0.0) -> FloatArray:
        """Share in each window of lines at some energies [keV], shape (lines, P)."""
        return self._shares(energies, resolution(energies, self.noise), gain)

    def sums(self) -> tuple[SumPeak, ...]:
        """Sum peaks that fall into a window."""
        result = []
        for i, j in itertools.combinations_with_replacement((NAMES.index(name) for name in _SUMMED), 2):
            pairs = self.shares(ENERGIES[[i]] + ENERGIES[[j]])[0] * (0.5 if i == j else 1.0)
            result += [SumPeak(i, j, int(k), float(pairs[k])) for k in np.flatnonzero(pairs > _LEAST_SHARE)]
        return tuple(result)

    def _shares(self, energies: FloatArray, widths: FloatArray, gain: float) -> FloatArray:
        offsets = _EV * ((1.0 + gain) * energies[:, np.newaxis] - ENERGIES)
        return share_in_window(offsets, HALF_WIDTHS, widths[:, np.newaxis])
