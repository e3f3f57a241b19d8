"""How modules age and how long they live."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

_HALF, _TENTH = np.log(2.0), np.log(10.0)


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


def weibull_life(half_life: Numeric, tenth_life: Numeric) -> tuple[FloatArray, FloatArray]:
    """Shape and scale of Weibull's law of life by the ages at which a half and nine tenths have gone.

    Parameters
    ----------
    half_life
        Age at which half of the modules have gone, T50 [a]
    tenth_life
        Age at which a tenth is left, T90 [a]

    Returns
    -------
    shape : FloatArray
        Shape, ln(ln 10/ln 2)/ln(T90/T50) [1]
    scale : FloatArray
        Scale, T50/(ln 2)^(1/shape) [a]

    References
    ----------
    Weibull's law 1 - exp(-(t/scale)^shape) at both ages.
    """
    shape = np.log(_TENTH / _HALF) / np.log(floats(tenth_life) / half_life)
    return shape, floats(half_life) / _HALF ** (1.0 / shape)


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
