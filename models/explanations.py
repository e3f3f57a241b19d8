"""What each input contributed to a prediction: parts that sum to it, by input and by physical cause."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from models.estimators.boosted_classes import BoostedClasses
from models.estimators.booster import Booster
from models.estimators.boosting import FEWEST_ROWS_FOR_THREADS
from models.estimators.categories import by_column, indicators
from models.estimators.linear_classes import LinearClasses
from models.estimators.physics_features import OnPhysics
from models.estimators.tuning import last_of
from models.interfaces.answers import Regressor
from models.processes.lookup import physics_of
from models.quality.baselines import LastAssay
from models.quality.linear import LotLines
from models.quality.trees import LotTrees
from models.regression.baselines import Mean, Persistence
from models.regression.ridge import RidgeLine
from models.regression.trees import BoostedTrees
from models.table.inputs import input_names
from models.table.standard_scale import StandardScale
from physics.arrays import FloatArray, IntArray
from seeds import Seed


@dataclass(frozen=True, eq=False)
class Parts:
    """Predictions of n rows, cut into what each of p columns contributed.

    Attributes
    ----------
    names, units : tuple of str, length p
        The columns: inputs, then the physics features that the model sees beside them.
    values : ndarray, shape (n, p)
        Their values, each in its unit; NaN where missing.
    contributions : ndarray, shape (n, p)
        What each added to the prediction or took from it, in the unit of the target.
    base : ndarray, shape (n,)
        The rest of the prediction: what the model says of an average row, in the unit of the target.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    values: FloatArray
    contributions: FloatArray
    base: FloatArray


def explained(estimator: Regressor, X: FloatArray, predicted: FloatArray, seed: Seed) -> Parts | None:
    """Parts of a regressor's predictions.

    Parameters
    ----------
    estimator : Regressor
        A fitted candidate of the process.
    X : ndarray, shape (n, k)
        Inputs in plant units, columns as in `models.table.inputs.input_names`; NaN is missing.
    predicted : ndarray, shape (n,)
        What is to be explained, in the unit of the target: the estimator's predictions, or these and a part that no
        input has a share in, which becomes one of the base.
    seed : Seed
        The process.

    Returns
    -------
    Parts or None
        Base and contributions sum to `predicted`. None where the candidate has no such parts: what first principles
        compute is no sum over inputs.

    Notes
    -----
    Parts of an estimator that learns a logarithm are brought into the target's unit as those of contents are. Trees
    are cut by TreeSHAP along their own paths (Lundberg et al. 2020, Nature Machine Intelligence 2), lines at
    each column's distance from what counts as its middle.
    """
    found = contributions(estimator, X)
    if found is None:
        return None
    values, parts = found[0], found[1][:, :, 0]
    names, units = _columns(estimator, seed)
    log_floor = getattr(last_of(estimator), "log_floor", None)
    if log_floor is not None:
        parts = _of_ratio(parts, predicted + log_floor)
    return Parts(names, units, values, parts, predicted - parts.sum(axis=1))


def explained_contents(estimator: Regressor, X: FloatArray, logs: FloatArray, seed: Seed) -> list[Parts] | None:
    """Parts of the contents of lots, each in its own unit.

    Parameters
    ----------
    estimator, X, seed
        As for `explained`.
    logs : ndarray, shape (n, E)
        Logarithms of the contents that are to be explained.

    Returns
    -------
    list of Parts, one an element, or None
        Base and contributions of an element sum to its content. An estimator is a sum of logarithms: its parts are
        brought into the content's unit by the logarithmic mean of content and base, which leaves nothing over.

    References
    ----------
    Ang 2004 (Energy Policy 32): the logarithmic mean Divisia index.
    """
    found = contributions(estimator, X)
    if found is None:
        return None
    names, units = _columns(estimator, seed)
    parts = []
    for i, log in enumerate(logs.T):
        value = np.exp(log)
        of_content = _of_ratio(found[1][:, :, i], value)
        parts.append(Parts(names, units, found[0], of_content, value - of_content.sum(axis=1)))
    return parts


def _of_ratio(of_log: FloatArray, value: FloatArray) -> FloatArray:
    """Contributions to a value from those to its logarithm, shape (n, p); value of shape (n,), in the value's unit."""
    rise = of_log.sum(axis=1)
    # (value - base) / ln(value / base), which is the value where both are equal.
    mean = value * np.where(rise == 0, 1.0, -np.expm1(-rise) / np.where(rise == 0, 1.0, rise))
    return of_log * mean[:, None]


