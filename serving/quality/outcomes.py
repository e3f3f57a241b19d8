"""Assays taken up by models that grade lots: they move the level of their joint intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.adaptive import Level
from models.following.waiting import Waiting
from models.quality.model import QualityModel
from records.outcomes import Arrived
from serving.answers import matrix
from serving.fields import Record


def begin(model: QualityModel) -> Record:
    """State of a model that has taken up no assay since its training; see `serving.regression.outcomes.begin`."""
    return {} if model.level is None else {"level": model.level.state()}


def taken(
    model: QualityModel,
    state: Record,
    rows: Sequence[Record],
    known: Sequence[Mapping[str, Any]],
    asked_at: Sequence[int],
    batch: Arrived,
) -> Record:
    """State after assays that arrived together; see `serving.regression.outcomes.taken`."""
    reported = np.array([[values.get(one.name, math.nan) for one in model.seed.elements] for values in known])
    assayed = ~np.isnan(reported).all(axis=1)
    if "level" not in state or not assayed.any():
        return state
    raw = np.asarray(model.estimator.predict(matrix(rows, model.seed)), dtype=np.float64)
    scores = model.scatter.needed(reported[assayed], raw[assayed, : reported.shape[1]])
    return {"level": Level.from_state(state["level"]).taken(scores).state()}


def followed(model: QualityModel, state: Record) -> QualityModel:
    """The model with what its state has taken up."""
    return replace(model, level=Level.from_state(state["level"])) if "level" in state else model


def waiting(state: Record) -> dict[str, tuple[Waiting, ...]]:
    """Batches of assays that wait: none, since a joint level has no centre that they could draw away."""
    return {}


def outcomes_waiting(state: Record) -> int:
    """How many assays wait."""
    return 0
