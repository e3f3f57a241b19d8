"""Zinc and hydrogen at one cathode: exchange currents, mixed potential, partial currents."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import FARADAY, GAS, ZERO_CELSIUS

_ZINC = 58.0  # g/L, at which the exchange current of zinc is stated
_ACID = 170.0  # g/L, at which that of hydrogen is stated
_TEMPERATURE = 38.0  # °C, likewise
_EXCHANGE = 100.0  # A/m²
_GLUE = 2.0  # kg/t that lower the exchange current of zinc to 1/e
_LEAST_SURFACE = 0.05  # share of the zinc that is left at the cathode, however high the current


def zinc_exchange(
    zinc_ions: Numeric, plating_current: Numeric, glue_dose: Numeric = 0.0, limiting_density: Numeric = 2500.0
) -> FloatArray:
    """Exchange current density of zinc at the cathode: i0 = 100 (c/58 - j/jL) exp(-g/2).

    It is proportional to the zinc that is left at the surface, which the current depletes. Glue covers growth sites.

    Parameters
    ----------
    zinc_ions
        Zinc c in the cell, above 0 [g/L]
    plating_current
        Current density j at the cathode [A/m²]
    glue_dose
        Glue g a tonne of zinc [kg/t]
    limiting_density
        Current density jL that would use up the zinc at the surface in 58 g/L [A/m²]

    Returns
    -------
    FloatArray
        Exchange current density [A/m²]

    References
    ----------
    First order in zinc: assumed, so that Wark's law follows. 100 A/m²: within 50 to 300, engineering practice. jL:
    fitted to four current efficiencies of Lu, Guo, Dreisinger and Downing 2013, J. Metall. Eng. 2(3). Glue: assumed.
    """
    bulk = floats(zinc_ions) / _ZINC
    surface = np.maximum(bulk - floats(plating_current) / limiting_density, _LEAST_SURFACE * bulk)
    result: FloatArray = _EXCHANGE * surface * np.exp(-floats(glue_dose) / _GLUE)
    return result


def hydrogen_exchange(
    h2so4: Numeric,
    electrolyte_temperature: Numeric,
    impurity_log: Numeric = 0.0,
    clean_density: Numeric = 1.05,
    apparent_activation: Numeric = 3200.0,
) -> FloatArray:
    """Hydrogen current density at zinc's reversible potential: h0 (a/170) exp(lnΛ - θ (1/T - 1/311.15)).

    Parameters
    ----------
    h2so4
        Sulphuric acid a in the cell [g/L]
    electrolyte_temperature
        Temperature of the electrolyte, T in kelvin [°C]
    impurity_log
        Logarithm lnΛ of the factor by which impurities on the zinc speed it up [1]
    clean_density
        Current density h0 on clean zinc in 170 g/L acid at 38 °C [A/m²]
    apparent_activation
        Activation temperature θ, less what the shift of the potential takes from it [K]

    Returns
    -------
    FloatArray
        Current density [A/m²]

    References
    ----------
    First order in acid, as Wark's law has it. h0: best efficiencies in pure electrolyte of 98.4 to 98.8 %. θ: plants
    lose 0.25 to 0.30 points a kelvin between 36 and 44 °C (assumed); pure electrolyte gains up to 50 to 60 °C, so it
    holds for plant electrolyte alone.
    """
    inverse = 1.0 / (floats(electrolyte_temperature) + ZERO_CELSIUS)
    exponent = impurity_log - apparent_activation * (inverse - 1.0 / (_TEMPERATURE + ZERO_CELSIUS))
    result: FloatArray = clean_density * (floats(h2so4) / _ACID) * np.exp(exponent)
    return result


def cathode_currents(
    plating_current: Numeric,
    zinc_exchange_density: Numeric,
    hydrogen_exchange_density: Numeric,
    electrolyte_temperature: Numeric,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Partial currents of zinc and hydrogen at their mixed potential.

    With x = exp(F η / 2RT) zinc takes i0 (x - 1/x) and hydrogen h x. Their sum is the current, which is a quadratic
    equation in x. Without current zinc dissolves as fast as hydrogen forms.

    Parameters
    ----------
    plating_current
        Current density at the cathode, 0 or more [A/m²]
    zinc_exchange_density
        Exchange current density i0 of zinc, above 0 [A/m²]
    hydrogen_exchange_density
        Hydrogen current density h at zinc's reversible potential [A/m²]
    electrolyte_temperature
        Temperature of the electrolyte [°C]

    Returns
    -------
    zinc_density
        Current density of zinc, below 0 where it dissolves [A/m²]
    hydrogen_density
        Current density of hydrogen [A/m²]
    overvoltage
        Overvoltage η of zinc [V]

    References
    ----------
    Butler and Volmer's equation of both with transfer coefficients of 0.5, mixed potential of Wagner and Traud 1938.
    """
    current = floats(plating_current)
    both = floats(zinc_exchange_density) + hydrogen_exchange_density
    x = (current + np.sqrt(current * current + 4.0 * zinc_exchange_density * both)) / (2.0 * both)
    hydrogen: FloatArray = hydrogen_exchange_density * x
    kelvin = floats(electrolyte_temperature) + ZERO_CELSIUS
    overvoltage: FloatArray = (2.0 * GAS / FARADAY) * kelvin * np.log(x)
    return current - hydrogen, hydrogen, overvoltage
