"""Connections: how many there are, and how long each may be silent, send its head and leave its answer unread."""

from __future__ import annotations

import logging
import resource
from http import HTTPStatus
from itertools import takewhile
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.problems import MEDIA_TYPE, Problem

log = logging.getLogger("nonferrous.serving")

LONGEST_HEAD = 64 * 1024  # bytes
_END = b"\r\n\r\n"  # of a head
LAST_WORD = 1.0  # s in which a silent connection may still ask when the service ends
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


class Connection(HttpToolsProtocol):
    """One connection as uvicorn has it, which says what it is at."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._others = connections
        self._head = 0  # bytes of a head that is not complete

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def close(self) -> None:
        """Hang up."""
        self._others.forget(self)
        self.transport.close()

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer a problem where no request could be read, and hang up."""
        if self.transport.is_closing():
            return
        if not self.is_busy:
            problem = Problem(title=status.phrase, status=status, detail=detail, instance="", errors=[])
            body = problem.model_dump_json().encode()
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        self.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request of HTTP, as all problems are."""
        self.refuse(HTTPStatus.BAD_REQUEST, msg)

    # ---- what uvicorn calls

    def connection_made(self, transport: Any) -> None:
        """See asyncio."""
        super().connection_made(transport)
        self._others.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._others.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        if len(data) > LONGEST_HEAD and self._waits_for_head and data.find(_END) > LONGEST_HEAD:
            self._refuse_head()  # it is there as a whole
            return
        super().data_received(data)
        if self in self._others.beginning:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self._refuse_head()

    @property
    def _waits_for_head(self) -> bool:
        """Whether what comes next begins a request, and is not the rest of a body that is not wanted."""
        return self in self._others.silent and (self.cycle is None or not self.cycle.more_body)

    def _refuse_head(self) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        self.refuse(status, f"the head of the request is longer than {LONGEST_HEAD} bytes")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head = 0
        self._others.silent.pop(self, None)
        self._others.beginning[self] = self.loop.time()

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        self._others.beginning.pop(self, None)
        super().on_headers_complete()
        if self._others.is_ending:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """A request is answered."""
        super().on_response_complete()
        if not self.is_busy and not self.transport.is_closing():
            self._others.silent[self] = self.loop.time()

    def pause_writing(self) -> None:
        """The client takes nothing at the moment."""
        super().pause_writing()
        self._others.stalled[self] = self.loop.time(), self.transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        """The client goes on."""
        self._others.stalled.pop(self, None)
        super().resume_writing()

    def shutdown(self) -> None:
        """The service ends: what is answered now is the last, what is silent may ask once more."""
        self._others.is_ending = True
        if self.is_busy:
            super().shutdown()
        else:
            self.loop.call_later(LAST_WORD, self._end)

    def _end(self) -> None:
        if not self.is_busy and not self.transport.is_closing():
            self.close()
