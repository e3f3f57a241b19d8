"""Balances of a zinc cell: acid, feed, contents of a stirred tank, heat, hydrogen, evaporated water."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import FARADAY

ACID_PER_ZINC = 98.08 / 65.38  # kg H2SO4 that a kilogram of deposited zinc sets free
ZINC_THERMONEUTRAL, HYDROGEN_THERMONEUTRAL = 2.28, 1.48  # V: 439.7 and 285.8 kJ/mol over 2 F
_HYDROGEN_EQUIVALENT = 3600.0 * 1.008 / FARADAY  # g/Ah
_LATENT_HEAT = 2400.0  # kJ/kg of water at 38 °C


def feed_for_ratio(zinc_rate: Numeric, feed_zinc: Numeric, acid_zinc_ratio: Numeric) -> FloatArray:
    """Neutral feed that keeps a ratio of acid to zinc in a cell: f = m (1.500 + r) / (r c).

    Whatever evaporates: it thickens acid and zinc alike.

    Parameters
    ----------
    zinc_rate
        Zinc m that deposits [kg/h]
    feed_zinc
        Zinc c in the neutral feed, which holds no acid [g/L]
    acid_zinc_ratio
        Ratio r of acid to zinc, by mass [1]

    Returns
    -------
    FloatArray
        Feed f [m³/h]

    References
    ----------
    Balances of zinc and sulphate; 98.08 g of acid for 65.38 g of zinc.
    """
    ratio = floats(acid_zinc_ratio)
    result: FloatArray = zinc_rate * (ACID_PER_ZINC + ratio) / (ratio * feed_zinc)
    return result


def stirred_content(
    start_content: Numeric, steady_content: Numeric, turnover: Numeric, duration: Numeric
) -> tuple[FloatArray, FloatArray]:
    """Content of a stirred tank after a time, and its mean: the exact solution of dc/dt = k (c∞ - c).

    Parameters
    ----------
    start_content
        Content at the start [g/L]
    steady_content
        Content c∞ that it tends to [g/L]
    turnover
        Rate k, above 0 [1/h]
    duration
        Time [h]

    Returns
    -------
    end
        Content at the end [g/L]
    mean
        Mean over the time [g/L]

    References
    ----------
    Balance of a stirred tank with steady flows.
    """
    spent = floats(turnover) * duration
    gone = -np.expm1(-spent)
    off = floats(start_content) - steady_content
    end: FloatArray = start_content - off * gone
    mean: FloatArray = steady_content + off * gone / spent
    return end, mean


def released_heat(
    line_current: Numeric, cell_voltage: Numeric, zinc_share: Numeric, hydrogen_share: Numeric
) -> FloatArray:
    """Heat that a cell sets free: I (V - 2.28 z - 1.48 h).

    Parameters
    ----------
    line_current
        Current I through the cell [kA]
    cell_voltage
        Cell voltage V [V]
    zinc_share
        Share z of the current that deposits zinc [1]
    hydrogen_share
        Share h of the current that makes hydrogen; the rest passes through shorts [1]

    Returns
    -------
    FloatArray
        Heat [kW]

    References
    ----------
    Energy balance; enthalpies of 439.7 kJ/mol for zinc and oxygen from sulphate, 285.8 for hydrogen and oxygen.
    """
    bound = ZINC_THERMONEUTRAL * floats(zinc_share)
    bound = bound + HYDROGEN_THERMONEUTRAL * floats(hydrogen_share)
    result: FloatArray = line_current * (cell_voltage - bound)
    return result


def hydrogen_mass(line_current: Numeric, duration: Numeric, hydrogen_share: Numeric) -> FloatArray:
    """Hydrogen that a cell makes.

    Parameters
    ----------
    line_current
        Current through the cell [kA]
    duration
        Time [h]
    hydrogen_share
        Share of the current that makes hydrogen [1]

    Returns
    -------
    FloatArray
        Mass of hydrogen [kg]

    References
    ----------
    Faraday's law, 1.008 g/mol for an electron.
    """
    return _HYDROGEN_EQUIVALENT * floats(line_current) * duration * hydrogen_share


def evaporated_water(removed_heat: Numeric, evaporated_share: Numeric) -> FloatArray:
    """Water that evaporates where cooling towers take heat away.

    Parameters
    ----------
    removed_heat
        Heat that leaves the electrolyte [kW]
    evaporated_share
        Share of it that evaporates water, the rest warms air [1]

    Returns
    -------
    FloatArray
        Water [m³/h]

    References
    ----------
    Latent heat of 2400 kJ/kg at 38 °C, a litre a kilogram.
    """
    return 3.6 / _LATENT_HEAT * floats(removed_heat) * evaporated_share
