"""Grader from an estimator fitted on all lots and out-of-fold predictions of the calibration lots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from models.estimators.imputation import Imputation
from models.interfaces.answers import Regressor, learnt_inputs
from models.quality.calibration import calibrated
from models.quality.grades import Limits
from models.quality.guarantee import check_enough
from models.quality.missing_inputs import CalibrationLots
from models.quality.model import QualityModel
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
    X_calibrate: FloatArray | None = None,
    imputes: bool = False,
) -> QualityModel:
    """Return a model with an estimator fitted on all lots, calibrated on out-of-fold predictions.

    Parameters
    ----------
    seed, candidate, estimator, info
        As for `QualityModel`.
    X_learnt : ndarray, shape (n, k)
        Inputs of the lots that the estimator was fitted to.
    reported : ndarray, shape (m, E)
        Contents that the laboratory reported of the calibration lots; -L is "below L", NaN none.
    defects : ndarray, shape (m, D)
        Their defects: 1, 0, or NaN if not inspected.
    predictions : ndarray, shape (m, E + D)
        What models that had not seen them say: logarithms of the contents, log-odds of the defects.
    X_calibrate : ndarray, shape (m, k), optional
        Inputs of the calibration lots. Without them lots with missing inputs are calibrated as others.
    imputes : bool
        Whether missing inputs are replaced by their means given the others.

    Returns
    -------
    QualityModel

    Raises
    ------
    GuaranteeError
        Too few calibration lots for what the seed promises of released lots.
    """
    rules = seed.quality_rules
    check_enough(Limits.of(seed).kept(reported), rules.alpha.value, rules.confidence.value)
    numeric = np.array([column.is_number for column in seed.inputs])
    imputation = Imputation.of(X_learnt, numeric) if imputes else None

    raw = predictions
    if X_calibrate is not None and imputation is not None:
        raw = raw + imputation.change(X_calibrate, estimator.predict)
    own = calibrated(seed, reported, defects, raw)
    model = QualityModel(
        seed=seed,
        candidate=candidate,
        estimator=estimator,
        scatter=own.scatter,
        temperatures=own.temperatures,
        threshold=own.threshold,
        info=dict(info),
        imputation=imputation,
        **learnt_inputs(X_learnt),
    )
    if X_calibrate is None:
        return model
    missing = CalibrationLots.of(X_calibrate, reported, defects, raw, model.raw, own)
    return replace(model, missing=missing, missing_costs=missing.costs(model.raw, own))
