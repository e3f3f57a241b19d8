"""The tasks in the service: what a task's package offers, so that routes are the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from models.online.review_queue import Waiting
from operations.forms.columns import Block, Columns, Described
from operations.forms.fields import Record
from operations.forms.payloads import Payloads
from operations.outcomes.received import ReceivedBatch
from operations.predictions import classes, lots, numbers, pieces
from seeds import Seed


class Recommendations(Protocol):
    """How a task recommends set-points."""

    def read(self, payloads: Any, name: str, body: bytes) -> Any:
        """A request's body that asks by one of the verbs of a process; RequestError names all that is wrong with it."""

    def answered(self, payloads: Any, name: str, model: Any, asked: Any) -> dict[str, Any]:
        """Answer of a set-point model, but for what all answers begin with.

        SetpointError or RequestError say what it cannot answer.
        """


class Outcomes(Protocol):
    """How a task's models take up what became known since their training; see `operations.outcomes.numbers`."""

    def begin(self, model: Any) -> Record:
        """State of a model that has taken up nothing, as JSON; empty where it follows no outcomes."""

    def taken(
        self,
        model: Any,
        state: Record,
        rows: Sequence[Record],
        known: Sequence[Mapping[str, Any]],
        asked_at: Sequence[int],
        batch: ReceivedBatch,
    ) -> Record:
        """State after outcomes that arrived together."""

    def is_counted(self, state: Record) -> bool:
        """Return whether a stored state counts the outcomes that it has taken up; one of older code does not."""

    def current(self, model: Any, state: Record, now: int) -> tuple[bool, ...]:
        """By target whether its newest outcome arrived a short time before `now` [microseconds since 1970]."""

    def followed(self, model: Any, state: Record, now: int) -> Any:
        """The model with what its state has taken up, as of `now`."""

    def waiting(self, state: Record) -> dict[str, tuple[Waiting, ...]]:
        """By target the newest batches that wait, since they are odd."""

    def outcomes_waiting(self, state: Record) -> int:
        """How many outcomes wait in all."""


class Task(Protocol):
    """A task's package as the routes use it."""

    @property
    def outcomes(self) -> Outcomes | None:
        """How its models take up outcomes; None where they do not."""

    @property
    def recommendations(self) -> Recommendations | None:
        """How it recommends set-points; None where it does not."""

    @property
    def ABOUT(self) -> str:
        """Addition to the description of its requests."""

    @property
    def INFO(self) -> type[BaseModel] | None:
        """Its part of the list of processes; None where it has none."""

    @property
    def NOT(self) -> str:
        """What a process of another task does not do, in words."""

    def payloads(self, seed: Seed, max_rows: int) -> Payloads:
        """Request and answer of a seed's process, for at most so many rows in one request."""

    def predicted(self, payloads: Payloads, model: Any, rows: Sequence[Record], request: Record) -> dict[str, Any]:
        """Predictions of a model of the task for the rows of a request, with what stands beside them."""

    def columns(self, payloads: Payloads, model: Any, block: Block, request: Record) -> Columns:
        """What `predicted` says, as columns."""

    def described(self, payloads: Payloads) -> Described:
        """The columns that `columns` may give, in their order."""

    def info(self, seed: Seed, model: Any) -> BaseModel | None:
        """Its part of the list of processes, for one of its processes and the model that answers, if any."""


TASKS: dict[str, Task] = {
    "regression": numbers,
    "classification": classes,
    "sorting": pieces,
    "quality": lots,
}


def task_of(seed: Seed) -> Task:
    """The task of a seed's process."""
    return TASKS[seed.process.task]
