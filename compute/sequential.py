"""Work units in this process, in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from compute.interface import PendingResult, Step, WorkUnit

T = TypeVar("T")


@dataclass(frozen=True)
class _Postponed:
    """Work that begins when its result is requested."""

    work: WorkUnit[Any]
    item: tuple[Any, Any]
    step: Step

    done: ClassVar[bool] = False

    def __call__(self) -> Any:
        return self.work(*self.item, self.step)


@dataclass(frozen=True)
class SequentialWorkers:
    """Workers of one: this process does each work unit when its result is requested.

    Attributes
    ----------
    items : sequence of tuple of two
        Objects that work units are done on.
    step : callable
        Called with the name of each step.
    """

    items: Sequence[tuple[Any, Any]]
    step: Step

    count: ClassVar[int] = 1

    def later(self, item: int, work: WorkUnit[T]) -> PendingResult[T]:
        """Submit work on one of the items, by its number."""
        return _Postponed(work, self.items[item], self.step)

    def forward_steps(self) -> None:
        """Do nothing: steps are reported when they are made."""
