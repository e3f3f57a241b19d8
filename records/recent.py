"""Newest recorded exchanges of any operation, for pages that follow them; bulk tables are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from records import response_prefixes
from records.requests import PREDICTIONS, RecordedExchange, has_more
from records.schema import REQUESTS
from records.writing.compression import restored

MOST_PARTS = 4
"""Parts, of 1 MiB before compression each, of an exchange that is read."""
_NAMES = ("number", "id", "at", "client", "process", "operation", "version", "digest", "kind", "encoding")
_COLUMNS = tuple(REQUESTS.c[name] for name in (*_NAMES, "request_body", "response_prefix", "response_body"))
_IN_MEMORY = 20  # exchanges of one read


@dataclass(frozen=True, slots=True)
class RecentExchange(RecordedExchange):
    """A request and its response of at most `MOST_PARTS` parts.

    `request_body` is the body of a request for predictions; of other operations its first part.
    """

    process: str
    operation: str


def newest_number(connection: Connection) -> int:
    """Number of the newest exchange of all processes; 0 where there is none."""
    return int(connection.scalar(select(func.max(REQUESTS.c.number))) or 0)


def newest_first(connection: Connection, process: str, operation: str, most: int) -> Iterator[RecentExchange]:
    """Yield at most so many exchanges of an operation of a process, the newest first."""
    own = (REQUESTS.c.process == process, REQUESTS.c.operation == operation, REQUESTS.c.part == 0)
    yield from _read(connection, select(*_COLUMNS).where(*own).order_by(REQUESTS.c.number.desc()).limit(most))


def numbers_after(connection: Connection, number: int, most: int) -> list[int]:
    """Numbers of at most so many exchanges after a number, in their order."""
    query = select(REQUESTS.c.number).where(REQUESTS.c.number > number, REQUESTS.c.part == 0)
    return list(connection.scalars(query.order_by(REQUESTS.c.number).limit(most)))


def by_number(connection: Connection, numbers: Sequence[int]) -> Iterator[RecentExchange]:
    """Yield exchanges by their numbers, in their order."""
    query = select(*_COLUMNS).where(REQUESTS.c.number.in_(numbers)).order_by(REQUESTS.c.number)
    yield from _read(connection, query)


def _read(connection: Connection, query: Any) -> Iterator[RecentExchange]:
    prefixes: dict[int | None, bytes] = {None: b""}
    for row in connection.execution_options(yield_per=_IN_MEMORY).execute(query):
        request, prefix, response = row.request_body, row.response_prefix, row.response_body
        if has_more(row.kind, row.encoding, request, response):
            parts = _parts(connection, row.id, row.operation)
            if parts is None:
                continue
            request, response = parts
        if prefix not in prefixes:
            prefixes[prefix] = response_prefixes.content(connection, prefix)
        yield RecentExchange(
            number=row.number,
            id=row.id,
            at=row.at,
            client=row.client,
            process=row.process,
            operation=row.operation,
            version=row.version,
            digest=row.digest,
            kind=row.kind,
            request_body=request,
            response_prefix=prefixes[prefix],
            response_body=response,
        )


def _parts(connection: Connection, id: str, operation: str) -> tuple[bytes, bytes] | None:
    """Both bodies of a large exchange; None where they have too many parts."""
    own, c = REQUESTS.c.id == id, REQUESTS.c
    is_row = operation == PREDICTIONS
    has_content = c.part < MOST_PARTS if is_row else func.length(c.response_body) > 0
    query = select(c.part, c.encoding, c.request_body, c.response_body).where(own, has_content)
    rows = connection.execute(query.order_by(c.part).limit(MOST_PARTS + 1)).all()
    if len(rows) > MOST_PARTS or (is_row and connection.scalar(select(c.part).where(own, c.part == MOST_PARTS))):
        return None
    requests = (restored(row.request_body, row.encoding) for row in rows if is_row or row.part == 0)
    return b"".join(requests), b"".join(restored(row.response_body, row.encoding) for row in rows)
