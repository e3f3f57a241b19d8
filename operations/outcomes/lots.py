"""Assays in online states of models that grade lots: they move the level of joint intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.online.received import Received, is_current
from models.online.review_queue import OnlineState, PendingBatch, outcomes_waiting_in, waiting_in
from models.quality.model import QualityModel
from models.uncertainty.adaptive_intervals import LevelOnlyInterval
from operations.forms.fields import Record
from operations.forms.rows import matrix
from operations.outcomes.received import ReceivedBatch
from operations.outcomes.states import OnlineStates

CONTENTS = "contents"  # what assays are of, where batches that wait are named


class LotStates(OnlineStates[QualityModel]):
    """Models of lots: assays move the level of their joint intervals."""

    def begin(self, model: QualityModel) -> Record:
        """State of a model without assays since its training; see `NumberStates.begin`."""
        return {} if model.level is None else _state(OnlineState(LevelOnlyInterval(model.level, ()), model.usual), at=0)

    def taken(
        self,
        model: QualityModel,
        state: Record,
        rows: Sequence[Record],
        known: Sequence[Mapping[str, Any]],
        asked_at: Sequence[int],
        batch: ReceivedBatch,
    ) -> Record:
        """State after assays that arrived together."""
        reported = np.array([[values.get(one.name, math.nan) for one in model.seed.elements] for values in known])
        assayed = ~np.isnan(reported).all(axis=1)
        if "level" not in state or not assayed.any():
            return state
        logs, needed = model.needed(reported[assayed], matrix(rows, model.seed)[assayed])
        arrival = model.arrival(batch.batch, reported[assayed], logs, needed)
        before = _following(model, state)
        following = before.taken(arrival, batch.accepted)
        return _state(following, at=batch.at if following.received > before.received else state["at"])

    def is_counted(self, state: Record) -> bool:
        """Return whether received assays were counted, which older code did not."""
        return "level" not in state or "at" in state

    def current(self, model: QualityModel, state: Record, now: int) -> tuple[bool, ...]:
        """Return whether the newest assay arrived a short time before `now` [microseconds since 1970]."""
        return (is_current(state["at"], now, model.seed),) if "level" in state else ()

    def followed(self, model: QualityModel, state: Record, now: int) -> QualityModel:
        """Return the model with its online state applied, as of `now` [microseconds since 1970]."""
        if "level" not in state:
            return model
        following = _following(model, state)
        received = Received(following.received, is_current(state["at"], now, model.seed))
        return replace(model, level=following.adaptive.level, received=received)

    def waiting(self, state: Record) -> dict[str, tuple[PendingBatch, ...]]:
        """The newest batches of assays that wait."""
        return {CONTENTS: waiting_in(state)}

    def outcomes_waiting(self, state: Record) -> int:
        """Number of assays that are pending review."""
        return outcomes_waiting_in(state)


def _state(following: OnlineState, at: int) -> Record:
    """State as JSON values, with the arrival of the latest applied assay; a level has no centre."""
    state = following.state()
    return {"level": state.pop("adaptive")["level"], **state, "at": at}


def _following(model: QualityModel, state: Record) -> OnlineState:
    adaptive = {"level": state["level"], "recent": []}
    return OnlineState.from_state({**state, "adaptive": adaptive}, model.usual, LevelOnlyInterval)
