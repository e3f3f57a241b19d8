"""Anode effects: how likely one starts, and what they add to the mean voltage."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats


def anode_effect_hazard(
    local_alumina: Numeric,
    current_density: Numeric = 0.8,
    new_anode: Numeric = 0.0,
    onset_alumina: Numeric = 1.75,
    onset_width: Numeric = 0.12,
    onset_hazard: Numeric = 0.5,
) -> FloatArray:
    """Rate at which anode effects start: h0 exp((O_ae - O)/w) (1 + 0.5 new) (i/0.8)^2.

    Parameters
    ----------
    local_alumina
        Dissolved Al2O3 below the poorest anode, O [wt%]
    current_density
        Anode current density i [A/cm²]
    new_anode
        1 while a newly set anode carries little current, else 0 [1]
    onset_alumina
        Alumina O_ae at which the hazard is h0, 1.6 to 1.9 [wt%]
    onset_width
        Width w of the onset, 0.10 to 0.15 [wt%]
    onset_hazard
        Hazard h0 at the onset, 0.3 to 1 [1/h]

    Returns
    -------
    FloatArray
        Hazard of an anode effect [1/h]

    References
    ----------
    Assumed throughout: engineering practice.
    """
    relative = floats(current_density) / 0.8
    onset = np.exp((onset_alumina - floats(local_alumina)) / onset_width)
    result: FloatArray = onset_hazard * onset * (1.0 + 0.5 * new_anode) * relative * relative
    return result


def unevenness_factor(local_sd: Numeric, onset_width: Numeric = 0.12) -> FloatArray:
    """Mean hazard over normally scattered local alumina, relative to that at its mean: exp(sd^2/(2 w^2)).

    Parameters
    ----------
    local_sd
        Standard deviation of local alumina about the bulk, 0.2 to 0.3 [wt%]
    onset_width
        Width w of the onset [wt%]

    Returns
    -------
    FloatArray
        Mean hazard over the hazard at the mean, 1 or more [1]

    References
    ----------
    Mean of a log-normal variable; exact.
    """
    ratio = floats(local_sd) / onset_width
    result: FloatArray = np.exp(0.5 * ratio * ratio)
    return result


def mean_voltage(
    cell_voltage: Numeric, ae_frequency: Numeric, ae_duration: Numeric, ae_voltage: Numeric = 25.0
) -> FloatArray:
    """Mean voltage with anode effects: V + frequency x duration (V_ae - V)/1440.

    Parameters
    ----------
    cell_voltage
        Voltage in normal operation V [V]
    ae_frequency
        Anode effects of a pot in a day [1/d]
    ae_duration
        Mean duration of one, 0 where there is none [min]
    ae_voltage
        Mean voltage during one, V_ae, 8 to 50 [V]

    Returns
    -------
    FloatArray
        Mean voltage [V]

    References
    ----------
    Time average; the voltage of an anode effect is engineering practice.
    """
    voltage = floats(cell_voltage)
    return voltage + ae_frequency * ae_duration * (ae_voltage - voltage) / 1440.0
