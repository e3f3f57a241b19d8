"""Outcomes in online states of models that predict numbers: they move centre and level of intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.online.received import is_current
from models.online.review_queue import Arrival, OnlineState, PendingBatch, outcomes_waiting_in, waiting_in
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from operations.forms.fields import Record
from operations.forms.rows import matrix
from operations.forms.unit_history import with_history
from operations.outcomes.received import ReceivedBatch
from operations.outcomes.states import OnlineStates
from operations.outcomes.unit_errors import by_target, errors_of_rows, history_with, unit_errors_after
from physics.arrays import FloatArray

Fitted = RegressionModel | SeveralTargets
_MOST_CENTRES = 500


class NumberStates(OnlineStates[Fitted]):
    """Models of numbers: outcomes move the centre and the level of their intervals."""

    def begin(self, model: Fitted) -> Record:
        """State of a model without outcomes since its training, as JSON; empty if it adapts to none.

        In addition to the values of `OnlineState.state`, `centres` holds the values by which responses were centred and
        from when on [microseconds since 1970]: an outcome is compared with the response as it was given. `at` is the
        time at which the latest applied outcome arrived [the same].
        """
        return {
            name: {**OnlineState(one.adaptive, one.usual).state(), "centres": [[0, one.adaptive.centre]], "at": 0}
            for name, one in by_target(model).items()
            if one.adaptive is not None
        }

    def taken(
        self,
        model: Fitted,
        state: Record,
        rows: Sequence[Record],
        known: Sequence[Mapping[str, Any]],
        asked_at: Sequence[int],
        batch: ReceivedBatch,
    ) -> Record:
        """State after outcomes that arrived together, each target by its own."""
        history = history_with(model, state)
        X = matrix(with_history(rows, history, {}), model.seed)
        moments, after = np.array(asked_at, dtype=np.int64), dict(state)
        for name, one in by_target(model).items():
            has = [i for i, values in enumerate(known) if name in values]
            if name in state and has:
                y = np.array([known[i][name] for i in has], dtype=np.float64)
                after[name] = _taken(one, state[name], X[has], y, moments[has], batch)
                if history is not None and name in history.targets:
                    newer = errors_of_rows([rows[i] for i in has], X[has], y, name, history)
                    after[name] |= unit_errors_after(state[name], after[name], newer, batch.accepted)
        return after

    def is_counted(self, state: Record) -> bool:
        """Return whether received outcomes were counted, which older code did not."""
        return all("at" in one for one in state.values())

    def current(self, model: Fitted, state: Record, now: int) -> tuple[bool, ...]:
        """Return whether each target's latest outcome arrived shortly before `now` [microseconds since 1970]."""
        models = by_target(model)
        return tuple(is_current(one["at"], now, models[name].seed) for name, one in state.items())

    def followed(self, model: Fitted, state: Record, now: int) -> Fitted:
        """Return the model with its online state applied, as of `now` [microseconds since 1970]."""
        models = {
            name: _followed(one, state[name], now) if name in state else one for name, one in by_target(model).items()
        }
        if (history := history_with(model, state)) is not None:
            models = {name: replace(one, history=history) for name, one in models.items()}
        return replace(model, models=models) if isinstance(model, SeveralTargets) else models[model.seed.target.name]

    def waiting(self, state: Record) -> dict[str, tuple[PendingBatch, ...]]:
        """The newest batches that wait, by target."""
        return {name: waiting_in(one) for name, one in state.items()}

    def outcomes_waiting(self, state: Record) -> int:
        """Number of outcomes that are pending review; of several targets the largest."""
        return max((outcomes_waiting_in(one) for one in state.values()), default=0)


def _taken(
    model: RegressionModel, state: Record, X: FloatArray, y: FloatArray, moments: Any, batch: ReceivedBatch
) -> Record:
    raw, outcomes = model.scaled(model.predict(X)), model.scaled(y)
    errors, scale = outcomes - raw, model.scale(X, raw)
    starts, centres = np.array(state["centres"]).T
    centre = centres[np.searchsorted(starts, moments, side="right") - 1]
    scores, good = np.abs(errors - centre) / scale, np.isfinite(errors)
    arrival = Arrival(batch.batch, *(one[good] for one in (errors, scores, outcomes, scale)))
    before = OnlineState.from_state(state, model.usual)
    following = before.taken(arrival, batch.accepted)
    newest = [*state["centres"], [batch.at, following.adaptive.centre]][-_MOST_CENTRES:]
    at = batch.at if following.received > before.received else state["at"]
    return {**following.state(), "centres": [[0, newest[0][1]], *newest[1:]], "at": at}


def _followed(model: RegressionModel, state: Record, now: int) -> RegressionModel:
    following = OnlineState.from_state(state, model.usual)
    return model.with_received(following.adaptive, following.received, is_current(state["at"], now, model.seed))
