"""Alumina and AlF3 of a reduction cell: consumption, dissolution of feed, content of the bath."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import ALUMINIUM_EQUIVALENT

ALUMINA_PER_METAL = 101.9613 / (2.0 * 26.98154)  # kg/kg, 1.8895; plants need 1.91 to 1.93


def alumina_consumption(line_current: Numeric, current_efficiency: Numeric) -> FloatArray:
    """Alumina that electrolysis takes out of the bath: 1.8895 q I CE/100 (six electrons for one Al2O3).

    Parameters
    ----------
    line_current
        Line current I [kA]
    current_efficiency
        Current efficiency CE [%]

    Returns
    -------
    FloatArray
        Alumina consumed [kg/h]

    References
    ----------
    Faraday's law and molar masses.
    """
    per_point = 0.01 * ALUMINA_PER_METAL * ALUMINIUM_EQUIVALENT
    return per_point * floats(line_current) * current_efficiency


def efficiency_from_feed(feed_rate: Numeric, line_current: Numeric, alumina_per_metal: Numeric = 1.92) -> FloatArray:
    """Current efficiency that the alumina fed implies when the bath keeps its content: 100 feed/(r q I).

    Valid for a mean over days, so that changes of stock in bath and sludge are small compared with the feed.

    Parameters
    ----------
    feed_rate
        Mean alumina feed [kg/h]
    line_current
        Line current I, above 0 [kA]
    alumina_per_metal
        Alumina a kilogram of metal takes in practice, r, 1.91 to 1.93 [kg/kg]

    Returns
    -------
    FloatArray
        Current efficiency [%]

    References
    ----------
    Mass balance; practical consumption is engineering practice.
    """
    return 100.0 * floats(feed_rate) / (alumina_per_metal * ALUMINIUM_EQUIVALENT * line_current)


def fast_share(
    superheat: Numeric, saturation: Numeric, fines: Numeric = 12.0, loss_on_ignition: Numeric = 0.9
) -> FloatArray:
    """Share of a feed that dissolves immediately, g: 0.85, less in a cold or full bath.

    g = 0.85 - 0.03 max(0, 6 - SH) - 0.4 max(0, r - 0.5) - 0.004 max(0, fines - 12) - 0.1 max(0, 0.9 - LOI), kept within
    0.2 and 0.9.

    Parameters
    ----------
    superheat
        Bath temperature less liquidus, SH [K]
    saturation
        Alumina content over solubility, r [1]
    fines
        Alumina finer than 45 µm [%]
    loss_on_ignition
        Loss on ignition of the alumina, LOI [%]

    Returns
    -------
    FloatArray
        Share that dissolves immediately [1]

    References
    ----------
    Assumed: engineering practice gives the level (0.7 to 0.9), the thresholds and the directions; the slopes are ours.
    """
    cold = np.maximum(6.0 - floats(superheat), 0.0)
    full = np.maximum(floats(saturation) - 0.5, 0.0)
    fine = np.maximum(floats(fines) - 12.0, 0.0)
    dry = np.maximum(0.9 - floats(loss_on_ignition), 0.0)
    share = 0.85 - 0.03 * cold - 0.4 * full - 0.004 * fine - 0.1 * dry
    result: FloatArray = np.minimum(np.maximum(share, 0.2), 0.9)
    return result


def sludge_rate(slow_feed: Numeric, settled_share: Numeric = 0.03) -> FloatArray:
    """Alumina that sinks to the cathode: a share of the feed that does not dissolve immediately.

    Parameters
    ----------
    slow_feed
        Feed that does not dissolve immediately [kg/h]
    settled_share
        Share of it that settles, 0.01 to 0.05 [1]

    Returns
    -------
    FloatArray
        Sludge formed [kg/h]

    References
    ----------
    Assumed: engineering practice.
    """
    return settled_share * floats(slow_feed)


def alf3_consumption(
    metal_production: Numeric,
    pot_age: Numeric,
    mature: Numeric = 17.0,
    young_extra: Numeric = 7.5,
    young_time: Numeric = 300.0,
) -> FloatArray:
    """AlF3 loss of a pot to soda, lime, hydrolysis and lining: P (c + e exp(-age/tau))/1000.

    Parameters
    ----------
    metal_production
        Metal made, P [kg/d]
    pot_age
        Age of the pot [d]
    mature
        Consumption c of a mature pot, 14 to 20 [kg/t]
    young_extra
        What the lining of a new pot takes beyond it, e, 5 to 10 [kg/t]
    young_time
        Time tau in which that fades, 200 to 600 [d]

    Returns
    -------
    FloatArray
        AlF3 consumed [kg/d]

    References
    ----------
    Assumed: engineering practice for the numbers, the exponential form is ours.
    """
    young = young_extra * np.exp(-floats(pot_age) / young_time)
    result: FloatArray = 0.001 * metal_production * (mature + young)
    return result
