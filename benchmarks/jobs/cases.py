"""Faults while jobs are done, each many times; what was left of store, aliases and jobs."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.faults import processes
from benchmarks.jobs.ground import PROCESS, Ground, first, made
from records.jobs.queue import Job, Jobs, RetrainingRequest

PATIENCE = 600.0  # s that a job may take
SMALLEST, LARGEST = 2**14, 2**23  # bytes that a file may have where the disk is full
AWAY = 3.0  # s that a server is away
LOCKED = 60.0  # s that another program holds the store
IN_A_JOB = 2  # faults; a third start that ends so would make it fail


@dataclass
class JobFaultResult:
    """Result of a fault.

    Attributes
    ----------
    times : int
        How often it was done.
    jobs, promoted, failed : int
        That ended, that promoted, and that failed with a reason.
    twice : int
        Promotions beyond one a job.
    between : int
        Times that the store was neither as before nor as after, or not as the job says.
    left : int
        Runs that stay RUNNING without a running job.
    away : list of float
        Seconds from the last start of what was ended to the end of the job.
    reasons : list of str
        What was said of the fault, each once: why jobs failed, and what the worker's log has of them.
    whole : float, optional
        Seconds that a job takes that nothing is done to.
    """

    times: int = 0
    jobs: int = 0
    promoted: int = 0
    failed: int = 0
    twice: int = 0
    between: int = 0
    left: int = 0
    away: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    whole: float | None = None

    def add(self, job: Job, ground: Ground, before: int, seconds: float) -> None:
        """Count a job that has ended."""
        promoted = len(ground.promotions()) - before
        says = job.state == "done" and bool((job.result or {}).get("promoted"))
        self.jobs += 1
        self.promoted += promoted > 0
        self.twice += max(0, promoted - 1)
        self.failed += job.state == "failed"
        self.left += ground.left_running()
        self.between += ground.is_between() or says != (promoted > 0)
        self.away.append(round(seconds, 1))
        self.note(ground, job.reason or "")

    def note(self, ground: Ground, *lines: str) -> None:
        """Keep what was said, without what differs from one time to the next."""
        for line in map(ground.anywhere, lines):
            if line and line not in self.reasons:
                self.reasons.append(line)


class Stage:
    """A ground with its jobs and its worker.

    Parameters
    ----------
    ground : Ground
        Where jobs are done.
    log : Path
        Takes what the worker says.
    """

    def __init__(self, ground: Ground, log: Path) -> None:
        self.ground, self.log = ground, log
        self.jobs = Jobs(ground.settings.jobs_url)

    def begun(self, largest_file: int | None = None) -> processes.Process:
        """A worker as a process of its own."""
        command = [sys.executable, "-m", "nonferrous", "worker"]
        return processes.Process(command, self.log, self.ground.environment, largest_file)

    @contextmanager
    def worker(self, largest_file: int | None = None) -> Iterator[processes.Process]:
        """A worker until the end of the block."""
        started = self.begun(largest_file)
        try:
            yield started
        finally:
            started.end()

    def ask(self) -> tuple[int, Job]:
        """Submit a job with a possible promotion; return the earlier number of promotions, and the job."""
        self.ground.back()
        return len(self.ground.promotions()), self.jobs.put(RetrainingRequest(PROCESS, "benchmark"))

    def ended(self, job: Job, seconds: float = PATIENCE, stop: Callable[[], bool] = lambda: False) -> Job | None:
        """The job when it has ended; None where it has not within so many seconds, or before something is so."""
        began = time.monotonic()
        while time.monotonic() - began < seconds and not stop():
            current = self.jobs.get(job.id)
            assert current is not None
            if current.state not in ("queued", "running"):
                return current
            time.sleep(0.1)
        return None

    def over(self, job: Job) -> Job:
        """The job when it has ended, which it must."""
        finished = self.ended(job)
        assert finished is not None, f"{job.id} did not end"
        return finished

    def finish(self, job: Job, before: int, result: JobFaultResult) -> None:
        """Run a job to its end in a worker and count it; `before` is the earlier number of promotions."""
        with self.worker():
            began = time.monotonic()
            over = self.over(job)
        result.add(over, self.ground, before, time.monotonic() - began)

    def undisturbed(self) -> float:
        """Seconds that a job takes that nothing is done to."""
        (_, job), began = self.ask(), time.monotonic()
        with self.worker():
            finished = self.over(job)
        assert finished.state == "done", finished.reason
        return round(time.monotonic() - began, 1)


@contextmanager
def stage(folder: Path, **elsewhere: str) -> Iterator[Stage]:
    """Test set-up in a folder; made again for records in another place, as these are empty."""
    home = folder / ("home" if not elsewhere else "home-elsewhere")
    if elsewhere:
        shutil.rmtree(home, ignore_errors=True)
    one = Stage(made(Ground(home, elsewhere), folder, first(folder)), folder / "worker.log")
    with closing(one.jobs):
        yield one


def worker_killed(folder: Path, times: int) -> JobFaultResult:
    """`kill -9` of the worker at moments that are spread evenly over a job."""
    with stage(folder) as on:
        result = JobFaultResult(whole=(seconds := on.undisturbed()))
        while result.times < times:
            before, job = on.ask()
            for _ in range(IN_A_JOB):
                one = on.begun()
                is_over = on.ended(job, seconds * (result.times + 0.5) / times) is not None
                one.end(signal.SIGKILL)
                result.times += 1
                result.between += on.ground.is_between()
                if is_over:
                    break
            on.finish(job, before, result)
    return result


def disk_full(folder: Path, times: int) -> JobFaultResult:
    """No file may grow beyond a size while the job runs; then the worker starts again with room."""
    with stage(folder) as on:
        result = JobFaultResult(whole=(seconds := on.undisturbed()))
        sizes = np.geomspace(SMALLEST, LARGEST, times).astype(int)
        while result.times < times:
            before, job = on.ask()
            for size in sizes[result.times : result.times + IN_A_JOB]:
                is_over = _without_room(on, job, int(size), 2 * seconds, result)
                result.times += 1
                if is_over:
                    break
            on.finish(job, before, result)
    return result


def _without_room(on: Stage, job: Job, size: int, seconds: float, result: JobFaultResult) -> bool:
    """A worker whose files may grow to a size, until it does not go on; gives whether the job is over."""
    begin = on.log.stat().st_size if on.log.exists() else 0
    with on.worker(size) as one:
        over = on.ended(job, seconds, lambda: one.popen.poll() is not None or bool(_said(on.log, begin)))
    result.note(on.ground, *_said(on.log, begin))
    result.between += on.ground.is_between()
    return over is not None


def _said(log: Path, begin: int) -> list[str]:
    """Lines of a worker's log, from a place on, on jobs that did not go on and on what ended it."""
    lines = log.read_bytes()[begin:].decode(errors="replace").splitlines()
    of_jobs = [line.split(" is left: ", 1)[1] for line in lines if " is left: " in line]
    return [line for line in of_jobs if "goes on when" not in line] + [one for one in lines if one.startswith("error:")]


