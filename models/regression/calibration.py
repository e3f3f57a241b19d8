"""Model of numbers from a fitted estimator and calibration rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from models.estimators.imputation import Imputation
from models.estimators.log_scale import to_scale
from models.estimators.tuning import last_of
from models.interfaces.answers import Regressor, learnt_inputs
from models.regression.model import RegressionModel
from models.uncertainty.error_scale import ErrorScale, by_others
from models.uncertainty.intervals import Conformal
from models.uncertainty.missing_inputs import MissingInputs
from physics.arrays import FloatArray, IntArray
from seeds import Seed


def conformalised(
    seed: Seed,
    candidate: str,
    estimator: Regressor,
    X_train: FloatArray,
    y_calibrate: FloatArray,
    predicted: FloatArray,
    info: Mapping[str, Any],
    block: IntArray | None = None,
    X_calibrate: FloatArray | None = None,
) -> RegressionModel:
    """Return a model with an estimator fitted on X_train, with fixed intervals from calibration rows.

    Parameters
    ----------
    seed, candidate, estimator, info
        As for `RegressionModel`.
    X_train : ndarray, shape (n, k)
        Inputs that the estimator was fitted to.
    y_calibrate, predicted : ndarray, shape (m,)
        Measured target of the calibration rows, and what an estimator that has not seen them says [its unit].
    block : ndarray of int, shape (m,), optional
        Which calibration rows belong together: the scale of a row's error comes from the other blocks. Without it
        intervals have the same width everywhere.
    X_calibrate : ndarray, shape (m, k), optional
        Inputs of the calibration rows. Without them missing inputs widen no interval.

    Returns
    -------
    RegressionModel
    """
    model = RegressionModel(
        seed=seed,
        candidate=candidate,
        estimator=estimator,
        conformal=Conformal(np.empty(0)),
        info=dict(info),
        **learnt_inputs(X_train),
    )
    if X_calibrate is not None and not getattr(last_of(estimator), "POOR", False):
        numeric = np.array([column.is_number for column in seed.inputs])
        model = replace(model, imputation=Imputation.of(X_train, numeric))
        predicted = model.corrected(X_calibrate, predicted)
    labels, predicted = (to_scale(one, seed.log_floor) for one in (y_calibrate, predicted))
    errors = labels - predicted
    scale = np.ones(len(errors)) if block is None else by_others(predicted, errors, block)
    model = replace(model, spread=ErrorScale.even() if block is None else ErrorScale.of(predicted, errors))
    if X_calibrate is not None:
        missing = MissingInputs.of(X_calibrate, predicted, errors, model.estimate)
        model = replace(model, missing=missing, missing_costs=missing.costs(model.estimate, model.spread))
        scale = scale * model.inflation(X_calibrate)
    return replace(model, conformal=Conformal.of(labels, predicted, scale))
