"""Commands on retraining jobs: `worker`, and `jobs` to submit, list and cancel them."""

from __future__ import annotations

import datetime as dt
import getpass
import logging
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import console, fail
from nonferrous.groups import group
from nonferrous.options import AcceptLabelShift, DryRun, OnlyIfDue, ProcessName

if TYPE_CHECKING:
    from records.jobs.queue import Job, Jobs, RetrainingRequest

jobs_app = group("Submit, list or cancel retraining jobs.")

JobId = Annotated[str, typer.Argument(help="Job ID, as `jobs list` shows it.")]


@contextmanager
def opened() -> Iterator[Jobs]:
    """The jobs that the settings name."""
    from records.jobs.queue import Jobs
    from registry.settings import read_settings

    with closing(Jobs(read_settings().jobs_url)) as jobs:
        yield jobs


def worker() -> None:
    """Run queued retraining jobs."""
    from nonferrous.jobs.subprocess_job import Program
    from records.jobs.worker import Worker
    from registry.settings import read_settings
    from system.process_lock import alone

    settings = read_settings()
    name = f"{socket.gethostname()}:{settings.folder}"

    def begin(id: str, request: RetrainingRequest) -> Program:
        return Program(id, request, settings.folder / "logs" / "retraining")

    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())

    def look() -> list[str]:
        completed = subprocess.run([sys.executable, "-m", "nonferrous", "maintain"], capture_output=True, text=True)
        return [*completed.stdout.splitlines(), *completed.stderr.splitlines()]

    with alone(settings.folder, "worker"):
        while not ended.is_set():  # another turn where the file of the jobs was removed, or restored from a copy
            with Worker(settings.jobs_url, name, begin, settings.maintenance_schedule, look) as running_worker:
                logging.getLogger(__name__).info("the worker waits for jobs; Ctrl-C ends it")
                running_worker.wait(ended)


@jobs_app.command()
def submit(
    process: ProcessName,
    accept_label_shift: AcceptLabelShift = None,
    only_if_due: OnlyIfDue = False,
    dry_run: DryRun = False,
) -> None:
    """Submit a retraining job on the recorded rows."""
    from records.jobs.queue import RetrainingRequest
    from seeds import load

    request = RetrainingRequest(load(process).process.name, getpass.getuser(), only_if_due, accept_label_shift, dry_run)
    with opened() as jobs:
        console().print(
            f"job {jobs.put(request).id} queued; a running `nonferrous worker` will start it",
            markup=False,
            soft_wrap=True,
        )


@jobs_app.command("list")
def listed(process: ProcessName) -> None:
    """List retraining jobs, latest first."""
    from seeds import load

    with opened() as jobs:
        listed_jobs = jobs.of(load(process).process.name)
    screen = console()
    for one in listed_jobs:
        screen.print(_line(one), soft_wrap=True, markup=False)
    if not listed_jobs:
        screen.print(f"{process}: no jobs", markup=False)


def _line(job: Job) -> str:
    queued_at = f"{dt.datetime.fromtimestamp(job.at / 1000, dt.UTC):%Y-%m-%d %H:%M:%S}"
    message = job.reason or (job.result or {}).get("why") or job.progress.get("what", "")
    return f"{job.id}: {queued_at}, {job.request.by}: {job.state}" + (f"; {message}" if message else "")


@jobs_app.command()
def cancel(job: JobId) -> None:
    """Cancel a retraining job."""
    with opened() as jobs:
        entry = jobs.get(job)
        if entry is None:
            fail(f"no job {job}")
        if entry.state not in ("queued", "running"):
            fail(f"job {job} is {entry.state} already")
        jobs.cancel(job)
    console().print(f"job {job} is cancelled", markup=False)
