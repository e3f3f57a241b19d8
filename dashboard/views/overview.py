"""Overview: each process with its model, latest predictions, warnings and ages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.links import ProcessStatus
from dashboard.state.process import ProcessState
from dashboard.views.figures import Figure, means
from dashboard.views.shares import Share, of_bins, of_classes, of_decisions
from dashboard.views.targets import TargetDistance, targets
from dashboard.views.warnings import UnitWarning, WarningRate, alarms, rate

MOST_ALARMS = 20
"""Alarms in effect that the overview lists."""


@dataclass(frozen=True)
class ProcessSummary:
    """A process on the overview.

    Attributes
    ----------
    status : ProcessStatus
    figures : sequence of Figure
        Means of the latest predictions of all units.
    shares : sequence of Share
        Shares of bins, classes or decisions.
    targets : sequence of TargetDistance
        Means of the latest predictions compared with the targets of the seed.
    units, rows : int
        Units with a prediction, and predicted rows in memory.
    alarms : int
        Alarms in effect.
    at, outcomes_at : int
        Arrival of the latest row and the latest outcomes [microseconds since 1970, UTC]; 0 before the first.
    has_warnings : bool
        Whether the process has events to warn of.
    job : str
        State of its unfinished job; empty without one.
    """

    status: ProcessStatus
    figures: Sequence[Figure]
    shares: Sequence[Share]
    targets: Sequence[TargetDistance]
    units: int
    rows: int
    alarms: int
    at: int
    outcomes_at: int
    has_warnings: bool
    job: str

    @property
    def is_active(self) -> bool:
        """Return whether the process has a model in service or recorded rows."""
        return self.status.version is not None or self.rows > 0


@dataclass(frozen=True)
class Overview:
    """Content of the overview.

    Attributes
    ----------
    active, others : sequence of ProcessSummary
        Processes with a model or rows, and those with neither.
    alarms : sequence of UnitWarning
        Alarms in effect, at most `MOST_ALARMS`.
    all_alarms : int
        Number of alarms in effect.
    shelved : sequence of UnitWarning
        Alarms that users have shelved.
    rate : WarningRate
        How often alarms began.
    is_waiting : bool
        Whether no row is recorded of any process.
    is_starting : bool
        Whether the service has not looked for models yet.
    """

    active: Sequence[ProcessSummary]
    others: Sequence[ProcessSummary]
    alarms: Sequence[UnitWarning]
    all_alarms: int
    shelved: Sequence[UnitWarning]
    rate: WarningRate
    is_waiting: bool
    is_starting: bool


def overview(
    statuses: Mapping[str, ProcessStatus], states: Mapping[str, ProcessState], jobs: Mapping[str, str]
) -> Overview:
    """Overview of processes that a user may see; `jobs` has the states of unfinished jobs."""
    own = {name: state for name, state in states.items() if name in statuses}
    of_all = list(alarms(own))
    in_effect = [one for one in of_all if one.is_alarm]
    counts = Counter(one.process for one in in_effect)
    all_of_them = [_summary(one, own.get(name), counts[name], jobs.get(name, "")) for name, one in statuses.items()]
    active = [one for one in all_of_them if one.is_active]
    return Overview(
        active=active,
        others=[one for one in all_of_them if not one.is_active],
        alarms=in_effect[:MOST_ALARMS],
        all_alarms=len(in_effect),
        shelved=[one for one in of_all if one.state == "shelved"],
        rate=rate(own),
        is_waiting=not any(one.rows for one in active),
        is_starting=any(one.state == "starting" for one in statuses.values()),
    )


def _summary(status: ProcessStatus, state: ProcessState | None, alarms: int, job: str) -> ProcessSummary:
    has_warnings = "warnings" in status.operations
    if state is None:
        return ProcessSummary(status, [], [], [], 0, 0, 0, 0, 0, has_warnings, job)
    figures = means(status, state)
    return ProcessSummary(
        status=status,
        figures=[] if state.decisions else figures,
        shares=[*of_bins(state), *of_classes(state), *of_decisions(state)],
        targets=targets(state, figures),
        units=sum(unit.point is not None for unit in state.units.values()),
        rows=state.rows,
        alarms=alarms,
        at=state.at,
        outcomes_at=state.outcomes_at,
        has_warnings=has_warnings,
        job=job,
    )
