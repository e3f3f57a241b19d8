"""Contributions of inputs to a prediction, which sum to it, by input and physical cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.estimators.physics_features import OnPhysics
from models.estimators.tuning import last_of
from models.interfaces.answers import Explainable, Regressor
from models.processes.lookup import physics_of
from models.table.inputs import input_names
from physics.arrays import FloatArray, IntArray
from seeds import Seed


@dataclass(frozen=True, eq=False)
class Parts:
    """Predictions of n rows, cut into what each of p columns contributed.

    Attributes
    ----------
    names, units : tuple of str, length p
        The columns: inputs, then the physics features that the model uses in addition to them.
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
    contributions = estimator.contributions(X)
    if contributions is None:
        return None
    values, parts = contributions[0], contributions[1][:, :, 0]
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
    contributions = estimator.contributions(X)
    if contributions is None:
        return None
    names, units = _columns(estimator, seed)
    parts = []
    for i, log in enumerate(logs.T):
        value = np.exp(log)
        of_content = _of_ratio(contributions[1][:, :, i], value)
        parts.append(Parts(names, units, contributions[0], of_content, value - of_content.sum(axis=1)))
    return parts


def _of_ratio(of_log: FloatArray, value: FloatArray) -> FloatArray:
    """Return contributions to a value, shape (n, p), from those to its logarithm [the value's unit]."""
    rise = of_log.sum(axis=1)
    # (value - base) / ln(value / base), which is the value where both are equal.
    mean = value * np.where(rise == 0, 1.0, -np.expm1(-rise) / np.where(rise == 0, 1.0, rise))
    return of_log * mean[:, None]


def explained_classes(
    estimator: Explainable, X: FloatArray, p: FloatArray, temperature: float, seed: Seed
) -> tuple[Parts, IntArray] | None:
    """Parts of how much more probable the most probable class of a piece is than the next.

    Parameters
    ----------
    estimator : Explainable
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
    contributions = estimator.contributions(X)
    if contributions is None:
        return None
    pair = np.argsort(-p, axis=1, kind="stable")[:, :2]
    rows = np.arange(len(X))
    with np.errstate(divide="ignore"):
        ratio = np.log(p[rows, pair[:, 0]]) - np.log(p[rows, pair[:, 1]])
    parts = (contributions[1][rows, :, pair[:, 0]] - contributions[1][rows, :, pair[:, 1]]) / temperature
    return Parts(*_columns(estimator, seed), contributions[0], parts, ratio - parts.sum(axis=1)), pair


def _columns(estimator: object, seed: Seed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and units of the columns that an estimator sees."""
    columns = {column.name: str(column.unit or "1") for column in seed.inputs}
    physics = physics_of(seed)
    features = {feature.name: feature.unit for feature in physics.FEATURES} if physics is not None else {}
    names = (*input_names(seed), *_added(estimator))
    return names, tuple(columns.get(name) or features[name] for name in names)


def _added(estimator: object) -> tuple[str, ...]:
    """Return the names of physics features that an estimator uses in addition to its inputs."""
    return estimator.physics.features if isinstance(estimator, OnPhysics) else ()
