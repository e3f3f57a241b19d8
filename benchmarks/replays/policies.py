"""Ways of retraining: never, by the calendar, or where learning is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from benchmarks.replays.run import RetrainingPolicy, Stepped
from seeds import Seed

if TYPE_CHECKING:
    from monitoring.drift.results import MonitoringResult
    from tests.suite.client import Client


def never(steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
    """The first champion for ever."""
    return False, ()


def on_schedule(every: int) -> RetrainingPolicy:
    """A job each so many steps."""

    def way(steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
        return len(steps) % every == 0, ()

    return way


class Drift:
    """Policy of `nonferrous maintain`: a job if retraining is due, a rollback if a champion is worse.

    Parameters
    ----------
    seed : Seed
        Of the process, whose records stand in the home folder that the settings name.
    client : Client
        Of the service, which must serve the restored champion.
    shown : callable, optional
        Takes what is seen at each look.
    """

    def __init__(self, seed: Seed, client: Client, shown: Callable[[MonitoringResult], None] | None = None) -> None:
        self._seed, self._client, self._shown = seed, client, shown

    def __call__(self, steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
        """Return whether a job is requested now, and the reason."""
        from nonferrous.jobs.maintain import put_back_line
        from nonferrous.reports import look
        from nonferrous.retraining_due import learning_due

        seen = look(self._seed)
        if self._shown is not None:
            self._shown(seen)
        if (back := put_back_line(self._seed)) is not None:
            self._client.wait_for_champion()
            return False, (*seen.reasons, back)
        due = learning_due(seen)
        return due.is_due, (*seen.reasons, due.line) if due.is_due else seen.reasons
