"""X-rays and matter: attenuation, fluorescence, tube spectrum, from tables of Elam, Ravel and Sieber.

All tables are cached, so that a simulator pays for an element and a grid of energies once. Energies are in keV,
elements are named as in a seed: in lower or upper case.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.sorting import xray_tables

_EV = 1000.0  # eV/keV
# Edges from the innermost: an energy above one of them also ionises all that follow.
_EDGES = ("K", "L1", "L2", "L3")


def mass_attenuation(element: str, energies: Numeric) -> FloatArray:
    """Mass attenuation of an element: photoabsorption, coherent and incoherent scattering together.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    energies
        Photon energies, 0.1 to 800, any shape [keV]

    Returns
    -------
    FloatArray
        Mass attenuation coefficient, in the shape of `energies` [cm²/g]

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    return _on_grid(element, energies, "total")


def photoabsorption(element: str, energies: Numeric) -> FloatArray:
    """Mass coefficient of photoabsorption of an element, the basis of fluorescence and detection.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    energies
        Photon energies, 0.1 to 800, any shape [keV]

    Returns
    -------
    FloatArray
        Mass coefficient of photoabsorption, in the shape of `energies` [cm²/g]

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    return _on_grid(element, energies, "photo")


def line_energy(element: str, line: str) -> float:
    """Energy of an emission line, or the mean energy of a group of lines.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    line
        Siegbahn name of a line (Ka1) or of a group (Ka, Kb, La, Lb), whose mean by intensity is given

    Returns
    -------
    float
        Energy of the line [keV]

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    lines = _lines(element, line)
    weight = sum(intensity for _, _, intensity in lines)
    return float(sum(energy * intensity for energy, _, intensity in lines) / weight)


def edge_energy(element: str, edge: str) -> float:
    """Energy of an absorption edge.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    edge
        Name of the edge: K, L1, L2 or L3

    Returns
    -------
    float
        Energy of the edge [keV]

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    return _edges(element)[edge].energy / _EV


def fluorescence_yield(element: str, edge: str) -> float:
    """Share of the vacancies of a shell that emit a photon.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    edge
        Name of the shell's edge: K, L1, L2 or L3

    Returns
    -------
    float
        Fluorescence yield omega [1]

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    return _edges(element)[edge].fluorescence_yield


def edge_jump(element: str, edge: str) -> float:
    """Photoabsorption just above an edge over that just below it.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    edge
        Name of the edge: K, L1, L2 or L3

    Returns
    -------
    float
        Jump ratio J [1]

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    return _edges(element)[edge].jump_ratio


def fluorescence_constant(element: str, line: str, energies: FloatArray) -> FloatArray:
    """Mass coefficient of line emission by one photon: tau(E) (1 - 1/J) omega f_line, 0 below the edge.

    Above the edges of inner shells, tau is divided by their jumps too: what they take cannot ionise this shell. The
    constant of a group is the sum over its lines. Coster-Kronig transfer of vacancies from L1 and L2 to L3 is left out:
    it would multiply lead's Lα by 1.29, so that this one is 22 % weaker than with it.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    line
        Siegbahn name of a line (Ka1) or of a group (Ka, Kb, La, Lb)
    energies
        Energies of the exciting photons, any shape [keV]

    Returns
    -------
    FloatArray
        Emission coefficient, in the shape of `energies` [cm²/g]

    References
    ----------
    Sherman 1955 (Spectrochim. Acta 7), the fundamental parameters of a line; Elam, Ravel and Sieber 2002.
    """
    grid = np.asarray(energies, dtype=np.float64)
    tau = photoabsorption(element, grid)
    result = np.zeros(grid.shape)
    for _, edge, intensity in _lines(element, line):
        left = np.ones(grid.shape)
        for inner in _EDGES[: _EDGES.index(edge)]:
            left /= np.where(grid >= edge_energy(element, inner), edge_jump(element, inner), 1.0)
        emitted = (1.0 - 1.0 / edge_jump(element, edge)) * fluorescence_yield(element, edge) * intensity
        result += np.where(grid >= edge_energy(element, edge), tau * left * emitted, 0.0)
    return result


def form_factor(element: str, energy: float, half_sine: float) -> float:
    """Electrons that scatter in phase, as if the atom were at rest: the atomic form factor.

    Parameters
    ----------
    element
        Symbol of the element, such as cu
    energy
        Energy of the photons [keV]
    half_sine
        Sine of half the angle through which they scatter [1]

    Returns
    -------
    float
        Form factor, from the atomic number at 0 down to 0 [1]

    References
    ----------
    Waasmaier and Kirfel 1995 (Acta Cryst. A 51), as tabled by xraydb.
    """
    return xray_tables.form_factor(element.capitalize(), energy, half_sine)


def tube_spectrum(kvp: float, energies: FloatArray, filters: Mapping[str, float]) -> FloatArray:
    """Continuum of an X-ray tube behind filters: photons (kVp/E - 1) exp(-sum mu m), as shares of all.

    Parameters
    ----------
    kvp
        Voltage of the tube [kV]
    energies
        Middles of equally wide energy bins, shape (k,); bins above `kvp` are empty [keV]
    filters
        Mass per area of each filter by element, such as {"al": 0.54} for 2 mm of aluminium [g/cm²]

    Returns
    -------
    FloatArray
        Share of the photons in each bin, shape (k,), sum 1 [1]

    References
    ----------
    Kramers 1923 (Phil. Mag. 46): thick target, without self-absorption and characteristic lines.
    """
    grid = np.asarray(energies, dtype=np.float64)
    photons = np.maximum(kvp / grid - 1.0, 0.0)
    for element, mass_per_area in filters.items():
        photons = photons * np.exp(-mass_attenuation(element, grid) * mass_per_area)
    shares: FloatArray = photons / photons.sum()
    return shares


def _on_grid(element: str, energies: Numeric, kind: str) -> FloatArray:
    grid = np.asarray(energies, dtype=np.float64)
    values = np.frombuffer(_table(element.capitalize(), grid.tobytes(), kind)).reshape(grid.shape).copy()
    result: FloatArray = values[()]
    return result


@lru_cache(maxsize=4096)
def _table(element: str, grid: bytes, kind: str) -> bytes:
    """Coefficients on a grid of energies, both as immutable bytes for the cache."""
    return xray_tables.attenuation(element, _EV * np.frombuffer(grid), kind).tobytes()


@cache
def _edges(element: str) -> dict[str, xray_tables.Edge]:
    return xray_tables.edges(element.capitalize())


@cache
def _lines(element: str, line: str) -> tuple[tuple[float, str, float], ...]:
    """Energy [keV], edge and intensity within the edge of each line whose name begins with `line`.

    Raises
    ------
    ValueError
        The element has no such line.
    """
    result = tuple(
        (one.energy / _EV, one.edge, one.intensity)
        for name, one in xray_tables.lines(element.capitalize()).items()
        if name == line or (len(line) == 2 and name.startswith(line))
    )
    if not result:
        raise ValueError(f"{element} has no line {line}: expected one such as Ka1, Ka, Kb, La or Lb")
    return result
