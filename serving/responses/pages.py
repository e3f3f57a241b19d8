"""Recorded responses as pages for people."""

from __future__ import annotations

import io
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request, Response

from operations import pages
from operations.catalogue import Offers
from operations.forms.faults import RequestDefect, invalid, shown
from operations.forms.shapes import no_such
from operations.operation import Form, Operation
from records import responses
from records.database import Connection, Database, RecordsError
from serving.middleware.admission import Load
from serving.responses.raw_route import Endpoint
from serving.responses.recording import not_readable
from serving.responses.threads import in_thread
from serving.wire.bodies import JSON
from serving.wire.problems import ProblemError
from system.cancellation import between
from system.record_ids import is_id

ID = "id"
PARAMETERS = [
    {
        "name": ID,
        "in": "query",
        "required": False,
        "description": "the `Record-Id` of a response; left out: the latest",
        "schema": {"type": "string"},
    }
]
"""Parameters of a page in OpenAPI."""


def endpoint(operation: Operation[Any], offers: Offers, path: str, database: Database | None, load: Load) -> Endpoint:
    """Endpoint of the page of an operation of one process, whose requests go to a path."""

    async def page(request: Request) -> Response:
        id = _id_of(request)
        async with load.heavy.turn():
            text = await in_thread(_page, operation, offers, path, database, id)
        return Response(text, media_type="text/html", headers={"content-security-policy": pages.POLICY})

    return page


def _id_of(request: Request) -> str | None:
    """The id that a request names; RequestError where it names anything else."""
    given = request.query_params.multi_items()
    faults = [
        RequestDefect(field=name, value=shown(value), expected=no_such("field", name, [ID]))
        for name, value in given
        if name != ID
    ]
    if len(given) > 1 and not faults:
        faults = [RequestDefect(field=ID, value=len(given), expected="one id")]
    if faults:
        raise invalid(faults)
    return given[0][1] if given else None


def _page(operation: Operation[Any], offers: Offers, path: str, database: Database | None, id: str | None) -> str:
    process, form = offers.seed.process.name, offers.forms[operation.name]
    of = f"of {operation.name} of {process}"
    if database is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"no response {of} is recorded: this service keeps no records")
    may_be_known = id is None or is_id(id)
    try:
        with database.read() as connection:
            stored = responses.find(connection, process, operation.name, id) if may_be_known else None
            if stored is not None:
                fields = _fields(connection, stored, form)
                known = stored.id, stored.at, stored.version, stored.digest
                return pages.drawn(operation, form, pages.Recorded(*known, fields, is_table=stored.kind != JSON))
    except RecordsError:
        raise not_readable() from None
    raise ProblemError(HTTPStatus.NOT_FOUND, _missing(of, path, id))


def _missing(of: str, path: str, id: str | None) -> str:
    made = f"POST {path} makes one, and /docs has an example"
    if id is None:
        return f"no response {of} is recorded yet: {made}"
    named = "expected the Record-Id of a response, which is the id of a prediction without the row at its end"
    return f"no response {of} is recorded under the id '{shown(id)}': {named}; {made}"


def _fields(connection: Connection, stored: responses.RecordedResponse, form: Form) -> Iterator[tuple[str, Any]]:
    """Fields of a response in their order; a list of objects is read one by one."""
    body = responses.body(connection, stored)
    if stored.kind != JSON:
        from serving.wire.arrow import read_back  # Arrow's library is loaded by the first table

        identity = [column.name for column in form.seed.identity]
        yield from read_back(io.BufferedReader(_Joined(body)), identity, pages.SHOWN)
        return
    fields = msgspec.json.decode(b"".join(body), type=dict[str, msgspec.Raw])
    for name, raw in fields.items():
        yield name, _objects(raw) if bytes(memoryview(raw)[:2]) == b"[{" else msgspec.json.decode(raw)


def _objects(raw: msgspec.Raw) -> Iterator[Any]:
    return map(msgspec.json.decode, between(msgspec.json.decode(raw, type=list[msgspec.Raw])))


class _Joined(io.RawIOBase):
    """A file of parts, one of them in memory at a time; a read gives what is left of one part."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._rest = parts, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest and (part := next(self._parts, None)) is not None:
            self._rest = memoryview(part)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
