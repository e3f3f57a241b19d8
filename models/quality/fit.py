"""A quality model from a fitted estimator and lots that it has not learnt from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from models.answers import Regressor, learnt_inputs
from models.quality.grades import Limits
from models.quality.guarantee import check_enough, threshold
from models.quality.model import QualityModel
from models.quality.scatter import Scatter, crossed_chances
from models.temperature import fitted_temperature
from physics.arrays import FloatArray
from seeds import Seed


def grader(
    seed: Seed,
    candidate: str,
    estimator: Regressor,
    X_learnt: FloatArray,
    reported: FloatArray,
    defects: FloatArray,
    predictions: FloatArray,
    info: Mapping[str, Any],
) -> QualityModel:
    """Model from an estimator that has learnt all lots, calibrated on lots predicted by models that had not seen them.

    Parameters
    ----------
    seed, candidate, estimator, info
        As for `QualityModel`.
    X_learnt : ndarray, shape (n, k)
        Inputs of the lots that the estimator was fitted to.
    reported : ndarray, shape (m, E)
        Contents that the laboratory reported of the calibration lots; -L is "below L", NaN none.
    defects : ndarray, shape (m, D)
        Their defects: 1, 0, or NaN where nobody looked.
    predictions : ndarray, shape (m, E + D)
        What models that had not seen them say: logarithms of the contents, log-odds of the defects.

    Returns
    -------
    QualityModel

    Raises
    ------
    GuaranteeError
        Too few calibration lots for what the seed promises of released lots.
    """
    alpha, confidence = seed.quality_rules.alpha.value, seed.quality_rules.confidence.value
    limits = Limits.of(seed)
    kept = limits.kept(reported)
    check_enough(kept, alpha, confidence)
    contents, odds = predictions[:, : reported.shape[1]], predictions[:, reported.shape[1] :]
    temperatures = np.array([_temperature(log_odds, seen) for log_odds, seen in zip(odds.T, defects.T, strict=True)])
    model = QualityModel(
        seed=seed,
        candidate=candidate,
        estimator=estimator,
        scatter=Scatter.of(reported, contents),
        temperatures=temperatures,
        threshold=math.nan,
        info=dict(info),
        **learnt_inputs(X_learnt),
    )
    chances = crossed_chances(reported, contents, limits)
    found = threshold(chances.keeps, chances.best, kept, model.costs, alpha, confidence)
    return replace(model, threshold=found)


def _temperature(log_odds: FloatArray, seen: FloatArray) -> float:
    known = ~np.isnan(seen)
    if len(np.unique(seen[known])) < 2:
        return 1.0  # lots that all have the defect, or none, do not tell how sure the odds may be
    logs = -np.logaddexp(0.0, np.column_stack([log_odds, -log_odds])[known])
    return fitted_temperature(logs, seen[known])
