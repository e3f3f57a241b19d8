"""Ageing of modules, and conversion between temperatures."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats


def power_left(yearly_loss: Numeric, module_age: Numeric) -> FloatArray:
    """Power over that of the new module: (1 - d)^t.

    Parameters
    ----------
    yearly_loss
        Share d of its power that a module loses in a year [1]
    module_age
        Age t [a]

    Returns
    -------
    FloatArray
        Power left [1]

    References
    ----------
    D. C. Jordan, S. R. Kurtz (2013), Photovoltaic degradation rates - an analytical review, Prog. Photovolt. 21, 12-29:
    median 0.5 % a year (recalled).
    """
    return np.exp(floats(module_age) * np.log1p(-floats(yearly_loss)))


def at_temperature(standard_value: Numeric, coefficient: Numeric, module_temperature: Numeric) -> FloatArray:
    """Current, voltage or power of a module away from 25 °C: x (1 + c (T - 25)).

    Parameters
    ----------
    standard_value
        Value x at 25 °C, of a module of 1 [1]
    coefficient
        Relative change c by the degree [1/K]
    module_temperature
        Temperature T of the cells [°C]

    Returns
    -------
    FloatArray
        Value at that temperature [1]

    References
    ----------
    IEC 60891: linear in temperature (recalled).
    """
    return floats(standard_value) * (1.0 + floats(coefficient) * (floats(module_temperature) - 25.0))
