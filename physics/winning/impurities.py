"""Effects of trace impurities: immediate hydrogen on the zinc, later holes in the deposit."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

_GLUE = 0.025  # kg/t that halve what antimony does
_REFERENCE_TEMPERATURE = 38.0  # °C
_REFERENCE_CURRENT = 500.0  # A/m²
_SPONGE = 0.02215  # mg/L of free antimony at which half of the deposit is spongy
_COBALT, _NICKEL = 1.5, 0.82  # mg/L that shorten the induction time to 1/e


def glue_shield(glue_dose: Numeric) -> FloatArray:
    """Share of its effect that antimony keeps under glue: 1 / (1 + g/0.025).

    Parameters
    ----------
    glue_dose
        Glue g a tonne of zinc [kg/t]

    Returns
    -------
    FloatArray
        Share [1]

    References
    ----------
    Assumed form; glue of plants raises the antimony that is borne 3 to 10 times (engineering practice).
    """
    result: FloatArray = 1.0 / (1.0 + floats(glue_dose) / _GLUE)
    return result


def impurity_logarithm(
    cobalt_trace: Numeric,
    nickel_trace: Numeric,
    antimony_trace: Numeric,
    germanium_trace: Numeric,
    copper_trace: Numeric,
    glue_dose: Numeric,
) -> FloatArray:
    """Logarithm of the factor by which traces speed hydrogen up, lnΛ, bounded in each trace.

    Λ = 1 + Σ a θ + Σ a' √(θ θ') + 477 s. Hydrogen forms on the zinc and, faster, on the part that a trace covers. The
    coverage is Langmuir's, θ = c / (c + c½), so that a trace and a pair of traces have an upper limit. Antimony that
    glue leaves free, c, also makes the deposit spongy: s = r / (1 + r), r = (c/0.02215)^2.5.

    Parameters
    ----------
    cobalt_trace
        Cobalt in the cell [mg/L]
    nickel_trace
        Nickel in the cell [mg/L]
    antimony_trace
        Antimony in the cell [mg/L]
    germanium_trace
        Germanium in the cell [mg/L]
    copper_trace
        Copper in the cell [mg/L]
    glue_dose
        Glue a tonne of zinc, which shields from antimony [kg/t]

    Returns
    -------
    FloatArray
        Logarithm lnΛ [1]

    References
    ----------
    Sponge, copper and nickel alone: Ault and Frazer 1988, J. Appl. Electrochem. 18, 583-589, in pure electrolyte
    without glue: -5 points at 4 µg/L antimony, -50 at 14; -0.8 at 5 mg/L copper, -0.3 at 5 mg/L nickel. Cobalt,
    germanium, pairs and contents c½ are assumed: half of the sites are covered near the contents that plants have, and
    usual contents give about 1.7, which is 91 %.
    """
    free = glue_shield(glue_dose) * antimony_trace
    cobalt, nickel = _coverage(cobalt_trace, 0.3), _coverage(nickel_trace, 0.12)
    antimony, germanium = _coverage(free, 0.0006), _coverage(germanium_trace, 0.0045)
    alone = 0.3 * cobalt + 0.35 * nickel + 2.3 * germanium + 1.0 * _coverage(copper_trace, 0.4)
    roots = np.sqrt(cobalt), np.sqrt(nickel), np.sqrt(antimony), np.sqrt(germanium)
    pairs = roots[2] * (1.7 * roots[0] + 0.5 * roots[1] + 1.5 * roots[3])
    pairs = pairs + roots[3] * (1.4 * roots[0] + 0.3 * roots[1])
    sponge = _coverage(np.power(free / _SPONGE, 2.5), 1.0)
    result: FloatArray = np.log1p(alone + pairs + 477.0 * sponge)
    return result


def _coverage(content: Numeric, half: float) -> FloatArray:
    """Langmuir's share of sites that are covered; half of them at the content `half`."""
    of = floats(content)
    return np.asarray(of / (of + half))


def induction_time(
    cobalt_trace: Numeric,
    nickel_trace: Numeric,
    electrolyte_temperature: Numeric,
    plating_current: Numeric,
    clean_time: Numeric = 75.0,
) -> FloatArray:
    """Time after stripping at which zinc begins to dissolve again from holes in the deposit.

    t = t0 exp(-cCo/1.5 - cNi/0.82 - 0.03 (T - 38)) (j/500)^-0.28

    Parameters
    ----------
    cobalt_trace
        Cobalt in the cell [mg/L]
    nickel_trace
        Nickel in the cell [mg/L]
    electrolyte_temperature
        Temperature T of the electrolyte [°C]
    plating_current
        Current density j at the cathode, above 0 [A/m²]
    clean_time
        Time t0 without either at 38 °C and 500 A/m² [h]

    Returns
    -------
    FloatArray
        Time [h]

    References
    ----------
    Lu, Guo, Dreisinger and Downing 2013, J. Metall. Eng. 2(3), at 0.4 mg/L nickel: 47.2 h at 450 A/m² to 40.3 h at 750
    (exponent of j and weight of nickel fitted). Cobalt and temperature assumed; 60 to 90 h without: engineering
    practice.
    """
    exponent = (
        floats(cobalt_trace) / _COBALT
        + floats(nickel_trace) / _NICKEL
        + 0.03 * (floats(electrolyte_temperature) - _REFERENCE_TEMPERATURE)
    )
    driven = np.power(floats(plating_current) / _REFERENCE_CURRENT, -0.28)
    result: FloatArray = clean_time * driven * np.exp(-exponent)
    return result


def hole_share(growth_time: Numeric, hole_onset: Numeric, hole_rate: Numeric, most_holes: Numeric = 0.5) -> FloatArray:
    """Share of the cathode where zinc redissolves; it grows from the end of the induction time.

    Parameters
    ----------
    growth_time
        Time since the cathodes were stripped [h]
    hole_onset
        Induction time [h]
    hole_rate
        Growth of the share [1/h]
    most_holes
        Share beyond which it does not grow [1]

    Returns
    -------
    FloatArray
        Share of the current that makes hydrogen there in place of zinc [1]

    References
    ----------
    Assumed linear; 0.5 to 2 points an hour after the induction time: engineering practice.
    """
    late = np.maximum(floats(growth_time) - hole_onset, 0.0)
    result: FloatArray = np.minimum(hole_rate * late, most_holes)
    return result
