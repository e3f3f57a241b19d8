"""Champions of all tasks, fitted to the first part of a plant's table, and their later predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.interfaces.answers import COVERAGE
from models.quality.grader import grader
from models.regression.calibration import conformalised
from models.regression.several import together
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.table.inputs import matrix
from models.tasks import Model, build
from monitoring.drift.residuals import class_codes
from monitoring.drift.rows import Answered
from monitoring.drift.time_steps import starts_of, units_of
from physics.arrays import BoolArray
from seeds import Quantity, Seed
from training.core.splits import held_out_units

CANDIDATE = "lightgbm"
CALIBRATE_FROM, LEARNT_TO = 0.60, 0.85  # of the periods, as training has it


def champion(seed: Seed, table: pd.DataFrame) -> Model:
    """Model of the process's task, trained on the first 85 % of the periods of four fifths of the units."""
    start, unit = starts_of(table, seed), units_of(table, seed)
    periods = np.unique(start)
    middle, end = (periods[int(share * len(periods))] for share in (CALIBRATE_FROM, LEARNT_TO))
    held_out = held_out_units(sorted(set(unit.tolist())))
    info = {"training_cutoff": str(end), "held_out_units": list(held_out)}
    training = (start < end) & ~np.isin(unit, held_out)
    return FITS[seed.process.task](seed, table, training & (start < middle), training & (start >= middle), info)


def _numbers(seed: Seed, table: pd.DataFrame, old: BoolArray, new: BoolArray, info: dict[str, Any]) -> Model:
    X, models = matrix(table, seed), {}
    for column in seed.primaries:
        own, y = seed.for_target(column.name), table[column.name].to_numpy(dtype=np.float64)
        a, b = old & ~np.isnan(y), new & ~np.isnan(y)
        before, whole = (build(own)[CANDIDATE].fit(X[rows], y[rows]) for rows in (a, a | b))
        models[column.name] = conformalised(
            own, CANDIDATE, whole, X[a | b], y[b], np.asarray(before.predict(X[b])), info
        )
    return next(iter(models.values())) if len(models) == 1 else together(seed, models, info)


def _lots(seed: Seed, table: pd.DataFrame, old: BoolArray, new: BoolArray, info: dict[str, Any]) -> Model:
    X, n = matrix(table, seed), len(seed.elements)
    Y = table[[column.name for column in seed.labels]].to_numpy(dtype=np.float64)
    known = ~np.isnan(Y[:, :n]).all(axis=1)
    a, b = old & known, new & known
    before, whole = (build(seed)[CANDIDATE].fit(X[rows], Y[rows]) for rows in (a, a | b))
    predicted = np.asarray(before.predict(X[b]))
    return grader(seed, CANDIDATE, whole, X[a | b], Y[b][:, :n], Y[b][:, n:], predicted, info)


def _pieces(seed: Seed, table: pd.DataFrame, old: BoolArray, new: BoolArray, info: dict[str, Any]) -> Model:
    seed = _unsure(seed)
    X, y = matrix(table, seed), class_codes(table, seed).astype(np.float64)
    contents = table[[column.name for column in seed.elements]].to_numpy(dtype=np.float64)
    mass, lots = table[seed.sorting_rules.mass].to_numpy(dtype=np.float64), units_of(table, seed)
    a, b = old & (y >= 0), new & (y >= 0)
    estimator: Any = build(seed)[CANDIDATE].fit(X[a], y[a])
    training = X[a], y[a], contents[a]
    calibration = X[b], y[b], contents[b], mass[b], lots[b], estimator.predict_proba(X[b])
    return sorter(seed, CANDIDATE, estimator, LaboratoryPieces(*training), CalibrationPieces(*calibration), info)


def _unsure(seed: Seed) -> Seed:
    """Seed with a guarantee that few lots can show: it changes no input and no outcome."""
    sure = Quantity(value=0.5, unit="1", source="assumed: nothing here depends on it")
    rules = seed.sorting_rules.model_copy(update={"calibration_confidence": sure})
    return seed.model_copy(update={"sorting": rules})


FITS = {"regression": _numbers, "quality": _lots, "sorting": _pieces}


def answered(seed: Seed, table: pd.DataFrame) -> Answered:
    """Rows of a table in order of time, as recorded rows; drift detection uses inputs and outcomes alone."""
    order = np.argsort(table[seed.clock.name].to_numpy(), kind="stable")
    n, none = len(table), np.full(len(table), None, dtype=object)
    rows = table.iloc[order].reset_index(drop=True)
    return Answered(rows, np.ones(n, dtype=np.intp), {}, np.full(n, COVERAGE), none, none)
