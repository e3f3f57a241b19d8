"""Inputs of predictions: the seed's inputs as one float64 matrix, and derived physics features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray
from seeds import Column, Seed

if TYPE_CHECKING:
    import pandas as pd


class InputError(ValueError):
    """Input columns are missing; `columns` holds their names."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(f"input columns missing: {', '.join(columns)}")


def input_names(seed: Seed) -> tuple[str, ...]:
    """Names of the columns that a prediction may see, in the order that every matrix here has."""
    return seed.input_names


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
        One column an input, in the order of `input_names`; NaN stays NaN, and a content below the laboratory's limit is
        the limit. An input that the seed does not state, and the table does not hold, is missing.

    Raises
    ------
    InputError
        The table lacks inputs; all of them are named.
    """
    names = input_names(seed)
    absent = [column.name for column in seed.stated_inputs if column.name not in table.columns]
    if absent:
        raise InputError(absent)
    if unknown := {column.name: np.nan for column in seed.added if column.name not in table.columns}:
        table = table.assign(**unknown)
    texts = {column.name: codes(table[column.name], column) for column in seed.text_inputs}
    return sizes(table[list(names)].assign(**texts).to_numpy(dtype=np.float64, na_value=np.nan), seed)


def sizes(X: FloatArray, seed: Seed) -> FloatArray:
    """A matrix of inputs in which a content that the laboratory found to be below its limit is the limit."""
    below = [i for i, column in enumerate(seed.inputs) if column.censored]
    if below:
        X = X.copy()  # of a table that lies in memory as its inputs do, the matrix is no copy and may not be written to
        X[:, below] = np.abs(X[:, below])
    return X


def codes(texts: Iterable[object], column: Column) -> FloatArray:
    """Return category numbers, shape (n,), from 0 in the order of `values`; NaN for other texts.

    Examples
    --------
    >>> codes(["wet", "dry", "burnt", None], Column(name="ore", role="before", meaning="state", source="assumed: made",
    ...     values=["dry", "wet"]))
    array([ 1.,  0., nan, nan])
    """
    number = {text: float(i) for i, text in enumerate(column.values or ())}
    return np.array([number.get(text, np.nan) if isinstance(text, str) else np.nan for text in texts])


def medians(X: FloatArray, otherwise: Iterable[float]) -> FloatArray:
    """Median of what is there in each column of X, shape (k,); `otherwise` where a column is empty."""
    return np.array(
        [
            np.median(present) if (present := column[~np.isnan(column)]).size else value
            for column, value in zip(X.T, otherwise, strict=True)
        ],
        dtype=np.float64,
    )


def checked_rows(estimator: Any, X: npt.ArrayLike) -> FloatArray:
    """Return rows for a fitted estimator, shape (n, k); a matching float64 matrix is not copied.

    scikit-learn's full check costs a single row three times what its trees do.
    """
    if isinstance(X, np.ndarray) and X.dtype == np.float64 and X.shape[1:] == (estimator.n_features_in_,) and len(X):
        return X
    from sklearn.utils.validation import validate_data

    rows: FloatArray = validate_data(estimator, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
    return rows


def by_name(X: FloatArray, names: Sequence[str]) -> dict[str, FloatArray]:
    """Columns of a matrix by name, as physics wants them."""
    return dict(zip(names, X.T, strict=True))
