"""Voltage of an electrowinning cell of zinc, term by term, and the deposit that narrows it."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import FARADAY, GAS, ZERO_CELSIUS, ZINC_EQUIVALENT

_ZINC_MASS, _ACID_MASS = 65.38, 98.08  # g/mol
_ZINC_ACTIVITY = 0.05  # mean activity coefficient of zinc sulphate in strong solution
_ZINC_DENSITY = 7.14  # g/cm³
_LEAST_CONDUCTIVITY = 0.15  # S/cm, where the line is no longer true


def zinc_bath_conductivity(electrolyte_temperature: Numeric, zinc_ions: Numeric, h2so4: Numeric) -> FloatArray:
    """Conductivity of the electrolyte: 0.40 + 0.0018 (a - 165) - 0.0025 (c - 58) + 0.004 (T - 38).

    Parameters
    ----------
    electrolyte_temperature
        Temperature T of the electrolyte, 30 to 45 [°C]
    zinc_ions
        Zinc c in the cell, 45 to 70 [g/L]
    h2so4
        Sulphuric acid a in the cell, 140 to 200 [g/L]

    Returns
    -------
    FloatArray
        Conductivity [S/cm]

    References
    ----------
    Assumed level and slopes, good to 15 %; the directions are those of García Alcócer 2007, thesis, Universidad de
    Chile.
    """
    acid, zinc = floats(h2so4) - 165.0, floats(zinc_ions) - 58.0
    warm = floats(electrolyte_temperature) - 38.0
    result: FloatArray = np.maximum(0.40 + 1.8e-3 * acid - 2.5e-3 * zinc + 4.0e-3 * warm, _LEAST_CONDUCTIVITY)
    return result


def with_bubbles(bath_conductivity: Numeric, gas_share: Numeric) -> FloatArray:
    """Conductivity of an electrolyte that holds gas: κ (1 - ε)^1.5.

    Parameters
    ----------
    bath_conductivity
        Conductivity κ without gas [S/cm]
    gas_share
        Share ε of the volume between the electrodes that is gas, 0.03 to 0.10 [1]

    Returns
    -------
    FloatArray
        Conductivity [S/cm]

    References
    ----------
    Bruggeman 1935, Ann. Phys. 24.
    """
    free = 1.0 - floats(gas_share)
    result: FloatArray = floats(bath_conductivity) * free * np.sqrt(free)
    return result


def zinc_decomposition_voltage(electrolyte_temperature: Numeric, zinc_ions: Numeric, h2so4: Numeric) -> FloatArray:
    """Reversible voltage between oxygen and zinc: E(O2) - E(Zn).

    E(O2) = 1.229 - 0.00085 (t - 25) + RT/F ln a(H+) and E(Zn) = -0.763 + RT/2F ln a(Zn), with a(H+) the acid in mol/L
    and a(Zn) 0.05 of the zinc in mol/L.

    Parameters
    ----------
    electrolyte_temperature
        Temperature t of the electrolyte, T in kelvin [°C]
    zinc_ions
        Zinc in the cell, above 0 [g/L]
    h2so4
        Sulphuric acid in the cell, above 0 [g/L]

    Returns
    -------
    FloatArray
        Voltage [V]

    References
    ----------
    Nernst's equation with standard potentials of tables; crude activities (assumed).
    """
    celsius = floats(electrolyte_temperature)
    thermal = GAS * (celsius + ZERO_CELSIUS) / FARADAY
    acid = floats(h2so4) / _ACID_MASS
    zinc = _ZINC_ACTIVITY * floats(zinc_ions) / _ZINC_MASS
    result: FloatArray = 1.229 - 8.5e-4 * (celsius - 25.0) + 0.763 + thermal * np.log(acid / np.sqrt(zinc))
    return result


def oxygen_overvoltage(
    plating_current: Numeric, reference_overvoltage: Numeric = 0.82, tafel_slope: Numeric = 0.13
) -> FloatArray:
    """Overvoltage of oxygen on a lead-silver anode under manganese dioxide: η500 + b log10(j/500).

    Parameters
    ----------
    plating_current
        Current density j, above 0 [A/m²]
    reference_overvoltage
        Overvoltage η500 at 500 A/m², 0.78 to 0.88 [V]
    tafel_slope
        Slope b, 0.12 to 0.14 [V]

    Returns
    -------
    FloatArray
        Overvoltage [V]

    References
    ----------
    Tafel's equation; both numbers engineering practice.
    """
    decades = np.log10(floats(plating_current) / 500.0)
    result: FloatArray = reference_overvoltage + tafel_slope * decades
    return result


def bath_drop(plating_current: Numeric, electrode_gap: Numeric, bath_conductivity: Numeric) -> FloatArray:
    """Voltage drop between the electrodes: j d / κ.

    Parameters
    ----------
    plating_current
        Current density j [A/m²]
    electrode_gap
        Distance d between the electrodes [mm]
    bath_conductivity
        Conductivity κ, that of the gas included [S/cm]

    Returns
    -------
    FloatArray
        Voltage [V]

    References
    ----------
    Ohm's law for two parallel plates.
    """
    return 1e-5 * floats(plating_current) * electrode_gap / bath_conductivity


def deposit_thickness(plating_current: Numeric, current_efficiency: Numeric, growth_time: Numeric) -> FloatArray:
    """Thickness of dense zinc on one side of a cathode.

    Parameters
    ----------
    plating_current
        Current density [A/m²]
    current_efficiency
        Current efficiency [%]
    growth_time
        Time since the cathodes were stripped [h]

    Returns
    -------
    FloatArray
        Thickness [mm]

    References
    ----------
    Faraday's law, density 7.14 g/cm³.
    """
    grown = floats(plating_current) * growth_time * ZINC_EQUIVALENT  # g/m²
    result: FloatArray = 1e-5 * grown * current_efficiency / _ZINC_DENSITY
    return result