def _away(on: Stage, end: Callable[[], None], start: Callable[[], None], times: int) -> JobFaultResult:
    """A server stopped and restarted at times spread evenly over a job, twice in each job."""
    result, jobs = JobFaultResult(whole=(seconds := on.undisturbed())), times // IN_A_JOB
    moments = seconds * (np.arange(times) + 0.5) / times
    while result.times < times:
        before, job = on.ask()
        with on.worker():
            began = requested = time.monotonic()
            for moment in moments[result.jobs % jobs :: jobs]:
                if on.ended(job, requested + moment - time.monotonic()) is not None:
                    break
                end()
                time.sleep(AWAY)
                start()
                began = time.monotonic()
                result.times += 1
            over = on.over(job)
        result.add(over, on.ground, before, time.monotonic() - began)
    return result


def postgresql_killed(folder: Path, times: int) -> JobFaultResult:
    """PostgreSQL of records and queue killed, and started again."""
    with processes.postgresql() as server, stage(folder, NONFERROUS_RECORDS=server.url) as on:
        return _away(on, server.kill, server.start, times)


def mlflow_killed(folder: Path, times: int) -> JobFaultResult:
    """`kill -9` of MLflow's server, whose artifacts go through it, and started again."""
    home = folder / "home-mlflow"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    with processes.mlflow(home, folder / "mlflow.log") as server:
        ground = made(Ground(home, {"MLFLOW_TRACKING_URI": server.url}), folder)
        on = Stage(ground, folder / "worker.log")
        with closing(on.jobs):
            return _away(on, server.kill, server.start, times)


