"""Choice and fit of the inputs that describe the history of units."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.estimators.categories import categories_of
from models.estimators.log_scale import to_scale
from models.regression.ridge import RidgeLine
from models.regression.unit_errors import UnitErrors
from models.regression.unit_history import Form, TargetHistory, UnitHistory, measured_inputs, microseconds, new_line
from models.table.inputs import matrix
from physics.arrays import FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.evaluate import rmse_over_blocks
from training.core.splits import Split
from training.multi_target.views import views

FORMS: tuple[Form, ...] = ("residuals", "labels")
LEAST_GAIN = 0.005
"""Share by which a history input must lower the error on the calibration blocks; less may be random variation."""
FEWEST_UNITS, FEWEST_LABELS = 5, 5
"""Units, and labels of the median unit, that dispersion is estimated from."""
FOLDS = 5
MOST_SHRINKAGE = 1000.0
"""Shrinkage where units do not differ."""


def with_unit_history(data: Dataset, parts: Split) -> Dataset:
    """Return a data set with inputs of the history of its units; unchanged if none lowers the error.

    For each target the form of history is chosen with the smallest error of linear models on the calibration blocks,
    each of which is predicted from older rows only.

    Parameters
    ----------
    data : Dataset
        Labelled rows, without such inputs.
    parts : Split
        Their use: train rows alone determine the linear models of histories and their shrinkage.
    """
    if not data.seed.has_unit_and_time:
        return data
    chosen = {own.seed.target.name: best for own, use in views(data, parts) if (best := _best(own, use)) is not None}
    if not chosen:
        return data
    rows = UnitHistory(data.seed, chosen).rows_of(data.table)
    made = {one.name: one.deviations(*rows)[0] for one in chosen.values()}
    history, table = UnitHistory(data.seed, chosen).newest(), data.table.assign(**made)
    seed = history.extended
    return replace(data, seed=seed, table=table, X=matrix(table, seed), history=history)


def _best(data: Dataset, parts: Split) -> TargetHistory | None:
    """Return the history of a target with the smallest error; None if no form lowers it."""
    counts = np.unique(data.units[parts.train].astype(str), return_counts=True)[1]
    if len(counts) < FEWEST_UNITS or np.median(counts) < FEWEST_LABELS:
        return None
    y = to_scale(data.y, data.seed.log_floor)
    histories = [_fitted(data, y, parts.train, form) for form in FORMS]
    values = [one.deviations(*_rows(one, data))[0] for one in histories]
    without, *errors = (
        _error(X, y, parts, data) for X in (data.X, *(np.column_stack([data.X, one]) for one in values))
    )
    best = int(np.argmin(errors))
    return histories[best] if errors[best] < (1 - LEAST_GAIN) * without else None


def _rows(history: TargetHistory, data: Dataset) -> tuple[npt.NDArray[np.object_], IntArray, IntArray]:
    return UnitHistory(data.seed, {history.target: history}).rows_of(data.table)


def _error(X: FloatArray, y: FloatArray, parts: Split, data: Dataset) -> float:
    """Return the error on the calibration blocks of lines that know older rows only."""
    known, errors = parts.train, []
    for block in parts.calibrate:
        errors.append(_line(X, y, known, data).predict(X[block]) - y[block])
        known = np.concatenate([known, block])
    numbers = np.repeat(np.arange(len(errors)), [len(one) for one in errors])
    return rmse_over_blocks(np.concatenate(errors), numbers)


def _line(X: FloatArray, y: FloatArray, rows: IntArray, data: Dataset) -> RidgeLine:
    return RidgeLine(categories_of(data.seed, X.shape[1] - len(data.seed.inputs))).fit(X[rows], y[rows])


def _fitted(data: Dataset, y: FloatArray, train: IntArray, form: Form) -> TargetHistory:
    """Return the history of a target in a form, with the errors of all rows."""
    line = _own_line(data, y, train) if form == "residuals" else None
    history = TargetHistory(data.seed, form, float(np.mean(y[train])), line, 1.0, 1.0)
    errors = y - history.expected(data.X)
    if line is not None:
        errors[train] = _out_of_fold(data, y, train)
    units, start, since = _rows(history, data)
    history = replace(
        history,
        shrinkage=shrinkage(errors[train], units[train], start[train], since[train], microseconds(data.seed.period)),
        largest=float(np.max(np.abs(errors[train]))),
    )
    return replace(history, errors=UnitErrors.of(units, start, history.plausible(errors, start)))


def _out_of_fold(data: Dataset, y: FloatArray, train: IntArray) -> FloatArray:
    """Return residuals of the train rows, shape (m,), each of a line fitted without the row's unit."""
    units, residuals = data.units[train].astype(str), np.empty(len(train))
    names = np.unique(units)
    for fold in range(FOLDS):
        own = np.isin(units, names[fold::FOLDS])
        line = _own_line(data, y, train[~own])
        residuals[own] = y[train[own]] - line.predict(data.X[np.ix_(train[own], measured_inputs(data.seed))])
    return residuals


def _own_line(data: Dataset, y: FloatArray, rows: IntArray) -> RidgeLine:
    """Return the line from whose predictions the errors of units are measured."""
    return new_line(data.seed).fit(data.X[np.ix_(rows, measured_inputs(data.seed))], y[rows])


def shrinkage(
    errors: FloatArray, units: npt.NDArray[np.object_], start: IntArray, since: IntArray, tolerance: int
) -> float:
    """Return the variance of errors within units over the variance between units [1].

    Parameters
    ----------
    errors : ndarray, shape (n,)
        Errors, whose mean over the units of each period is subtracted here.
    units : ndarray of object, shape (n,)
        Units of the rows.
    start : ndarray of int, shape (n,)
        Starts of their periods.
    since : ndarray of int, shape (n,)
        When the units were built or rebuilt: a rebuilt unit counts as another one.
    tolerance : int
        Difference of two such moments of one unit up to which they are the same.
    """
    rows = pd.DataFrame({"error": errors, "unit": units.astype(str), "start": start, "since": since}).sort_values(
        "start"
    )
    rows["error"] -= rows.groupby("start")["error"].transform("mean")
    rows["life"] = (rows.groupby("unit")["since"].diff() > tolerance).groupby(rows["unit"]).cumsum()
    lives = rows.groupby(["unit", "life"])["error"]
    count, mean, within = (getattr(lives, name)().to_numpy() for name in ("count", "mean", "var"))
    several = count > 1
    if not several.any():
        return MOST_SHRINKAGE
    inside = float(np.average(within[several], weights=count[several] - 1))
    between = float(np.var(mean[several]) - np.mean(inside / count[several]))
    return min(MOST_SHRINKAGE, inside / between) if between > 0 and inside > 0 else MOST_SHRINKAGE
