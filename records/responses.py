"""Recorded responses of any operation: one by its id, or the latest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from records import response_prefixes
from records.requests import whole
from records.schema import REQUESTS
from records.writing.compression import restored

_COLUMNS = ("id", "at", "version", "digest", "kind", "response_prefix")


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """A recorded response without its body.

    Attributes
    ----------
    id : str
        Of the request.
    at : int
        Time of the request [microseconds since 1970, UTC].
    version, digest : int, str
        The model that was used; 0 and empty where none was.
    kind : str
        Media type of the request.
    response_prefix : int, optional
        Number of the prefix of the response.
    """

    id: str
    at: int
    version: int
    digest: str
    kind: str
    response_prefix: int | None


def find(connection: Connection, process: str, operation: str, id: str | None = None) -> RecordedResponse | None:
    """Response of an operation of a process by its id, without one the latest; None where there is none."""
    which = [REQUESTS.c.process == process, REQUESTS.c.operation == operation, REQUESTS.c.part == 0]
    if id is not None:
        which.append(REQUESTS.c.id == id)
    query = select(*(REQUESTS.c[name] for name in _COLUMNS)).where(*which).order_by(REQUESTS.c.number.desc())
    row = connection.execute(query.limit(1)).one_or_none()
    return None if row is None else RecordedResponse(*row)


def body(connection: Connection, response: RecordedResponse) -> Iterator[bytes]:
    """Body of a response in the parts in which it was recorded, one of them in memory at a time."""
    if response.response_prefix is not None:
        yield response_prefixes.content(connection, response.response_prefix)
    parts = select(REQUESTS.c.response_body, REQUESTS.c.encoding).where(REQUESTS.c.id == response.id)
    for part, encoding in connection.execute(parts.order_by(REQUESTS.c.part).execution_options(yield_per=1)):
        yield restored(part, encoding)


@dataclass(frozen=True, slots=True)
class FirstDelivery:
    """First delivery of a request with an id that its sender made.

    Attributes
    ----------
    response : RecordedResponse
        Its response.
    client, process, operation : str
        Requester, and what was requested.
    request_body : bytes
        Body of the request.
    """

    response: RecordedResponse
    client: str
    process: str
    operation: str
    request_body: bytes

    def is_same(self, client: str, process: str, operation: str, body: bytes) -> bool:
        """Return whether a request is this one, delivered again."""
        return (self.client, self.process, self.operation, self.request_body) == (client, process, operation, body)


def first_delivery(connection: Connection, id: str) -> FirstDelivery | None:
    """First delivery of the request with an id; None if none is recorded."""
    columns = (*_COLUMNS, "client", "process", "operation", "encoding", "request_body")
    query = select(*(REQUESTS.c[name] for name in columns)).where(REQUESTS.c.id == id, REQUESTS.c.part == 0)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    *response, client, process, operation, encoding, first = row
    content = whole(connection, id, encoding, first, REQUESTS.c.request_body)
    return FirstDelivery(RecordedResponse(*response), client, process, operation, content)
