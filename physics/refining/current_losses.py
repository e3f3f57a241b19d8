"""Current losses of a refining cell: short circuits cleared by patrols, redissolved copper."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.electrochemistry import GAS, ZERO_CELSIUS

_HOURS = 24.0  # h/d
_REFERENCE = 62.0  # °C, of the dissolution by oxygen


def short_life(patrol_interval: Numeric, missed_share: Numeric = 0.15, repair_time: Numeric = 2.0) -> FloatArray:
    """Mean life of a short circuit: L = P (1/2 + m/(1 - m)) + r.

    It arises at any time between two patrols, so half an interval passes until the next one; each patrol overlooks it
    with the same chance, which costs a whole interval more.

    Parameters
    ----------
    patrol_interval
        Time P from one patrol to the next [h]
    missed_share
        Chance m that a patrol overlooks a short, below 1 [1]
    repair_time
        Time r from its discovery until it is cleared [h]

    Returns
    -------
    FloatArray
        Mean life L of a short [h]

    References
    ----------
    Mean of a uniform and of a geometric distribution; exact. Patrols every 8 to 24 h overlook 10 to 30 %: practice.
    """
    missed = np.asarray(missed_share, dtype=np.float64)
    result: FloatArray = patrol_interval * (0.5 + missed / (1.0 - missed)) + repair_time
    return result


def shorted_share(short_births: Numeric, mean_life: Numeric) -> FloatArray:
    """Share of the cathodes that stand in a short: s = b L/24, births times life.

    Parameters
    ----------
    short_births
        Shorts b that arise in a day on 100 cathodes [%/d]
    mean_life
        Mean life L of a short [h]

    Returns
    -------
    FloatArray
        Share s of the cathodes in a short, mean over the time [%]

    References
    ----------
    Little's law; exact for any distribution of lives. 1 to 5 births on 100 cathodes and day: practice.
    """
    result: FloatArray = np.asarray(short_births, dtype=np.float64) * mean_life / _HOURS
    return result


def short_loss(shorted_cathodes: Numeric, short_current_ratio: Numeric = 2.5) -> FloatArray:
    """Part of a cell's current that its shorts carry without plating: f = s k.

    Parameters
    ----------
    shorted_cathodes
        Share s of the cathodes in a short [%]
    short_current_ratio
        Current k of a short over that of a usual cathode, 2 to 5 [1]

    Returns
    -------
    FloatArray
        Loss f of current efficiency [%]

    References
    ----------
    Balance of charge; the ratio is practice: 1.2 to 3 kA where a cathode has 615 A.
    """
    result: FloatArray = np.asarray(shorted_cathodes, dtype=np.float64) * short_current_ratio
    return result


def dissolution_loss(
    electrolyte_temperature: Numeric,
    plating_current: Numeric,
    iron_ions: Numeric = 0.0,
    oxygen_current: Numeric = 1.0,
    iron_weight: Numeric = 0.2,
) -> FloatArray:
    """Copper that dissolves again: f = 100 i62 exp(-Ea/R (1/T - 1/335.15))/j + w Fe, Ea = 40 kJ/mol.

    Parameters
    ----------
    electrolyte_temperature
        Temperature T of the electrolyte, in kelvin [°C]
    plating_current
        Current density j at the cathode, above 0 [A/m²]
    iron_ions
        Iron Fe in the electrolyte, of which a part is ferric [g/L]
    oxygen_current
        Current density i62 of dissolution by the oxygen of the air at 62 °C, 0.5 to 1.5 [A/m²]
    iron_weight
        Loss w that a gram a litre of iron brings [%*L/g]

    Returns
    -------
    FloatArray
        Loss f of current efficiency [%]

    References
    ----------
    Arrhenius's and Faraday's laws; all numbers are engineering practice, no document that holds them.
    """
    inverse = 1.0 / (np.asarray(electrolyte_temperature, dtype=np.float64) + ZERO_CELSIUS)
    faster = np.exp(-40e3 / GAS * (inverse - 1.0 / (_REFERENCE + ZERO_CELSIUS)))
    result: FloatArray = 100.0 * oxygen_current * faster / plating_current + iron_weight * np.asarray(iron_ions)
    return result


def refining_efficiency(short_lost: Numeric, stray_lost: Numeric, dissolved_lost: Numeric) -> FloatArray:
    """Current efficiency of a refining cell: CE = 100 - f_short - f_stray - f_chem.

    Parameters
    ----------
    short_lost
        Part of the current that shorts carry [%]
    stray_lost
        Part that leaks to ground and over wet busbars [%]
    dissolved_lost
        Copper that dissolves again, as part of the current [%]

    Returns
    -------
    FloatArray
        Current efficiency CE [%]

    References
    ----------
    Balance of charge; exact. Losses of 1-4, 0.3-1.2 and 0.3-1 points: practice.
    """
    result: FloatArray = 100.0 - short_lost - np.asarray(stray_lost, dtype=np.float64) - dissolved_lost
    return result
