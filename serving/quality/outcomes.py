"""Assays taken up by models that grade lots: they move the level of their joint intervals, or wait."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.adaptive import LevelAlone
from models.following.waiting import Following, Waiting, outcomes_waiting_in, waiting_in
from models.quality.model import QualityModel
from records.outcomes import Arrived
from serving.answers import matrix
from serving.fields import Record

CONTENTS = "contents"  # what assays are of, where batches that wait are named


def begin(model: QualityModel) -> Record:
    """State of a model that has taken up no assay since its training; see `serving.regression.outcomes.begin`."""
    return {} if model.level is None else _state(Following(LevelAlone(model.level, ()), model.usual))


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
    arrival = model.arrival(batch.batch, reported[assayed], raw[assayed, : reported.shape[1]])
    return _state(_following(model, state).taken(arrival, batch.accepted))


def followed(model: QualityModel, state: Record) -> QualityModel:
    """The model with what its state has taken up."""
    return replace(model, level=_following(model, state).adaptive.level) if "level" in state else model


def waiting(state: Record) -> dict[str, tuple[Waiting, ...]]:
    """The newest batches of assays that wait."""
    return {CONTENTS: waiting_in(state)}


def outcomes_waiting(state: Record) -> int:
    """How many assays wait."""
    return outcomes_waiting_in(state)


def _state(following: Following) -> Record:
    """As JSON values; a level has no centre, of which nothing is kept."""
    kept = following.state()
    return {"level": kept.pop("adaptive")["level"], **kept}


def _following(model: QualityModel, state: Record) -> Following:
    adaptive = {"level": state["level"], "recent": []}
    return Following.from_state({**state, "adaptive": adaptive}, model.usual, LevelAlone)
