"""Laser-induced breakdown spectroscopy: plasma lines of a metal and their precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric

BOLTZMANN = 8.617333262e-5  # eV/K, CODATA 2018
_SAHA = 4.829e15  # 2 (2 pi m_e k / h²)^1.5 in 1/cm³/K^1.5, CODATA 2018


@dataclass(frozen=True)
class OpticalEmissionLine:
    """An emission line and the atom it comes from; recalled from NIST ASD within 10 %.

    Attributes
    ----------
    element
        Symbol of the element, in lower case
    wavelength
        Wavelength in air [nm]
    upper_energy
        Energy of the upper level above the ground state of its own stage [eV]
    strength
        Weight of the upper level times its transition probability, g A [1e8/s]
    ion
        Whether the singly charged ion emits it
    ionisation_energy
        First ionisation energy of the element [eV]
    atom_weight, ion_weight
        Partition functions of atom and ion at 10 kK, which hardly change from 8 to 12 kK [1]
    """

    element: str
    wavelength: float
    upper_energy: float
    strength: float
    ion: bool
    ionisation_energy: float
    atom_weight: float
    ion_weight: float


# One strong (mostly resonant) line of each element and a weak one where the strong one saturates.
LINES = {
    "al_256": OpticalEmissionLine("al", 256.8, 4.83, 0.9, False, 5.986, 6.7, 1.0),
    "al_396": OpticalEmissionLine("al", 396.15, 3.14, 2.0, False, 5.986, 6.7, 1.0),
    "mg_285": OpticalEmissionLine("mg", 285.21, 4.35, 14.7, False, 7.646, 1.3, 2.1),
    "mg_518": OpticalEmissionLine("mg", 518.36, 5.11, 1.7, False, 7.646, 1.3, 2.1),
    "si_288": OpticalEmissionLine("si", 288.16, 5.08, 6.5, False, 8.152, 11.0, 5.9),
    "si_390": OpticalEmissionLine("si", 390.55, 5.08, 0.4, False, 8.152, 11.0, 5.9),
    "cu_325": OpticalEmissionLine("cu", 324.75, 3.82, 5.6, False, 7.726, 4.0, 1.3),
    "cu_522": OpticalEmissionLine("cu", 521.82, 6.19, 4.5, False, 7.726, 4.0, 1.3),
    "zn_481": OpticalEmissionLine("zn", 481.05, 6.65, 2.1, False, 9.394, 1.1, 2.0),
    "mn_403": OpticalEmissionLine("mn", 403.08, 3.08, 1.4, False, 7.434, 12.0, 9.9),
    "fe_372": OpticalEmissionLine("fe", 371.99, 3.33, 1.8, False, 7.902, 55.0, 58.0),
    "cr_425": OpticalEmissionLine("cr", 425.43, 2.91, 2.8, False, 6.767, 20.0, 12.0),
    "ti_335": OpticalEmissionLine("ti", 334.94, 3.75, 20.0, True, 6.828, 75.0, 67.0),
    "ni_341": OpticalEmissionLine("ni", 341.48, 3.66, 5.0, False, 7.640, 39.0, 19.0),
    "pb_406": OpticalEmissionLine("pb", 405.78, 4.37, 2.7, False, 7.417, 2.9, 2.4),
    "sn_284": OpticalEmissionLine("sn", 284.00, 4.79, 8.5, False, 7.344, 6.8, 3.5),
    "ca_393": OpticalEmissionLine("ca", 393.37, 3.15, 5.9, True, 6.113, 2.9, 3.4),
    "c_248": OpticalEmissionLine("c", 247.86, 7.68, 0.8, False, 11.26, 9.9, 6.0),
}


def plasma_temperature(irradiance: Numeric, reference_temperature: Numeric, exponent: Numeric = 0.1) -> FloatArray:
    """Temperature of the plasma at an irradiance: T = T0 F^a.

    Parameters
    ----------
    irradiance
        Irradiance on the surface over the reference's, F [1]
    reference_temperature
        Temperature T0 at the reference, 8000 to 12000 [K]
    exponent
        Exponent a, weak since the plasma shields the surface [1]

    Returns
    -------
    FloatArray
        Temperature T [K]

    References
    ----------
    Assumed power law; 8 to 12 kK in air is typical of the literature.
    """
    result: FloatArray = reference_temperature * np.asarray(irradiance, dtype=np.float64) ** exponent
    return result


def focus_factor(defocus: Numeric, focal_range: Numeric) -> FloatArray:
    """Irradiance out of focus over that in focus: 1/(1 + (z/z_R)²) for a Gaussian beam.

    Parameters
    ----------
    defocus
        Distance z of the surface from the focus [mm]
    focal_range
        Distance z_R at which the spot's area doubles (Rayleigh range) [mm]

    Returns
    -------
    FloatArray
        Irradiance over that in focus [1]

    References
    ----------
    Gaussian beam.
    """
    relative = np.asarray(defocus, dtype=np.float64) / focal_range
    result: FloatArray = 1.0 / (1.0 + relative * relative)
    return result


def saha_ratio(
    plasma_temperature: Numeric,
    electron_density: Numeric,
    ionisation_energy: Numeric,
    atom_weight: Numeric,
    ion_weight: Numeric,
) -> FloatArray:
    """Ions an atom in local equilibrium: 4.83e15 T^1.5 (U_ion/U_atom) exp(-E/kT) / n_e.

    Parameters
    ----------
    plasma_temperature
        Temperature T of the plasma [K]
    electron_density
        Density n_e of free electrons, 1e16 to 1e17 [1/cm³]
    ionisation_energy
        First ionisation energy E [eV]
    atom_weight
        Partition function of the atom, U_atom [1]
    ion_weight
        Partition function of the ion, U_ion [1]

    Returns
    -------
    FloatArray
        Singly charged ions over atoms [1]

    References
    ----------
    Saha equation; constants from CODATA 2018.
    """
    kelvin = np.asarray(plasma_temperature, dtype=np.float64)
    boltzmann = np.exp(-np.asarray(ionisation_energy) / (BOLTZMANN * kelvin))
    result: FloatArray = _SAHA * kelvin * np.sqrt(kelvin) * ion_weight / atom_weight * boltzmann / electron_density
    return result


def line_emission(
    strength: Numeric,
    wavelength: Numeric,
    upper_energy: Numeric,
    plasma_temperature: Numeric,
    stage_weight: Numeric,
    stage_share: Numeric,
) -> FloatArray:
    """Emission of a thin line per atom: (g A / wavelength) exp(-E/kT) / U x share in the stage.

    Parameters
    ----------
    strength
        Weight of the upper level times transition probability, g A, in 1e8/s [1]
    wavelength
        Wavelength [nm]
    upper_energy
        Energy E of the upper level above the ground state of its stage [eV]
    plasma_temperature
        Temperature T of the plasma [K]
    stage_weight
        Partition function U of the stage that emits [1]
    stage_share
        Share of the element's atoms in that stage [1]

    Returns
    -------
    FloatArray
        Emission, in a unit of its own that ratios of lines do not need [1]

    References
    ----------
    Boltzmann distribution in local thermodynamic equilibrium.
    """
    boltzmann = np.exp(-np.asarray(upper_energy) / (BOLTZMANN * np.asarray(plasma_temperature, dtype=np.float64)))
    result: FloatArray = strength / np.asarray(wavelength) * boltzmann / stage_weight * stage_share
    return result


def irradiance_exponent(
    line: OpticalEmissionLine,
    reference: OpticalEmissionLine,
    plasma_temperature: float,
    temperature_exponent: float,
    electron_density: float,
) -> float:
    """Exponent b of a line over a reference line in the irradiance F: I/I_ref ~ F^b.

    Parameters
    ----------
    line
        Line of which the exponent is
    reference
        Line that it is measured against
    plasma_temperature
        Temperature of the plasma at irradiance F = 1 [K]
    temperature_exponent
        Exponent a of the temperature in the irradiance [1]
    electron_density
        Density of free electrons [1/cm³]

    Returns
    -------
    float
        Mean exponent b for irradiances from 1/1.1 to 1.1; negative where a colder plasma favours the line [1]

    References
    ----------
    Boltzmann distribution and Saha equation, with the power law of `plasma_temperature`.
    """
    high, low = (
        _emission(line, kelvin, electron_density) / _emission(reference, kelvin, electron_density)
        for kelvin in (plasma_temperature * factor**temperature_exponent for factor in (1.1, 1.0 / 1.1))
    )
    return float(np.log(high / low) / np.log(1.21))


def _emission(line: OpticalEmissionLine, kelvin: float, electron_density: float) -> float:
    ions = saha_ratio(kelvin, electron_density, line.ionisation_energy, line.atom_weight, line.ion_weight)
    share = ions / (1.0 + ions) if line.ion else 1.0 / (1.0 + ions)
    weight = line.ion_weight if line.ion else line.atom_weight
    return float(line_emission(line.strength, line.wavelength, line.upper_energy, kelvin, weight, share))


def self_absorption(optical_depth: Numeric) -> FloatArray:
    """Share of a line's light that leaves the plasma: (1 - exp(-tau))/tau.

    Parameters
    ----------
    optical_depth
        Optical depth tau at the middle of the line, 0 or more [1]

    Returns
    -------
    FloatArray
        Emitted over that of a thin plasma, 1 at tau = 0 [1]

    References
    ----------
    Slab of one temperature, as given for resonant lines in LIBS.
    """
    depth = np.asarray(optical_depth, dtype=np.float64)
    safe = np.maximum(depth, 1e-9)  # both limits agree to 1e-9 there
    result: FloatArray = -np.expm1(-safe) / safe + 0.0 * depth
    return result


def content_from_reading(reading: Numeric, saturation_content: Numeric) -> FloatArray:
    """Content that a self-absorbed line stands for: C = -s ln(1 - r/s), the inverse of r = C SA(C/s).

    Parameters
    ----------
    reading
        Reading r of the line, which a thin plasma would make the content itself [wt%]
    saturation_content
        Content s at which the optical depth is 1; readings come close to it but do not pass it [wt%]

    Returns
    -------
    FloatArray
        Content C; readings above 0.98 s count as 0.98 s [wt%]

    References
    ----------
    Inverse of the slab's self-absorption.
    """
    share = np.minimum(np.asarray(reading, dtype=np.float64) / saturation_content, 0.98)
    result: FloatArray = -saturation_content * np.log1p(-share)
    return result


def mean_rsd(piece_rsd: Numeric, shot_rsd: Numeric, shots: Numeric) -> FloatArray:
    """Relative spread of the mean of n shots on a piece: sqrt(piece² + shot²/n).

    Parameters
    ----------
    piece_rsd
        Spread between pieces of one content, which shots do not average [1]
    shot_rsd
        Spread from shot to shot on a piece [1]
    shots
        Number n of shots, above 0 [count]

    Returns
    -------
    FloatArray
        Relative standard deviation of the mean [1]

    References
    ----------
    Variance of a mean.
    """
    result: FloatArray = np.sqrt(np.square(np.asarray(piece_rsd, dtype=np.float64)) + np.square(shot_rsd) / shots)
    return result


def metal_share(
    layer: Numeric, cleaning_shots: Numeric, analysis_shots: Numeric, depth_per_shot: Numeric
) -> FloatArray:
    """Share of analysis shots that reach metal below a layer; each shot continues the last crater.

    Parameters
    ----------
    layer
        Thickness of the layer [µm]
    cleaning_shots
        Shots fired before the analysis, whose light is not used [count]
    analysis_shots
        Shots whose light is used, above 0 [count]
    depth_per_shot
        Depth that a shot takes away, 0.5 to 3 [µm]

    Returns
    -------
    FloatArray
        Share of the light that comes from metal, 0 to 1 [1]

    References
    ----------
    Assumed: equal depth a shot; 5 to 20 cleaning shots reach 10 to 20 µm.
    """
    drilled = np.asarray(layer, dtype=np.float64) / depth_per_shot - cleaning_shots
    result: FloatArray = np.clip(1.0 - drilled / analysis_shots, 0.0, 1.0)
    return result
