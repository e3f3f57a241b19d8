"""Models of numbers of another plant, from rows of plants of the same kind."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from models.online.plant_transfer import OtherPlant, TransferError, measured
from models.regression.model import RegressionModel
from models.regression.unit_errors import UnitErrors
from models.table.inputs import matrix
from models.uncertainty.adaptive_intervals import AdaptiveInterval
from models.uncertainty.error_dispersion import PlantResiduals
from models.uncertainty.outcome_stream import known_from
from physics.arrays import FloatArray
from training.core.dataset import Dataset


def transferred(model: RegressionModel, plants: Sequence[Dataset]) -> RegressionModel:
    """Return a model for another plant, without outcomes and without the history of units.

    Units keep an offset by the input that describes their history, so all units of a plant count as one here.

    Parameters
    ----------
    model : RegressionModel
        The model.
    plants : sequence of Dataset
        Labelled rows of other plants of the same kind.

    Raises
    ------
    TransferError
        Too few plants or rows, or a model that follows no outcomes.
    InputError
        A table lacks inputs.
    """
    if model.adaptive is None:
        raise TransferError("model: it follows no outcomes, because its table had no time; expected one that does")
    history = model.history
    if history is not None:
        history = history.known({name: UnitErrors() for name in history.targets})
    empty = replace(model, history=history, usual=None, followed=None, unfollowed=None)
    transfer = measured([_rows(empty, data) for data in plants], np.ones(1))
    adaptive = AdaptiveInterval.new(model.adaptive.level.weight, transfer.dispersion)
    return replace(empty, adaptive=adaptive, transfer=transfer, conformal=transfer.conformal(0))


def _rows(model: RegressionModel, data: Dataset) -> OtherPlant:
    """Return rows of a plant, their units with the history of the outcomes received by then."""
    order = np.argsort(known_from(data.periods, data.seed), kind="stable")
    table, labels = data.table.iloc[order].reset_index(drop=True), model.scaled(data.y[order])
    error = labels - model.estimate(_inputs(model, table, 0))
    _, period = np.unique(data.periods.to_numpy()[order], return_inverse=True)

    def scores(outcomes: int, offset: FloatArray, growth: FloatArray) -> FloatArray:
        X = _inputs(model, table, outcomes)
        raw = model.estimate(X)
        return np.abs(labels - raw - offset[:, 0]) / model.scale(X, raw)

    return OtherPlant(PlantResiduals(error[:, None], np.zeros(len(error), dtype=np.int64), period), scores)


def _inputs(model: RegressionModel, table: pd.DataFrame, outcomes: int) -> FloatArray:
    """Return inputs of rows, shape (n, k), with the history of units from the first rows alone."""
    if model.history is None:
        return matrix(table, model.seed)
    known = model.history.learned(table.iloc[:outcomes]) if outcomes else model.history
    return matrix(known.described(table), model.seed)
