"""What anodes dissolve gathers in the electrolyte until the bleed and precipitation carry it off."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric


def steady_content(
    dissolved_mass: Numeric, bleed: Numeric, precipitation: Numeric = 0.0, precipitation_onset: Numeric = 0.0
) -> FloatArray:
    """Content at which as much leaves as dissolves: c = (q/1000 + k c0)/(b + k).

    Parameters
    ----------
    dissolved_mass
        Mass q that dissolves a tonne of copper [g/t]
    bleed
        Electrolyte b bled a tonne of copper, above 0 [m³/t]
    precipitation
        Electrolyte k that precipitation frees from its excess a tonne of copper [m³/t]
    precipitation_onset
        Content c0 above which it precipitates [g/L]

    Returns
    -------
    FloatArray
        Steady content c of the electrolyte [g/L]

    References
    ----------
    Balance of mass; 1350 g/t nickel and 0.096 m³/t make 14 g/L.
    """
    result: FloatArray = (
        0.001 * np.asarray(dissolved_mass, dtype=np.float64) + precipitation * precipitation_onset
    ) / (np.asarray(bleed, dtype=np.float64) + precipitation)
    return result


def residence_time(electrolyte_volume: Numeric, bleed: Numeric) -> FloatArray:
    """Time after which 1/e of a disturbance is left: τ = V/b.

    Parameters
    ----------
    electrolyte_volume
        Electrolyte V in the circuit for a tonne of copper a day [m³*d/t]
    bleed
        Electrolyte b bled, and freed by precipitation, a tonne of copper, above 0 [m³/t]

    Returns
    -------
    FloatArray
        Time constant τ [d]

    References
    ----------
    Balance of mass of a stirred tank; 11.7 m³ for a tonne a day and 0.095 m³/t are 123 d.
    """
    result: FloatArray = np.asarray(electrolyte_volume, dtype=np.float64) / bleed
    return result


def content_after(start_content: Numeric, end_content: Numeric, elapsed: Numeric, memory: Numeric) -> FloatArray:
    """Content some time on: c = c∞ + (c0 - c∞) exp(-t/τ).

    Parameters
    ----------
    start_content
        Content c0 at the start [g/L]
    end_content
        Steady content c∞ [g/L]
    elapsed
        Time t [d]
    memory
        Time constant τ, above 0 [d]

    Returns
    -------
    FloatArray
        Content c at the end [g/L]

    References
    ----------
    Exact solution of the balance of a stirred tank.
    """
    start = np.asarray(start_content, dtype=np.float64)
    result: FloatArray = end_content + (start - end_content) * np.exp(-np.asarray(elapsed, dtype=np.float64) / memory)
    return result
