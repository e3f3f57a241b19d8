"""Resistance of a cell by its age, temperature and state of charge."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import GAS, ZERO_CELSIUS

_REFERENCE = 298.15  # K
_OF_A_LIFE = 0.2  # share of the capacity whose loss the growth is stated for
# State of charge, and resistance over that between 30 and 90 %.
_CHARGE, _FACTOR = np.array([0.0, 0.05, 0.10, 0.30, 1.0]), np.array([2.8, 2.0, 1.4, 1.0, 1.0])


def aged_resistance(new_resistance: Numeric, growth: Numeric, capacity_loss: Numeric) -> FloatArray:
    """Resistance of an aged cell: R_new (1 + r loss/0.2).

    Parameters
    ----------
    new_resistance
        Resistance R_new of the new cell [mΩ]
    growth
        Rise r of the resistance, over that of the new cell, when a fifth of the capacity is lost [1]
    capacity_loss
        Share of the capacity that is lost [1]

    Returns
    -------
    FloatArray
        Resistance [mΩ]

    References
    ----------
    Linear in the capacity lost, as J. Drallmeier and others (2022), arXiv 2203.12376, measured of 12 retired packs;
    the sizes of r are assumed.
    """
    return new_resistance * (1.0 + growth * floats(capacity_loss) / _OF_A_LIFE)


def arrhenius_factor(activation_energy: Numeric, cell_temperature: Numeric) -> FloatArray:
    """Resistance at a temperature over that at 25 °C: exp(E/R (1/T - 1/298.15)).

    Parameters
    ----------
    activation_energy
        Activation energy E [kJ/mol]
    cell_temperature
        Temperature of the cell [°C]

    Returns
    -------
    FloatArray
        Factor [1]

    References
    ----------
    Arrhenius's law; 20-40 kJ/mol are assumed for whole cells.
    """
    kelvin = floats(cell_temperature) + ZERO_CELSIUS
    return np.exp(1000.0 * activation_energy / GAS * (1.0 / kelvin - 1.0 / _REFERENCE))


def charge_factor(state_of_charge: Numeric) -> FloatArray:
    """Resistance at a state of charge relative to 30 to 90 %; it rises in a nearly empty cell.

    Parameters
    ----------
    state_of_charge
        Charge over capacity [1]

    Returns
    -------
    FloatArray
        Factor [1]

    References
    ----------
    Nearly constant at middle and high voltage: J. Drallmeier and others (2022), arXiv 2203.12376. The rise to 1.4 at
    10 % and 2 at 5 % is assumed; its logarithm is straight between.
    """
    logarithm: FloatArray = np.interp(floats(state_of_charge), _CHARGE, np.log(_FACTOR))
    return np.exp(logarithm)
