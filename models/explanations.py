"""What each input contributed to a prediction: parts that sum to it, by input and by physical cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from sklearn.pipeline import Pipeline

from models.answers import Regressor
from models.estimators.boosting import FEWEST_ROWS_FOR_THREADS
from models.estimators.physics_features import PhysicsFeatures
from models.processes.lookup import physics_of
from models.regression.baselines import Persistence
from models.regression.trees import BoostedTrees
from models.table.inputs import input_names
from physics.arrays import FloatArray
from seeds import Seed

OTHER = "other"


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
    Trees are cut by TreeSHAP along their own paths (Lundberg et al. 2020, Nature Machine Intelligence 2), lines at
    each column's distance from what counts as its middle.
    """
    found = contributions(estimator, X)
    if found is None:
        return None
    values, parts = found
    columns = {column.name: str(column.unit or "1") for column in seed.inputs}
    physics = physics_of(seed.process.name)
    features = {feature.name: feature.unit for feature in physics.FEATURES} if physics is not None else {}
    names = (*input_names(seed), *_added(estimator))
    units = tuple(columns.get(name) or features[name] for name in names)
    return Parts(names, units, values, parts, predicted - parts.sum(axis=1))


def by_cause(seed: Seed, names: Sequence[str], contributions: FloatArray) -> dict[str, FloatArray] | None:
    """Sums of contributions over the columns of each physical cause, shape (n,) each.

    Parameters
    ----------
    seed : Seed
        The process.
    names : sequence of str, length p
        Names of the columns.
    contributions : ndarray, shape (n, p)
        What each contributed.

    Returns
    -------
    dict of str to ndarray, or None
        In the order of the process's CAUSES, and what belongs to none of them last; None where the process has no
        physics.
    """
    causes: Mapping[str, tuple[str, ...]] | None = getattr(physics_of(seed.process.name), "CAUSES", None)
    if causes is None:
        return None
    cause_of = {name: cause for cause, columns in causes.items() for name in columns}
    belongs = np.array([cause_of.get(name, OTHER) for name in names])
    return {
        cause: contributions[:, belongs == cause].sum(axis=1) for cause in (*causes, OTHER) if (belongs == cause).any()
    }


@singledispatch
def contributions(estimator: object, X: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Columns that an estimator sees and what each contributed, shape (n, p) each; None where it has no such parts.

    Contributions differ from the prediction by the same constant in all rows.
    """
    return None


@contributions.register
def _of_persistence(estimator: Persistence, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    parts = np.zeros_like(X)
    before = X[:, estimator.column]
    parts[:, estimator.column] = np.where(np.isnan(before), 0.0, before - estimator.mean_)
    return X, parts


@contributions.register
def _of_trees(estimator: BoostedTrees, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    line = estimator.line_
    filled = np.where(np.isnan(X), line.fill, np.clip(X, line.low, line.high))
    threads = 1 if len(X) < FEWEST_ROWS_FOR_THREADS else max(0, estimator.n_jobs)
    shap = np.asarray(estimator.booster_.predict(X, pred_contrib=True, num_threads=threads), dtype=np.float64)
    return X, (filled - line.fill) / line.scale * line.slope + shap[:, :-1]  # the last column is the trees' mean


@contributions.register
def _of_pipeline(estimator: Pipeline, X: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    first, last = estimator[0], estimator[-1]
    if isinstance(first, PhysicsFeatures):
        return contributions(last, first.transform(X))
    if not hasattr(last, "coef_"):
        return None
    return X, np.asarray(estimator[:-1].transform(X) * last.coef_, dtype=np.float64)


def _added(estimator: object) -> tuple[str, ...]:
    """Names of the physics features that an estimator sees beside its inputs."""
    first = estimator[0] if isinstance(estimator, Pipeline) else None
    return first.features if isinstance(first, PhysicsFeatures) else ()
