"""Labels as comparable quantities: numbers, logarithms of contents, or fractions of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.classification.model import ClassificationModel
from models.quality.model import QualityModel
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from models.sorting.model import SortingModel
from physics.arrays import BoolArray, FloatArray, IntArray
from training.core.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Quantities:
    """Labels of n rows, on scales on which differences count alike over time.

    Attributes
    ----------
    columns : tuple of str
        Column of the table behind each of the m numbers.
    names : tuple of str
        Name of the quantities, as text.
    values : ndarray, shape (n, m)
        Labels; NaN where there is none.
    are_shares : bool
        Whether a number is 1 where a row is of a class and 0 where not: only its mean says something.
    are_logarithms : bool
        Whether the numbers are logarithms of those in the table.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    values: FloatArray
    are_shares: bool = False
    are_logarithms: bool = False


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """All rows of a job as checks of their labels see them, new ones among them.

    Attributes
    ----------
    labels : Quantities of n rows
        What is checked.
    X : ndarray, shape (n, k)
        Inputs that are not made from labels.
    late : ndarray, shape (n, l)
        Columns that are known as late as the labels are; a label may be computed from them.
    unit : ndarray of int, shape (n,)
        Number of the row's unit.
    period : ndarray of int, shape (n,)
        Number of the row's period, in the order of time.
    code : ndarray of int, shape (n,)
        Equal for rows with identical labels, bit by bit. Where numbers are labels, rows of which none is
        known are alike with no other: that their classes agree says nothing.
    is_new : ndarray of bool, shape (n,)
        Whether the row came with this job.
    is_after : ndarray of bool, shape (n,)
        Whether the row came after the latest model that a person accepted; new rows always did.
    shifts : ndarray of int, shape (s,)
        Numbers of the periods that start accepted label shifts: X has a column for each that is 1 from there on, and 0
        before.
    """

    labels: Quantities
    X: FloatArray
    late: FloatArray
    unit: IntArray
    period: IntArray
    code: IntArray
    is_new: BoolArray
    is_after: BoolArray
    shifts: IntArray


def rows_of(
    data: Dataset,
    labels: Quantities,
    is_new: BoolArray,
    is_after: BoolArray | None = None,
    shifts: Sequence[pd.Timestamp] = (),
) -> LabelledRows:
    """Return the rows of a data set and the last job's rows; by default those since an accepted model.

    The periods of `shifts` start accepted label shifts.
    """
    seed = data.seed
    own = {column.name for column in seed.by_role("target")}
    own_inputs = [i for i, column in enumerate(seed.inputs) if column.lent_by not in own]
    late = [one for one in seed.by_role("late") if one.is_number and one.name in data.table]
    late = [one for one in late if data.table[one.name][~is_new].notna().any()]
    values = data.table[[one.name for one in late]].to_numpy(dtype=np.float64, copy=True)
    below = [place for place, one in enumerate(late) if one.censored]
    values[:, below] = np.abs(values[:, below])  # a content below a limit is the limit
    targets = [name for name in data.table.columns if name in own]
    period = np.asarray(pd.factorize(data.periods, sort=True)[0], dtype=np.int64)
    begins = np.sort(data.periods.unique()).searchsorted(np.array(shifts, dtype="datetime64[ns]"))
    return LabelledRows(
        labels=labels,
        X=np.column_stack([data.X[:, own_inputs], period[:, None] >= begins]),
        late=values,
        unit=np.asarray(pd.factorize(data.units, sort=True)[0], dtype=np.int64),
        period=period,
        code=_codes(data.table[targets]),
        is_new=is_new,
        is_after=is_new if is_after is None else is_new | is_after,
        shifts=np.asarray(begins, dtype=np.int64),
    )


def _codes(labels: pd.DataFrame) -> IntArray:
    """Number of each row's labels, see `LabelledRows`."""
    codes: IntArray = np.array(labels.groupby(list(labels), dropna=False, sort=False).ngroup(), dtype=np.int64)
    counted = labels.select_dtypes("number")
    unknown = np.asarray(counted.isna().all(axis=1)) & (counted.shape[1] > 0)
    codes[unknown] = len(codes) + np.flatnonzero(unknown)
    return codes


def numbers(data: Dataset) -> Quantities:
    """Labels of a task that predicts numbers: the targets as they are."""
    names = tuple(one.name for one in data.seed.primaries)
    return Quantities(names, names, data.table[list(names)].to_numpy(dtype=np.float64))


def shares(data: Dataset) -> Quantities:
    """Labels of a task that predicts a class: a column a class."""
    classes: Any = data.seed.target.classes
    values = (data.y[:, None] == np.arange(len(classes))).astype(np.float64)
    values[np.isnan(data.y)] = np.nan
    names = tuple(f"the share of {name}" for name in classes)
    return Quantities((data.seed.target.name,) * len(classes), names, values, are_shares=True)


def contents(data: Dataset) -> Quantities:
    """Return the logarithms of lots' contents; a content below its limit counts as the limit."""
    elements = data.seed.elements
    names = tuple(column.name for column in elements)
    logarithms = tuple(f"the logarithm of {name}" for name in names)
    sizes = np.abs(data.table[list(names)].to_numpy(dtype=np.float64))
    with np.errstate(divide="ignore"):
        values = np.log(sizes)
    values[~np.isfinite(values)] = np.nan
    return Quantities(names, logarithms, values, are_logarithms=True)


def predicted_numbers(model: RegressionModel | SeveralTargets, X: FloatArray) -> Mapping[str, FloatArray]:
    """Return the predicted value of each target, shape (n,), from inputs in plant units, shape (n, k)."""
    models = model.models.values() if isinstance(model, SeveralTargets) else [model]
    return {one.seed.target.name: one.predict(X) for one in models}


def predicted_shares(model: ClassificationModel | SortingModel, X: FloatArray) -> Mapping[str, FloatArray]:
    """Probability of each class, shape (n,), from inputs in plant units, shape (n, k)."""
    names = (f"probability of {name}" for name in model.seed.classes)
    return dict(zip(names, model.probabilities(X).T, strict=True))


def predicted_contents(model: QualityModel, X: FloatArray) -> Mapping[str, FloatArray]:
    """Logarithm of each predicted content, shape (n,), from inputs in plant units, shape (n, k)."""
    raw = model.raw(X)
    names = (f"logarithm of {column.name}" for column in model.seed.elements)
    return dict(zip(names, raw.T, strict=False))
