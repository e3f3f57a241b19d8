"""One request on its way through the service: who asks, how long each step took, what was answered."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus

from starlette.types import Message, Receive, Scope, Send

from dashboard.addresses import ASSETS
from operations.forms.faults import RequestError
from serving.middleware.allowed_hosts import client
from serving.middleware.authorization import NOBODY, Principal
from serving.wire.problems import ProblemError

SLOWEST = 16 * 1024  # bytes a second that a body may come at, after a while
_CURRENT: ContextVar[RequestContext]
# Nothing but JSON, and a page with a policy of its own: who takes no type but the one that is said runs none of it.
_NO_SNIFF = (b"x-content-type-options", b"nosniff")
_ALWAYS = (_NO_SNIFF, (b"cache-control", b"no-store"))


class RequestContext:
    """A request from its head to the end of its answer.

    Attributes
    ----------
    caller : Principal
        Who asks.
    client : str
        Key or address that it counts for.
    ends : float
        Deadline for the start of its response, by the clock of `began` [s].
    name : str
        Its id, which goes back with the answer and into the log.
    status, sent : int
        Status of the answer, 0 before there is one; bytes of its body.
    rows : int
        Number of requested rows, 0 if it has none.
    refusal : RequestError, optional
        Why it was refused.
    read, wait, record : float
        Seconds until the body was there, in the waiting line, and until the record was safe.
    """

    __slots__ = (
        "_receive",
        "_send",
        "_take",
        "began",
        "caller",
        "client",
        "ends",
        "held",
        "is_kept",
        "is_late",
        "is_receiving",
        "name",
        "read",
        "record",
        "refusal",
        "rows",
        "scope",
        "sent",
        "status",
        "task",
        "wait",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, take: Callable[[int], None], name: str) -> None:
        self.scope, self._receive, self._send, self._take = scope, receive, send, take
        self.began = time.perf_counter()
        self.ends = math.inf
        self.caller: Principal = NOBODY
        self.name = name
        self.client = ""
        self.task: asyncio.Task[object] | None = None
        self.status = self.sent = self.rows = self.held = 0
        self.read = self.wait = self.record = 0.0
        self.is_late = self.is_kept = self.is_receiving = False
        self.refusal: RequestError | None = None

    async def receive(self) -> Message:
        """The next part of the body, which counts as held until the visit ends."""
        self.is_receiving = True
        message = await self._receive()
        self.is_receiving = False
        body = message.get("body")
        if body:
            self._take(len(body))  # it raises where there is no room, and then nothing more is held
            self.held += len(body)
        if not message.get("more_body"):
            self.read = self.read or time.perf_counter() - self.began
        return message

    def give_up(self) -> bool:
        """Mark the response as too late, unless its work is being stored; return whether it is too late."""
        with _DECIDING:
            self.is_late = not self.is_kept
            return self.is_late

    async def send(self, message: Message, instead: bool = False) -> None:
        """Pass on a part of the answer; what every answer says is added.

        Once it is too late nothing goes out but what is answered `instead`.
        """
        if self.is_late and not instead:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            always = (_NO_SNIFF,) if self.scope["path"].startswith(ASSETS) and self.status == HTTPStatus.OK else _ALWAYS
            message["headers"] = [*message["headers"], (b"x-request-id", self.name.encode()), *always]
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)


_CURRENT = ContextVar("visit")
_DECIDING = threading.Lock()  # whether a visit's work is kept, or comes too late


def current() -> RequestContext | None:
    """The visit that this task or thread works for; None outside of the door."""
    return _CURRENT.get(None)


def asker(scope: Scope) -> str:
    """Name of the caller in log and records: the beginning of a key, else an address."""
    visit = _CURRENT.get(None)
    return (visit.caller.name if visit is not None else "") or client(scope)


def seen_by_operators(text: str | None, others: str) -> str | None:
    """Return an error's text for callers that may see operational details, and `others` for all others."""
    return text if text is None or may_operate() else others


def may_operate() -> bool:
    """Return whether the current caller may see operational details."""
    visit = _CURRENT.get(None)
    return visit is None or visit.caller.operates


def check_time() -> None:
    """End the work of a visit whose answer would come too late.

    Raises
    ------
    ProblemError
        503, which is not heard: it has been answered already.
    """
    visit = _CURRENT.get(None)
    if visit is not None and visit.is_late:
        raise _passed()


def keep_work() -> None:
    """Say that the current visit's work is kept from now on: its answer goes out however late it is.

    Raises
    ------
    ProblemError
        503 where it is too late, which is not heard; then nothing may be kept.
    """
    visit = _CURRENT.get(None)
    if visit is None:
        return
    with _DECIDING:
        if visit.is_late:
            raise _passed()
        visit.is_kept = True


def _passed() -> ProblemError:
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "request timed out")


def time_left() -> float:
    """Time until the deadline of the current visit [s]; infinite where there is none."""
    visit = _CURRENT.get(None)
    return math.inf if visit is None else visit.ends - time.perf_counter()


def may_ask(process: str) -> bool:
    """Return whether the current caller may use a process."""
    visit = _CURRENT.get(None)
    return visit is None or visit.caller.processes is None or process in visit.caller.processes


def count_rows(rows: int) -> None:
    """Say how many rows the current visit is about."""
    visit = _CURRENT.get(None)
    if visit is not None:
        visit.rows = rows


def enter(visit: RequestContext) -> None:
    """Make a visit the one of this task."""
    _CURRENT.set(visit)
