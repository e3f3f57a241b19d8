"""Terms of a reduction cell's voltage, one a function."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import FARADAY, GAS, ZERO_CELSIUS

_R_F = GAS / FARADAY  # V/K
_LEAST_SATURATION = 0.05  # the activity polynomial turns negative below 0.017
_LARGEST_CURRENT_SHARE = 0.99  # the overvoltage is infinite at 1, where the anode effect starts
_LEAST_DISTANCE_TO_ONSET = -0.10  # wt%; the coverage has a pole at -0.136
_LARGEST_COVERAGE = 0.95


def reversible_voltage(bath_temperature: Numeric, alumina: Numeric, solubility: Numeric) -> FloatArray:
    """Reversible voltage of 2 Al2O3 + 3 C = 4 Al + 3 CO2 at the alumina activity of the bath.

    E = 1.896 - 0.000572 T - (R T/6F) ln a, a = -0.03791 r + 2.364 r^2 - 2.194 r^3 + 0.868 r^4, r = O/S, T in kelvin.
    Valid for r from 0.05 to 1; r is taken as 0.05 below.

    Parameters
    ----------
    bath_temperature
        Bath temperature [°C]
    alumina
        Dissolved Al2O3, O [wt%]
    solubility
        Alumina solubility S [wt%]

    Returns
    -------
    FloatArray
        Reversible voltage E [V]

    References
    ----------
    Haupin 1998, Interpreting the components of cell voltage, Light Metals; activity of Dewing & Thonstad 1997, Metall.
    Mater. Trans. B 28. Coefficients recalled from memory; a(1) = 1.000 holds.
    """
    temperature = floats(bath_temperature) + ZERO_CELSIUS
    r = np.maximum(floats(alumina) / solubility, _LEAST_SATURATION)
    activity = (((0.868 * r - 2.194) * r + 2.364) * r - 0.03791) * r
    result: FloatArray = 1.896 - temperature * (0.000572 + _R_F / 6.0 * np.log(activity))
    return result


def anode_reaction_overvoltage(bath_temperature: Numeric, current_density: Numeric, alumina: Numeric) -> FloatArray:
    """Overvoltage of the reaction at the anode: (R T/1.08F) ln(i/i0), i0 = 0.0029 O^0.56 A/cm².

    Valid for alumina above 0.5 wt% and current densities above i0.

    Parameters
    ----------
    bath_temperature
        Bath temperature [°C]
    current_density
        Anode current density i [A/cm²]
    alumina
        Dissolved Al2O3, O [wt%]

    Returns
    -------
    FloatArray
        Anode reaction overvoltage [V]

    References
    ----------
    Haupin 1998, Interpreting the components of cell voltage, Light Metals (recalled from memory). Alumina in wt% gives
    exchange current densities of 0.004 to 0.009 A/cm², the range of Thonstad 1970 (recalled from memory).
    """
    temperature = floats(bath_temperature) + ZERO_CELSIUS
    ratio = np.log(current_density / 0.0029) - 0.56 * np.log(alumina)
    result: FloatArray = _R_F / 1.08 * temperature * ratio
    return result


def critical_current_density(bath_temperature: Numeric, alumina: Numeric, anode_area: Numeric) -> FloatArray:
    """Anode current density at which the oxygen-bearing ions run out below one anode.

    i_c = (5.5 + 0.018 (T - 1323)) S^-0.1 (sqrt(O) - 0.4), T in kelvin. Valid for alumina from 0.2 wt% to saturation.

    Parameters
    ----------
    bath_temperature
        Bath temperature [°C]
    alumina
        Dissolved Al2O3, O [wt%]
    anode_area
        Face of one anode S [cm²]

    Returns
    -------
    FloatArray
        Critical anode current density [A/cm²]

    References
    ----------
    Piontelli et al. as given by Haupin 1998, Light Metals (recalled from memory).
    """
    temperature = floats(bath_temperature) + ZERO_CELSIUS
    size = floats(anode_area) ** -0.1
    result: FloatArray = (5.5 + 0.018 * (temperature - 1323.0)) * size * (np.sqrt(alumina) - 0.4)
    return result


def anode_concentration_overvoltage(
    bath_temperature: Numeric, current_density: Numeric, critical_density: Numeric
) -> FloatArray:
    """Overvoltage of alumina depletion at the anode: (R T/2F) ln(i_c/(i_c - i)).

    Valid for i below i_c; the ratio i/i_c is taken as 0.99 at most, above which the anode effect reigns.

    Parameters
    ----------
    bath_temperature
        Bath temperature [°C]
    current_density
        Anode current density i [A/cm²]
    critical_density
        Critical anode current density i_c [A/cm²]

    Returns
    -------
    FloatArray
        Anode concentration overvoltage [V]

    References
    ----------
    Piontelli et al. as given by Haupin 1998, Light Metals (recalled from memory); the bound 0.99 is assumed.
    """
    temperature = floats(bath_temperature) + ZERO_CELSIUS
    density = floats(current_density)
    share = np.minimum(density / np.maximum(critical_density, density), _LARGEST_CURRENT_SHARE)
    result: FloatArray = -0.5 * _R_F * temperature * np.log1p(-share)
    return result


def cathode_overvoltage(
    bath_temperature: Numeric, cathode_current_density: Numeric, cryolite_ratio: Numeric
) -> FloatArray:
    """Overvoltage at the metal: (R T/1.5F) (1.375 - 0.125 CR) ln(i/0.257).

    Valid for current densities above 0.257 A/cm².

    Parameters
    ----------
    bath_temperature
        Bath temperature [°C]
    cathode_current_density
        Current density i at the metal surface [A/cm²]
    cryolite_ratio
        Molar cryolite ratio CR [1]

    Returns
    -------
    FloatArray
        Cathode overvoltage [V]

    References
    ----------
    Haupin 1998, Light Metals, after Thonstad & Rolseth (recalled from memory).
    """
    temperature = floats(bath_temperature) + ZERO_CELSIUS
    bath = 1.375 - 0.125 * floats(cryolite_ratio)
    result: FloatArray = _R_F / 1.5 * temperature * bath * np.log(floats(cathode_current_density) / 0.257)
    return result


def bubble_thickness(current_density: Numeric) -> FloatArray:
    """Thickness of the gas layer below the anodes: d = (0.5517 + i)/(1 + 2.167 i).

    Valid for industrial current densities, 0.6 to 1.0 A/cm².

    Parameters
    ----------
    current_density
        Anode current density i [A/cm²]

    Returns
    -------
    FloatArray
        Bubble layer thickness d [cm]

    References
    ----------
    Hyde & Welch 1997, Light Metals, as coded in the public simulator of Lundby et al.
    """
    i = floats(current_density)
    return (0.5517 + i) / (1.0 + 2.167 * i)


def bubble_coverage(
    current_density: Numeric, cryolite_ratio: Numeric, alumina: Numeric, onset_alumina: Numeric = 1.8
) -> FloatArray:
    """Share of the anode face that gas covers.

    phi = 0.509 + 0.1823 i - 0.1723 i^2 + 0.05504 i^3 + (0.4322 - 0.3781 BR)/(1 + 1.637 BR)
    + (0.431 - 0.1437 x)/(1 + 7.353 x), BR = CR/2, x = O - O_ae. x is taken as -0.10 at least and phi as 0.95 at most.

    Parameters
    ----------
    current_density
        Anode current density i [A/cm²]
    cryolite_ratio
        Molar cryolite ratio CR [1]
    alumina
        Dissolved Al2O3, O [wt%]
    onset_alumina
        Alumina O_ae at which the anode effect threatens, 1.6 to 1.9 (assumed) [wt%]

    Returns
    -------
    FloatArray
        Bubble coverage phi [1]

    References
    ----------
    Hyde & Welch 1997, Light Metals, as coded in the public simulator of Lundby et al.; the two bounds keep it off its
    pole at x = -0.136 and are assumed.
    """
    i = floats(current_density)
    ratio = 0.5 * floats(cryolite_ratio)
    x = np.maximum(np.subtract(alumina, onset_alumina), _LEAST_DISTANCE_TO_ONSET)
    current = 0.509 + ((0.05504 * i - 0.1723) * i + 0.1823) * i
    phi = current + (0.4322 - 0.3781 * ratio) / (1.0 + 1.637 * ratio) + (0.431 - 0.1437 * x) / (1.0 + 7.353 * x)
    result: FloatArray = np.minimum(phi, _LARGEST_COVERAGE)
    return result


def bubble_voltage(
    current_density: Numeric, conductivity: Numeric, coverage: Numeric, slot_factor: Numeric = 0.6
) -> FloatArray:
    """Voltage of the gas layer: V = s d i phi/(k (1 - phi)).

    Parameters
    ----------
    current_density
        Anode current density i [A/cm²]
    conductivity
        Bath conductivity k [S/cm]
    coverage
        Bubble coverage phi, below 1 [1]
    slot_factor
        What slots in the anodes leave of it, s, 0.5 to 0.7 (engineering practice) [1]

    Returns
    -------
    FloatArray
        Bubble layer voltage [V]

    References
    ----------
    Hyde & Welch 1997, Light Metals, as coded in the public simulator of Lundby et al.; slot factor assumed.
    """
    share = floats(coverage)
    return slot_factor * bubble_thickness(current_density) * current_density * share / (conductivity * (1.0 - share))


def bath_ohmic_voltage(
    current_density: Numeric, acd: Numeric, conductivity: Numeric, fan_out: Numeric = 0.92
) -> FloatArray:
    """Voltage in the bath between anode and metal: V = f i d/k.

    Parameters
    ----------
    current_density
        Anode current density i [A/cm²]
    acd
        Anode-cathode distance d [mm]
    conductivity
        Bath conductivity k [S/cm]
    fan_out
        What the spread of the current beyond the anode face leaves of it, f, 0.90 to 0.95 (engineering practice) [1]

    Returns
    -------
    FloatArray
        Ohmic bath voltage [V]

    References
    ----------
    Ohm's law for a column of bath; fan-out assumed.
    """
    return 0.1 * floats(acd) * fan_out * current_density / conductivity
