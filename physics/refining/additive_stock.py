"""Additives in the electrolyte: dosed all the time, used up within hours."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_HOURS = 24.0  # h/d
_PER_KELVIN = 0.08
_REFERENCE = 62.0  # °C


def additive_decay(electrolyte_temperature: Numeric, reference_decay: Numeric = 0.6) -> FloatArray:
    """Rate at which an additive is used up: k = k62 exp(0.08 (t - 62)).

    Parameters
    ----------
    electrolyte_temperature
        Temperature t of the electrolyte [°C]
    reference_decay
        Rate k62 at 62 °C: of glue 0.3 to 1.0, of thiourea 0.03 to 0.15 [1/h]

    Returns
    -------
    FloatArray
        Rate k [1/h]

    References
    ----------
    Engineering practice: hydrolysis and what the deposit takes, 7 to 10 % faster a kelvin.
    """
    warmer = np.asarray(electrolyte_temperature, dtype=np.float64) - _REFERENCE
    result: FloatArray = reference_decay * np.exp(_PER_KELVIN * warmer)
    return result


def additive_content(additive_dose: Numeric, electrolyte_share: Numeric, decay: Numeric) -> FloatArray:
    """Content at which as much is used up as is dosed: c = d/(24 v k).

    Parameters
    ----------
    additive_dose
        Additive d dosed a tonne of copper [g/t]
    electrolyte_share
        Electrolyte v for a tonne of copper a day, above 0 [m³*d/t]
    decay
        Rate k at which it is used up, above 0 [1/h]

    Returns
    -------
    FloatArray
        Content c in the electrolyte [mg/L]

    References
    ----------
    Balance of mass in steady state; exact. 60 g/t of glue at 11.7 m³ for a tonne a day and 0.6 a hour: 0.36 mg/L.
    """
    used_up = _HOURS * np.asarray(electrolyte_share, dtype=np.float64) * decay
    result: FloatArray = np.asarray(additive_dose, dtype=np.float64) / used_up
    return result
