"""Sorting model from a fitted classifier and rows outside its training rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.estimators.temperature import fitted_temperature, tempered
from models.interfaces.answers import Classifier, learnt_inputs
from models.sorting.contents_fit import fit_contents
from models.sorting.decision import kilograms
from models.sorting.guarantee import risk_price
from models.sorting.lots import numbered
from models.sorting.missing_inputs import CalibrationPatterns
from models.sorting.model import SortingModel
from models.sorting.values import value_matrix
from models.table.inputs import input_names
from models.uncertainty.novelty import Novelty
from physics.arrays import FloatArray
from seeds import Seed


@dataclass(frozen=True, eq=False)
class LaboratoryPieces:
    """n pieces whose class and contents the laboratory has reported.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        Inputs in plant units; NaN is missing.
    classes : ndarray, shape (n,)
        Numbers of their classes.
    contents : ndarray, shape (n, E)
        Laboratory contents [wt%]; NaN where there is none.
    """

    X: FloatArray
    classes: FloatArray
    contents: FloatArray


@dataclass(frozen=True, eq=False)
class CalibrationPieces(LaboratoryPieces):
    """n pieces that a model is calibrated on, rows of a lot in the order in which they passed.

    Parameters
    ----------
    mass : ndarray, shape (n,)
        Measured mass [g]; NaN is missing.
    lots : sequence of n str
        Name of each piece's lot.
    p : ndarray, shape (n, K)
        Class probabilities predicted by models that had not seen the piece.
    """

    mass: FloatArray
    lots: Sequence[str] | npt.NDArray[np.object_]
    p: FloatArray


def sorter(
    seed: Seed,
    candidate: str,
    estimator: Classifier,
    laboratory: LaboratoryPieces,
    calibration: CalibrationPieces,
    info: Mapping[str, Any],
) -> SortingModel:
    """Return a model from a fitted estimator, calibrated on pieces outside its training rows.

    Contents are fitted on all pieces; their errors are those that lines from older lots make on the calibration
    pieces. The classes of novelty come from the training pieces; its threshold, the temperature, the fitted
    dispersions and the risk price from the calibration pieces.

    Parameters
    ----------
    seed, candidate, estimator, info
        As for `SortingModel`.
    laboratory : LaboratoryPieces
        Pieces that the estimator was trained on.
    calibration : CalibrationPieces
        Later pieces.

    Returns
    -------
    SortingModel

    Raises
    ------
    GuaranteeError
        Too few calibration lots for the seed's confidence.
    """
    codes, other = calibration.classes.astype(np.intp), seed.classes.index(seed.sorting_rules.other_class)
    with np.errstate(divide="ignore"):
        temperature = fitted_temperature(np.log(calibration.p), codes)
    p = tempered(calibration.p, temperature)
    lots = numbered(calibration.lots)[2]
    classes = laboratory.classes.astype(np.intp)
    old, new = (laboratory.X, classes, laboratory.contents), (calibration.X, codes, calibration.contents)
    contents, estimated, variance = fit_contents(seed, old, new, p, lots)
    named, at = classes != other, input_names(seed).index(seed.sorting_rules.mass)
    mass = kilograms(seed, np.concatenate([laboratory.X[:, at], calibration.mass]))
    reported = np.vstack([laboratory.contents, calibration.contents])
    model = SortingModel(
        seed=seed,
        candidate=candidate,
        estimator=estimator,
        temperature=temperature,
        contents=contents,
        novelty=Novelty.fit(laboratory.X[named], classes[named], calibration.X[codes != other]),
        risk_price=math.nan,
        feed_contents=_mean(reported, mass),
        info=dict(info),
        **learnt_inputs(np.vstack([laboratory.X, calibration.X])),
    )
    # Scores of the served model on its training rows are biased: those of models fitted on other rows are used.
    share = 1 / model.line.whole
    pieces = replace(
        model.pieces(model.seen(calibration.X, p), value_matrix(seed)),
        mass=mass[len(laboratory.X) :],
        content=share * estimated,
        variance=share**2 * variance,
    )
    if model.line.spread is not None:
        own, feed = (pieces.content, pieces.variance), share**2 * _variance(reported, mass)
        preferred, content_mass = model.line.wanted(pieces), share * calibration.contents
        spread = model.line.spread.learnt(preferred, lots, pieces.mass, own, content_mass, feed)
        model = replace(model, spread=spread)
    price, rests_on = risk_price(seed, model.line, pieces, lots, calibration.contents)
    errors = estimated - calibration.contents
    missing = CalibrationPatterns.of(
        calibration.X, calibration.classes, errors, model.probabilities, model.contents.of_inputs
    )
    return replace(model, risk_price=price, calibration=rests_on, missing=missing).with_missing_costs()


def _variance(contents: FloatArray, mass: FloatArray) -> FloatArray:
    """Variance of contents by mass, shape (E,) [wt%²]; 0 where the laboratory has never reported one."""
    return _mean((contents - _mean(contents, mass)) ** 2, mass)


def _mean(contents: FloatArray, mass: FloatArray) -> FloatArray:
    """Mean contents by mass, shape (E,) [wt%]; 0 where the laboratory has never reported one."""
    known = ~np.isnan(contents)
    weight = (mass[:, None] * known).sum(axis=0)
    total = (mass[:, None] * np.where(known, contents, 0.0)).sum(axis=0)
    return np.asarray(total / np.where(weight > 0, weight, 1.0))
