"""States of models that follow outcomes received since their training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from models.online.review_queue import PendingBatch
from operations.forms.fields import Record
from operations.outcomes.received import ReceivedBatch

M = TypeVar("M")


class OnlineStates(ABC, Generic[M]):
    """Updates of the models of a task by outcomes, as a state in JSON."""

    @abstractmethod
    def begin(self, model: M) -> Record:
        """State of a model without outcomes since its training, as JSON; empty if it adapts to none."""

    @abstractmethod
    def taken(
        self,
        model: M,
        state: Record,
        rows: Sequence[Record],
        known: Sequence[Mapping[str, Any]],
        asked_at: Sequence[int],
        batch: ReceivedBatch,
    ) -> Record:
        """State after outcomes that arrived together.

        Parameters
        ----------
        model : object
            The model as it was trained.
        state : dict
            The state before.
        rows : sequence of dict, length n
            Rows of the requests.
        known : sequence of Mapping, length n
            Outcomes of each row, by column.
        asked_at : sequence of int, length n
            When each row was requested [microseconds since 1970].
        batch : ReceivedBatch
            The batch that they arrived in.
        """

    @abstractmethod
    def is_counted(self, state: Record) -> bool:
        """Return whether a stored state counts its applied outcomes; states of older code do not."""

    @abstractmethod
    def current(self, model: M, state: Record, now: int) -> tuple[bool, ...]:
        """Return by target whether its latest outcome arrived shortly before `now` [microseconds since 1970]."""

    @abstractmethod
    def followed(self, model: M, state: Record, now: int) -> M:
        """Return the model with its online state applied, as of `now`."""

    @abstractmethod
    def waiting(self, state: Record) -> dict[str, tuple[PendingBatch, ...]]:
        """Latest anomalous batches pending review, by target."""

    @abstractmethod
    def outcomes_waiting(self, state: Record) -> int:
        """Number of outcomes that are pending review."""
