"""Faults while jobs are done, each many times; what was left of store, aliases and jobs."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.processes import Process
from benchmarks.jobs.ground import PROCESS, Ground
from records.jobs.queue import Asked, Job, Jobs

PATIENCE = 600.0  # s that a job may take
FULL = 64 * 1024  # bytes that a file may have where the disk is full
FULL_SECONDS = 20.0  # for so long


@dataclass
class Found:
    """What came of a fault.

    Attributes
    ----------
    times : int
        How often it was done.
    jobs, promoted, failed : int
        That ended, that promoted, and that failed with a reason.
    twice : int
        Promotions beyond one a job.
    between : int
        Times that the store was neither as before nor as after.
    left : int
        Runs that stay RUNNING though nobody works on them.
    away : list of float
        Seconds from the last start of the worker to the end of the job.
    reasons : list of str
        Why jobs failed, each once.
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

    def add(self, job: Job, ground: Ground, before: int, seconds: float) -> None:
        """Count a job that has ended."""
        promoted = len(ground.promotions()) - before
        self.jobs += 1
        self.promoted += promoted > 0
        self.twice += max(0, promoted - 1)
        self.failed += job.state == "failed"
        self.left += ground.left_running()
        self.between += ground.is_between()
        self.away.append(round(seconds, 1))
        if job.why and job.why not in self.reasons:
            self.reasons.append(job.why)


def begun(home: Path, log: Path, largest_file: int | None = None) -> Process:
    """A worker as a process of its own."""
    return Process([sys.executable, "-m", "nonferrous", "worker"], log, {"NONFERROUS_HOME": str(home)}, largest_file)


@contextmanager
def worker(home: Path, log: Path, largest_file: int | None = None) -> Iterator[Process]:
    """A worker until the end of the block."""
    started = begun(home, log, largest_file)
    try:
        yield started
    finally:
        started.end()


def ended(jobs: Jobs, job: Job, seconds: float = PATIENCE) -> Job | None:
    """The job when it has ended; None where it has not within so many seconds."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        found = jobs.get(job.id)
        assert found is not None
        if found.state not in ("queued", "running"):
            return found
        time.sleep(0.1)
    return None


def whole(ground: Ground, jobs: Jobs, log: Path) -> float:
    """Seconds that a job takes that nothing is done to."""
    ground.back()
    job, began = jobs.put(Asked(PROCESS, "benchmark")), time.monotonic()
    with worker(ground.home, log):
        found = ended(jobs, job)
    assert found is not None
    assert found.state == "done", found.why
    return time.monotonic() - began


def worker_killed(ground: Ground, log: Path, times: int) -> Found:
    """`kill -9` of the worker at moments that are spread evenly over a job."""
    found = Found()
    with closing(Jobs(ground.settings.jobs_url)) as jobs:
        seconds = whole(ground, jobs, log)
        while found.times < times:
            ground.back()
            before, job = len(ground.promotions()), jobs.put(Asked(PROCESS, "benchmark"))
            for _ in range(2):  # a third start that ends so would make it fail
                one = begun(ground.home, log)
                is_over = ended(jobs, job, seconds * (found.times + 0.5) / times) is not None
                one.end(signal.SIGKILL)
                found.times += 1
                found.between += ground.is_between()
                if is_over:
                    break
            with worker(ground.home, log):
                began, over = time.monotonic(), ended(jobs, job)
            assert over is not None
            found.add(over, ground, before, time.monotonic() - began)
    return found


def disk_full(ground: Ground, log: Path, times: int) -> Found:
    """No file may grow beyond 64 KiB while the job runs; then the worker starts again with room."""
    found = Found()
    with closing(Jobs(ground.settings.jobs_url)) as jobs:
        for _ in range(times):
            ground.back()
            before, job = len(ground.promotions()), jobs.put(Asked(PROCESS, "benchmark"))
            with worker(ground.home, log, FULL):
                over = ended(jobs, job, FULL_SECONDS)
            began = time.monotonic()
            if over is None:
                with worker(ground.home, log):
                    over = ended(jobs, job)
            assert over is not None
            found.times += 1
            found.add(over, ground, before, time.monotonic() - began)
    return found


CASES: Mapping[str, Callable[[Ground, Path, int], Found]] = {
    "worker_killed": worker_killed,
    "disk_full": disk_full,
}
