"""A sorting model from a fitted classifier and rows that it has not learnt from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.answers import learnt_inputs
from models.estimators.temperature import fitted_temperature, tempered
from models.sorting.contents_fit import fit_contents
from models.sorting.guarantee import risk_price
from models.sorting.lots import numbered
from models.sorting.model import Classifier, SortingModel, kilograms
from models.sorting.values import value_matrix
from models.table.inputs import input_names
from models.uncertainty.novelty import Novelty
from physics.arrays import FloatArray
from seeds import Seed


def sorter(
    seed: Seed,
    candidate: str,
    estimator: Classifier,
    X_train: FloatArray,
    y_train: FloatArray,
    contents_train: FloatArray,
    X_cal: FloatArray,
    y_cal: FloatArray,
    contents_cal: FloatArray,
    mass_cal: FloatArray,
    lots_cal: Sequence[str] | npt.NDArray[np.object_],
    p_cal: FloatArray,
    info: Mapping[str, Any],
) -> SortingModel:
    """Model from an estimator that has learnt all rows, calibrated on rows predicted by models that had not seen them.

    Contents are learnt from all rows; their errors are those that lines from older lots make on the calibration rows.
    Classes that are known to novelty come from the training rows; its threshold, the temperature, what is learnt
    of spreads and the risk price from the calibration rows.

    Parameters
    ----------
    seed, candidate, estimator, info
        As for `SortingModel`.
    X_train, X_cal : ndarray, shape (n, k) and (m, k)
        Inputs in plant units; NaN is missing.
    y_train, y_cal : ndarray, shape (n,) and (m,)
        Numbers of the classes that the laboratory reported.
    contents_train, contents_cal : ndarray, shape (n, E) and (m, E)
        Laboratory contents [wt%]; NaN where there is none.
    mass_cal : ndarray, shape (m,)
        Measured mass [g]; NaN is missing.
    lots_cal : sequence of m str
        Name of each row's lot; rows of a lot in the order in which they passed.
    p_cal : ndarray, shape (m, K)
        Class probabilities predicted by models that had not seen the row.

    Returns
    -------
    SortingModel

    Raises
    ------
    GuaranteeError
        Too few calibration lots for the seed's confidence.
    """
    codes, other = y_cal.astype(np.intp), seed.classes.index(seed.sorting_rules.other)
    with np.errstate(divide="ignore"):
        temperature = fitted_temperature(np.log(p_cal), codes)
    p = tempered(p_cal, temperature)
    lots = numbered(lots_cal)[2]
    learnt = y_train.astype(np.intp)
    calibration = X_cal, codes, contents_cal
    contents, estimated, variance = fit_contents(seed, (X_train, learnt, contents_train), calibration, p, lots)
    named = learnt != other
    mass = kilograms(seed, np.concatenate([X_train[:, input_names(seed).index(seed.sorting_rules.mass)], mass_cal]))
    model = SortingModel(
        seed=seed,
        candidate=candidate,
        estimator=estimator,
        temperature=temperature,
        contents=contents,
        novelty=Novelty.fit(X_train[named], learnt[named], X_cal[codes != other]),
        risk_price=math.nan,
        feed_contents=_mean(np.vstack([contents_train, contents_cal]), mass),
        info=dict(info),
        **learnt_inputs(np.vstack([X_train, X_cal])),
    )
    # What the model that serves says of rows that it has learnt is no measure: what others said of them is.
    share = 1 / model.line.whole
    pieces = replace(
        model.pieces(model.seen(X_cal, p), value_matrix(seed)),
        mass=mass[len(X_train) :],
        content=share * estimated,
        variance=share**2 * variance,
    )
    if model.line.spread is not None:
        feed = share**2 * _variance(np.vstack([contents_train, contents_cal]), mass)
        spread = model.line.spread.learnt(
            model.line.wanted(pieces), lots, pieces.mass, (pieces.content, pieces.variance), share * contents_cal, feed
        )
        model = replace(model, spread=spread)
    price, rests_on = risk_price(seed, model.line, pieces, lots, contents_cal)
    return replace(model, risk_price=price, calibration=rests_on)


def _variance(contents: FloatArray, mass: FloatArray) -> FloatArray:
    """Variance of contents by mass, shape (E,) [wt%²]; 0 where the laboratory has never reported one."""
    return _mean((contents - _mean(contents, mass)) ** 2, mass)


def _mean(contents: FloatArray, mass: FloatArray) -> FloatArray:
    """Mean contents by mass, shape (E,) [wt%]; 0 where the laboratory has never reported one."""
    known = ~np.isnan(contents)
    weight = (mass[:, None] * known).sum(axis=0)
    total = (mass[:, None] * np.where(known, contents, 0.0)).sum(axis=0)
    return np.asarray(total / np.where(weight > 0, weight, 1.0))
