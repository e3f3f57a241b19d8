"""Fits of a job: sequential, or in parallel single-threaded processes if fits outlast the start."""

from __future__ import annotations

import concurrent.futures as futures
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any, Protocol, Self, TypeVar

from threadpoolctl import threadpool_limits

from training.core.dataset import Dataset
from training.core.splits import Split

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

FEWEST_ROWS = 2000  # below them a job is over before a worker has imported what it needs
MOST_BYTES = 2**27  # of inputs; each worker has a copy of the table, and above them LightGBM's own threads gain as much

_POLL = 0.05  # s between looks at what the workers report
_LIFE = 1.0  # s between a worker's looks for its parent
_TIDY = 20.0  # s that work which is given up may take to put things in order

View = tuple[Dataset, Split]
Step = Callable[[Any], None]  # takes the name of a step, or whatever else the other end takes


class WorkUnit(Protocol[T_co]):
    """Work on one of the objects that workers hold, such as a view of the table.

    Work that leaves something to put in order when it is given up takes SIGTERM as Ctrl-C while it runs.
    """

    def __call__(self, one: Any, other: Any, step: Step, /) -> T_co:
        """Do it; steps are reported by their names."""


class PendingResult(Protocol[T_co]):
    """Result of work, available when it is done."""

    def __call__(self) -> T_co:
        """Wait for it; what the work raises is raised here."""


def processes_for(views: Sequence[View]) -> int:
    """Return the number of processes that repay their start for a job; 1 is this process only."""
    rows = max(len(data.X) for data, _ in views)
    if rows < FEWEST_ROWS or max(data.X.nbytes for data, _ in views) > MOST_BYTES:
        return 1
    return cores()


def cores() -> int:
    """Return the number of CPU cores available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Executor of work on views of a table: sequential with one process, else in parallel.

    Results do not depend on the number of processes. On an error or Ctrl-C, processes end immediately. Products of
    matrices are made by one thread meanwhile, in this process too: those of a job are so small that threads which wait
    for each other cost more than they save, many times more where other programs run.

    Parameters
    ----------
    views : sequence of tuple of two
        The table as each target has it, with its split; or whatever else there is work on.
    processes : int
        How many.
    step : callable
        Called in this process with the name of each step that work reports.
    """

    def __init__(self, views: Sequence[tuple[Any, Any]], processes: int, step: Step) -> None:
        self.views = views
        self.processes = processes
        self.step = step

    def __enter__(self) -> Self:
        self._one_thread = threadpool_limits(1, "blas")  # trees have LightGBM's own
        if self.processes > 1:
            # Spawned, not forked: a fork of a process with threads may hang.
            context = multiprocessing.get_context("spawn")
            self._steps: SimpleQueue[Any] = context.SimpleQueue()
            self._stopped = context.Event()
            begin = (self.views, self._steps, self._stopped, os.getpid())
            self._pool = futures.ProcessPoolExecutor(self.processes, context, _begin, begin)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self.processes > 1:
            if error is not None:
                self._stopped.set()
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._one_thread.restore_original_limits()

    def later(self, view: int, work: WorkUnit[T]) -> PendingResult[T]:
        """Work on one of the views; call what is given for what comes of it."""
        if self.processes == 1:
            return lambda: work(*self.views[view], self.step)
        future = self._pool.submit(_done, view, work)
        return lambda: self._awaited(future)

    def _awaited(self, future: futures.Future[T]) -> T:
        done: set[futures.Future[T]] = set()
        while not done:
            done, _ = futures.wait([future], _POLL)
            while not self._steps.empty():
                self.step(self._steps.get())
        return future.result()


_views: Sequence[tuple[Any, Any]] = ()  # these four are set in a worker when it starts
_to_parent: SimpleQueue[Any] | None = None
_given_up: Event | None = None
_threads: object = None


def _begin(views: Sequence[tuple[Any, Any]], steps: SimpleQueue[Any], stopped: Event, parent: int) -> None:
    global _views, _to_parent, _given_up, _threads
    _views, _to_parent, _given_up, _threads = views, steps, stopped, threadpool_limits(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to act on
    threading.Thread(target=_end_with, args=(stopped, parent), daemon=True).start()


def _end_with(stopped: Event, parent: int) -> None:
    """End this process, in the middle of a fit too, when the job is given up or its process is gone."""
    while not stopped.wait(_LIFE) and os.getppid() == parent:
        pass
    if signal.getsignal(signal.SIGTERM) is signal.default_int_handler:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGTERM)  # in the middle of a wait too
        time.sleep(_TIDY)
    os._exit(1)


def _done(view: int, work: WorkUnit[T]) -> T:
    assert _to_parent is not None
    assert _given_up is not None
    try:
        return work(*_views[view], _to_parent.put)
    finally:
        if _given_up.is_set():
            os._exit(1)  # all is in order, and the pool would begin with work that it has queued
