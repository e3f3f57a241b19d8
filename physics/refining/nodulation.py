"""Roughness and nodules of copper: wrong additives, limiting current, settling solids."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_DECAY_PER_KELVIN = 0.08  # additives are used up so much faster
_REFERENCE = 64.0  # °C, of the doses
_USUAL_POLARISATION = 0.3  # j/j_lim
_USUAL_SOLIDS = 2.0  # mg/L


def effective_dose(
    additive_dose: Numeric, electrolyte_temperature: Numeric, dosing_temperature: Numeric = _REFERENCE
) -> FloatArray:
    """Dose at another temperature that leaves as much additive in the electrolyte: d exp(-0.08 (t - t0)).

    Parameters
    ----------
    additive_dose
        Additive d dosed a tonne of metal [g/t]
    electrolyte_temperature
        Temperature t of the electrolyte [°C]
    dosing_temperature
        Temperature t0 that the best dose is stated for, of copper 64 [°C]

    Returns
    -------
    FloatArray
        Dose of the same effect at the reference temperature [g/t]

    References
    ----------
    Glue and thiourea decay at rates that rise by 7 to 10 % a kelvin, and stand at dose over rate: engineering practice.
    """
    warmer = np.asarray(electrolyte_temperature, dtype=np.float64) - dosing_temperature
    result: FloatArray = additive_dose * np.exp(-_DECAY_PER_KELVIN * warmer)
    return result


def additive_error(additive_dose: Numeric, best_dose: Numeric) -> FloatArray:
    """Distance of a dose from the best one, on a logarithmic scale: e = ln(d/d0).

    Parameters
    ----------
    additive_dose
        Effective dose d, above 0 [g/t]
    best_dose
        Dose d0 at which the deposit is smoothest, above 0 [g/t]

    Returns
    -------
    FloatArray
        Additive error e: below 0 too little, above 0 too much [1]

    References
    ----------
    Definition; too little and too much glue both roughen copper (engineering practice).
    """
    result: FloatArray = np.log(np.asarray(additive_dose, dtype=np.float64) / best_dose)
    return result


def additive_roughness(squared_error: Numeric, error_weight: Numeric = 1.6) -> FloatArray:
    """Roughness by wrong additives, on a logarithmic scale: k e²/(1 + e²), bounded by powder growth.

    Parameters
    ----------
    squared_error
        Squared additive errors e², summed over the additives [1]
    error_weight
        Weight k of the additives: e^k times as rough at worst [1]

    Returns
    -------
    FloatArray
        Logarithm of the roughness over that with the best doses [1]

    References
    ----------
    Dutrizac and Chen 1999: wrong glue and thiourea make nodules without particles. Form and k assumed: half or twice
    the best dose roughens by two thirds.
    """
    error = np.asarray(squared_error, dtype=np.float64)
    result: FloatArray = error_weight * error / (1.0 + error)
    return result


def deposit_roughness(
    polarisation: Numeric, squared_error: Numeric, suspended_solids: Numeric, error_weight: Numeric = 1.6
) -> FloatArray:
    """Roughness over the usual one: r = (x/0.3)^1.5 (s/2)^0.2 exp(k e²/(1 + e²)).

    Parameters
    ----------
    polarisation
        Current density over the limiting one, x [1]
    squared_error
        Squared additive errors e², summed over the additives [1]
    suspended_solids
        Solids s in the electrolyte, above 0 [mg/L]
    error_weight
        Weight k of the additives [1]

    Returns
    -------
    FloatArray
        Roughness r, 1 in usual production [1]

    References
    ----------
    Directions are those of refinery practice; Dutrizac and Chen 1999 for additives and particles. Form, exponents and k
    are assumed.
    """
    nearness = np.power(np.asarray(polarisation, dtype=np.float64) / _USUAL_POLARISATION, 1.5)
    settling = np.power(np.asarray(suspended_solids, dtype=np.float64) / _USUAL_SOLIDS, 0.2)
    result: FloatArray = nearness * settling * np.exp(additive_roughness(squared_error, error_weight))
    return result


def expected_nodules(
    suspended_solids: Numeric, squared_error: Numeric, polarisation: Numeric, usual_nodules: Numeric = 0.01
) -> FloatArray:
    """Nodules that spoil a lot, on average: Λ = Λ0 (s/2)^1.5 (1 + 10 e²) (x/0.3)³.

    Clusters of suspended slimes nucleate them, single fine particles do not, so more than in proportion to the solids;
    wrong additives do so as well; the local current density makes them grow.

    Parameters
    ----------
    suspended_solids
        Solids s in the electrolyte [mg/L]
    squared_error
        Squared additive errors e², summed over the additives [1]
    polarisation
        Current density over the limiting one, x [1]
    usual_nodules
        Mean number Λ0 of spoiling nodules a lot in usual production [1]

    Returns
    -------
    FloatArray
        Mean number Λ of nodules that spoil the lot [1]

    References
    ----------
    Dutrizac and Chen 1999: clusters of slimes above 40 µm nucleate nodules, wrong glue and thiourea do so without
    particles. Form and weights assumed.
    """
    growth = np.power(np.asarray(polarisation, dtype=np.float64) / _USUAL_POLARISATION, 3.0)
    nuclei = np.power(np.asarray(suspended_solids, dtype=np.float64) / _USUAL_SOLIDS, 1.5)
    result: FloatArray = usual_nodules * nuclei * growth * (1.0 + 10.0 * np.asarray(squared_error, dtype=np.float64))
    return result


def chance_of_any(mean_count: Numeric) -> FloatArray:
    """Probability that a Poisson count is not zero: 1 - exp(-Λ).

    Parameters
    ----------
    mean_count
        Mean Λ of the count, 0 or more [1]

    Returns
    -------
    FloatArray
        Probability of one or more [1]

    References
    ----------
    Poisson's law.
    """
    result: FloatArray = -np.expm1(-np.asarray(mean_count, dtype=np.float64))
    return result
