"""Models in memory within a number of bytes, and requests that wait for a load."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager

from serving.hot_reload.status import Status
from serving.telemetry.histogram import TimeHistogram
from system.memory import return_freed

Waiting = Future["Status | None"]


class ModelMemory:
    """Budget of models in memory, by the bytes of their files, which are about the bytes that they take.

    Parameters
    ----------
    most_bytes : int
        Most bytes of files of models in memory; a single larger model is loaded on request nevertheless.

    Attributes
    ----------
    load_seconds : TimeHistogram
        Times of loads [s].
    evicted : int
        Number of models that left memory for others.
    others : callable
        Returns the bytes of models that count too and are never evicted.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.load_seconds = TimeHistogram()
        self.evicted = 0
        self.others: Callable[[], int] = int
        self._used: dict[str, None] = {}

    def note_use(self, process: str) -> None:
        """Record that a request uses the model of a process; it takes less than a microsecond."""
        self._used.pop(process, None)
        self._used[process] = None

    def held(self, statuses: Mapping[str, Status]) -> int:
        """Return the bytes of files of models in memory."""
        return self.others() + sum(one.served.size for one in statuses.values() if one.served is not None)

    def has_room(self, statuses: Mapping[str, Status], size: int) -> bool:
        """Return whether a model of so many bytes fits."""
        return self.held(statuses) + size <= self.most_bytes

    def excess(self, statuses: Mapping[str, Status], current: str) -> list[str]:
        """Return the processes whose models are to leave, the least recently used first, all but `current`."""
        over = self.held(statuses) - self.most_bytes
        order = {process: place for place, process in enumerate(list(self._used))}
        leaving = []
        for process in sorted(statuses, key=lambda one: order.get(one, -1)):
            served = statuses[process].served
            if over <= 0:
                break
            if served is not None and process != current:
                leaving.append(process)
                over -= served.size
        return leaving


class LoadRequests:
    """Requests that wait for the model of a process, which one thread loads one after another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Waiting] = {}
        self._came = threading.Event()

    def add(self, process: str) -> Waiting:
        """Return the result of the load of a process's model, which all its requests share."""
        with self._lock:
            waiting = self._waiting.setdefault(process, Future())
        self._came.set()
        return waiting

    def take(self) -> tuple[str, Waiting] | None:
        """Return the process that has waited longest, and remove it; None where none waits."""
        with self._lock:
            process = next(iter(self._waiting), None)
            return None if process is None else (process, self._waiting.pop(process))

    def wait(self, seconds: float) -> None:
        """Wait until a request comes, at most so long [s]; `take` is called after it in any case."""
        self._came.wait(seconds)
        self._came.clear()

    def wake(self) -> None:
        """End a wait."""
        self._came.set()


@contextmanager
def uncollected() -> Iterator[None]:
    """Disable the garbage collector for objects that stay; it takes a third of the time of 150 seeds."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Exclude models from garbage collection, which took 70 ms of a request; return freed memory."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return_freed()
