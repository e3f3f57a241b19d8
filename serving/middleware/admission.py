"""Admission by cost: estimated cost of work, where it runs, and limits on concurrent work and memory."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus

from serving.middleware.context import current
from serving.wire.problems import ProblemError

LONGEST_AT_ONCE = 0.020  # s that a request may hold the event loop, and with it all others
MOST_WAITING = 64  # requests in each lane
SHORT_BODY = 16 * 1024  # bytes
LONGEST_WAIT = 30.0  # s after which a client that was refused is asked to come again, at most
_FORGOTTEN = 0.1  # share of a high cost that one cheaper request makes forgotten


class CostEstimate:
    """Recent cost of rows in requests of similar size; a new model starts a new estimate.

    A row costs less among many than alone, so costs are kept by the number of rows, doubling from one to the next. A
    higher cost counts immediately if two successive requests have it: a shared machine may delay a single one. Any
    other cost is averaged slowly, as rows differ in cost.
    """

    def __init__(self) -> None:
        # Of a row [s], by the number of binary digits of the number of rows: what is expected, and what the last cost.
        self._seconds: dict[int, float] = {}
        self._last: dict[int, float] = {}

    def expected(self, rows: int) -> float:
        """Time that a request of so many rows will take at most [s]; infinite where nothing is known.

        A row costs at most as much as one among fewer rows, and all rows at most as much as those of a longer request.
        """
        size = rows.bit_length()
        fewer = [rows * cost for known, cost in self._seconds.items() if known <= size]
        more = [2**known * cost for known, cost in self._seconds.items() if known > size]
        return min([*fewer, *more], default=math.inf)

    def is_short(self, rows: int) -> bool:
        """Return whether a request of so many rows may run on the event loop."""
        return self.expected(rows) <= LONGEST_AT_ONCE

    @contextmanager
    def measured(self, rows: int, clock: Callable[[], float] = time.thread_time) -> Iterator[None]:
        """Measure the enclosed work and update the estimate; `clock` is this thread's CPU time."""
        before = clock()
        try:
            yield
        finally:
            self.learn(rows, clock() - before)

    def learn(self, rows: int, seconds: float) -> None:
        """Update the estimate with the time of a request of so many rows [s]."""
        size, cost = rows.bit_length(), seconds / max(rows, 1)
        known, last = self._seconds.get(size, cost), self._last.get(size, cost)
        self._seconds[size] = max(min(cost, last), known + _FORGOTTEN * (cost - known))
        self._last[size] = cost


class CostEstimates:
    """A pace for each model that answers."""

    def __init__(self) -> None:
        self._model: object = None
        self._pace = CostEstimate()

    def of(self, model: object) -> CostEstimate:
        """The pace of a process's model; that of the model before is forgotten."""
        if model is not self._model:
            self._model, self._pace = model, CostEstimate()
        return self._pace


class WorkerPool:
    """Places for work in threads, and the line of those who wait for one.

    Parameters
    ----------
    places : int
        Number of concurrent tasks.
    most_waiting : int
        How many may wait.
    """

    def __init__(self, places: int, most_waiting: int) -> None:
        self._places, self._most_waiting = places, most_waiting
        self._free = asyncio.Semaphore(places)
        self._took = 1.0  # s, of late
        self.waiting = 0

    @asynccontextmanager
    async def turn(self, started: bool = False) -> AsyncIterator[None]:
        """Wait for a free worker and hold it; a started response is never rejected.

        Raises
        ------
        ProblemError
            503 where too many wait.
        """
        if self.waiting >= self._most_waiting and not started:
            later = math.ceil(min(LONGEST_WAIT, self.waiting * self._took / self._places))
            detail = f"{self.waiting} requests wait already for others that take long; send it again later"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(later)})
        before = time.perf_counter()
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        begin = time.perf_counter()
        if (visit := current()) is not None:
            visit.wait += begin - before
        try:
            yield
        finally:
            self._free.release()
            self._took += _FORGOTTEN * (time.perf_counter() - begin - self._took)


class Load:
    """Limits of the service on concurrent work and on buffered bytes.

    Requests that take long are worked on by as many threads as there are cores. A short body has a lane of its own:
    one row that must go to a thread does not wait for tables.

    Parameters
    ----------
    most_held : int
        Most bytes of bodies that wait for their answers.
    most_table : int
        Largest body that is a table.
    most_waiting : int
        Most requests that wait in each lane.
    """

    def __init__(
        self, most_held: int = 256 * 2**20, most_table: int = 256 * 2**20, most_waiting: int = MOST_WAITING
    ) -> None:
        self.heavy, self.light = WorkerPool(cores(), most_waiting), WorkerPool(1, most_waiting)
        self.most_table, self.most_held, self.held = most_table, most_held, 0

    def lane(self, size: int) -> WorkerPool:
        """The lane of a body of so many bytes."""
        return self.light if size <= SHORT_BODY else self.heavy

    def hold(self, size: int) -> None:
        """Take so many bytes.

        Raises
        ------
        ProblemError
            503, and nothing is taken, where they are more than are left.
        """
        if self.held + size > self.most_held:
            detail = "requests that are being answered leave no room for this one; send it again later"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"})
        self.held += size

    def release(self, size: int) -> None:
        """Give back bytes that were taken."""
        self.held -= size


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
