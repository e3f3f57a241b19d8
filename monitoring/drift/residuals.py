"""Errors of a model on rows with known outcome, by task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.classification.model import ClassificationModel
from models.quality.censoring import log_size
from models.quality.model import QualityModel
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from models.sorting.model import SortingModel
from models.table.inputs import matrix
from physics.arrays import FloatArray, IntArray
from seeds import Seed

ALL_CONTENTS = "all contents"


@dataclass(frozen=True, eq=False)
class Residual:
    """Errors of one predicted quantity on n rows, by the model as trained, without online calibration.

    Attributes
    ----------
    name : str
        The quantity.
    signed : ndarray, shape (n,), or None
        Outcome less prediction, whose mean is 0 where the model is right; NaN where no outcome is known. None where
        only sizes are known.
    size : ndarray, shape (n,), or None
        How large the error is, never negative. None where only the sign is watched.
    prior : ndarray, shape (n,)
        What the model by itself expects the size to go with, known before any outcome.
    """

    name: str
    signed: FloatArray | None
    size: FloatArray | None
    prior: FloatArray


def of_numbers(model: RegressionModel | SeveralTargets, table: pd.DataFrame) -> list[Residual]:
    """Errors of each target, in units of the spread where the model errs more in some places."""
    X = model.inputs(table)
    models = model.models.values() if isinstance(model, SeveralTargets) else [model]
    return [_of_number(one, X, table) for one in models]


def _of_number(model: RegressionModel, X: FloatArray, table: pd.DataFrame) -> Residual:
    name = model.seed.target.name
    raw = model.scaled(model.predict(X))
    error = (model.scaled(table[name].to_numpy(dtype=np.float64)) - raw) / model.scale(X, raw)
    return Residual(name, error, np.abs(error), np.ones(len(X)))


def of_class(model: ClassificationModel | SortingModel, table: pd.DataFrame) -> list[Residual]:
    """Errors of a class: one less the probability that was given to the right one."""
    X = matrix(table, model.seed)
    p = model.probabilities(X)
    code = class_codes(table, model.seed)
    known = code >= 0
    given = np.full(len(X), np.nan)
    given[known] = p[np.flatnonzero(known), code[known]]
    expected = np.sum(p * (1 - p), axis=1)
    size = 1 - given
    return [Residual(model.seed.target.name, size - expected, size, expected)]


def class_codes(table: pd.DataFrame, seed: Seed) -> IntArray:
    """Number of each row's class in the seed's order, shape (n,); -1 where it is not known."""
    return codes_of(table[seed.target.name], seed.classes)


def codes_of(values: pd.Series | npt.NDArray[np.object_], names: Sequence[str]) -> IntArray:
    """Number of each of n values among some names, shape (n,); -1 of what is none of them."""
    return pd.Index(list(names), dtype=object).get_indexer(pd.Index(values, dtype=object))


def of_lots(model: QualityModel, table: pd.DataFrame) -> list[Residual]:
    """Signed errors of the logarithm of each content, and joint error size of each lot's contents."""
    X = matrix(table, model.seed)
    names = [column.name for column in model.seed.elements]
    reported = table[names].to_numpy(dtype=np.float64)
    logs = model.raw(X)[:, : len(names)]
    error = np.where(reported > 0, (log_size(reported) - logs) / model.scatter.spread, np.nan)
    even = np.ones(len(X))
    size = np.where(np.isnan(reported).all(axis=1), np.nan, model.scatter.needed(reported, logs))
    elements = [Residual(name, one, None, even) for name, one in zip(names, error.T, strict=True)]
    return [*elements, Residual(ALL_CONTENTS, None, size, even)]
