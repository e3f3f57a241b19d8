"""Content of each page for a user: from the state of the plant and the records."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.links import ProcessStatus, ServiceLinks, Viewer
from dashboard.state.plant import PlantState
from dashboard.state.process import ProcessState
from dashboard.state.units import UnitState
from dashboard.updates import POLL_SECONDS
from dashboard.views import effects
from dashboard.views.decisions import decisions_page
from dashboard.views.health import health_page
from dashboard.views.overview import overview
from dashboard.views.process import process_page
from dashboard.views.recommendations import recommendation_of
from dashboard.views.unit import slots_of, unit_page
from dashboard.views.warnings import alarm_of
from records.database import Database, RecordsError
from records.jobs.queue import JobsError
from records.outcomes import in_effect
from seeds import Seed

OVERVIEW, PROCESS, UNIT, HEALTH, DECISIONS = "overview", "process", "unit", "health", "decisions"
UPDATED = (OVERVIEW, PROCESS, UNIT)
"""Pages that are updated while they are open."""
_JOBS_SECONDS = 30.0  # between two readings of the unfinished jobs


class NoPageError(LookupError):
    """A process or unit that does not exist, or that the user may not see."""


class PageContents:
    """Contents of the pages of a service.

    Parameters
    ----------
    links : ServiceLinks
        Parts of the service.
    database : Database
        The records.
    clock : callable, optional
        Monotonic time [s].
    """

    def __init__(self, links: ServiceLinks, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._links, self._database, self._clock = links, database, clock
        self.plant = PlantState(database, links.statuses, links.read)
        self._jobs_at = -math.inf
        self._jobs: Mapping[str, str] = {}

    def statuses(self, viewer: Viewer) -> dict[str, ProcessStatus]:
        """Processes that a user may see."""
        return {name: one for name, one in self._links.statuses().items() if viewer.sees(name)}

    def of(self, page: str, viewer: Viewer, process: str, unit: str, layer: str) -> dict[str, Any]:
        """Content of a page for its template, from what was recorded some seconds ago at the latest.

        Raises
        ------
        NoPageError
            There is no such process or unit for this user.
        """
        is_read = self.plant.follow(POLL_SECONDS)
        content: dict[str, Any] = {"is_read": is_read, "process": process, "may_operate": viewer.may_operate}
        if page == OVERVIEW:
            return {**content, "view": self._overview(viewer)}
        status = self.statuses(viewer).get(process)
        if status is None:
            raise NoPageError(process)
        if page == PROCESS:
            return {**content, "view": self._process(status, layer)}
        if page == UNIT:
            return {**content, "view": self._unit(status, unit), "unit": unit}
        if page == DECISIONS:
            return {**content, "view": self._decisions(status)}
        return {**content, "view": health_page(status, self._database, self._links.jobs)}

    def of_decision(self, viewer: Viewer, process: str, unit: str, event: str) -> dict[str, Any]:
        """Content of the form for a decision on the alarm of an event, or on the recommendation of a unit.

        Raises
        ------
        NoPageError
            There is nothing to decide on for this user.
        """
        self.plant.follow(POLL_SECONDS)
        status = self.statuses(viewer).get(process)
        if status is None:
            raise NoPageError(process)
        with self.plant.processes() as states:
            state, own = states.get(process), self._unit_of(states, process, unit)
            assert state is not None
            subject = alarm_of(state, own, event) if event else recommendation_of(state, own)
        if subject is None:
            raise NoPageError(unit)
        return {"status": status, "subject": subject, "process": process}

    def _decisions(self, status: ProcessStatus) -> Any:
        with self.plant.processes() as states:
            state = states.get(status.name) or self._empty(status.seed)
            compared = effects.comparisons(state)
        known = self._outcomes(status.name, effects.slots_of(compared))
        with self.plant.processes() as states:
            state = states.get(status.name) or self._empty(status.seed)
            return decisions_page(status, state, compared, known)

    def _overview(self, viewer: Viewer) -> Any:
        jobs = self._unfinished_jobs()
        statuses = self.statuses(viewer)
        with self.plant.processes() as states:
            return overview(statuses, states, jobs)

    def _unfinished_jobs(self) -> Mapping[str, str]:
        if self._clock() - self._jobs_at >= _JOBS_SECONDS:
            self._jobs_at = self._clock()
            try:
                self._jobs = self._links.jobs.unfinished() if self._links.jobs.exist else {}
            except JobsError:
                self._jobs = {}
        return self._jobs

    def _process(self, status: ProcessStatus, layer: str) -> Any:
        with self.plant.processes() as states:
            state = states.get(status.name) or self._empty(status.seed)
            slots = list(state.decisions)
        known = self._outcomes(status.name, slots)
        with self.plant.processes() as states:
            state = states.get(status.name) or self._empty(status.seed)
            return process_page(status, state, layer, known)

    def _unit(self, status: ProcessStatus, name: str) -> Any:
        with self.plant.processes() as states:
            slots = slots_of(self._unit_of(states, status.name, name))
        known = self._outcomes(status.name, slots)
        with self.plant.processes() as states:
            return unit_page(status, states[status.name], self._unit_of(states, status.name, name), known)

    def _unit_of(self, states: Mapping[str, ProcessState], process: str, name: str) -> UnitState:
        state = states.get(process)
        if state is None or name not in state.units:
            raise NoPageError(name)
        return state.units[name]

    def _outcomes(self, process: str, slots: list[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
        if not slots:
            return {}
        try:
            with self._database.read() as connection:
                return in_effect(connection, process, slots)
        except RecordsError:
            return {}

    def _empty(self, seed: Seed) -> ProcessState:
        return ProcessState(seed, self._links.read)
