"""Traces in electrolyte and cathode: lead by source, codeposition, aluminium of the sheets."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_REFERENCE_TEMPERATURE = 38.0  # °C
_REFERENCE_CURRENT = 500.0  # A/m²
_REFERENCE_CHLORIDE = 180.0  # mg/L
_MANGANESE_ENOUGH = 4.0  # g/L: from there on the anodes are covered
_FLUORIDE_HARMLESS = 30.0  # mg/L
_FLUORIDE_STEP = 10.0  # mg/L that bring the sheets' aluminium once more
LEAD_PER_TRACE = 52.0  # ppm for 1 mg/L
OTHERS_PER_TRACE = 60.0  # ppm for 1 mg/L: cadmium, copper


def codeposited_content(
    trace_content: Numeric,
    electrolyte_temperature: Numeric,
    plating_current: Numeric,
    content_per_trace: Numeric = LEAD_PER_TRACE,
) -> FloatArray:
    """Content in zinc of a diffusion-limited trace: w = k c exp(0.02 (T - 38)) (j/500)^-0.3.

    Diffusion is faster by 2 % a kelvin. More current makes more zinc and more gas, which stirs the layer at the plate.

    Parameters
    ----------
    trace_content
        Content c of the trace in the electrolyte [mg/L]
    electrolyte_temperature
        Temperature T of the electrolyte [°C]
    plating_current
        Current density j at the cathode, above 0 [A/m²]
    content_per_trace
        Content k that 1 mg/L gives at 38 °C and 500 A/m² [ppm*L/mg]

    Returns
    -------
    FloatArray
        Content w in the deposit [ppm]

    References
    ----------
    Fick's and Faraday's laws: 8e-10 m²/s, a layer of 0.1 mm, 500 A/m² and an efficiency of 90 % give 52 ppm for 1 mg/L
    of lead. Exponent of the current and 60 ppm of cadmium and copper assumed.
    """
    warmer = np.asarray(electrolyte_temperature, dtype=np.float64) - _REFERENCE_TEMPERATURE
    driven = np.power(np.asarray(plating_current, dtype=np.float64) / _REFERENCE_CURRENT, -0.3)
    result: FloatArray = np.asarray(content_per_trace) * trace_content * np.exp(0.02 * warmer) * driven
    return result


def lead_by_temperature(electrolyte_temperature: Numeric) -> FloatArray:
    """Dissolved lead over that at 38 °C: exp(0.04 (T - 38)).

    Parameters
    ----------
    electrolyte_temperature
        Temperature T of the electrolyte [°C]

    Returns
    -------
    FloatArray
        Factor; with the diffusion of `codeposited_content` lead in zinc rises by 6 % a kelvin [1]

    References
    ----------
    Direction: practice of tankhouses; 6 % a kelvin in all assumed.
    """
    result: FloatArray = np.exp(0.04 * (np.asarray(electrolyte_temperature, dtype=np.float64) - _REFERENCE_TEMPERATURE))
    return result


def lead_by_chloride(chloride: Numeric) -> FloatArray:
    """Dissolved lead over that at 180 mg/L of chloride, which attacks the anodes: (c/180)^0.33.

    Parameters
    ----------
    chloride
        Chloride c in the electrolyte, above 0 [mg/L]

    Returns
    -------
    FloatArray
        Factor [1]

    References
    ----------
    Direction: practice of tankhouses; 30 to 60 % more from 100 to 300 mg/L assumed.
    """
    result: FloatArray = np.power(np.asarray(chloride, dtype=np.float64) / _REFERENCE_CHLORIDE, 0.33)
    return result


def lead_by_manganese(manganese_content: Numeric) -> FloatArray:
    """Dissolved lead over that under a whole layer of manganese dioxide: 1 + 0.35 (4 - c) below 4 g/L.

    Parameters
    ----------
    manganese_content
        Manganese c in the electrolyte [g/L]

    Returns
    -------
    FloatArray
        Factor [1]

    References
    ----------
    The dioxide protects lead anodes: practice of tankhouses; 30 to 100 % more below 3 g/L assumed, and its form.
    """
    lacking = np.maximum(_MANGANESE_ENOUGH - np.asarray(manganese_content, dtype=np.float64), 0.0)
    result: FloatArray = 1.0 + 0.35 * lacking
    return result


def lead_after_cleaning(cleaned_days: Numeric, cleaning_surge: Numeric = 2.0, surge_time: Numeric = 3.0) -> FloatArray:
    """Dissolved lead after anodes were cleaned, until their layer has grown again: 1 + s exp(-t/tau).

    Parameters
    ----------
    cleaned_days
        Days t since the anodes were cleaned [d]
    cleaning_surge
        What bare anodes dissolve more, s; of conditioned ones about twice the usual [1]
    surge_time
        Time constant tau, 2 to 4 d [d]

    Returns
    -------
    FloatArray
        Factor [1]

    References
    ----------
    Direction: practice of tankhouses; 100 to 200 % more in the first two days and 2 to 4 d assumed.
    """
    gone = np.asarray(cleaned_days, dtype=np.float64) / surge_time
    result: FloatArray = 1.0 + cleaning_surge * np.exp(-gone)
    return result


def lead_left_by_strontium(strontium_dose: Numeric, strontium_half: Numeric = 0.9) -> FloatArray:
    """Share of dissolved lead that strontium carbonate leaves: 1/(1 + d/d0).

    Strontium sulphate takes lead sulphate into its crystals.

    Parameters
    ----------
    strontium_dose
        Strontium carbonate d for a tonne of zinc, 0 or more [kg/t]
    strontium_half
        Dose d0 that leaves half, above 0 [kg/t]

    Returns
    -------
    FloatArray
        Share [1]

    References
    ----------
    Direction: practice of tankhouses; 50 to 70 % less at 2 kg/t and its saturating form assumed.
    """
    result: FloatArray = 1.0 / (1.0 + np.asarray(strontium_dose, dtype=np.float64) / strontium_half)
    return result


def aluminium_of_sheets(fluoride: Numeric, sheet_aluminium: Numeric = 0.6) -> FloatArray:
    """Aluminium that cathode sheets leave on the zinc: a (1 + (c - 30)/10 above 30 mg/L).

    Fluoride dissolves the oxide of the sheets; zinc then sticks and is torn off with aluminium.

    Parameters
    ----------
    fluoride
        Fluoride c in the electrolyte [mg/L]
    sheet_aluminium
        Aluminium a where fluoride does no harm [ppm]

    Returns
    -------
    FloatArray
        Content of the cathodes [ppm]

    References
    ----------
    Sticking above 20 to 50 mg/L of fluoride: practice of tankhouses; 1 to 3 ppm and the form assumed.
    """
    excess = np.maximum(np.asarray(fluoride, dtype=np.float64) - _FLUORIDE_HARMLESS, 0.0)
    result: FloatArray = sheet_aluminium * (1.0 + excess / _FLUORIDE_STEP)
    return result
