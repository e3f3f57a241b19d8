"""Pyrolysis and washing of shredded cells: binder, fluorine, carbonate, brittle aluminium."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_USUAL_TEMPERATURE = 540.0  # °C
_USUAL_TIME = 70.0  # min
_USUAL_BINDER = 0.1  # left at these
_RATE = -np.log(_USUAL_BINDER)
_BRITTLE, _WIDTH = 610.0, 8.0  # °C, K: half of the rise of aluminium is reached there
_VOLATILE = 0.85  # share of the fluorine that leaves with the binder and the electrolyte


def binder_left(pyrolysis_temperature: Numeric, pyrolysis_time: Numeric) -> FloatArray:
    """Share of the binder that pyrolysis leaves: exp(-2.30 t/70 min exp((T - 540)/40 K)).

    Parameters
    ----------
    pyrolysis_temperature
        Temperature T [°C]
    pyrolysis_time
        Time t [min]

    Returns
    -------
    FloatArray
        Share [1]

    References
    ----------
    Polyvinylidene fluoride decomposes at 400 to 500 °C (recalled), furnaces run at 500 to 600: practice; that a tenth
    is left at 540 °C and 70 min, and a factor of e for 40 K, is assumed.
    """
    hotter = np.exp((np.asarray(pyrolysis_temperature, dtype=np.float64) - _USUAL_TEMPERATURE) / 40.0)
    result: FloatArray = np.exp(-_RATE * np.asarray(pyrolysis_time, dtype=np.float64) / _USUAL_TIME * hotter)
    return result


def adhesion_of_binder(binder_share: Numeric, stickiness: Numeric = 0.5) -> FloatArray:
    """Adhesion of powder to its foil relative to usual pyrolysis: 1 + k (b - 0.1).

    Parameters
    ----------
    binder_share
        Share b of the binder that is left [1]
    stickiness
        Rise k for all of the binder [1]

    Returns
    -------
    FloatArray
        Factor on the time in which powder comes off [1]

    References
    ----------
    Pyrolysis brings 3 to 5 points of powder: practice; the form assumed.
    """
    result: FloatArray = 1.0 + np.asarray(stickiness) * (np.asarray(binder_share, dtype=np.float64) - _USUAL_BINDER)
    return result


def fluorine_left(binder_share: Numeric) -> FloatArray:
    """Share of the fluorine that pyrolysis leaves: 0.15 + 0.85 b.

    Parameters
    ----------
    binder_share
        Share b of the binder that is left [1]

    Returns
    -------
    FloatArray
        Share; 0.2-0.4 in plants that burn the binder off [1]

    References
    ----------
    60 to 80 % less: practice; that the rest stays as fluoride of lithium is assumed in its size.
    """
    result: FloatArray = 1.0 - _VOLATILE + _VOLATILE * np.asarray(binder_share, dtype=np.float64)
    return result


def carbonated_share(pyrolysis_temperature: Numeric, pyrolysis_time: Numeric, usual_share: Numeric = 0.3) -> FloatArray:
    """Lithium of cathodes that becomes carbonate: 1 - (1 - u)^(t/70 min exp((T - 540)/40 K)).

    Parameters
    ----------
    pyrolysis_temperature
        Temperature T [°C]
    pyrolysis_time
        Time t [min]
    usual_share
        Share u at 540 °C and 70 min, below 1 [1]

    Returns
    -------
    FloatArray
        Share of the cathodes' lithium; 0 without pyrolysis [1]

    References
    ----------
    Pyrolysed powder holds lithium that water dissolves, and the temperature of pyrolysis is among what determines it:
    L. Schwich and others (2021), Metals 11, 177 (abstract). That it is carbonate, the size and the form are assumed.
    """
    hotter = np.exp((np.asarray(pyrolysis_temperature, dtype=np.float64) - _USUAL_TEMPERATURE) / 40.0)
    done = np.asarray(pyrolysis_time, dtype=np.float64) / _USUAL_TIME * hotter
    result: FloatArray = -np.expm1(np.log1p(-np.asarray(usual_share, dtype=np.float64)) * done)
    return result


def aluminium_embrittlement(pyrolysis_temperature: Numeric, most_brittle: Numeric = 0.8) -> FloatArray:
    """Rise of aluminium in the powder as its foil turns brittle: 1 + r/(1 + exp(-(T - 610)/8 K)).

    Parameters
    ----------
    pyrolysis_temperature
        Temperature T, below the melting point of 660 °C [°C]
    most_brittle
        Rise r of foil that is brittle throughout [1]

    Returns
    -------
    FloatArray
        Factor on the content [1]

    References
    ----------
    1.5 to 2 times as much above 620 °C: practice; the form assumed.
    """
    hot = (np.asarray(pyrolysis_temperature, dtype=np.float64) - _BRITTLE) / _WIDTH
    result: FloatArray = 1.0 + np.asarray(most_brittle) / (1.0 + np.exp(-hot))
    return result


def wash_left(wash_ratio: Numeric, wash_half: Numeric = 0.6) -> FloatArray:
    """Share of the water-soluble fluorine that washing leaves: 1/(1 + w/w½).

    Parameters
    ----------
    wash_ratio
        Water w for a tonne of powder, 0 or more [m³/t]
    wash_half
        Water w½ that takes half of it, above 0 [m³/t]

    Returns
    -------
    FloatArray
        Share [1]

    References
    ----------
    Lithium fluoride dissolves sparingly, so more water takes more: form and size assumed.
    """
    result: FloatArray = 1.0 / (1.0 + np.asarray(wash_ratio, dtype=np.float64) / np.asarray(wash_half))
    return result


def washed_fluorine(total_fluorine: Numeric, soluble_share: Numeric, soluble_left: Numeric) -> FloatArray:
    """Fluorine of the powder after washing: F (1 - s + s l).

    Parameters
    ----------
    total_fluorine
        Content F before [%]
    soluble_share
        Share s of it that is soluble in water before [1]
    soluble_left
        Share l of the soluble part that washing leaves [1]

    Returns
    -------
    FloatArray
        Content [%]

    References
    ----------
    Balance of mass.
    """
    gone = np.asarray(soluble_share, dtype=np.float64) * (1.0 - np.asarray(soluble_left))
    result: FloatArray = total_fluorine * (1.0 - gone)
    return result


def soluble_fluorine(total_fluorine: Numeric, soluble_share: Numeric, soluble_left: Numeric) -> FloatArray:
    """Water-soluble fluorine of the powder after washing: F s l.

    Parameters
    ----------
    total_fluorine
        Content F of fluorine before washing [%]
    soluble_share
        Share s of it that is soluble in water before [1]
    soluble_left
        Share l of the soluble part that washing leaves [1]

    Returns
    -------
    FloatArray
        Content [%]

    References
    ----------
    Balance of mass.
    """
    soluble = np.asarray(soluble_share, dtype=np.float64) * np.asarray(soluble_left)
    result: FloatArray = total_fluorine * soluble
    return result
