"""Connections: how many there are, and how long each may be silent, send its head and leave its answer unread."""

from __future__ import annotations

import logging
import resource
from http import HTTPStatus
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.door.connection import Connection

log = logging.getLogger("nonferrous.serving")

LONGEST_STALL = 30.0  # s in which a client must take something of its answer
_OTHER_FILES = 256  # that the service has open beside its connections


def most_connections(wanted: int) -> int:
    """As many connections as the system lets this process have, at most those that are wanted; its limit is raised."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    possible = wanted if hard == resource.RLIM_INFINITY else max(1, hard - _OTHER_FILES)
    if possible < wanted:
        log.warning("at most %d connections, not %d: the system allows %d open files", possible, wanted, hard)
    return min(wanted, possible)


class Connections:
    """All connections of a service; where there are too many, those that are silent longest make room.

    Parameters
    ----------
    most : int
        How many there may be.
    idle_seconds, head_seconds : float
        How long one may be silent between requests, and how long the head of a request may take [s].
    """

    def __init__(self, most: int, idle_seconds: float, head_seconds: float) -> None:
        self._most, self._idle_seconds, self._head_seconds = most, idle_seconds, head_seconds
        self.all: set[Connection] = set()
        # Each in the order of time, with the time since when.
        self.silent: dict[Connection, float] = {}
        self.beginning: dict[Connection, float] = {}
        self.stalled: dict[Connection, tuple[float, int]] = {}
        self.is_ending = False

    def opened(self, one: Connection) -> None:
        """Take one more, in the place of another where there are too many."""
        self.all.add(one)
        self.silent[one] = one.loop.time()
        if len(self.all) > self._most:
            lists = (self.silent, self.beginning)
            spare = next((other for some in lists for other in some if other is not one and not other.is_busy), one)
            if spare is one:
                one.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "all connections are in use; try again in a moment")
            else:
                spare.close()

    def forget(self, one: Connection) -> None:
        """Count one no more."""
        self.all.discard(one)
        self.silent.pop(one, None)
        self.beginning.pop(one, None)
        self.stalled.pop(one, None)

    def counts(self) -> dict[str, int]:
        """How many there are, by what they are at."""
        silent, beginning = len(self.silent), len(self.beginning)
        return {"silent": silent, "beginning": beginning, "busy": len(self.all) - silent - beginning}

    def look(self, now: float) -> None:
        """Close what was silent, or has sent its head, or has left its answer unread, for too long."""
        for one in _since(self.silent, now - self._idle_seconds):
            one.close()
        slow = f"the head of the request took more than {self._head_seconds:g} s"
        for one in _since(self.beginning, now - self._head_seconds):
            if not one.is_busy:
                one.refuse(HTTPStatus.REQUEST_TIMEOUT, slow)
        for one, (since, unread) in list(self.stalled.items()):
            left = one.transport.get_write_buffer_size()
            if left < unread:
                self.stalled[one] = now, left
            elif now - since > LONGEST_STALL:
                one.transport.abort()


def _since(some: dict[Connection, float], before: float) -> list[Connection]:
    """Those since before this time."""
    return [one for one, _ in takewhile(lambda item: item[1] < before, some.items())]
