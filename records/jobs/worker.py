"""Worker: runs the queue's jobs sequentially and requeues jobs of workers that have ended."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, Self

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from dbos import error as faults
from sqlalchemy.exc import SQLAlchemyError

from records.file_identity import identity_of
from records.full_disk import worded
from records.jobs.queue import (
    MOST_STARTS,
    NAME,
    PROGRESS,
    QUEUE,
    WORKFLOW,
    JobsError,
    RetrainingRequest,
    bring_up,
    file_of,
    in_one_line,
    message_of,
    shown,
)

LOOK = "look"
REPLACED = "jobs at {}: the file was removed or replaced since it was opened"
VERSION = "1"
"""Version of the phases of a job; workers of another version do not resume jobs of this one."""

_SILENCE = 30.0  # s without a sign of life after which a worker's job is requeued
_BEAT = 2.0  # s between heartbeats
_LOOK = 5.0  # s between checks for jobs of workers that ended

log = logging.getLogger(__name__)

Say = Callable[[Mapping[str, Any]], None]  # takes how far a job is


class RunningJob(Protocol):
    """A job that is being done, phase after phase."""

    def phase(self, number: int, patience: float) -> Mapping[str, Any] | None:
        """Return the result of a phase, counted from 0; None if it is not over within `patience` seconds.

        The last phase has a `result`. What the job fails by is raised here.
        """

    def progress(self) -> Mapping[str, Any]:
        """Return the progress of the job: `what`, `done`, `steps` and `lines`."""

    def give_up(self) -> None:
        """End it, and wait until all is in order."""


Begin = Callable[[str, RetrainingRequest], RunningJob]  # takes the job's id


class Worker:
    """Does jobs until it is closed. A process has one at most.

    Each phase of a job that is over is kept in the database. A job whose worker has ended is started again, by the
    same worker after a restart or by another one; finished phases are not run again.

    Parameters
    ----------
    url : str
        Database of the jobs.
    name : str
        Of the worker: the same when it starts again, and no other's.
    begin : callable
        Begins the work of a job, which does over quickly what was over before.
    schedule : str
        When `look` is called, as cron has it (UTC), by one of all workers; empty: never.
    look : callable, optional
        Looks at all processes; gives lines for the log.

    Raises
    ------
    JobsError
        The schedule is none, or the database did not do its part.
    """

    def __init__(
        self, url: str, name: str, begin: Begin, schedule: str = "", look: Callable[[], list[str]] | None = None
    ) -> None:
        self._url, self._name, self._begin, self._schedule, self._look = url, name, begin, schedule, look
        self._file = file_of(url)
        self._opened = identity_of(self._file)
        self._doing: dict[str, RunningJob] = {}
        self._closing = threading.Event()
        self._heard: dict[str, tuple[Any, float]] = {}  # by job: last sign of life of another worker's, and when

    def __enter__(self) -> Self:
        settings: DBOSConfig = {
            "name": NAME,
            "system_database_url": self._url,
            "log_level": "CRITICAL",  # errors of jobs are logged with the job, without a traceback
            "application_version": VERSION,
            "executor_id": self._name,
            "scheduler_polling_interval_sec": _LOOK,
            "serializer": DBOSPortableJSONSerializer(),
        }
        with in_one_line(self._url):
            bring_up(self._url)
            self._opened = identity_of(self._file)
            DBOS(config=settings)

            @DBOS.step(name="phase")
            def phase(request: dict[str, Any], number: int) -> Mapping[str, Any]:
                return self._phase(request, number)

            @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MOST_STARTS)
            def job(request: dict[str, Any]) -> Mapping[str, Any]:
                for number in itertools.count():
                    phase_result = phase(request, number)
                    if "result" in phase_result:
                        break
                result: Mapping[str, Any] = phase_result["result"]
                return result

            @DBOS.step(name=LOOK)
            def look() -> list[str]:
                lines = self._look() if self._look is not None else []
                for line in lines:
                    log.info("%s", line)
                return lines

            @DBOS.workflow(name=LOOK)
            def looked(at: datetime, context: Any) -> None:
                look()

            try:
                DBOS.launch()
                DBOS.register_queue(QUEUE, worker_concurrency=1)
                self._keep_schedule(looked)
            except BaseException:
                DBOS.destroy(destroy_registry=True)
                raise
        self._looking = threading.Thread(target=self._look_for_others, name="others", daemon=True)
        self._looking.start()
        return self

    def wait(self, ended: threading.Event) -> None:
        """Wait until the worker is to end, or its database is no longer the file that it has opened."""
        while not ended.wait(_BEAT) and not self._is_replaced():
            pass

    def _is_replaced(self) -> bool:
        """Return whether the database's file was removed or replaced since it was opened."""
        return identity_of(self._file) != self._opened

    def __exit__(self, *_: object) -> None:
        if self._is_replaced():
            log.warning("%s; jobs that it held are left", REPLACED.format(shown(self._url)))
        self._closing.set()
        for doing in list(self._doing.values()):
            doing.give_up()
        self._looking.join()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=round(_LOOK))

    def _keep_schedule(self, looked: Callable[[datetime, Any], None]) -> None:
        """Store this worker's schedule as the only one, or delete the stored one if it has none."""
        if not self._schedule:
            if DBOS.get_schedule(LOOK) is not None:
                DBOS.delete_schedule(LOOK)
            return
        try:
            DBOS.apply_schedules([{"schedule_name": LOOK, "workflow_fn": looked, "schedule": self._schedule}])
        except faults.DBOSException as error:
            raise JobsError(
                f"NONFERROUS_MAINTENANCE_SCHEDULE: got '{self._schedule}', "
                f"expected one as cron has it, 0 3 * * *: {error}"
            ) from None

    def _phase(self, request: dict[str, Any], number: int) -> Mapping[str, Any]:
        """Wait until a phase is over; the first phase that was not over before starts the job."""
        id = DBOS.workflow_id
        assert id is not None
        doing = self._doing.get(id)
        if doing is None:
            log.info("job %s begins", id)
            doing = self._doing[id] = self._begin(id, RetrainingRequest.from_stored(request))
        try:
            result = None
            while result is None:
                result = doing.phase(number, _BEAT)
                self._check_wanted(id)
                DBOS.set_event(PROGRESS, {**doing.progress(), "beat": time.monotonic_ns()})
        except BaseException as error:
            self._end(id)
            log.info("job %s is left: %s", id, self._why(error))
            raise
        log.info("job %s: %s", id, result["over"])
        if "result" in result:
            self._end(id)
        return result

    def _why(self, error: BaseException) -> str:
        """Return the reason of an interruption in one line; with the place for database and disk errors."""
        if self._is_replaced():
            return REPLACED.format(shown(self._url))
        if isinstance(error, SQLAlchemyError):
            return message_of(error, self._url)
        line = " ".join(str(error).split())
        return worded(line, self._url) if isinstance(error, OSError) else line

    def _check_wanted(self, id: str) -> None:
        """Raise where a job was cancelled, or this worker ends."""
        if self._closing.is_set():
            raise ClosingError("goes on when a worker starts")
        status = DBOS.get_workflow_status(id)
        if status is not None and status.status == "CANCELLED":
            raise CancelledError("cancelled")

    def _end(self, id: str) -> None:
        doing = self._doing.pop(id, None)
        if doing is not None:
            doing.give_up()

    def _look_for_others(self) -> None:
        while not self._closing.wait(_LOOK):
            try:
                self._take_up()
            except Exception as error:
                log.warning("jobs of other workers cannot be looked for: %s", error)

    def _take_up(self) -> None:
        """Put jobs of workers that gave no sign of life for long into the queue again."""
        now = time.monotonic()
        running = [one for one in DBOS.list_workflows(status="PENDING", name=WORKFLOW) if one.executor_id != self._name]
        heard = {}
        for one in running:
            beat = (DBOS.get_event(one.workflow_id, PROGRESS, timeout_seconds=0) or {}).get("beat")
            before, since = self._heard.get(one.workflow_id, (None, now))
            heard[one.workflow_id] = (beat, since if beat == before else now)
            if now - heard[one.workflow_id][1] > _SILENCE:
                log.warning("job %s: worker %s lost; job requeued", one.workflow_id, one.executor_id)
                DBOS.resume_workflow(one.workflow_id, queue_name=QUEUE)
        self._heard = heard


class CancelledError(Exception):
    """The job was cancelled."""


class ClosingError(BaseException):
    """The worker ends; the job stays as it is, for the next start."""
