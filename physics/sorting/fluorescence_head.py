"""X-ray head above a belt: tube, filter and detector as tables over elements, energies and lines.

Made once, it turns compositions into what the detector sees by a few products of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.atoms import ATOMS
from physics.sorting import xray
from physics.sorting.fluorescence import BACKSCATTER_HALF_SINE, BACKSCATTER_SHARE, backscatter, enhancement
from physics.sorting.xray_detector import AIR, detector_efficiency

_STEP = 0.1  # keV, over which the tables of a bin are averaged
_COMPTON_ATTENUATION = 1.2  # over that of the unscattered line: (20.2 keV / 18.9 keV)^2.8

Line = tuple[str, str]  # element, and a line or group of lines by its Siegbahn name: Ka, Kb, La, Lb


@dataclass(frozen=True)
class Tube:
    """Voltage [kV], filters by element [g/cm²] and share of photons in rhodium's K lines [1]."""

    kvp: float
    filters: Mapping[str, float]
    rhodium: float = 0.0


@dataclass(frozen=True, eq=False)
class Head:
    """Tables of a head for E elements, B bins of the tube's energies and L lines.

    Attributes
    ----------
    elements, lines
        What the tables are over; compositions have a column for each of `elements`
    photons
        Share of the tube's photons in each bin, shape (B,) [1]
    spectrum
        Share of the tube's photons a keV at each line, shape (L,) [1/keV]
    attenuation_in, attenuation_out
        Mass attenuation of each element in each bin and at each line, shapes (E, B) and (E, L) [cm²/g]
    scattering_in, scattering_out
        Coefficient of backscatter, likewise [cm²/g]
    emission
        Coefficient by which photons of each bin excite each line, shape (L, B) [cm²/g]
    excited
        First bin that excites each line, L numbers
    efficiency_in, efficiency_out
        Efficiency of the detector in each bin and at each line, shapes (B,) and (L,) [1]
    backscatter
        Coefficients of Compton and Rayleigh backscatter of rhodium's line, shape (E, 2) [cm²/g]
    rhodium_bin, rhodium_share
        Bin of that line, and its share of the tube's photons [1]
    """

    elements: tuple[str, ...]
    lines: tuple[Line, ...]
    photons: FloatArray
    spectrum: FloatArray
    attenuation_in: FloatArray
    attenuation_out: FloatArray
    scattering_in: FloatArray
    scattering_out: FloatArray
    emission: FloatArray
    excited: tuple[int, ...]
    efficiency_in: FloatArray
    efficiency_out: FloatArray
    backscatter: FloatArray
    rhodium_bin: int
    rhodium_share: float

    @classmethod
    def of(cls, elements: Sequence[str], lines: Sequence[Line], edges: FloatArray, tube: Tube, air_path: float) -> Head:
        """Tables for bins between `edges` [keV] and a detector behind `air_path` of air [mm]."""
        fine = np.arange(edges[0] + _STEP / 2, edges[-1], _STEP)
        continuum = (1.0 - tube.rhodium) * xray.tube_spectrum(tube.kvp, fine, tube.filters)
        photons = continuum.copy()
        rhodium = np.argmin(np.abs(fine - xray.line_energy("rh", "Ka")))
        photons[rhodium] += tube.rhodium
        bins = np.searchsorted(edges, fine, side="right") - 1
        shares: FloatArray = np.bincount(bins, photons).astype(np.float64)
        at_lines = np.array([xray.line_energy(*line) for line in lines])

        def mean(rows: FloatArray) -> FloatArray:
            """Mean of each row over each bin, by photons."""
            return np.array([np.bincount(bins, photons * row) for row in rows]) / shares

        def table(coefficient: Callable[[str, FloatArray], FloatArray], energies: FloatArray) -> FloatArray:
            return np.array([coefficient(element, energies) for element in elements])

        def form_factor(element: str) -> float:
            return xray.form_factor(element, xray.line_energy("rh", "Ka"), BACKSCATTER_HALF_SINE)

        emission = mean(np.array([xray.fluorescence_constant(*line, fine) for line in lines]))
        total, total_out = (table(xray.mass_attenuation, energies) for energies in (fine, at_lines))
        photo, photo_out = (table(xray.photoabsorption, energies) for energies in (fine, at_lines))
        return cls(
            elements=tuple(elements),
            lines=tuple(lines),
            photons=shares,
            spectrum=np.interp(at_lines, fine, continuum / _STEP),
            attenuation_in=mean(total),
            attenuation_out=total_out,
            scattering_in=BACKSCATTER_SHARE * mean(total - photo),
            scattering_out=BACKSCATTER_SHARE * (total_out - photo_out),
            emission=emission,
            excited=tuple(int(np.flatnonzero(row)[0]) for row in emission),
            efficiency_in=mean(_efficiency(fine, air_path)[np.newaxis])[0],
            efficiency_out=_efficiency(at_lines, air_path),
            backscatter=np.array([backscatter(*ATOMS[element], form_factor(element)) for element in elements]),
            rhodium_bin=int(bins[rhodium]),
            rhodium_share=tube.rhodium,
        )

    def emitted(self, contents: FloatArray, incidence: Numeric, take_off: Numeric) -> FloatArray:
        """Detected photons of each line from n pieces, excited by the tube alone.

        Parameters
        ----------
        contents
            Composition, shape (n, E) [wt%]
        incidence, take_off
            Sines of the angles to the surface, scalar or shape (n,) [1]

        Returns
        -------
        FloatArray
            Photons of each line for one of the tube, shape (n, L) [1]

        References
        ----------
        Sherman 1955 (Spectrochim. Acta 7), as `physics.sorting.fluorescence.primary_emission`.
        """
        shares = 0.01 * contents.T
        return self._lines(shares, *self._paths(shares, incidence, take_off)).T

    def coated(
        self,
        contents: FloatArray,
        layer: FloatArray,
        mass_per_area: FloatArray,
        incidence: Numeric,
        take_off: Numeric,
    ) -> FloatArray:
        """Emission as in `emitted`, through a layer that absorbs both ways and adds its own lines.

        Parameters
        ----------
        contents
            Composition of the metal, shape (n, E) [wt%]
        layer
            Composition of the layer, shape (n, E) [wt%]
        mass_per_area
            Of the layer, shape (n,) [g/cm²]
        incidence, take_off
            Sines of the angles to the surface, scalar or shape (n,) [1]

        Returns
        -------
        FloatArray
            Photons of each line for one of the tube, shape (n, L) [1]

        References
        ----------
        Sherman 1955 (Spectrochim. Acta 7) for a layer of finite thickness; what excites across the border is left out.
        """
        metal, over = 0.01 * contents.T, 0.01 * layer.T
        inward, outward = self._paths(metal, incidence, take_off)
        over_in, over_out = self._paths(over, incidence, take_off)
        entry, leaving = np.exp(-over_in * mass_per_area), np.exp(-over_out * mass_per_area)
        own = self._lines(over, over_in, over_out) - leaving * self._lines(over, over_in, over_out, entry)
        return (leaving * self._lines(metal, inward, outward, entry) + own).T

    def _paths(self, shares: FloatArray, incidence: Numeric, take_off: Numeric) -> tuple[FloatArray, FloatArray]:
        """Attenuation along the way in, shape (B, n), and out, shape (L, n), of shares (E, n) [cm²/g]."""
        inward, outward = self.attenuation_in.T @ shares, self.attenuation_out.T @ shares
        return np.divide(inward, incidence, out=inward), np.divide(outward, take_off, out=outward)

    def _lines(
        self, shares: FloatArray, inward: FloatArray, outward: FloatArray, entry: FloatArray | None = None
    ) -> FloatArray:
        """Lines of a thick piece reached by the share `entry`, shape (B, n), of exciting photons; (L, n)."""
        result = np.empty(outward.shape)
        for i, (element, _) in enumerate(self.lines):
            excited = self.excited[i]
            path = inward[excited:] + outward[i]
            np.divide(1.0, path, out=path)
            if entry is not None:
                path *= entry[excited:]
            weights = self.efficiency_out[i] * self.photons[excited:] * self.emission[i, excited:]
            result[i] = shares[self.elements.index(element)] * (weights @ path)
        return result

    def enhancement(self, contents: FloatArray, sine: float) -> FloatArray:
        """Photons of each line that the metal's own lines excite, over those that the tube excites.

        Parameters
        ----------
        contents
            Composition, shape (n, E) [wt%]
        sine
            Sine of both angles to the surface [1]

        Returns
        -------
        FloatArray
            Secondary over primary emission, shape (n, L); 0 where an element is absent or nothing excites it [1]

        References
        ----------
        Sherman 1955 (Spectrochim. Acta 7); Shiraiwa and Fujino 1966 (Jpn. J. Appl. Phys. 5).
        """
        shares = 0.01 * contents
        inward, outward = shares @ self.attenuation_in, shares @ self.attenuation_out
        at_lines = np.array([xray.line_energy(*line) for line in self.lines])
        result = np.zeros(outward.shape)
        for i, line in enumerate(self.lines):
            weak = self.photons * self.emission[i] / (inward + outward[:, [i]])
            by_lines = xray.fluorescence_constant(*line, at_lines)
            for j in np.flatnonzero(by_lines):
                amount = 0.5 * by_lines[j] * shares[:, [self.elements.index(self.lines[j][0])]]
                length = enhancement(inward, outward[:, [i]], outward[:, [j]], sine, sine)
                strong = self.photons * self.emission[j] / (inward + outward[:, [i]])
                result[:, i] += np.sum(amount * strong * length, axis=1) / weak.sum(axis=1)
        return result

    def scattered(self, contents: FloatArray, incidence: Numeric, take_off: Numeric) -> tuple[FloatArray, FloatArray]:
        """Detected photons of the tube that the metal scatters back.

        Parameters
        ----------
        contents
            Composition, shape (n, E) [wt%]
        incidence, take_off
            Sines of the angles to the surface, scalar or shape (n,) [1]

        Returns
        -------
        tuple[FloatArray, FloatArray]
            All scattered photons for one of the tube, shape (n,) [1], and those a keV below each line, shape (n, L)

        References
        ----------
        As `emitted`, with the coefficient of scattering in place of that of emission, and no change of energy.
        """
        shares = 0.01 * contents
        ways = 1.0 / np.asarray(incidence) + 1.0 / np.asarray(take_off)
        below = (shares @ (self.scattering_out * self.spectrum * self.efficiency_out)) / (shares @ self.attenuation_out)
        whole = (shares @ self.scattering_in) / (shares @ self.attenuation_in) @ (self.photons * self.efficiency_in)
        return whole / ways, below / ways[..., np.newaxis]

    def rhodium(self, contents: FloatArray, incidence: Numeric, take_off: Numeric) -> FloatArray:
        """Detected photons of the tube's rhodium line that the metal scatters back, Compton and Rayleigh.

        Parameters
        ----------
        contents
            Composition, shape (n, E) [wt%]
        incidence, take_off
            Sines of the angles to the surface, scalar or shape (n,) [1]

        Returns
        -------
        FloatArray
            Photons of the two peaks for one of the tube, shape (n, 2) [1]

        References
        ----------
        As `emitted`, with `physics.sorting.fluorescence.backscatter` in place of the coefficient of emission.
        """
        shares = 0.01 * contents
        way_in = (shares @ self.attenuation_in[:, self.rhodium_bin]) / incidence
        way_out = (shares @ self.attenuation_in[:, self.rhodium_bin]) / take_off
        ways = np.stack([way_in + _COMPTON_ATTENUATION * way_out, way_in + way_out], axis=-1)
        result: FloatArray = self.rhodium_share * self.efficiency_in[self.rhodium_bin] * (shares @ self.backscatter)
        return result / ways


def _efficiency(energies: FloatArray, air_path: float) -> FloatArray:
    """Efficiency of the detector behind so much air [mm], in the shape of `energies` [keV]."""
    air = np.sum([share * xray.mass_attenuation(element, energies) for element, share in AIR.items()], axis=0)
    window, crystal = xray.mass_attenuation("be", energies), xray.mass_attenuation("si", energies)
    return detector_efficiency(air, window, crystal, air_path)
