"""Requests of processes brought to their routes without what FastAPI does for routes of every kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from fastapi.utils import create_model_field
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

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


class Direct(APIRoute):
    """A route whose endpoint reads its request itself, has no dependencies and leaves nothing to close.

    FastAPI's own reading takes a tenth of a request's time, and what it opens to be closed again a fiftieth. The type
    of the response only describes it, so it is made when OpenAPI is requested: those of all processes together take as
    long as a quarter of the start.

    Parameters
    ----------
    response_model : type, optional
        Type of the answer; None where OpenAPI does not hold the route.
    *given, **named
        As FastAPI takes them.
    """

    def __init__(self, *given: Any, response_model: Any = None, **named: Any) -> None:
        super().__init__(*given, response_model=None, **named)
        del self.response_field  # it hides the property below
        self._answer = response_model
        self.app = self._answered

    @cached_property
    def response_field(self) -> Any:  # type: ignore[override]
        """The answer as FastAPI describes it."""
        if self._answer is None:
            return None
        return create_model_field(name=f"Response_{self.unique_id}", type_=self._answer, mode="serialization")

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)
