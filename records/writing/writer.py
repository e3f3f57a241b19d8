"""Requests and answers written in groups: what has gathered while one group is written is the next.

The writer is woken once a turn of the event loop and not once a request, and a group is one statement of the driver
that commits by itself: a request costs 15 to 40 us then, and 100 us with a wake and a transaction of SQLAlchemy each.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue

from records.database import Database, RecordsError
from records.requests import StoredExchange, insert, split
from records.writing.quota import Quota

log = logging.getLogger("nonferrous.records")

MOST_WAITING = 64 * 2**20  # bytes of bodies
_MOST_OF_GROUP = 1000  # requests
_END = None


@dataclass(slots=True)
class _Waiting:
    """A request, or a part of one, in the parts that are written, and how its caller hears that they are."""

    parts: list[StoredExchange]
    written: asyncio.Future[int]


class QueueFullError(RecordsError):
    """So much waits to be written that nothing more is taken."""


class Writer:
    """Writes what it is given in a thread of its own; who gave it waits until it is committed.

    There is no timer: a group is what has gathered while the one before was committed. A large request is written by
    itself, and small ones that come meanwhile between its parts: they would wait for it. Callers share one event loop.

    Parameters
    ----------
    database : Database
        Where to.
    most_waiting : int
        Most bytes of bodies that may wait.
    quota : Quota, optional
        What counts how much is recorded of each client; by default one of its own.
    """

    def __init__(self, database: Database, most_waiting: int = MOST_WAITING, quota: Quota | None = None) -> None:
        self._database, self._most_waiting = database, most_waiting
        self.quota = Quota(database) if quota is None else quota
        self._gathered: list[_Waiting] = []
        self._queue: SimpleQueue[list[_Waiting] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._follow, name="records", daemon=True)
        self.waiting = 0
        """Bytes of bodies that wait to be written."""
        self.error: str | None = None
        """Reason why the latest group could not be written; None if it was written."""
        self.groups = self.failures = 0
        """Groups that were written, and that could not be."""

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits and end."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
            with suppress(RecordsError):  # it is out of reach: the count is too low until the day ends
                self.quota.store()

    def recovered(self) -> None:
        """Take note that the records can be written."""
        if self.error is not None:
            log.info("records are written again")
        self.error = None

    async def keep(self, exchange: StoredExchange) -> int:
        """Write a request or a part of one; gives when it is committed in how many parts it was.

        Raises
        ------
        QueueFullError
            Too much waits already; nothing is written.
        RecordsError
            The database did not do its part; nothing is written.
        """
        # A long one counts half the room, or under steady requests it would find it free never. It is in memory anyway.
        size = min(exchange.size, self._most_waiting // 2)
        if self.waiting and self.waiting + size > self._most_waiting:
            raise QueueFullError(f"{self.waiting} bytes wait to be recorded, at most {self._most_waiting} may")
        loop = asyncio.get_running_loop()
        self.waiting += size
        try:
            # A large one is compressed, which takes its time.
            parts = await loop.run_in_executor(None, split, exchange) if exchange.is_large else split(exchange)
            if not self._gathered:
                loop.call_soon(self._hand_over)
            written: asyncio.Future[int] = loop.create_future()
            self._gathered.append(_Waiting(parts, written))
            return await written
        finally:
            self.waiting -= size

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        self._queue.put(gathered)

    def _follow(self) -> None:
        large: deque[_Waiting] = deque()  # those of several parts
        done = 0  # parts of the first of these
        ends = False
        while large or not ends:
            small: list[_Waiting] = []
            while not ends and len(small) < _MOST_OF_GROUP and not (self._queue.empty() and (small or large)):
                more = self._queue.get()
                ends = more is None
                for one in more or ():
                    (large if len(one.parts) > 1 else small).append(one)
            if small:
                self._end(small, self._written([one.parts[0] for one in small])[1])
            if large:
                parts = large[0].parts
                # The parts of one request are one transaction as long as no other request waits.
                written, error = self._written(parts[done:], lambda: not self._queue.empty())
                done += written
                if error is not None or done == len(parts):
                    self._end([large.popleft()], error, done)
                    done = 0

    def _written(
        self, group: Sequence[StoredExchange], enough: Callable[[], bool] = lambda: False
    ) -> tuple[int, RecordsError | None]:
        """Write a group; how many of it, and why it could not be written."""
        try:
            done = insert(self._database, group, enough)
            self.quota.count((one.client, len(one.request_body) + len(one.response_body)) for one in group[:done])
        except RecordsError as error:
            return 0, error
        return done, None

    def _end(self, group: Sequence[_Waiting], error: RecordsError | None, parts: int = 1) -> None:
        if error is None:
            self.groups += 1
            self.recovered()
        else:
            self.failures += 1
            if self.error is None:
                log.warning("%s", error)
            self.error = str(error)
        group[0].written.get_loop().call_soon_threadsafe(_end, group, error, parts)


def _end(group: Sequence[_Waiting], error: RecordsError | None, parts: int) -> None:
    for one in group:
        if not one.written.done():  # its client may have gone
            one.written.set_result(parts) if error is None else one.written.set_exception(error)
