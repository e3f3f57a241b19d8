"""Health of a process: errors and coverage compared with the nominal, drift, versions, jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.links import ProcessStatus
from records import audit, monitoring, outcomes
from records.audit import Entry
from records.database import Database
from records.jobs.queue import Job, Jobs, JobsError
from records.outcomes import Sent
from records.shadow import known_of_both

MOST_ENTRIES = 20
"""Newest entries of the history that are shown."""
MOST_JOBS = 10
"""Newest jobs that are shown."""
MOST_BATCHES = 10
"""Newest batches of outcomes that are shown."""
MOST_STEPS = 6
"""Newest steps of errors that are shown of each quantity."""
_NOTHING = "nothing"  # as checks state that no action is due
_TOLERANCE = 0.05  # of a share of outcomes within their intervals, from which it is marked as low


@dataclass(frozen=True)
class ErrorRow:
    """Errors of a quantity in a step or of a version, see `monitoring.drift.results.Figures`."""

    quantity: str
    step: str
    rows: int
    error: float | None
    bias: float | None
    coverage: float | None
    nominal: float | None

    @property
    def is_low(self) -> bool:
        """Return whether fewer outcomes lie within their intervals than the nominal share."""
        return self.coverage is not None and self.nominal is not None and self.coverage < self.nominal - _TOLERANCE


@dataclass(frozen=True)
class HealthPage:
    """Content of the page.

    Attributes
    ----------
    status : ProcessStatus
    checked_at : int
        Time of the latest check [microseconds since 1970, UTC]; 0 before the first.
    content : Mapping
        Result of the latest check; empty before the first.
    over_time, by_version : sequence of ErrorRow
    next_steps : sequence of str
        Recommended actions, the most urgent first.
    inputs, sensors : sequence of Mapping
        Inputs that have drifted, and sensors that should be checked.
    history : sequence of Entry
        Changes of the process, the latest first.
    jobs : sequence of Job
        Retraining jobs, the latest first.
    shadow_outcomes : int
        Predictions of both champion and version in shadow with an outcome that came in its period.
    are_jobs_known : bool
        Whether the queue of jobs could be read.
    batches : sequence of Sent
        Newest batches of outcomes, the latest first.
    """

    status: ProcessStatus
    checked_at: int
    content: Mapping[str, Any]
    over_time: Sequence[ErrorRow]
    by_version: Sequence[ErrorRow]
    next_steps: Sequence[str]
    inputs: Sequence[Mapping[str, Any]]
    sensors: Sequence[Mapping[str, Any]]
    history: Sequence[Entry]
    jobs: Sequence[Job]
    shadow_outcomes: int
    are_jobs_known: bool
    batches: Sequence[Sent]


def health_page(status: ProcessStatus, database: Database, jobs: Jobs) -> HealthPage:
    """Content of the page of a process.

    Raises
    ------
    RecordsError
        The records cannot be read.
    """
    with database.read() as connection:
        snapshot = monitoring.newest(connection, status.name)
        history = audit.newest_of_process(connection, status.name, MOST_ENTRIES)
        batches = outcomes.batches(connection, status.name, MOST_BATCHES)[::-1]
        in_shadow = status.shadow
        both = in_shadow and known_of_both(connection, status.name, in_shadow.digests, in_shadow.since)
    try:
        known, listed = True, jobs.of(status.name, MOST_JOBS) if jobs.exist else []
    except JobsError:
        known, listed = False, []
    content = {} if snapshot is None else snapshot.content
    return HealthPage(
        status=status,
        checked_at=0 if snapshot is None else snapshot.at,
        content=content,
        over_time=_newest_steps(content),
        by_version=[_row(one) for one in content.get("by_version", [])],
        next_steps=[str(one) for one in content.get("next_steps", []) if one != _NOTHING],
        inputs=[one for one in content.get("inputs", []) if one.get("drifted")],
        sensors=content.get("sensors", []),
        history=history,
        jobs=listed,
        shadow_outcomes=both or 0,
        are_jobs_known=known,
        batches=batches,
    )


def _newest_steps(content: Mapping[str, Any]) -> list[ErrorRow]:
    rows = [_row(one) for one in content.get("over_time", [])]
    quantities = list(dict.fromkeys(one.quantity for one in rows))
    return [one for name in quantities for one in [each for each in rows if each.quantity == name][-MOST_STEPS:]]


def _row(one: Mapping[str, Any]) -> ErrorRow:
    numbers = {name: one.get(stored) for name, stored in _STORED.items()}
    return ErrorRow(str(one.get("quantity", "")), str(one.get("of", "")), int(one.get("rows") or 0), **numbers)


_STORED = {"error": "error", "bias": "bias", "coverage": "coverage", "nominal": "promised"}
"""Names of numbers in stored results."""
