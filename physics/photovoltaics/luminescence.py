"""Electroluminescence: light of a junction by its voltage, and what dark cells cost a module."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.photovoltaics.single_diode import diode_voltage

_HARMLESS = 0.08  # share of a cell that may be dark before its string loses current
_PER_DARK = 0.9  # of the power that a dark share beyond it takes
_BYPASSED = 1.0 / 3.0  # of the power: then a diode of three carries the current around the string


def luminescence_ratio(voltage_drop: Numeric, module_temperature: Numeric) -> FloatArray:
    """Light of a junction over that of one with more voltage: exp(-q dV/(k T)).

    Parameters
    ----------
    voltage_drop
        What the junction has less [V]
    module_temperature
        Temperature of the cells [°C]

    Returns
    -------
    FloatArray
        Ratio of intensities [1]

    References
    ----------
    Reciprocity of luminescence and photovoltaic action, U. Rau (2007), Phys. Rev. B 76, 085303.
    """
    return np.exp(-floats(voltage_drop) / diode_voltage(1.0, 1.0, module_temperature))


def dark_area_loss(dark_share: Numeric) -> FloatArray:
    """Power that cells which cracks have cut off cost a module: 0.9 (d - 0.08), at most a third.

    Parameters
    ----------
    dark_share
        Dark share d of the worst cell [1]

    Returns
    -------
    FloatArray
        Lost share of the power [1]

    References
    ----------
    Assumed: a cell has some current to spare, beyond it the string follows its worst cell, until the bypass diode of
    one of three strings conducts.
    """
    return np.clip(_PER_DARK * (floats(dark_share) - _HARMLESS), 0.0, _BYPASSED)
