"""Connection limits, in total and per client, and the choice of connections to close at a limit."""

from __future__ import annotations

import logging
import resource
from collections import Counter
from heapq import nsmallest
from http import HTTPStatus
from itertools import takewhile
from typing import Protocol

from serving.middleware.allowed_hosts import origin
from serving.middleware.authorization import HEALTH
from serving.middleware.open_connection import HttpConnection, OpenConnection

log = logging.getLogger("nonferrous.serving")

LONGEST_STALL = 30.0  # s in which a client must take something of its answer
HEALTH_CONNECTIONS = 32  # in addition to all others, for health requests only
IN_USE = "all connections are in use; try again in a moment"
_OTHER_FILES = 256  # open files of the service other than connections, those for health included
_TOGETHER = 64  # connections of one search for a slow one: a flood of new connections costs few searches
_WARNED_EVERY = 60.0  # s


def most_connections(requested: int) -> int:
    """Raise the system's limit for this process; return the allowed connections, at most `requested`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    possible = requested if hard == resource.RLIM_INFINITY else max(1, hard // 4, hard - _OTHER_FILES)
    if possible < requested:
        log.warning("at most %d connections, not %d: the system allows %d open files", possible, requested, hard)
    return min(requested, possible)


class Addresses(Protocol):
    """A collection of addresses that may hold whole networks."""

    def __contains__(self, host: str | None, /) -> bool:
        """Return whether an address is one of them."""


Crowd = dict[OpenConnection, None]  # in the order of their beginning


class Connections:
    """All connections of a service.

    At a limit, connections that the service waits for make room, the slowest first: silent ones, those whose TLS
    handshake, head or body is not complete, and those whose response is not read. A connection whose request is worked
    on is never closed. Where none can make room, a new one may ask for health alone.

    Parameters
    ----------
    most : int
        Limit on connections, those for health alone not counted.
    idle_timeout_seconds, header_timeout_seconds : float
        Limit on the silence between requests, and on the time of a request's head [s].
    most_of_client : int, optional
        Limit on connections of one address; none by default.
    proxies : container of str, optional
        Addresses that pass on the requests of others, which have no such limit.
    """

    def __init__(
        self,
        most: int,
        idle_timeout_seconds: float,
        header_timeout_seconds: float,
        most_of_client: int | None = None,
        proxies: Addresses = frozenset(),
    ) -> None:
        self._most, self._idle_seconds, self._head_seconds = most, idle_timeout_seconds, header_timeout_seconds
        self._most_of_client, self._proxies = most_of_client or most, proxies
        self._counted: Crowd = {}
        self._by_client: dict[str, Crowd] = {}
        self.for_health: Crowd = {}
        self.handshakes: set[OpenConnection] = set()
        # Each in the order of time, with the time since when.
        self.silent: dict[HttpConnection, float] = {}
        self.beginning: dict[HttpConnection, float] = {}
        self.stalled: dict[HttpConnection, tuple[float, int]] = {}
        self.closed: Counter[str] = Counter()
        self.is_ending = False
        self._warned = -_WARNED_EVERY

    @property
    def all(self) -> Crowd:
        """All that are open, those for health alone after the others."""
        return self._counted | self.for_health

    def opened(self, one: OpenConnection, now: float) -> None:
        """Count one more, in the place of the slowest where it is one too many."""
        crowd = self._full(one)
        if crowd is None or self._make_room(crowd, now):
            self._count(one)
        elif len(self.for_health) < HEALTH_CONNECTIONS or self._make_room(self.for_health, now):
            self.for_health[one] = None
        else:
            self.closed["refused"] += 1
            one.refuse(HTTPStatus.SERVICE_UNAVAILABLE, IN_USE)

    def admits(self, one: OpenConnection, target: bytes, now: float) -> bool:
        """Return whether a connection may ask for a target: at a limit, some may ask for health alone."""
        if one not in self.for_health or target.startswith(HEALTH.encode()):
            return True
        crowd = self._full(one)
        if crowd is not None and not self._make_room(crowd, now):
            self.closed["refused"] += 1
            return False
        del self.for_health[one]
        self._count(one)
        return True

    def forget(self, one: OpenConnection) -> None:
        """Remove a connection from the counts."""
        self.for_health.pop(one, None)
        self.handshakes.discard(one)
        if one in self._counted:
            del self._counted[one]
            own = self._by_client.get(origin(one.address))
            if own is not None:
                own.pop(one, None)
                if not own:
                    del self._by_client[origin(one.address)]

    def _count(self, one: OpenConnection) -> None:
        self._counted[one] = None
        if one.address not in self._proxies:
            self._by_client.setdefault(origin(one.address), {})[one] = None

    def _full(self, one: OpenConnection) -> Crowd | None:
        """The connections that leave no room for one more, if any do: those of its client, or all."""
        own = self._by_client.get(origin(one.address))
        if own is not None and len(own) >= self._most_of_client and one.address not in self._proxies:
            return own
        return self._counted if len(self._counted) >= self._most else None

    def _make_room(self, crowd: Crowd, now: float) -> bool:
        """Close the slowest of a crowd; whether there were any that the service waits for."""
        waiting = [one for one in crowd if one.waits_since <= now]
        self._warn(crowd, now)
        for one in nsmallest(1 + len(crowd) // _TOGETHER, waiting, key=lambda one: one.waits_since):
            self.closed["made room"] += 1
            one.make_room()
        return bool(waiting)

    def _warn(self, crowd: Crowd, now: float) -> None:
        if now - self._warned >= _WARNED_EVERY:
            self._warned = now
            whose = "all clients" if crowd is self._counted else origin(next(iter(crowd)).address)
            log.warning("%d connections of %s are the most there may be: the slowest make room", len(crowd), whose)

    def counts(self) -> dict[str, int]:
        """Number of connections by state."""
        silent, beginning, shaking = len(self.silent), len(self.beginning), len(self.handshakes)
        busy = len(self._counted) + len(self.for_health) - silent - beginning - shaking
        return {"handshake": shaking, "silent": silent, "beginning": beginning, "busy": busy}

    def look(self, now: float) -> None:
        """Close what was silent, or has sent its head, or has left its answer unread, for too long."""
        for one in _since(self.silent, now - self._idle_seconds):
            self.closed["silent"] += 1
            one.close()
        slow = f"the head of the request took more than {self._head_seconds:g} s"
        for one in _since(self.beginning, now - self._head_seconds):
            if not one.is_busy:
                self.closed["slow head"] += 1
                one.refuse(HTTPStatus.REQUEST_TIMEOUT, slow)
        for one, (since, unread) in list(self.stalled.items()):
            left = one.transport.get_write_buffer_size()
            if left < unread:
                self.stalled[one] = now, left
            elif now - since > LONGEST_STALL:
                self.closed["unread"] += 1
                one.transport.abort()


def _since(connections: dict[HttpConnection, float], before: float) -> list[HttpConnection]:
    """Those since before this time."""
    return [one for one, _ in takewhile(lambda item: item[1] < before, connections.items())]
