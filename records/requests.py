"""Stored requests and responses: byte for byte, each under an id made before the response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Connection, select

from records import response_prefixes
from records.database import Database
from records.schema import REQUESTS
from records.writing.compression import ZSTD, compressed, restored

_COLUMNS = tuple(column.name for column in REQUESTS.columns if column.name != "number")
_values = attrgetter(*(name for name in _COLUMNS if name != "response_prefix"))  # which is the last one
PREDICTIONS = "predictions"
"""Operation whose responses have outcomes."""
JSON = "application/json"
_IN_MEMORY = 100  # requests of one read
MOST_AT_ONCE = 32  # requests of one statement
LARGE = 2**20
"""Size from which a request is stored in parts, and smallest size of the first part's body [bytes].

A statement copies its values while no other thread runs, and other writers wait until it is committed. If parts are not
compressed, readers infer from the size of the first whether others follow, so a larger number would hide stored parts.
"""


@dataclass(slots=True)  # frozen, it takes twice the time to make
class StoredExchange:
    """A request with its response, or a part of them.

    Attributes
    ----------
    id : str
        See `new_id`.
    part : int
        0 for the first, which holds the request.
    at : int
        Arrival of the request [microseconds since 1970, UTC].
    client : str
        Requester: the prefix of a key, else an address.
    process, operation : str
        As in the address of the request.
    version, digest : int, str
        Model of the response.
    kind : str
        Media type of the request.
    request_body, response_body : bytes
        Bodies, or parts of them.
    response_prefix : bytes
        Beginning of the response that many others share; `response_body` follows it.
    more : sequence of bytes
        Continuation of `response_body`; `split` leaves none.
    encoding : str, optional
        Compression of both bodies, see `records.writing.compression`; None: they are not compressed.
    """

    id: str
    part: int
    at: int
    client: str
    process: str
    operation: str
    version: int
    digest: str
    kind: str
    request_body: bytes | bytearray | memoryview
    response_body: bytes
    response_prefix: bytes = b""
    more: Sequence[bytes] = ()
    encoding: str | None = None

    @property
    def is_large(self) -> bool:
        """Return whether the exchange is compressed and split: a table, or bodies above LARGE bytes."""
        return self.kind != JSON or self.size > LARGE

    @property
    def size(self) -> int:
        """Bytes of the bodies."""
        return len(self.request_body) + len(self.response_prefix) + len(self.response_body) + sum(map(len, self.more))


def split(exchange: StoredExchange) -> list[StoredExchange]:
    """Split an exchange into parts that are written sequentially, with others between them; mostly one.

    The first part is written last: readers see no part before it. Parts of a large exchange are compressed.
    """
    if not exchange.is_large:
        return [
            replace(exchange, response_body=b"".join((exchange.response_body, *exchange.more)), more=())
            if exchange.more
            else exchange
        ]
    body = memoryview(exchange.request_body)
    pieces: list[Any] = [body[first : first + LARGE] for first in range(0, len(body), LARGE)]
    both = enumerate(zip_longest(pieces, _gathered((exchange.response_body, *exchange.more)), fillvalue=b""))
    first, *later = [
        replace(
            exchange,
            part=exchange.part + i,
            request_body=compressed(one),
            response_prefix=b"" if i else exchange.response_prefix,
            response_body=compressed(response),
            more=(),
            encoding=ZSTD,
        )
        for i, (one, response) in both
    ]
    return [*later, first]


def _gathered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Parts of a response of at least LARGE bytes, except the last."""
    gathered: list[bytes] = []
    for part in parts:
        gathered.append(part)
        if sum(map(len, gathered)) >= LARGE:
            yield b"".join(gathered)
            gathered = []
    if gathered:
        yield b"".join(gathered)


