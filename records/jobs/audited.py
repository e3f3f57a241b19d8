"""Submission and cancellation of jobs by users, each with an entry in the audit."""

from __future__ import annotations

from contextlib import suppress

from records import audit
from records.database import Database, RecordsError
from records.jobs.queue import Job, Jobs, JobsError, RetrainingRequest

MOST_REASON = 1000
"""Longest reason of a request [characters]."""


class AuditedJobs:
    """Jobs as users submit and cancel them.

    Parameters
    ----------
    jobs : Jobs
        The queue.
    database : Database or None
        The records, which hold the audit; None where nothing is recorded.
    """

    def __init__(self, jobs: Jobs, database: Database | None) -> None:
        self._jobs, self._database = jobs, database

    def submit(self, request: RetrainingRequest) -> Job:
        """Put a job into the queue; without its entry in the audit there is none.

        Raises
        ------
        BusyError
            A job of this process waits or runs.
        JobsError
            The queue did not do its part.
        RecordsError
            The audit cannot be written; the job is cancelled.
        """
        job = self._jobs.put(request)
        about: dict[str, object] = {} if request.is_training else {"shadow": request.shadow or "end"}
        try:
            self._enter(request.by, "job submission", job, request.reason, about)
        except RecordsError:
            with suppress(JobsError):
                self._jobs.cancel(job.id)
            raise
        return job

    def cancel(self, job: Job, user: str, reason: str = "") -> None:
        """Cancel a queued or running job; a job that has ended is unchanged and gets no entry.

        Raises
        ------
        JobsError
            The queue did not do its part.
        RecordsError
            The audit cannot be written; the job is cancelled.
        """
        self._jobs.cancel(job.id)
        if job.state in ("queued", "running"):
            self._enter(user, "job cancellation", job, reason, {})

    def _enter(self, user: str, action: str, job: Job, reason: str, about: dict[str, object]) -> None:
        if self._database is None:
            return
        with self._database.begin() as connection:
            audit.add(self._database, connection, user, action, f"{job.request.process}, job {job.id}", reason, about)
