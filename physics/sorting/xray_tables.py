"""X-ray tables from the package `xraydb`: Elam, Ravel and Sieber; Waasmaier and Kirfel.

The file is read by sqlite3 alone, and interpolated as the package does, to the last bit: the package's own import takes
a third of a second, for an object mapper and for splines that no function of ours needs. Elements are symbols such as
Cu, energies are in eV but where keV is said.
"""

from __future__ import annotations

import json
import sqlite3
import warnings
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from physics.arrays import FloatArray

_FILE = "xraydb.sqlite"
_KEV_ANGSTROM = 12.39842  # energy times wavelength of a photon
_LEAST, _MOST = 100.0, 8e5  # eV of what is tabled
_KINDS = ("photo", "coherent", "incoherent")
_COEFFICIENTS = """
SELECT photoabsorption.log_energy, log_photoabsorption, log_photoabsorption_spline, scattering.log_energy,
    log_coherent_scatter, log_coherent_scatter_spline, log_incoherent_scatter, log_incoherent_scatter_spline
FROM photoabsorption JOIN scattering USING (element) WHERE element = ?
"""


@dataclass(frozen=True)
class Edge:
    """An absorption edge: its energy [eV], fluorescence yield [1] and jump ratio [1]."""

    energy: float
    fluorescence_yield: float
    jump_ratio: float


@dataclass(frozen=True)
class XrayEmissionLine:
    """Emission line: its energy [eV], its absorption edge, and its share of the emission after that edge."""

    energy: float
    edge: str
    intensity: float


def attenuation(element: str, energies: FloatArray, kind: str) -> FloatArray:
    """Mass coefficient of a kind of interaction: photo, coherent, incoherent, or total.

    Parameters
    ----------
    element
        Symbol of the element, such as Cu
    energies
        Photon energies, shape (k,); beyond 100 to 800,000 the nearer end's coefficient is given, with a warning [eV]
    kind
        Name of the interaction

    Returns
    -------
    FloatArray
        Coefficient, shape (k,) [cm²/g]

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    if kind == "total":
        photo, coherent, incoherent = (attenuation(element, energies, one) for one in _KINDS)
        return photo + coherent + incoherent
    if energies.min() < _LEAST or energies.max() > _MOST:
        warnings.warn(f"X-ray tables hold {_LEAST:g} to {_MOST:g} eV", stacklevel=2)
    log_energy = np.log(np.clip(energies, _LEAST, _MOST))
    coefficient: FloatArray = np.exp(_interpolated(*_splines(element)[kind], log_energy))
    return coefficient


def edges(element: str) -> dict[str, Edge]:
    """Absorption edges of an element by name, such as K or L1.

    Parameters
    ----------
    element
        Symbol of the element, such as Cu

    Returns
    -------
    dict of str to Edge
        By name of the edge

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    request = "SELECT iupac_symbol, absorption_edge, fluorescence_yield, jump_ratio FROM xray_levels WHERE element = ?"
    return {name: Edge(*numbers) for name, *numbers in _rows(request, element)}


def lines(element: str) -> dict[str, XrayEmissionLine]:
    """Emission lines of an element by Siegbahn name, such as Ka1.

    Parameters
    ----------
    element
        Symbol of the element, such as Cu

    Returns
    -------
    dict of str to XrayEmissionLine
        By name of the line

    References
    ----------
    Elam, Ravel and Sieber 2002 (Radiat. Phys. Chem. 63), as tabled by xraydb.
    """
    request = (
        "SELECT siegbahn_symbol, emission_energy, initial_level, intensity FROM xray_transitions WHERE element = ?"
    )
    return {name: XrayEmissionLine(*result) for name, *result in _rows(request, element)}


def form_factor(element: str, energy: float, half_sine: float) -> float:
    """Form factor of an atom at rest: a constant and a sum of Gaussians.

    Parameters
    ----------
    element
        Symbol of the element, such as Cu
    energy
        Energy of the photons [keV]
    half_sine
        Sine of half the angle through which they scatter [1]

    Returns
    -------
    float
        Form factor [1]

    References
    ----------
    Waasmaier and Kirfel 1995 (Acta Cryst. A 51), as tabled by xraydb.
    """
    ((factor, scale, exponents),) = _rows("SELECT offset, scale, exponents FROM Waasmaier WHERE ion = ?", element)
    over_wavelength = np.asarray(half_sine * energy / _KEV_ANGSTROM)
    for share, exponent in zip(json.loads(scale), json.loads(exponents), strict=True):
        factor += share * np.exp(-exponent * over_wavelength * over_wavelength)
    return float(factor)


def _interpolated(x: FloatArray, y: FloatArray, second: FloatArray, at: FloatArray) -> FloatArray:
    """Cubic spline through y at x, whose second derivatives are given."""
    low = np.maximum(np.searchsorted(x, at, "left") - 1, 0)
    high = np.minimum(np.searchsorted(x, at, "right"), len(x) - 1)
    width = x[high] - x[low]
    a, b = (x[high] - at) / width, (at - x[low]) / width
    bent = (a * a - 1) * a * second[low] + (b * b - 1) * b * second[high]
    result: FloatArray = a * y[low] + b * y[high] + (width * width / 6) * bent
    return result


@cache
def _splines(element: str) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Logarithms of energies and of each kind's coefficient, and the second derivatives of these."""
    (result,) = _rows(_COEFFICIENTS, element)
    columns = [np.array(json.loads(column)) for column in result]
    at, photo, bent, at_scattered, coherent, coherent_bent, incoherent, incoherent_bent = columns
    return {
        "photo": (at, photo, bent),
        "coherent": (at_scattered, coherent, coherent_bent),
        "incoherent": (at_scattered, incoherent, incoherent_bent),
    }


def _rows(request: str, element: str) -> list[tuple[Any, ...]]:
    """Rows of the file, in its order.

    Raises
    ------
    ValueError
        The tables do not hold the element.
    """
    with closing(sqlite3.connect(f"{_file().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        rows = file.execute(request, (element,)).fetchall()
    if not rows:
        raise ValueError(f"{element}: expected an element of which the tables of X-rays hold this")
    return rows


@cache
def _file() -> Path:
    package = find_spec("xraydb")
    folders = [] if package is None else package.submodule_search_locations or []
    result = next((Path(folder, _FILE) for folder in folders if Path(folder, _FILE).is_file()), None)
    if result is None:
        raise FileNotFoundError(f"{_FILE} of the package xraydb is missing: expected xraydb 4.5 or newer")
    return result.resolve()
