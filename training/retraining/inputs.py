"""Inputs of rows in the form of a registered version, and those of rows without labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.table.inputs import InputError
from models.tasks import Model, inputs_for
from physics.arrays import FloatArray, IntArray
from registry.versions import RegistryError, Version
from training.core.dataset import Dataset, period_of
from training.labels.job import is_due
from training.labels.unlabelled import AllRows, all_rows, inputs_alone
from training.retraining.history import are_in
from training.tasks import task_of


def inputs_of(model: Model, version: Version, data: Dataset, rows: IntArray) -> FloatArray:
    """Return inputs of selected rows in the form that a version was trained on, shape (n, k)."""
    try:
        return inputs_for(model, data.table)[rows]
    except InputError as error:
        raise RegistryError(
            f"{version.process}: version {version.number} was trained with another seed and cannot be judged: {error}"
        ) from error


def with_unlabelled(data: Dataset, after: pd.DataFrame, champion: Version, model: Model) -> AllRows | None:
    """Return all rows of a data set with the champion's predictions, for `training.labels.unlabelled`.

    Parameters
    ----------
    data : Dataset
        History and new rows.
    after : DataFrame
        Unit and period of the rows that came after the latest model that a person accepted.
    champion, model : Version, Model
        What predicts.

    Returns
    -------
    AllRows or None
        None where each row has a label.
    """
    if not data.unlabelled_rows:
        return None
    seed, table = data.seed, data.checked
    X = inputs_of(model, champion, replace(data, table=table), np.arange(len(table)))
    predicted = task_of(seed).labels.predicted(model, inputs_alone(X, model.seed))
    return all_rows(data, are_in(table, after, seed), is_due(period_of(table, seed), seed), predicted)
