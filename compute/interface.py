"""Interface between work units and the workers that do them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Step = Callable[[Any], None]  # takes the name of a step, or whatever else the other end takes


class WorkUnit(Protocol[T_co]):
    """Work on one of the items that workers hold; its result depends on nothing else.

    Work that leaves something to put in order when it is given up takes SIGTERM as Ctrl-C while it runs.
    """

    def __call__(self, one: Any, other: Any, step: Step, /) -> T_co:
        """Do it on the two parts of an item; steps are reported by their names."""


class PendingResult(Protocol[T_co]):
    """Result of a work unit, available when it is done."""

    @property
    def done(self) -> bool:
        """Availability of the result, or of an error, without a wait."""

    def __call__(self) -> T_co:
        """Wait for it; errors of the work are raised here."""


class Workers(Protocol):
    """Executor of work units. Results do not depend on it."""

    @property
    def count(self) -> int:
        """Number of work units that are done at the same time."""

    def later(self, item: int, work: WorkUnit[T]) -> PendingResult[T]:
        """Submit work on one of the items, by its number."""

    def forward_steps(self) -> None:
        """Report newly arrived steps in this process; raise the error of any work unit."""
