"""Ways of retraining: never, by the calendar, or where the monitoring sees drift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from nonferrous.replay.play import Stepped, Way
from seeds import Seed

if TYPE_CHECKING:
    from monitoring.drift.results import Monitoring
    from nonferrous.replay.service import Client

REST = 3  # steps from one job to the next: rows to judge on must have come


def never(steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
    """The first champion for ever."""
    return False, ()


def on_schedule(every: int) -> Way:
    """A job each so many steps."""

    def way(steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
        return len(steps) % every == 0, ()

    return way


class Drift:
    """A job where the monitoring sees drift; a champion that errs more than the one before is put back.

    After a job there is none for a rest of some steps, since rows to judge on must come; the rest doubles with each
    job in a row that promoted nothing.

    Parameters
    ----------
    seed : Seed
        Of the process, whose records stand in the home folder that the settings name.
    client : Client
        Of the service, which must answer with whoever is put back.
    shown : callable, optional
        Takes what is seen at each look.
    """

    def __init__(self, seed: Seed, client: Client, shown: Callable[[Monitoring], None] | None = None) -> None:
        self._seed, self._client, self._shown = seed, client, shown

    def __call__(self, steps: Sequence[Stepped]) -> tuple[bool, tuple[str, ...]]:
        """Whether a job is asked for now, and what was seen."""
        from nonferrous.jobs.watch import put_back_line
        from nonferrous.reports import look

        seen = look(self._seed)
        if self._shown is not None:
            self._shown(seen)
        if (back := put_back_line(self._seed)) is not None:
            self._client.wait_for_champion()
            return False, (*seen.reasons, back)
        return seen.drifted and len(steps) >= rested(steps), seen.reasons


def rested(steps: Sequence[Stepped]) -> int:
    """After how many steps in all a job may be asked for."""
    jobs = [number for number, one in enumerate(steps) if one.job]
    if not jobs:
        return 0
    in_vain = list(takewhile(lambda number: steps[number].promoted is None, reversed(jobs)))
    return jobs[-1] + (REST << len(in_vain))
