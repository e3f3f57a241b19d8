"""Routes of the pages; the first page loads templates and languages."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from dashboard import addresses
from dashboard.links import ServiceLinks

Endpoint = Callable[[Request], Awaitable[Response]]
_METHODS = {
    addresses.OVERVIEW: ["GET"],
    addresses.PROCESS: ["GET"],
    addresses.UNIT: ["GET"],
    addresses.HEALTH: ["GET"],
    addresses.DECISIONS: ["GET"],
    addresses.DECIDE: ["GET", "POST"],
    addresses.JOBS: ["POST"],
    addresses.BATCHES: ["POST"],
    addresses.STREAM: ["GET"],
    addresses.SIGN_IN: ["GET", "POST"],
    addresses.SIGN_OUT: ["POST"],
    addresses.LANGUAGE: ["POST"],
    addresses.ASSET: ["GET"],
}
"""Methods of each address."""


def routes(links: ServiceLinks) -> list[Route]:
    """Routes of all pages of a service."""
    loaded = _Endpoints(links)
    return [PageRoute(path, partial(loaded.answer, path), methods) for path, methods in _METHODS.items()]


class PageRoute(Route):
    """A route that names itself in the scope of its requests, for metrics and the access log."""

    def __init__(self, path: str, endpoint: Endpoint, methods: list[str]) -> None:
        super().__init__(path, endpoint, methods=methods, include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the route answers a request, and the match."""
        match, child = super().matches(scope)
        return match, child if match is Match.NONE else {**child, "route": self}


class _Endpoints:
    """Endpoints of a service, made by the first request."""

    def __init__(self, links: ServiceLinks) -> None:
        self._links, self._lock = links, threading.Lock()
        self._made: Mapping[str, Endpoint] | None = None

    async def answer(self, path: str, request: Request) -> Response:
        """Response to a request for the address of a route."""
        made = self._made if self._made is not None else await run_in_threadpool(self._make)
        return await made[path](request)

    def _make(self) -> Mapping[str, Endpoint]:
        with self._lock:
            if self._made is None:
                from dashboard.pages import endpoints

                self._made = endpoints(self._links)
            return self._made
