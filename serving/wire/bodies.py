"""A request's body as bytes, read no further than it may be long."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus

from fastapi import Request

from operations.forms.faults import RequestDefect, shown
from serving.wire.problems import ProblemError

JSON = "application/json"
ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
CSV = "text/csv"


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
    check_kind(request, (JSON,))
    return await read_checked(request, most)


async def read_checked(request: Request, most: int) -> bytes:
    """Body of a request whose kind is checked already; see `read_body`."""
    _check_length(request, most)
    chunk, more = await _chunk(request, 0, most)
    if not more:
        return chunk
    body = bytearray(chunk)
    await _read_on(request, body, most)
    return bytes(body)


async def read_bytes(request: Request, most: int) -> bytes:
    """Body of a request, whatever it carries; see `read_body`."""
    _check_header(request, "content-encoding", "identity", ("identity",))
    return await read_checked(request, most)


async def read_table(request: Request, most: int) -> bytearray:
    """Body of a request whose kind is checked already, never held twice; see `read_body`."""
    _check_length(request, most)
    body = bytearray()
    await _read_on(request, body, most)
    return body


async def _read_on(request: Request, body: bytearray, most: int) -> None:
    """Add what follows of a body."""
    more = True
    while more:
        chunk, more = await _chunk(request, len(body), most)
        body += chunk


async def _chunk(request: Request, before: int, most: int) -> tuple[bytes, bool]:
    """Next part of a body after so many bytes, and whether more follows."""
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise ProblemError(HTTPStatus.BAD_REQUEST, "the client hung up before the end of the body")
    chunk: bytes = message.get("body", b"")
    if before + len(chunk) > most:
        raise _too_long(most)
    return chunk, message.get("more_body", False)


def _check_length(request: Request, most: int) -> None:
    """Refuse a body whose stated length is more than `most`."""
    declared = request.headers.get("content-length", "0")
    # More digits than `most` has are more bytes, and may be more digits than Python makes a number of.
    digits = declared.lstrip("0") if declared.isdecimal() else ""
    if len(digits) > len(str(most)) or int(digits or 0) > most:
        raise _too_long(most)


def check_kind(request: Request, kinds: Collection[str]) -> str:
    """Media type of a request's body; ProblemError 415 for unsupported and for compressed bodies."""
    # A missing content type is refused, a missing encoding means none.
    _check_header(request, "content-encoding", "identity", ("identity",))
    return _check_header(request, "content-type", "", kinds)


def _check_header(request: Request, header: str, missing: str, taken: Collection[str]) -> str:
    got = request.headers.get(header, missing)
    kind = got.partition(";")[0].strip().lower()
    if kind not in taken:
        expected = " or ".join(taken)
        fault = RequestDefect(field=header, value=shown(got), expected=expected)
        detail = f"{header}: got '{shown(got)}', expected {expected}"
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, [fault])
    return kind


def _too_long(most: int) -> ProblemError:
    fault = RequestDefect(field="body", bound=most, expected=f"at most {most} bytes")
    detail = f"the body is longer than {most} bytes; send the rows in several requests"
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, [fault])
