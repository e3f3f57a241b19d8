"""What a prediction may see: the seed's inputs as one float64 matrix, and the physics computed from them."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]


class InputError(ValueError):
    """Input columns are missing; `columns` holds their names."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(f"input columns missing: {', '.join(columns)}")


def input_names(seed: Seed) -> tuple[str, ...]:
    """Names of the columns that a prediction may see, in the order that every matrix here has."""
    return tuple(column.name for column in seed.inputs)


def matrix(table: pd.DataFrame, seed: Seed) -> FloatArray:
    """Inputs of a table, found by name.

    Parameters
    ----------
    table : DataFrame, n rows
        Any columns in any order; those that are no inputs are left out. None and NaN are missing values.
    seed : Seed
        The process.

    Returns
    -------
    ndarray, shape (n, k), float64
        One column an input, in the order of `input_names`; NaN stays NaN.

    Raises
    ------
    InputError
        The table lacks inputs; all of them are named.
    """
    names = input_names(seed)
    absent = [name for name in names if name not in table.columns]
    if absent:
        raise InputError(absent)
    return table[list(names)].to_numpy(dtype=np.float64, na_value=np.nan)


def medians(X: FloatArray, otherwise: Iterable[float]) -> FloatArray:
    """Median of what is there in each column of X, shape (k,); `otherwise` where a column is empty."""
    return np.array(
        [
            np.median(present) if (present := column[~np.isnan(column)]).size else value
            for column, value in zip(X.T, otherwise, strict=True)
        ],
        dtype=np.float64,
    )


def checked_rows(estimator: BaseEstimator, X: npt.ArrayLike) -> FloatArray:
    """Rows for a fitted estimator to predict, shape (n, k); what is such a float64 matrix already passes untouched.

    scikit-learn's full check costs a single row three times what its trees do.
    """
    if isinstance(X, np.ndarray) and X.dtype == np.float64 and X.shape[1:] == (estimator.n_features_in_,) and len(X):
        return X
    rows: FloatArray = validate_data(estimator, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
    return rows


def by_name(X: FloatArray, names: Sequence[str]) -> dict[str, FloatArray]:
    """Columns of a matrix by name, as physics wants them."""
    return {name: X[:, i] for i, name in enumerate(names)}


def physics_of(process: str) -> ModuleType | None:
    """Physics module of a process, `models.processes.<process>`; None where there is none."""
    name = f"models.processes.{process}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None


def needed_physics_of(process: str) -> ModuleType:
    """Physics module of a process; ValueError where there is none."""
    physics = physics_of(process)
    if physics is None:
        raise ValueError(f"process {process} has no module models.processes.{process}")
    return physics


def physics_columns(physics: ModuleType, X: FloatArray, inputs: Sequence[str], features: Sequence[str]) -> FloatArray:
    """Features that physics computes from the inputs, shape (n, p); one that cannot be computed in a row is NaN there.

    Parameters
    ----------
    physics : module
        The process's physics.
    X : ndarray, shape (n, k)
        Inputs in plant units.
    inputs, features : sequence of str
        Names of the k columns of X, and of the p features.
    """
    # Rows out of physical range divide by zero or take roots of negatives: the feature is missing in them.
    with np.errstate(all="ignore"):
        computed = physics.features(by_name(X, inputs))
    columns = np.array([np.broadcast_to(computed[name], len(X)) for name in features]).reshape(len(features), len(X)).T
    return np.where(np.isfinite(columns), columns, np.nan)


class PhysicsFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Appends physics features to the inputs.

    Parameters
    ----------
    process : str
        Name of a process that has a physics module.
    inputs : tuple of str, length k
        Names of the matrix's columns.
    features : tuple of str, length p
        Names of the physics features to append, out of the module's FEATURES.
    """

    def __init__(self, process: str, inputs: tuple[str, ...], features: tuple[str, ...]) -> None:
        self.process = process
        self.inputs = inputs
        self.features = features

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Check the shape; nothing is learnt."""
        validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        if self.n_features_in_ != len(self.inputs):
            raise ValueError(f"X has {self.n_features_in_} columns, expected {len(self.inputs)}: {self.inputs}")
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Inputs and physics features, shape (n, k + p); see `physics_columns`."""
        check_is_fitted(self, "n_features_in_")
        rows = checked_rows(self, X)
        return np.hstack([rows, physics_columns(needed_physics_of(self.process), rows, self.inputs, self.features)])

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Names of the k + p columns."""
        return np.array([*self.inputs, *self.features], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.requires_fit = True
        return tags
