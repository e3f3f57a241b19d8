"""Current and voltage of a module by one diode with a series and a shunt resistance.

I = I_L - I_0 (exp((V + I R_s)/a) - 1) - (V + I R_s)/R_sh. With the voltage at the diode, V_d = V + I R_s, for a
parameter current and voltage are explicit, so that Newton's steps take one exponential each and their number can be
fixed. Each begins above its root on a function that falls ever more steeply, from where Newton's method cannot
overshoot.
"""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

BOLTZMANN_VOLTAGE = 8.617333262e-5  # V/K, k/q, CODATA 2018
_ZERO_CELSIUS = 273.15  # K
_STEPS = 5  # from starts within the logarithm of 2: the highest power is then right to 1e-8, voltages to 1e-4
_LEAST_SLOPE = 0.2  # of the open-circuit voltage, what is left of V - I R_s where the series resistance is large


def diode_voltage(ideality: Numeric, cells_in_series: Numeric, module_temperature: Numeric) -> FloatArray:
    """Voltage over which the diodes' current rises e-fold: a = n N_s k T / q.

    Parameters
    ----------
    ideality
        Ideality n of the diode [1]
    cells_in_series
        Cells N_s in series [1]
    module_temperature
        Temperature of the cells [°C]

    Returns
    -------
    FloatArray
        Voltage a of all cells together [V]

    References
    ----------
    Shockley's equation; k/q from CODATA 2018.
    """
    return floats(ideality) * cells_in_series * BOLTZMANN_VOLTAGE * (floats(module_temperature) + _ZERO_CELSIUS)


def short_circuit_current(light_current: Numeric, series_resistance: Numeric, shunt_resistance: Numeric) -> FloatArray:
    """Current without voltage: I_sc = I_L R_sh/(R_sh + R_s).

    Parameters
    ----------
    light_current
        Current I_L that the light sets free [A]
    series_resistance
        Series resistance R_s [Ω]
    shunt_resistance
        Shunt resistance R_sh [Ω]

    Returns
    -------
    FloatArray
        Short-circuit current [A]

    References
    ----------
    The equation of this module at V = 0, without the diode, which carries less than a millionth while I_L R_s is a few
    times a.
    """
    return floats(light_current) * shunt_resistance / (floats(shunt_resistance) + series_resistance)


def open_circuit_voltage(
    light_current: Numeric, saturation_current: Numeric, shunt_resistance: Numeric, diode_scale: Numeric
) -> FloatArray:
    """Voltage without current: I_L = I_0 (exp(V/a) - 1) + V/R_sh, by Newton's method.

    Parameters
    ----------
    light_current
        Current I_L that the light sets free [A]
    saturation_current
        Saturation current I_0 of the diode [A]
    shunt_resistance
        Shunt resistance R_sh [Ω]
    diode_scale
        Voltage a by `diode_voltage` [V]

    Returns
    -------
    FloatArray
        Open-circuit voltage [V]

    References
    ----------
    The equation of this module at I = 0.
    """
    a, conductance = floats(diode_scale), 1.0 / floats(shunt_resistance)
    voltage = np.minimum(a * np.log1p(floats(light_current) / saturation_current), floats(light_current) / conductance)
    for _ in range(_STEPS):
        diode = saturation_current * np.exp(voltage / a)
        excess = diode - saturation_current + voltage * conductance - light_current
        voltage = voltage - excess / (diode / a + conductance)
    return voltage


def maximum_power(
    light_current: Numeric,
    saturation_current: Numeric,
    series_resistance: Numeric,
    shunt_resistance: Numeric,
    diode_scale: Numeric,
) -> tuple[FloatArray, FloatArray]:
    """Voltage and current where their product is largest: d(V I)/dV_d = 0 by Newton's method.

    Parameters
    ----------
    light_current
        Current I_L that the light sets free [A]
    saturation_current
        Saturation current I_0 of the diode [A]
    series_resistance
        Series resistance R_s [Ω]
    shunt_resistance
        Shunt resistance R_sh [Ω]
    diode_scale
        Voltage a by `diode_voltage` [V]

    Returns
    -------
    voltage : FloatArray
        Voltage at the terminals [V]
    current : FloatArray
        Current [A]

    References
    ----------
    The equation of this module. With I' = dI/dV_d the condition is I + I' (V_d - 2 I R_s) = 0.
    """
    a, light, rs = floats(diode_scale), floats(light_current), floats(series_resistance)
    rsh = floats(shunt_resistance)
    conductance = 1.0 / rsh
    # Where the diode bends the curve, and where the shunt alone does: the lower of both is just above the root.
    ideal = a * np.log1p(light / saturation_current)
    lever = np.maximum(ideal - a * np.log1p(ideal / a) - 2.0 * light * rs, _LEAST_SLOPE * ideal)
    bent = a * np.log(a * light / (lever * saturation_current))
    shunted = 0.5 * light * rsh * (rsh + 2.0 * rs) / (rsh + rs)
    at_diode = np.minimum(bent, shunted)
    for _ in range(_STEPS):
        diode = saturation_current * np.exp(at_diode / a)
        current = light + saturation_current - diode - at_diode * conductance
        slope = -diode / a - conductance
        policy = at_diode - 2.0 * rs * current
        gain = current + slope * policy
        at_diode = at_diode - gain / (2.0 * slope * (1.0 - rs * slope) - diode * policy / a**2)
    current = light + saturation_current - saturation_current * np.exp(at_diode / a) - at_diode * conductance
    return at_diode - rs * current, current


def fill_factor(power: Numeric, short_circuit: Numeric, open_circuit: Numeric) -> FloatArray:
    """Fill factor: power over short-circuit current times open-circuit voltage, FF = P/(I_sc V_oc).

    Parameters
    ----------
    power
        Power P [W]
    short_circuit
        Short-circuit current I_sc [A]
    open_circuit
        Open-circuit voltage V_oc [V]

    Returns
    -------
    FloatArray
        Fill factor [1]

    References
    ----------
    Definition.
    """
    return floats(power) / (floats(short_circuit) * open_circuit)


def fill_factor_green(voltage_ratio: Numeric, series_ratio: Numeric, shunt_ratio: Numeric) -> FloatArray:
    """Fill factor in closed form: FF_0 = (v - ln(v + 0.72))/(v + 1), then both resistances over V_oc/I_sc.

    Parameters
    ----------
    voltage_ratio
        Open-circuit voltage over a, v, above 10 [1]
    series_ratio
        Series resistance over V_oc/I_sc, r, below 0.4 [1]
    shunt_ratio
        Shunt resistance over V_oc/I_sc, above 2.5 [1]

    Returns
    -------
    FloatArray
        Fill factor [1]

    References
    ----------
    M. A. Green (1982), Accuracy of analytical expressions for solar cell fill factors, Solar Cells 7, 337-340
    (recalled): FF_s = FF_0 (1 - 1.1 r) + r²/5.4; FF = FF_s (1 - (v + 0.7)/v FF_s/r_sh).
    """
    v, r = floats(voltage_ratio), floats(series_ratio)
    series = (v - np.log(v + 0.72)) / (v + 1.0) * (1.0 - 1.1 * r) + r**2 / 5.4
    return series * (1.0 - (v + 0.7) / v * series / shunt_ratio)
