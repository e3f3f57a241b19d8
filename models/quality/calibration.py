"""Calibration of a grader on lots that it had not seen: scenarios, temperatures and release threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.estimators.temperature import fitted_temperature
from models.quality.decision import Costs
from models.quality.error_scenarios import ErrorScenarios, crossed_chances
from models.quality.grades import Limits
from models.quality.guarantee import threshold
from models.uncertainty.guarantees import GuaranteeError
from physics.arrays import FloatArray
from seeds import Seed


@dataclass(frozen=True, eq=False)
class LotCalibration:
    """Scenarios of errors, temperatures of D defects, and release threshold; see `QualityModel`."""

    scatter: ErrorScenarios
    temperatures: FloatArray
    threshold: float


def calibrated(seed: Seed, reported: FloatArray, defects: FloatArray, raw: FloatArray) -> LotCalibration:
    """Return the calibration of raw predictions, shape (m, E + D), by models that had not seen the lots.

    Parameters
    ----------
    seed : Seed
        Whose limits, costs and guarantee count.
    reported : ndarray, shape (m, E)
        Contents that the laboratory reported; -L is "below L", NaN none.
    defects : ndarray, shape (m, D)
        Defects: 1, 0, or NaN if not inspected.
    raw : ndarray, shape (m, E + D)
        Logarithms of contents and log-odds of defects.

    Returns
    -------
    LotCalibration
        Without a threshold, NaN, where fewer lots are assayed than could show the guarantee.
    """
    contents, odds = raw[:, : reported.shape[1]], raw[:, reported.shape[1] :]
    limits = Limits.of(seed)
    temperatures = np.array([_temperature(log_odds, seen) for log_odds, seen in zip(odds.T, defects.T, strict=True)])
    limit = _threshold(seed, limits, reported, contents)
    return LotCalibration(ErrorScenarios.of(reported, contents), temperatures, limit)


def _threshold(seed: Seed, limits: Limits, reported: FloatArray, contents: FloatArray) -> float:
    rules, probabilities = seed.quality_rules, crossed_chances(reported, contents, limits)
    by = Costs.of(seed), rules.alpha.value, rules.confidence.value
    try:
        return threshold(probabilities.keeps, probabilities.best, limits.kept(reported), *by)
    except GuaranteeError:
        return math.nan


def _temperature(log_odds: FloatArray, seen: FloatArray) -> float:
    known = ~np.isnan(seen)
    if len(np.unique(seen[known])) < 2:
        return 1.0  # lots that all have the defect, or none, give no estimate of the scale of the odds
    logs = -np.logaddexp(0.0, np.column_stack([log_odds, -log_odds])[known])
    return fitted_temperature(logs, seen[known])
