"""Jobs as those who ask for them see them: put into the queue, looked at, cancelled."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar
from uuid import uuid4

from records.file_identity import identity_of
from records.full_disk import SQLITE, worded, worded_later
from records.owner_only import make_private

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

QUEUE = WORKFLOW = "retraining"
NAME = "nonferrous"
PROGRESS = "progress"
"""Event in which a worker keeps how far a job is."""

MOST_LISTED = 100
MOST_STARTS = 3  # of one job, whose workers ended each time

State = Literal["queued", "running", "done", "failed", "cancelled"]
_STATES: dict[str, State] = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "CANCELLED": "cancelled",
}
"""Job states by dbos status; any other status means that the job failed."""

_UNFINISHED = [status for status, state in _STATES.items() if state in ("queued", "running")]

_FORMER = {"only_if_drifted": "only_if_due", "accept_shift": "accept_label_shift"}

T = TypeVar("T")


class JobsError(ValueError):
    """The jobs cannot be read or written; the message is one line that says why."""


class BusyError(JobsError):
    """A job of this process waits or runs already."""


@dataclass(frozen=True)
class RetrainingRequest:
    """Request for a retraining job.

    Attributes
    ----------
    process : str
        Process whose model is trained again.
    by : str
        Requester: a user, a key, or the schedule.
    only_if_due : bool
        Whether nothing is done while the monitoring sees no drift.
    accept_label_shift : str, optional
        Reason to train on labels that are inconsistent with history.
    dry_run : bool
        Whether nothing is registered and nothing promoted.
    shadow : int, optional
        Version whose shadow period begins; nothing is trained.
    end_shadow : str, optional
        Reason to end the shadow period before its time; nothing is trained.
    """

    process: str
    by: str
    only_if_due: bool = False
    accept_label_shift: str | None = None
    dry_run: bool = False
    shadow: int | None = None
    end_shadow: str | None = None

    @property
    def is_training(self) -> bool:
        """Return whether it trains, and does not change a shadow period."""
        return self.shadow is None and self.end_shadow is None

    @property
    def reason(self) -> str:
        """The requester's reason; empty where none is given."""
        return self.end_shadow or self.accept_label_shift or ""

    @classmethod
    def from_stored(cls, fields: Mapping[str, Any]) -> Self:
        """Return the request of a stored job; versions before 0.2 stored it under former names of fields."""
        return cls(**{_FORMER.get(name, name): value for name, value in fields.items()})


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes
    ----------
    id : str
        Names it.
    request : RetrainingRequest
        The request.
    state : str
        queued, running, done, failed or cancelled.
    at, started, ended : int, optional
        Times of the request, of the last start and of the end [ms since 1970, UTC].
    worker : str, optional
        Worker that runs the job, or ran it last.
    progress : Mapping
        `what` is the current step, `done` and `steps` the finished steps and their total, `lines` the log so far.
    result : Mapping, optional
        Its result.
    reason : str, optional
        Why it failed.
    """

    id: str
    request: RetrainingRequest
    state: State
    at: int
    started: int | None
    ended: int | None
    worker: str | None
    progress: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    reason: str | None = None


class Jobs:
    """The queue, as the service and the command line use it; it is connected to when it is first needed.

    Parameters
    ----------
    url : str
        `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: DBOSClient | None = None
        self._opened: tuple[int, int] | None = None
        self._making = threading.Lock()

    def put(self, request: RetrainingRequest) -> Job:
        """Ask for a job.

        Raises
        ------
        BusyError
            One of this process waits or runs.
        JobsError
            The database did not do its part.
        """
        from dbos import error

        process = request.process
        id = f"{process}-{uuid4().hex}"
        options: Any = {
            "queue_name": QUEUE,
            "workflow_name": WORKFLOW,
            "workflow_id": id,
            "deduplication_id": process,
        }
        other = next((one for one in self.of(process) if one.state in ("queued", "running")), None)
        if other is not None:
            raise BusyError(f"{process}: job {other.id} is {other.state}; wait for its end, or cancel it")
        try:
            self._ask(lambda client: client.enqueue(options, vars(request)))
        except error.DBOSQueueDeduplicatedError:
            raise BusyError(f"{process}: another job was requested at the same time") from None
        queued = self.get(id)
        assert queued is not None
        return queued

    def get(self, id: str) -> Job | None:
        """A job; None where there is no such job."""
        statuses = self._ask(lambda client: client.list_workflows(workflow_ids=[id]))
        return self._job(statuses[0]) if statuses else None

    @property
    def exist(self) -> bool:
        """Return whether there may be jobs: a queue in a file that was never used has none, and is not made."""
        file = file_of(self.url)
        return file is None or file.exists()

    def unfinished(self) -> dict[str, State]:
        """State of the unfinished job of each process that has one."""
        which: dict[str, Any] = {"status": _UNFINISHED, "load_output": False, "limit": MOST_LISTED}
        statuses = self._ask(lambda client: client.list_workflows(**which))
        given = [one.input["args"][0] for one in statuses if one.input]
        return {
            RetrainingRequest.from_stored(request).process: _STATES[one.status]
            for request, one in zip(given, [one for one in statuses if one.input], strict=True)
        }

    def of(self, process: str, most: int = MOST_LISTED) -> list[Job]:
        """Jobs of a process, the newest first."""
        which: dict[str, Any] = {"workflow_id_prefix": f"{process}-", "sort_desc": True, "limit": most}
        return [self._job(one) for one in self._ask(lambda client: client.list_workflows(**which))]

    def cancel(self, id: str) -> None:
        """Cancel a queued or running job; a job that has ended is unchanged."""
        self._ask(lambda client: client.cancel_workflow(id))

    def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.destroy()

    def _job(self, status: WorkflowStatus) -> Job:
        progress = self._ask(lambda client: client.get_event(status.workflow_id, PROGRESS, timeout_seconds=0))
        given = status.input["args"][0] if status.input else {}
        return Job(
            id=status.workflow_id,
            request=RetrainingRequest.from_stored(given),
            state=_STATES.get(status.status, "failed"),
            at=status.created_at or 0,
            started=status.dequeued_at,
            ended=status.completed_at,
            worker=status.executor_id,
            progress=progress or {},
            result=status.output,
            reason=_why(status, self.url),
        )

    def _ask(self, query: Callable[[DBOSClient], T]) -> T:
        with in_one_line(self.url):
            return query(self._client())

    def _client(self) -> DBOSClient:
        from dbos import DBOSClient, DBOSPortableJSONSerializer

        with self._making:
            if self._made is not None and identity_of(file_of(self.url)) != self._opened:
                self._made.destroy()  # the file was removed or replaced: no worker would see what is put into it
                self._made = None
            if self._made is None:
                bring_up(self.url)
                own = DBOSPortableJSONSerializer()
                self._made = DBOSClient(system_database_url=self.url, serializer=own, retry_connection_errors=False)
                self._opened = identity_of(file_of(self.url))
            return self._made


def _why(status: WorkflowStatus, url: str) -> str | None:
    """Return the reason why a job failed, in one line."""
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return f"its worker ended {MOST_STARTS} times while it ran"
    if status.error is None:
        return None
    line = " ".join(str(status.error).split())
    full = worded_later(line, url)
    return line if full is None else f"jobs at {shown(url)}: {full}"


@contextmanager
def in_one_line(url: str) -> Iterator[None]:
    """Turn what dbos and its database raise into a JobsError."""
    from dbos import error
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except error.DBOSQueueDeduplicatedError:
        raise
    except (error.DBOSBaseException, error.DBOSException, SQLAlchemyError, OSError) as fault:
        raise JobsError(message_of(fault, url)) from None


def message_of(fault: BaseException, url: str) -> str:
    """Return the one-line message of a queue database's error, unwrapped to the driver's message."""
    own = " ".join(str(getattr(fault, "orig", None) or fault).split())[:300]
    return f"jobs at {shown(url)}: {worded(own, url)}"


def file_of(url: str) -> Path | None:
    """Return a database's file; None for a server."""
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def bring_up(url: str) -> None:
    """Make the tables, or bring them up to date."""
    from dbos import DBOS

    logging.getLogger("dbos").setLevel(logging.ERROR)
    if (file := file_of(url)) is not None:
        make_private(file)
    DBOS.migrate(url)


def shown(url: str) -> str:
    """An address without user and password."""
    return re.sub(r"//[^/@]*@", "//", url)
