"""Slime on a lead anode: slime loss, voltage over the layer, impurities that pass through it."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_REFERENCE_CURRENT = 180.0  # A/m², of the curved part
_MOST_TRANSFERRED = 0.5  # beyond it nothing is refined any more


def slime_overvoltage(
    slime_thickness: Numeric,
    plating_current: Numeric,
    antimony_ratio: Numeric = 1.0,
    linear_drop: Numeric = 0.010,
    curved_drop: Numeric = 0.0009,
) -> FloatArray:
    """Voltage over the slime that stays on an anode: η = a L + b L² (j/180)/s.

    Inside the layer lead ions gather and free acid is drained, the more the thicker it is. Antimony keeps it porous.

    Parameters
    ----------
    slime_thickness
        Thickness L of the layer [mm]
    plating_current
        Current density j [A/m²]
    antimony_ratio
        Antimony s of the anodes over the usual, above 0 [1]
    linear_drop
        Drop a of a thin layer [V/mm]
    curved_drop
        What gathers in a thick one, b [V/mm²]

    Returns
    -------
    FloatArray
        Overvoltage η [V]

    References
    ----------
    Ohm's and Fick's laws give the two powers; a, b and the way of antimony are assumed. At 180 A/m² 54, 136 and 247 mV
    after three, six and nine days.
    """
    thickness = np.asarray(slime_thickness, dtype=np.float64)
    crowded = curved_drop * np.asarray(plating_current, dtype=np.float64) / (_REFERENCE_CURRENT * antimony_ratio)
    result: FloatArray = thickness * (linear_drop + crowded * thickness)
    return result


def slime_shed(
    holding_ratio: Numeric, thickness_ratio: Numeric = 1.0, usual_shed: Numeric = 0.03, steepness: Numeric = 4.0
) -> FloatArray:
    """Share of the slime that falls off: x = 1/(1 + (1/u - 1) h^n/l²).

    Parameters
    ----------
    holding_ratio
        Antimony and half of the arsenic in the anodes, h, over the usual, above 0 [1]
    thickness_ratio
        Thickness l of the layer over that of six days, above 0 [1]
    usual_shed
        Share u of usual anodes after six days [1]
    steepness
        Exponent n [1]

    Returns
    -------
    FloatArray
        Share x that falls in a crop [1]

    References
    ----------
    Refinery practice: 0.4 to 0.8 % of antimony hold the slime, anodes without it shed theirs. Form, exponents and u are
    assumed.
    """
    held = np.power(np.asarray(holding_ratio, dtype=np.float64), steepness)
    odds = (1.0 / np.asarray(usual_shed, dtype=np.float64) - 1.0) * held / np.square(thickness_ratio)
    result: FloatArray = 1.0 / (1.0 + odds)
    return result


def impurity_transfer(
    slime_drop: Numeric,
    reference_transfer: Numeric = 5e-4,
    transfer_onset: Numeric = 0.20,
    transfer_scale: Numeric = 0.04,
) -> FloatArray:
    """Share of a noble impurity that reaches the cathode: f = f0 exp((η - η0)/s), at most a half.

    Parameters
    ----------
    slime_drop
        Voltage η over the slime [V]
    reference_transfer
        Share f0 at the onset [1]
    transfer_onset
        Voltage η0 at which bismuth, antimony, arsenic and copper begin to dissolve [V]
    transfer_scale
        Rise s of the voltage that makes it e times as much, above 0 [V]

    Returns
    -------
    FloatArray
        Share f of the impurity in the lead that dissolves [1]

    References
    ----------
    The anode's overvoltage must stay below the dissolution of the impurities: United States patent 4416746, 1983. The
    exponential is Tafel's law; f0, η0 and s are assumed.
    """
    steep = (np.asarray(slime_drop, dtype=np.float64) - transfer_onset) / transfer_scale
    result: FloatArray = np.minimum(reference_transfer * np.exp(steep), _MOST_TRANSFERRED)
    return result