def explained_classes(
    estimator: object, X: FloatArray, p: FloatArray, temperature: float, seed: Seed
) -> tuple[Parts, IntArray] | None:
    """Parts of how much more probable the most probable class of a piece is than the next.

    Parameters
    ----------
    estimator : object
        A fitted candidate of the process.
    X, seed
        As for `explained`.
    p : ndarray, shape (n, K)
        Probabilities of the classes as they are answered.
    temperature : float
        By which they were made as sure as they are right.

    Returns
    -------
    Parts and ndarray of int, shape (n, 2), or None
        Parts that sum to ln(p / p of the next), and the numbers of both classes. Not finite where the next has no
        probability at all. None where the candidate has no such parts.
    """
    found = contributions(estimator, X)
    if found is None:
        return None
    pair = np.argsort(-p, axis=1, kind="stable")[:, :2]
    rows = np.arange(len(X))
    with np.errstate(divide="ignore"):
        ratio = np.log(p[rows, pair[:, 0]]) - np.log(p[rows, pair[:, 1]])
    parts = (found[1][rows, :, pair[:, 0]] - found[1][rows, :, pair[:, 1]]) / temperature
    return Parts(*_columns(estimator, seed), found[0], parts, ratio - parts.sum(axis=1)), pair


def _columns(estimator: object, seed: Seed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and units of the columns that an estimator sees."""
    columns = {column.name: str(column.unit or "1") for column in seed.inputs}
    physics = physics_of(seed)
    features = {feature.name: feature.unit for feature in physics.FEATURES} if physics is not None else {}
    names = (*input_names(seed), *_added(estimator))
    return names, tuple(columns.get(name) or features[name] for name in names)


@singledispatch
def contributions(estimator: object, X: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Columns that an estimator sees, and what each contributed to each output; None where it has no such parts.

    Returns
    -------
    ndarray, shape (n, p), and ndarray, shape (n, p, m), or None
        Sums of contributions differ from an output by the same constant in all rows. Outputs are a number; logarithms
        of contents, then log-odds of defects; or scores of classes, whose softmax are the probabilities.
    """
    return None


@contributions.register
def _of_mean(estimator: Mean, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    return X, np.zeros((*X.shape, 1))


@contributions.register
def _of_persistence(estimator: Persistence, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    parts = np.zeros((*X.shape, 1))
    before = X[:, estimator.column]
    parts[:, estimator.column, 0] = np.where(np.isnan(before), 0.0, before - estimator.mean_)
    return X, parts


@contributions.register
def _of_trees(estimator: BoostedTrees, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    line = estimator.line_
    of_line = by_column(line.columns(indicators(X, estimator.categories)) * line.slope, estimator.categories)
    return X, of_line[:, :, None] + _shap(estimator.booster_, estimator.n_jobs, X)


@contributions.register
def _of_last_assay(estimator: LastAssay, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    predicted = estimator.predict(X)
    parts = np.zeros((*X.shape, predicted.shape[1]))
    for output, column in enumerate(estimator.columns):
        if column >= 0:
            parts[:, column, output] = predicted[:, output] - estimator.start_[output]
    return X, parts


@contributions.register
def _of_lines(estimator: LotLines, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    parts = estimator.columns(indicators(X, estimator.categories))[:, :, None] * estimator.slope_
    return X, by_column(parts, estimator.categories)


@contributions.register
def _of_lot_trees(estimator: LotTrees, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    shap = [_shap(booster, estimator.n_jobs, X) for booster in estimator.boosters_]
    return X, _of_lines(estimator.lines_, X)[1] + np.concatenate(shap, axis=2)


@contributions.register
def _of_linear_classes(estimator: LinearClasses, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    scale = StandardScale(estimator.median_, estimator.spread_)
    parts = scale.scores(indicators(X, estimator.categories))[:, :, None] * estimator.weights_
    return X, by_column(parts, estimator.categories)


@contributions.register
def _of_boosted_classes(estimator: BoostedClasses, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    return X, _shap(estimator.booster_, estimator.n_jobs, X)


@contributions.register
def _of_ridge(estimator: RidgeLine, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    return X, by_column(estimator.columns(X) * estimator.slope_, estimator.categories)[:, :, None]


@contributions.register
def _of_physics(estimator: OnPhysics, X: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    return contributions(estimator.trees, estimator.physics.transform(X))


def _shap(booster: Booster, n_jobs: int, X: FloatArray) -> FloatArray:
    """Contributions by LightGBM's TreeSHAP, shape (n, p, m)."""
    threads = 1 if len(X) < FEWEST_ROWS_FOR_THREADS else max(0, n_jobs)
    return booster.contributions(X, threads)[:, :, :-1].transpose(0, 2, 1)  # the last column is the trees' mean


def _added(estimator: object) -> tuple[str, ...]:
    """Names of the physics features that an estimator sees beside its inputs."""
    return estimator.physics.features if isinstance(estimator, OnPhysics) else ()
