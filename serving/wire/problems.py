"""Errors as RFC 9457 problem details: one shape, whatever went wrong and wherever it was noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from operations.forms.faults import RequestDefect, RequestError, shown

MEDIA_TYPE = "application/problem+json"
INFERENCE = "/v2"  # its protocol has errors of another shape
# Python 3.13 has other words for these; a title, a label of a metric and a description say the same on each.
_PHRASES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "Request-URI Too Long",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "Requested Range Not Satisfiable",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Entity",
}


class Problem(BaseModel):
    """Problem details (RFC 9457); `errors` names every fault, the first 100 where there are more."""

    type: Annotated[str, Field(description="about:blank: the status says what kind it is")] = "about:blank"
    title: Annotated[str, Field(description="the status as text")]
    status: Annotated[int, Field(description="HTTP status")]
    detail: Annotated[str, Field(description="what is wrong with this request and what to do")]
    instance: Annotated[str, Field(description="path of the request")]
    errors: list[RequestDefect]


class ProblemError(RequestError):
    """A request that the service refuses, with headers of the response; raised anywhere below a route."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        faults: Sequence[RequestDefect] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail, faults, status)
        self.headers = headers


def phrase(status: HTTPStatus) -> str:
    """Words for a status, the same under every Python."""
    return _PHRASES.get(status, status.phrase)


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI description of an operation's problems."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": phrase(HTTPStatus(status)), "content": content} for status in statuses}


def answer(request: Request, error: RequestError) -> Response:
    """Response that carries a problem, or the one text that the Open Inference Protocol has for it."""
    if (visit := request.scope.get("visit")) is not None:
        visit.refusal = error  # for who counts them
    headers = error.headers if isinstance(error, ProblemError) else None
    if f"{request.url.path}/".startswith(f"{INFERENCE}/"):
        return JSONResponse({"error": in_words(error)}, error.status.value, headers)
    problem = Problem(
        title=phrase(error.status),
        status=error.status.value,
        detail=error.detail,
        instance=request.url.path,
        errors=list(error.faults),
    )
    return Response(problem.model_dump_json(), error.status.value, headers, MEDIA_TYPE)


def defect(request: Request) -> Response:
    """Response to a request that an error of the service's own code ended."""
    text = ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, "a defect of the service; its log holds the cause")
    return answer(request, text)


def in_words(error: RequestError) -> str:
    """All faults of a problem in one text, or what it is where it names none."""
    return "; ".join(map(_in_words, error.faults)) or error.detail


def _in_words(fault: RequestDefect) -> str:
    row = None if fault.row is None else f"row {fault.row}"
    place = ", ".join(filter(None, (row, fault.field)))
    got = "" if fault.value is None else f"got {fault.value}, "
    return f"{place}: {got}expected {fault.expected}" if place else f"{got}expected {fault.expected}"


def install(app: FastAPI, processes: Callable[[], Mapping[str, str]]) -> None:
    """Convert every error of the app to a problem: errors of routes, unknown paths and methods, defects.

    `processes` gives the names that exist when it is called, and what each can do.
    """

    async def own(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestError)
        return answer(request, error)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(request, _from_http(request, error, processes()))

    async def broken(request: Request, error: Exception) -> Response:
        return defect(request)

    app.add_exception_handler(RequestError, own)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, broken)


def _from_http(request: Request, error: HTTPException, processes: Mapping[str, str]) -> ProblemError:
    status, headers = HTTPStatus(error.status_code), dict(error.headers or {})
    path, method = request.url.path, request.method
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        # The route that matched names its own method; each path with GET has HEAD too.
        allowed = headers.get("Allow", "").replace("GET", "GET, HEAD")
        return ProblemError(status, f"{path} does not take {method}, it takes {allowed}", (), {"Allow": allowed})
    if status != HTTPStatus.NOT_FOUND:
        return ProblemError(status, str(error.detail), (), headers)
    parts = path.split("/")
    is_process = len(parts) > 3 and parts[1] == "v1"
    if is_process and parts[2] in processes:
        return ProblemError(status, f"nothing is at {path}: {processes[parts[2]]}", (), headers)
    if is_process:
        names = ", ".join(processes) or "none"
        fault = RequestDefect(field="process", value=shown(parts[2]), expected=f"one of: {names}")
        return ProblemError(status, f"process '{shown(parts[2])}' not found; available: {names}", [fault])
    return ProblemError(status, f"nothing is at {path}; /docs lists what is", (), headers)
