"""Response of a cell to a current pulse: resistances, slow polarisation, change of rested voltage."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

_SECONDS = 3600.0  # s/h


def pulse_response(
    pulse_current: Numeric,
    pulse_time: Numeric,
    ohmic_resistance: Numeric,
    fast_resistance: Numeric,
    fast_time: Numeric,
    slow_resistance: Numeric,
    slow_time: Numeric,
) -> FloatArray:
    """Voltage that a pulse adds to the rested voltage: I [R0 + R1 (1 - e^(-t/τ1)) + R2 (1 - e^(-t/τ2))].

    Parameters
    ----------
    pulse_current
        Current I, above 0 where it charges [A]
    pulse_time
        Time t since the pulse began [s]
    ohmic_resistance
        Ohmic resistance R0 [mΩ]
    fast_resistance
        Resistance R1 of charge transfer [mΩ]
    fast_time
        Time constant τ1 of charge transfer [s]
    slow_resistance
        Resistance R2 of diffusion [mΩ]
    slow_time
        Time constant τ2 of diffusion [s]

    Returns
    -------
    FloatArray
        Voltage above that at rest [mV]

    References
    ----------
    Equivalent circuit of a resistor and two RC elements in series, as G. L. Plett (2015), Battery Management Systems,
    vol. 1, ch. 2, has it. The state of charge is taken as constant; `charge_drift` adds its change.
    """
    time = floats(pulse_time)
    fast = fast_resistance * -np.expm1(-time / fast_time)
    slow = slow_resistance * -np.expm1(-time / slow_time)
    return pulse_current * (ohmic_resistance + fast + slow)


def charge_drift(
    pulse_current: Numeric, pulse_time: Numeric, cell_capacity: Numeric, voltage_slope: Numeric
) -> FloatArray:
    """Change of a cell's rested voltage by the charge of a pulse: dU/dz I t / Q.

    Parameters
    ----------
    pulse_current
        Current I, above 0 where it charges [A]
    pulse_time
        Time t since the pulse began [s]
    cell_capacity
        Capacity Q [Ah]
    voltage_slope
        Rise dU/dz of the rested voltage from an empty to a full cell, if it went on as here [V]

    Returns
    -------
    FloatArray
        Change of the rested voltage [mV]

    References
    ----------
    Balance of charge. Exact for small changes.
    """
    return 1000.0 * floats(voltage_slope) * pulse_current * pulse_time / (_SECONDS * cell_capacity)


def area_free_resistance(voltage_step: Numeric, c_rate: Numeric) -> FloatArray:
    """Resistance times capacity of a cell, from its voltage step and the current's rate: R Q = ΔU/C.

    Cells of one make and several sizes have nearly one value, as electrodes in parallel share the current.

    Parameters
    ----------
    voltage_step
        Step ΔU of the voltage [mV]
    c_rate
        Step of the current over capacity, above 0 where it charges [1/h]

    Returns
    -------
    FloatArray
        Resistance times capacity [mΩ·Ah]

    References
    ----------
    Ohm's law, with the current as rate times capacity. Exact.
    """
    return floats(voltage_step) / c_rate
