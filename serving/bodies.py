"""A request's body as bytes, read no further than it may be long."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request
from starlette.requests import ClientDisconnect

from serving.problems import Fault, ProblemError, shown


async def read_body(request: Request, most: int) -> bytes:
    """Body of a request that carries JSON.

    Parameters
    ----------
    request : Request
        The request; its body is not read yet.
    most : int
        Largest length [byte].

    Raises
    ------
    ProblemError
        415 where it is no JSON or is compressed, 413 where it is longer than `most`, 400 where the client hung up.
    """
    _check_kind(request, "content-type", "application/json")
    return await read_bytes(request, most)


async def read_bytes(request: Request, most: int) -> bytes:
    """Body of a request, whatever it carries; see `read_body`."""
    _check_kind(request, "content-encoding", "identity")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > most:
        raise _too_long(most)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise _too_long(most)
    except ClientDisconnect:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "the client hung up before the end of the body") from None
    return bytes(body)


def _check_kind(request: Request, header: str, expected: str) -> None:
    # A missing content type is refused, a missing encoding means none.
    got = request.headers.get(header, "" if header == "content-type" else expected)
    if got.partition(";")[0].strip().lower() != expected:
        fault = Fault(field=header, value=shown(got), expected=expected)
        detail = f"{header}: got '{shown(got)}', expected {expected}"
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, [fault])


def _too_long(most: int) -> ProblemError:
    fault = Fault(field="body", bound=most, expected=f"at most {most} bytes")
    detail = f"the body is longer than {most} bytes; send the rows in several requests"
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, [fault])
