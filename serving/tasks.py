"""The tasks in the service: what a task's package offers, so that routes are the same for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from seeds import Seed
from serving import classification, quality, regression, sorting
from serving.payloads import Payloads, Record


class Task(Protocol):
    """A task's package as the routes use it."""

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

    def info(self, seed: Seed, model: Any) -> BaseModel | None:
        """Its part of the list of processes, for one of its processes and the model that answers, if any."""


TASKS: dict[str, Task] = {
    "regression": regression,
    "classification": classification,
    "sorting": sorting,
    "quality": quality,
}


def task_of(seed: Seed) -> Task:
    """The task of a seed's process."""
    return TASKS[seed.process.task]
