"""X-ray fluorescence of a piece on a belt: emission, scattering, absorption in the metal.

Thick targets unless a layer is named. An angle is given by its sine, measured from the surface; emission is per unit of
solid angle and of tube output, so that only ratios mean something.
"""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

# 26 wt% rutile (4.23 g/cm³) in an alkyd binder (1.15 g/cm³) without voids: the share that gives the transmission which
# tables have of 40 µm of paint.
PAINT = {"ti": 0.156, "o": 0.326, "c": 0.459, "h": 0.059}  # weight shares
PAINT_DENSITY = 1.42  # g/cm³
BACKSCATTER_SHARE = 0.6  # of the scattering coefficient: coherent scatter goes forward (0.60 aluminium, 0.49 copper)

BACKSCATTER_HALF_SINE = 0.92388  # of half of 135°
_THOMSON = 0.4507  # cm²/mol, 4π N r² (1 + cos² 135°)/2
_KLEIN_NISHINA = 0.88  # over Thomson at 20 keV and 135°


def transmission(attenuation: Numeric, density: Numeric, layer: Numeric, sine: Numeric = 1.0) -> FloatArray:
    """Share of the photons that pass a layer: T = exp(-mu rho t / sin psi).

    Parameters
    ----------
    attenuation
        Mass attenuation coefficient mu of the layer [cm²/g]
    density
        Density rho of the layer [g/cm³]
    layer
        Thickness t of the layer [µm]
    sine
        Sine of the angle psi between ray and surface [1]

    Returns
    -------
    FloatArray
        Transmission [1]

    References
    ----------
    Lambert's law.
    """
    return np.exp(-1e-4 * np.asarray(attenuation, dtype=np.float64) * density * layer / sine)


def primary_emission(
    tube_photons: Numeric,
    content: Numeric,
    emission: Numeric,
    attenuation_in: Numeric,
    attenuation_out: Numeric,
    incidence: Numeric,
    take_off: Numeric,
) -> FloatArray:
    """Emission line excited by photons of one energy: I = S w K / (mu_in / sin psi1 + mu_out / sin psi2).

    The sum over the tube's spectrum is the line's intensity. With the scattering coefficient for K and 100 wt% for w
    it is what the metal scatters.

    Parameters
    ----------
    tube_photons
        Photons S of this energy [1]
    content
        Content w of the element in the metal [wt%]
    emission
        Emission coefficient K of the line at this energy, tau (1 - 1/J) omega f [cm²/g]
    attenuation_in
        Mass attenuation coefficient of the metal at this energy [cm²/g]
    attenuation_out
        Mass attenuation coefficient of the metal at the line [cm²/g]
    incidence
        Sine of the angle psi1 of the incoming beam [1]
    take_off
        Sine of the take-off angle psi2 [1]

    Returns
    -------
    FloatArray
        Photons of the line [1]

    References
    ----------
    Sherman 1955 (Spectrochim. Acta 7).
    """
    taken = np.asarray(attenuation_in, dtype=np.float64) / incidence + attenuation_out / np.asarray(take_off)
    return 0.01 * tube_photons * content * emission / taken


def enhancement(
    attenuation_in: Numeric,
    attenuation_out: Numeric,
    attenuation_between: Numeric,
    incidence: Numeric,
    take_off: Numeric,
) -> FloatArray:
    """Geometry of secondary fluorescence: excitation of the requested line by a stronger line.

    L = sin psi1 / mu_in ln(1 + mu_in / (sin psi1 mu_j)) + sin psi2 / mu_out ln(1 + mu_out / (sin psi2 mu_j)). Secondary
    over primary emission is the sum over the exciting lines j of 0.5 w_j K_j(E) K_i(E_j) L / K_i(E).

    Parameters
    ----------
    attenuation_in
        Mass attenuation coefficient of the metal at the tube's photons [cm²/g]
    attenuation_out
        Mass attenuation coefficient of the metal at the line [cm²/g]
    attenuation_between
        Mass attenuation coefficient mu_j of the metal at the exciting line [cm²/g]
    incidence
        Sine of the angle psi1 of the incoming beam [1]
    take_off
        Sine of the take-off angle psi2 [1]

    Returns
    -------
    FloatArray
        Length of path in mass per area that the exciting line finds, L [g/cm²]

    References
    ----------
    Sherman 1955 (Spectrochim. Acta 7); Shiraiwa and Fujino 1966 (Jpn. J. Appl. Phys. 5).
    """
    inward = np.asarray(attenuation_in, dtype=np.float64) / incidence
    outward = np.asarray(attenuation_out, dtype=np.float64) / take_off
    return np.log1p(inward / attenuation_between) / inward + np.log1p(outward / attenuation_between) / outward


def backscatter(atomic_number: Numeric, molar_mass: Numeric, form_factor: Numeric) -> tuple[FloatArray, FloatArray]:
    """Isotropic scattering at 20.2 keV (rhodium) through 135°: Compton and Rayleigh.

    Compton is 0.88 (Z - F) / A and Rayleigh F² / A times the Thomson coefficient: a light metal scatters mostly with a
    shift of energy, a heavy one mostly without.

    Parameters
    ----------
    atomic_number
        Atomic number Z [1]
    molar_mass
        Molar mass A [g/mol]
    form_factor
        Form factor F at this energy and angle, 0 to Z [1]

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Mass coefficients of Compton and Rayleigh backscatter [cm²/g]

    References
    ----------
    Thomson and Klein-Nishina.
    """
    bound = np.asarray(form_factor, dtype=np.float64)
    molar = _THOMSON / np.asarray(molar_mass, dtype=np.float64)
    return molar * _KLEIN_NISHINA * (atomic_number - bound), molar * bound**2


def dwell(length: Numeric, belt_speed: Numeric) -> FloatArray:
    """Time that a piece is in sight: its length over the belt's speed.

    Parameters
    ----------
    length
        Length of the piece along the belt [mm]
    belt_speed
        Speed of the belt, above 0 [m/s]

    Returns
    -------
    FloatArray
        Dwell time [ms]

    References
    ----------
    Length is speed times time.
    """
    return np.asarray(length, dtype=np.float64) / np.asarray(belt_speed, dtype=np.float64)


def nearness(height: Numeric, gap: Numeric) -> FloatArray:
    """Intensity of a raised surface relative to the belt: (h0 / (h0 - h))², by the inverse square.

    Parameters
    ----------
    height
        Height h of the surface above the belt, below the gap [mm]
    gap
        Distance h0 from tube and detector to the belt [mm]

    Returns
    -------
    FloatArray
        Intensity relative to that at the belt [1]

    References
    ----------
    Inverse square law for one leg of the path, the other being collimated.
    """
    distance = np.asarray(gap, dtype=np.float64)
    return np.square(distance / (distance - height))