def store_locked(folder: Path, times: int) -> JobFaultResult:
    """MLflow's SQLite file locked by another program at times spread evenly over a job."""
    with stage(folder) as on:
        result = JobFaultResult(whole=(seconds := on.undisturbed()))
        while result.times < times:
            before, job = on.ask()
            with on.worker():
                began = time.monotonic()
                if on.ended(job, seconds * _moment(result.jobs, times)) is None:
                    with closing(sqlite3.connect(on.ground.home / "mlflow.db", timeout=PATIENCE)) as other:
                        other.execute("BEGIN EXCLUSIVE")
                        time.sleep(LOCKED)
                        other.rollback()
                    began = time.monotonic()
                    result.times += 1
                over = on.over(job)
            result.add(over, on.ground, before, time.monotonic() - began)
            log_lines = (
                (on.ground.home / "logs" / "retraining" / f"{job.id}.log").read_text(encoding="utf-8").splitlines()
            )
            result.note(on.ground, *(line for line in log_lines if " is locked " in line))
    return result


def queue_removed(folder: Path, times: int) -> JobFaultResult:
    """SQLite file of the queue removed during a job, which is lost; its process is requested again."""
    with stage(folder) as on:
        result = JobFaultResult(whole=(seconds := on.undisturbed()))
        while result.times < times:
            before, job = on.ask()
            with on.worker():
                began = time.monotonic()
                if on.ended(job, seconds * _moment(result.jobs, times)) is None:
                    began = time.monotonic()
                    _remove_queue(on, result)
                    before, job = on.ask()
                over = on.over(job)
            result.add(over, on.ground, before, time.monotonic() - began)
    return result


def _remove_queue(on: Stage, result: JobFaultResult) -> None:
    """Remove the queue of a worker, and wait until it says so."""
    begin = on.log.stat().st_size
    for file in on.ground.home.glob("jobs.db*"):
        file.unlink()
    processes.waited(lambda: bool(_replaced(on.log, begin)), "the worker's word on the queue")
    on.jobs.close()
    on.jobs = Jobs(on.ground.settings.jobs_url)  # as the caller that asks for a job next
    result.note(on.ground, *_replaced(on.log, begin))
    result.between += on.ground.is_between()
    result.times += 1


def _moment(jobs: int, times: int) -> float:
    """Share of a job at which its fault is done: spread evenly over so many jobs."""
    return (jobs % times + 0.5) / times


def _replaced(log: Path, begin: int) -> list[str]:
    """Lines of a worker's log, from a place on, on a queue that is no longer the one that it has opened."""
    lines = log.read_bytes()[begin:].decode(errors="replace").splitlines()
    return [line[line.index("jobs at ") :] for line in lines if "was removed or replaced" in line and "left" in line]


CASES: Mapping[str, tuple[Callable[[Path, int], JobFaultResult], int]] = {
    "worker_killed": (worker_killed, 50),
    "postgresql_killed": (postgresql_killed, 10),
    "mlflow_killed": (mlflow_killed, 10),
    "disk_full": (disk_full, 20),
    "store_locked": (store_locked, 4),
    "queue_removed": (queue_removed, 5),
}
"""Each fault, and how often it is done."""
