"""Routes found by their paths, and routes whose endpoints read requests themselves."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from serving.responses.raw_route import ByPath, Direct, DirectFirst
from serving.wire import problems
from serving.wire.problems import ProblemError

PATHS = ("/v1/one/predictions", "/v1/two/predictions", "/v1/two/warnings")


def of_fastapi(path: str, endpoint: Any, method: str) -> Route:
    return APIRoute(path, endpoint, methods=[method], response_model=None)


def made(kind: Callable[[str, Any, str], Route]) -> FastAPI:
    """An application whose routes are of a kind; those of `/v1/two/warnings` end in a problem."""
    routes = []
    for path in PATHS:

        async def answer(request: Request, path: str = path) -> Response:
            if path.endswith("warnings"):
                raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "not now", headers={"Retry-After": "1"})
            return Response(path.encode() + b" " + await request.body(), headers={"x": "y"})

        routes.append(kind(path, answer, "POST"))
    app = FastAPI(redirect_slashes=False)
    problems.install(app, lambda: {})
    app.router.routes = [ByPath(routes)]
    return app


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", path) for path in PATHS),
        ("GET", PATHS[0]),
        ("POST", "/v1/three/predictions"),
        ("POST", PATHS[0] + "/"),
        ("POST", "/V1/one/predictions"),
    ],
)
def test_a_direct_route_answers_as_one_of_fastapi(call: Callable[..., Any], method: str, path: str) -> None:
    result = call(made(Direct), method, path, content=b"body")
    expected = call(made(of_fastapi), method, path, content=b"body")
    assert (result.status_code, result.content) == (expected.status_code, expected.content)
    assert dict(result.headers) == dict(expected.headers)


def test_routes_are_found_by_their_whole_path(call: Callable[..., Any]) -> None:
    app = made(Direct)
    assert [call(app, "POST", path, content=b"1").status_code for path in PATHS] == [200, 200, 503]
    assert call(app, "POST", PATHS[1], content=b"1").content == b"/v1/two/predictions 1"
    assert call(app, "GET", PATHS[1]).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert call(app, "POST", "/v1/two").status_code == HTTPStatus.NOT_FOUND


def test_a_path_with_a_parameter_is_refused() -> None:
    route = APIRoute("/v1/{process}/predictions", lambda: None)
    with pytest.raises(ValueError, match="expected a route whose path has no parameters"):
        ByPath([route])


def test_a_request_of_a_process_is_answered_before_the_layers_of_fastapi(call: Callable[..., Any]) -> None:
    app = made(Direct)
    direct = {(route.method, route.path): route for path in PATHS for route in app.router.routes[0]._routes[path]}
    first = DirectFirst(lambda: direct, app)
    for method, path in [*(("POST", path) for path in PATHS), ("GET", PATHS[0]), ("POST", "/v1/three/predictions")]:
        result, expected = call(first, method, path, content=b"body"), call(app, method, path, content=b"body")
        assert (result.status_code, result.content) == (expected.status_code, expected.content)
        assert dict(result.headers) == dict(expected.headers)


def test_an_error_of_the_code_is_a_problem_and_reaches_the_server(call: Callable[..., Any]) -> None:
    async def broken(request: Request) -> Response:
        raise ArithmeticError("no such number")

    async def others(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError

    raised: list[BaseException] = []
    first = DirectFirst(lambda: {("POST", "/x"): Direct("/x", broken, "POST")}, others)

    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await first(scope, receive, send)
        except ArithmeticError as error:
            raised.append(error)

    response = call(server, "POST", "/x")
    assert (response.status_code, response.headers["content-type"]) == (500, problems.MEDIA_TYPE)
    assert [str(error) for error in raised] == ["no such number"]


def test_a_header_is_found_by_its_name_and_the_first_counts(call: Callable[..., Any]) -> None:
    seen: list[str | None] = []

    async def read(request: Request) -> Response:
        seen.extend(request.headers.get(name) for name in ("x-one", "x-two", "x-three"))
        return Response()

    first = DirectFirst(lambda: {("POST", "/x"): Direct("/x", read, "POST")}, FastAPI())
    call(first, "POST", "/x", headers=[("X-One", "é".encode("latin-1")), ("x-two", "1"), ("X-Two", "2")])
    assert seen == ["é", "1", None]