def insert(database: Database, many: Sequence[StoredExchange], enough: Callable[[], bool] = lambda: False) -> int:
    """Write requests, or parts of them, in one transaction, many of them by one statement; gives how many.

    Each statement hands the interpreter to other threads and back, so there are as few as can be. After one of them
    that is `enough` the rest is left.

    Raises
    ------
    RecordsError
        The database did not do its part; nothing is written.
    """
    with database.cursor() as cursor:
        numbers = response_prefixes.known(database, many)
        size = sum(len(one.request_body) + len(one.response_body) for one in many)
        if numbers is not None and len(many) <= MOST_AT_ONCE and size <= LARGE:
            cursor.execute(*_statement(database, many, numbers))  # commits by itself
            return len(many)
        added: response_prefixes.Numbers = {}
        cursor.execute("BEGIN")
        try:
            if numbers is None:
                added = response_prefixes.added(database, cursor, many)
                numbers = [
                    added[one.at // response_prefixes.DAY, one.response_prefix] if one.response_prefix else None
                    for one in many
                ]
            for first, end in _batches(many):
                cursor.execute(*_statement(database, many[first:end], numbers[first:end]))
                if enough():
                    break
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
        response_prefixes.remember(database, added)
        return end


def _batches(many: Sequence[StoredExchange]) -> Iterator[tuple[int, int]]:
    """First and end of the requests of each statement: some, and together few bytes."""
    first = size = 0
    for i, one in enumerate(many, 1):
        size += one.size
        if i - first == MOST_AT_ONCE or size >= LARGE or i == len(many):
            yield first, i
            first, size = i, 0


def _statement(
    database: Database, many: Sequence[StoredExchange], numbers: Sequence[int | None]
) -> tuple[str, list[Any]]:
    values = [value for one, prefix in zip(many, numbers, strict=True) for value in (*_values(one), prefix)]
    return _text(len(many), "?" if database.is_sqlite else "%s"), values


@lru_cache
def _text(rows: int, mark: str) -> str:
    row = f"({', '.join([mark] * len(_COLUMNS))})"
    return f"INSERT INTO {REQUESTS.name} ({', '.join(_COLUMNS)}) VALUES {', '.join([row] * rows)}"


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """Request and its complete response; see `StoredExchange`. `response_body` follows the prefix."""

    number: int
    id: str
    at: int
    client: str
    version: int
    digest: str
    kind: str
    request_body: bytes
    response_prefix: bytes
    response_body: bytes

    @property
    def response(self) -> bytes:
        """Prefix and body of the response, byte for byte."""
        return self.response_prefix + self.response_body


def recorded(connection: Connection, process: str, newest_first: bool = False) -> Iterator[RecordedExchange]:
    """Yield the requests for predictions in order of arrival or reversed, few of them in memory."""
    first = [REQUESTS.c[name] for name in ("number", "id", "at", "client", "version", "digest", "kind", "encoding")]
    query = select(*first, REQUESTS.c.request_body, REQUESTS.c.response_prefix, REQUESTS.c.response_body).where(
        *predictions_of(process)
    )
    order = REQUESTS.c.number.desc() if newest_first else REQUESTS.c.number.asc()
    contents = {None: b""}
    for row in connection.execution_options(yield_per=_IN_MEMORY).execute(query.order_by(order)):
        number, id, at, client, version, digest, kind, encoding, body, prefix, response = row
        if prefix not in contents:
            contents = {None: b"", prefix: response_prefixes.content(connection, prefix)}
        if has_more(kind, encoding, body, response):
            body = whole(connection, id, encoding, body, REQUESTS.c.request_body)
            response = whole(connection, id, encoding, response, REQUESTS.c.response_body)
        yield RecordedExchange(number, id, at, client, version, digest, kind, body, contents[prefix], response)


def predictions_of(process: str) -> tuple[Any, ...]:
    """Return the conditions that select the first parts of a process's requests for predictions."""
    return REQUESTS.c.process == process, REQUESTS.c.operation == PREDICTIONS, REQUESTS.c.part == 0


def has_more(kind: str, encoding: str | None, body: bytes, response: bytes = b"") -> bool:
    """Return whether parts may follow the first: for a large body or the response to a table.

    Before large requests were compressed the size of a first part said so.
    """
    return encoding is not None or kind != JSON or len(body) >= LARGE or len(response) >= LARGE


def whole(connection: Connection, id: str, encoding: str | None, first: bytes, column: Column[bytes]) -> bytes:
    """One of a request's bodies, of which the first part is given."""
    more = select(column, REQUESTS.c.encoding).where(REQUESTS.c.id == id, REQUESTS.c.part > 0)
    parts = connection.execute(more.order_by(REQUESTS.c.part)).all()
    return b"".join([restored(first, encoding), *(restored(*one) for one in parts)])
