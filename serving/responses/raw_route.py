"""Requests of processes brought to their routes without what FastAPI does for routes of every kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from operations.forms.faults import RequestError
from serving.openapi.entries import RouteDescription
from serving.wire import problems

Endpoint = Callable[[Request], Awaitable[Response]]


class ByPath(BaseRoute):
    """Routes without path parameters, found by one look-up: matching each in turn costs a microsecond.

    Parameters
    ----------
    routes : iterable of Route
        The routes; of those with one path the first that takes the method is found, else the first.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes: dict[str, list[Route]] = {}
        for route in routes:
            if not isinstance(route, Route) or route.param_convertors:
                raise ValueError(f"{route}: expected a route whose path has no parameters")
            self._routes.setdefault(route.path, []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a path belongs to these routes, and the match of its route."""
        routes = self._routes.get(scope["path"], ()) if scope["type"] == "http" else ()
        matches = [route.matches(scope) for route in routes]
        return next((one for one in matches if one[0] is Match.FULL), matches[0] if matches else (Match.NONE, {}))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the route that was found."""
        await scope["route"].handle(scope, receive, send)


class Direct(Route):
    """A route whose endpoint reads its request itself, has no dependencies and leaves nothing to close.

    FastAPI's own reading takes a tenth of a request's time, and its routes a quarter of a start.

    Parameters
    ----------
    path : str
        Its address.
    endpoint : callable
        Answers a request.
    method : str
        The one method that it takes.
    entry : callable, optional
        Makes its description, when OpenAPI is requested; None for a route that OpenAPI does not hold.
    """

    def __init__(
        self, path: str, endpoint: Endpoint, method: str, entry: Callable[[], RouteDescription] | None = None
    ) -> None:
        super().__init__(path, endpoint, methods=[method], include_in_schema=False)
        self.methods = {method}  # starlette adds HEAD to GET
        self.method, self.entry = method, entry
        self.app = self._answered

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the route answers a request, and what the request has of it."""
        match, child = super().matches(scope)
        return match, child if match is Match.NONE else {**child, "route": self}

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


class _IndexedHeaders(Headers):
    """Headers of a request that are found by one look-up; the first counts of several with one name."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw=raw)
        self._by_name = dict(reversed(raw))

    def get(self, key: str, default: Any = None) -> Any:
        """Value of a header, by its name in lower case."""
        value = self._by_name.get(key.encode("latin-1"))
        return default if value is None else value.decode("latin-1")


class _DirectRequest(Request):
    """A request whose headers are indexed: Starlette's search all of them for each name."""

    @property
    def headers(self) -> Headers:
        """See Starlette."""
        if not hasattr(self, "_headers"):
            self._headers = _IndexedHeaders(self.scope["headers"])
        return self._headers


class DirectFirst:
    """Application that gives a request of a process to its route, and all others to FastAPI.

    A response otherwise passes a dozen layers of FastAPI, each at every step of its request.

    Parameters
    ----------
    routes : callable
        Routes by method and path, as they are at present.
    others : ASGI application
        Answers all other requests.
    """

    def __init__(self, routes: Callable[[], Mapping[tuple[str, str], Direct]], others: ASGIApp) -> None:
        self._routes, self._others = routes, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        route = self._routes().get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._others(scope, receive, send)
            return
        scope["route"] = route
        request = _DirectRequest(scope, receive, send)
        try:
            response = await route.endpoint(request)
        except RequestError as error:
            response = problems.answer(request, error)
        except Exception:
            await problems.defect(request)(scope, receive, send)
            raise  # the server logs it
        await response(scope, receive, send)
