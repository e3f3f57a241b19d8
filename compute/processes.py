"""Work units in single-threaded processes of this machine."""

from __future__ import annotations

import concurrent.futures as futures
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any, Self, TypeVar

from threadpoolctl import threadpool_limits

from compute.interface import PendingResult, Step, WorkUnit

T = TypeVar("T")

_POLL = 0.05  # s between looks at what the workers report
_LIFE = 1.0  # s between a worker's looks for its parent
_TIDY = 20.0  # s that work which is given up may take to put things in order


def cores() -> int:
    """Return the number of CPU cores available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ProcessWorkers:
    """Processes of this machine; on an error or Ctrl-C they end immediately.

    Parameters
    ----------
    items : sequence of tuple of two
        Objects that work units are done on; each process has a copy.
    count : int
        How many processes.
    step : callable
        Called in this process with the name of each step that work reports.
    """

    def __init__(self, items: Sequence[tuple[Any, Any]], count: int, step: Step) -> None:
        self.items = items
        self.count = count
        self.step = step

    def __enter__(self) -> Self:
        # Spawned, not forked: a fork of a process with threads may hang.
        context = multiprocessing.get_context("spawn")
        self._steps: SimpleQueue[Any] = context.SimpleQueue()
        self._stopped = context.Event()
        begin = (self.items, self._steps, self._stopped, os.getpid())
        self._pool = futures.ProcessPoolExecutor(self.count, context, _begin, begin)
        self._futures: list[futures.Future[Any]] = []  # those whose errors were not raised yet
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def later(self, item: int, work: WorkUnit[T]) -> PendingResult[T]:
        """Submit work on one of the items, by its number."""
        future = self._pool.submit(_done, item, work)
        self._futures.append(future)
        return _Pending(self, future)

    def forward_steps(self) -> None:
        """Report the steps that arrived since the last call; an error of any work unit is raised."""
        while not self._steps.empty():
            self.step(self._steps.get())
        for future in [future for future in self._futures if future.done()]:
            self._futures.remove(future)
            future.result()


@dataclass(frozen=True)
class _Pending:
    """Result of another process."""

    workers: ProcessWorkers
    future: futures.Future[Any]

    @property
    def done(self) -> bool:
        return self.future.done()

    def __call__(self) -> Any:
        done: set[futures.Future[Any]] = set()
        while not done:
            done, _ = futures.wait([self.future], _POLL)
            self.workers.forward_steps()
        return self.future.result()


_items: Sequence[tuple[Any, Any]] = ()  # these four are set in a worker when it starts
_to_parent: SimpleQueue[Any] | None = None
_given_up: Event | None = None
_threads: object = None


def _begin(items: Sequence[tuple[Any, Any]], steps: SimpleQueue[Any], stopped: Event, parent: int) -> None:
    global _items, _to_parent, _given_up, _threads
    _items, _to_parent, _given_up, _threads = items, steps, stopped, threadpool_limits(1)
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


def _done(item: int, work: WorkUnit[T]) -> T:
    assert _to_parent is not None
    assert _given_up is not None
    try:
        return work(*_items[item], _to_parent.put)
    finally:
        if _given_up.is_set():
            os._exit(1)  # all is in order, and the pool would begin with work that it has queued
