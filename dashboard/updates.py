"""Updates of open pages: one reader of the records, pages that are alike made once, and bounded cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Hashable
from functools import partial
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

from dashboard.state.plant import PlantState

POLL_SECONDS = 5.0
"""Shortest time between two readings of the records while pages are open [s]."""
LONGEST_SECONDS = 30.0
"""Longest time between two readings [s]."""
CORE_SHARE = 0.04
"""Processor time that readings and the pages made after them may take [s/s]; sending takes more."""
_LOOK = 0.5  # s between two looks whether the service ends
_AGES = 60.0  # s after which a page is rendered again for the ages on it
_Made = TypeVar("_Made")


def pause_after(cost: float) -> float:
    """Return the time between two readings [s] of which one costs so much processor time [s]."""
    return min(max(POLL_SECONDS, cost / CORE_SHARE), LONGEST_SECONDS)


class Updates:
    """Readings of the records for all open pages of a replica.

    Parameters
    ----------
    plant : PlantState
        Read as long as a page is open.
    is_ending : callable
        Returns whether the service ends.
    stamp : callable
        Returns a value that changes with the processes of the service.
    """

    def __init__(self, plant: PlantState, is_ending: Callable[[], bool], stamp: Callable[[], Hashable]) -> None:
        self._plant, self._is_ending, self._stamp = plant, is_ending, stamp
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._open = 0
        self._made: dict[Hashable, tuple[Hashable, asyncio.Task[Any]]] = {}
        self._used = set[Hashable]()
        self._cost = 0.0  # s of a processor since the last reading began

    def stamp(self, process: str, unit: str) -> Hashable:
        """Value that changes when the page of a process or unit, or the overview, may have another content."""
        own = self._plant.stamp(process, unit)
        return own, self._stamp(), int(time.monotonic() / _AGES), self._plant.is_current

    async def ticks(self) -> AsyncIterator[None]:
        """Yield at the beginning and after each reading of the records, until the service ends."""
        self._open += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read())
        try:
            while not self._is_ending():
                yield
                await self._changed.wait()
        finally:
            self._open -= 1

    async def made(self, key: Hashable, stamp: Hashable, make: Callable[[], _Made]) -> _Made:
        """Content or text of a page, made once for all readers of a key until the stamp changes."""
        self._used.add(key)
        before = self._made.get(key)
        if before is None or before[0] != stamp:
            before = self._made[key] = stamp, asyncio.create_task(self._counted(make))
        made: _Made = await asyncio.shield(before[1])
        return made

    async def _read(self) -> None:
        """Read the records as long as a page is open."""
        while self._open:
            await self._sleep()
            self._cost = 0.0
            await self._counted(partial(self._plant.follow, POLL_SECONDS / 2))
            self._made = {key: one for key, one in self._made.items() if key in self._used}
            self._used.clear()
            before, self._changed = self._changed, asyncio.Event()
            before.set()

    async def _sleep(self) -> None:
        begin = time.monotonic()
        while (left := begin + pause_after(self._cost) - time.monotonic()) > 0 and not self._is_ending():
            await asyncio.sleep(min(_LOOK, left))

    async def _counted(self, work: Callable[[], _Made]) -> _Made:
        """Result of work in another thread, whose processor time is counted."""

        def timed() -> tuple[_Made, float]:
            begin = time.thread_time()
            made = work()
            return made, time.thread_time() - begin

        made, cost = await run_in_threadpool(timed)
        self._cost += cost
        return made
