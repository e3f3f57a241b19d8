"""Assays in online states of models that grade lots: they move the level of joint intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.online.plant_transfer import PlantErrors
from models.online.received import Received, is_current, of_transferred
from models.online.review_queue import OnlineState, PendingBatch, outcomes_waiting_in, waiting_in
from models.quality.model import QualityModel
from models.quality.plant_errors import errors_of, tested
from models.quality.transfer import LotTransfer
from models.uncertainty.adaptive_intervals import SETTLED, LevelOnlyInterval
from models.uncertainty.guarantees import RepeatedTest
from operations.forms.fields import Record
from operations.forms.rows import matrix
from operations.forms.unit_history import starts, unit_of
from operations.outcomes.received import ReceivedBatch
from operations.outcomes.states import OnlineStates
from physics.arrays import FloatArray

CONTENTS = "contents"  # what assays are of, where batches that wait are named


class LotStates(OnlineStates[QualityModel]):
    """Models of lots: assays move the level of their joint intervals."""

    def begin(self, model: QualityModel) -> Record:
        """State of a model without assays since its training; see `NumberStates.begin`."""
        if model.level is None:
            return {}
        state = _state(OnlineState(LevelOnlyInterval(model.level, ()), model.usual), at=0)
        return state if model.transfer is None else state | _of_plant(model.transfer)

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
        own = [row for row, is_assayed in zip(rows, assayed.tolist(), strict=True) if is_assayed]
        if model.transfer is not None:
            return _transferred(model, model.transfer, state, own, reported[assayed], batch)
        before = _following(model, state)
        lots = reported[assayed]
        arrival = model.arrival(batch.batch, lots, *model.needed(lots, matrix(own, model.seed)))
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
        level, current = following.adaptive.level, is_current(state["at"], now, model.seed)
        if model.transfer is None:
            return replace(model, level=level, received=Received(following.received, current))
        model = model.transferred(_transfer(model.transfer, state, following.received))
        return replace(model, level=level, received=of_transferred(following.received, current, level))

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


def _transferred(
    model: QualityModel,
    transfer: LotTransfer,
    state: Record,
    rows: Sequence[Record],
    reported: FloatArray,
    batch: ReceivedBatch,
) -> Record:
    """State of a transferred model after assays, each compared with the prediction by the assays before.

    The first SETTLED move the offset alone: widths come from errors about a settled one.
    """
    before, X = _following(model, state), matrix(rows, model.seed)
    model = model.transferred(_transfer(transfer, state, before.received))
    units = [unit_of(row, model.seed) for row in rows]
    arrival = model.arrival(batch.batch, reported, *model.needed(reported, X, units))
    following = before.taken(arrival, batch.accepted)
    if before.received * before.sure.level.weight < SETTLED:
        following = replace(following, sure=before.sure)
    newer = PlantErrors.from_state(state["errors"])
    newer = newer.with_newer(units, starts(rows, model.seed), errors_of(model, reported, X))
    evidence = tested(model, reported, X, units)
    return _state(following, at=batch.at) | {"errors": newer.state(), "test": evidence.state()}


def _of_plant(transfer: LotTransfer) -> Record:
    """Part of the state of a transferred model: errors of its plant, and evidence of the guarantee."""
    return {"errors": transfer.errors.state(), "test": transfer.test.state()}


def _transfer(transfer: LotTransfer, state: Record, outcomes: int) -> LotTransfer:
    """Return a transfer in an online state."""
    errors, test = PlantErrors.from_state(state["errors"]), RepeatedTest.from_state(state["test"])
    return replace(transfer, outcomes=outcomes, errors=errors, test=test)


def _following(model: QualityModel, state: Record) -> OnlineState:
    adaptive = {"level": state["level"], "recent": []}
    return OnlineState.from_state({**state, "adaptive": adaptive}, model.usual, LevelOnlyInterval)
