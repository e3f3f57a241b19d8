"""Milling, screening and air separation: powder that comes off the foils, and foil that comes along."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_USUAL_TIME = 130.0  # s
_USUAL_SCREEN = 0.25  # mm
_USUAL_VELOCITY = 6.8  # m/s
_DETACHING = 35.2  # s: at the usual time 2.5 % of the powder stay on the foils


def foil_content(
    mill_time: Numeric, screen_aperture: Numeric, usual_content: Numeric, over_grinding: Numeric = 0.65
) -> FloatArray:
    """Copper or aluminium of foils that passes the screen: c exp(a (t/130 s - 1)) (d/0.25 mm)^0.7.

    Powder comes off in the first minute, foil is torn to flakes all the while.

    Parameters
    ----------
    mill_time
        Time t in the mill [s]
    screen_aperture
        Holes d of the screen, above 0 [mm]
    usual_content
        Content c of the powder at 130 s and 0.25 mm [%]
    over_grinding
        Rise a of the logarithm when the time doubles; 0.5-0.8 [1]

    Returns
    -------
    FloatArray
        Content of the powder [%]

    References
    ----------
    Rise with time and holes: practice of shredding lines; form, rise and exponent assumed.
    """
    longer = np.asarray(mill_time, dtype=np.float64) / _USUAL_TIME - 1.0
    wider = np.power(np.asarray(screen_aperture, dtype=np.float64) / _USUAL_SCREEN, 0.7)
    result: FloatArray = usual_content * np.exp(np.asarray(over_grinding) * longer) * wider
    return result


def recovered_powder(mill_time: Numeric, adhesion: Numeric = 1.0) -> FloatArray:
    """Share of the electrode powder that comes off the foils: 1 - exp(-t/(35.2 s A)).

    Parameters
    ----------
    mill_time
        Time t in the mill [s]
    adhesion
        How much longer A powder sticks than after usual pyrolysis, above 0 [1]

    Returns
    -------
    FloatArray
        Share; 0.96-0.99 in plants [1]

    References
    ----------
    First-order detachment, set to 97.5 % at 130 s: assumed within 96 to 99 % of plants.
    """
    result: FloatArray = 1.0 - np.exp(-np.asarray(mill_time, dtype=np.float64) / (_DETACHING * np.asarray(adhesion)))
    return result


def foil_left_by_air(air_velocity: Numeric, lift: Numeric = 0.12) -> FloatArray:
    """Fine foil that a zig-zag separator leaves in the powder, over that at 6.8 m/s: exp(-b (v - 6.8)).

    Parameters
    ----------
    air_velocity
        Velocity v of the air [m/s]
    lift
        Fall b of the logarithm a metre a second [s/m]

    Returns
    -------
    FloatArray
        Factor on the content [1]

    References
    ----------
    Light foil goes with the air: practice; rate assumed.
    """
    result: FloatArray = np.exp(-np.asarray(lift) * (np.asarray(air_velocity, dtype=np.float64) - _USUAL_VELOCITY))
    return result


def milling_energy(mill_time: Numeric, idle_energy: Numeric = 12.0, usual_energy: Numeric = 45.0) -> FloatArray:
    """Electricity of the mill for a tonne of feed: e0 + (e - e0) t/130 s.

    Parameters
    ----------
    mill_time
        Time t in the mill [s]
    idle_energy
        Electricity e0 of the empty mill [kWh/t]
    usual_energy
        Electricity e at 130 s; 45 ± 8 in plants [kWh/t]

    Returns
    -------
    FloatArray
        Electricity [kWh/t]

    References
    ----------
    45 kWh/t: practice; idle part and proportion assumed.
    """
    work = np.asarray(usual_energy, dtype=np.float64) - idle_energy
    result: FloatArray = idle_energy + work * np.asarray(mill_time, dtype=np.float64) / _USUAL_TIME
    return result
