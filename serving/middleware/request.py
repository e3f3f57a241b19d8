"""Request middleware: authentication, size and rate limits, deadlines and logging around every route."""

from __future__ import annotations

import asyncio
import itertools
import math
import re
import secrets
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Protocol

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from operations.forms.faults import RequestDefect, shown
from serving.middleware.admission import Load
from serving.middleware.allowed_hosts import AllowedHosts, client, origin
from serving.middleware.authorization import ANYBODY, HEALTH, NOBODY, KeyCache, Principal, check
from serving.middleware.context import SLOWEST, RequestContext, enter
from serving.middleware.page_users import PageUsers
from serving.middleware.rate_limit import RateLimiter
from serving.wire import problems
from serving.wire.problems import ProblemError

LOOK = 0.25  # s between two looks at what takes too long
LONGEST_READ = 10.0  # s that a body may take to come, and longer the more of it has come
_SANE = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


class Observer(Protocol):
    """Observer of requests: counts and logs them."""

    def finished(self, visit: RequestContext) -> None:
        """A visit has ended."""

    def lagged(self, seconds: float) -> None:
        """The event loop came so much too late [s]."""


class RequestMiddleware:
    """A door, which stands before an application.

    Parameters
    ----------
    hosts : AllowedHosts
        Names that it may be asked by.
    ring : KeyCache
        Keys.
    rates : RateLimiter
        How many requests a client may send.
    load : Load
        How many bytes of bodies are held.
    deadline : float
        Longest time to the beginning of an answer [s].
    watching : Observer
        Who counts and logs.
    most_of_client : int, optional
        Limit on requests under way of one key, or of one address where there are no keys; none by default.
    users : PageUsers, optional
        Users of pages; left out where there are no pages.
    """

    def __init__(
        self,
        *,
        hosts: AllowedHosts,
        ring: KeyCache,
        rates: RateLimiter,
        load: Load,
        deadline: float,
        watching: Observer,
        most_of_client: int | None = None,
        users: PageUsers | None = None,
    ) -> None:
        self._users = users
        self._hosts, self._ring, self._rates, self._load = hosts, ring, rates, load
        self._most_of_client = most_of_client
        self._by_client: dict[str, dict[RequestContext, None]] = defaultdict(dict)
        self._deadline, self._watching = deadline, watching
        self._visits: dict[RequestContext, None] = {}  # by their beginning
        self._late: set[asyncio.Task[None]] = set()
        self._count = itertools.count()
        self._series = secrets.token_hex(4)

    def before(self, app: ASGIApp) -> RequestMiddleware:
        """The door, with the application that answers behind it."""
        self._app = app
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = RequestContext(scope, receive, send, self._load.hold, f"{self._series}-{next(self._count):x}")
        visit.task = asyncio.current_task()
        visit.ends = visit.began + self._deadline
        scope["visit"] = visit
        self._visits[visit] = None
        try:
            user = None
            if self._users is not None and self._users.concerns(scope):
                user = await self._users.of(scope)
            self._look(visit, user)
            enter(visit)
            await self._app(scope, visit.receive, visit.send)
        except ProblemError as refusal:
            await _answer(visit, refusal)
        except asyncio.CancelledError:
            if not visit.is_late:  # the service ends before it could answer
                visit.give_up()
                await _answer(visit, _ending())
        finally:
            visit.give_up()  # a thread that still works for it ends at its next stop
            del self._visits[visit]
            self._leave(visit)
            self._load.release(visit.held)
            self._watching.finished(visit)
            # What refers to itself is left to the garbage collector, which walks all else for it.
            visit.task = None
            del scope["visit"]

    def _look(self, visit: RequestContext, user: Principal | None) -> None:
        """Look at a request's head; ProblemError where it may not come in. `user` is that of a page, if known."""
        host = authorization = None
        for name, value in visit.scope["headers"]:
            if name == b"host":
                host = value if host is None else b" "  # two are no name
            elif name == b"authorization":
                authorization = value
            elif name == b"x-request-id" and _SANE.fullmatch(value):
                visit.name = value.decode()
        if host is not None and not self._hosts.takes(host):
            raise _misdirected(host)
        path, address = visit.scope["path"], client(visit.scope)
        if path.startswith(HEALTH):
            if authorization is not None or self._ring.is_open:
                visit.caller = self._ring.caller(authorization, address)
            return
        caller = visit.caller = self._ring.caller(authorization, address) if user is None else user
        wait = self._rates.wait(caller.name or address)
        if wait:
            detail = "requests come faster than the service takes them from one client"
            later = {"Retry-After": str(math.ceil(wait))}
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=later)
        if caller is not ANYBODY and caller is not NOBODY:
            check(caller, visit.scope["method"], path)
        self._count_request(visit, caller.name or origin(address))

    def _count_request(self, visit: RequestContext, client: str) -> None:
        """Count a client's request; at the limit, end its slowest upload or raise ProblemError 429."""
        own = self._by_client[client]
        if self._most_of_client is not None and len(own) >= self._most_of_client:
            waiting = [one for one in own if one.is_receiving and not (one.read or one.status)]
            if not waiting:
                detail = f"{len(own)} requests of one client are under way, which is the most there may be"
                raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": "1"})
            slowest = min(waiting, key=lambda one: one.began + one.held / SLOWEST)
            detail = f"{len(own)} requests of one client are under way, and the body of this one came slowest"
            self._end(slowest, ProblemError(HTTPStatus.REQUEST_TIMEOUT, detail, headers={"Connection": "close"}))
            self._leave(slowest)
        own[visit] = None
        visit.client = client

    def _leave(self, visit: RequestContext) -> None:
        """Remove a request from its client's count."""
        own = self._by_client[visit.client]
        own.pop(visit, None)
        if not own:
            del self._by_client[visit.client]

    async def keep_time(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Answer for what takes too long, until cancelled."""
        while True:
            before = clock()
            await asyncio.sleep(LOOK)
            now = clock()
            self._watching.lagged(max(0.0, now - before - LOOK))
            self._end_late(now)

    def _end_late(self, now: float) -> None:
        """Answer in the place of all visits that have taken too long."""
        shortest = min(self._deadline, LONGEST_READ)
        # By their beginning: those that began lately are not looked at.
        for visit in itertools.takewhile(lambda one: now - one.began > shortest, list(self._visits)):
            refusal = self._too_late(visit, now - visit.began)
            if refusal is not None:
                self._end(visit, refusal)

    def _end(self, visit: RequestContext, refusal: ProblemError) -> None:
        """Answer in the place of a visit; a thread that works for it goes on to its next stop."""
        late = asyncio.create_task(_answer_instead(visit, refusal))
        self._late.add(late)
        late.add_done_callback(self._late.discard)

    def _too_late(self, visit: RequestContext, took: float) -> ProblemError | None:
        """Return the problem of a request that has taken too long [s]; None if it has not."""
        if visit.status or visit.is_late or visit.is_kept:
            return None
        if visit.is_receiving and not visit.read and took > LONGEST_READ + visit.held / SLOWEST:
            detail = f"the body came slower than {SLOWEST} bytes a second, {LONGEST_READ:g} s beforehand"
            return ProblemError(HTTPStatus.REQUEST_TIMEOUT, detail, headers={"Connection": "close"})
        if took > self._deadline:
            detail = f"request timed out after {self._deadline:g} s; send fewer rows, or try again later"
            later = {"Retry-After": str(math.ceil(self._deadline)), "Connection": "close"}
            return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=later)
        return None


async def _answer_instead(visit: RequestContext, refusal: ProblemError) -> None:
    """Answer in the place of what has not answered in time."""
    if visit.status or not visit.give_up():
        return
    await _answer(visit, refusal)
    if visit.task is not None:
        visit.task.cancel()


async def _answer(visit: RequestContext, error: ProblemError) -> None:
    """Send a problem, where nothing has been sent yet."""
    if not visit.status:
        response = problems.answer(Request(visit.scope), error)
        await response(visit.scope, visit.receive, partial(visit.send, instead=True))


def _misdirected(host: bytes) -> ProblemError:
    text = host.decode("latin-1")
    fault = RequestDefect(field="host", value=shown(text), expected="an address, or a name of this service")
    detail = f"the service is not called '{shown(text)}'; NONFERROUS_ALLOWED_HOSTS names its other names"
    return ProblemError(HTTPStatus.MISDIRECTED_REQUEST, detail, [fault])


def _ending() -> ProblemError:
    later = {"Retry-After": "5", "Connection": "close"}
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "the service ends; ask again in a moment", headers=later)
