"""Stored requests and responses: byte for byte, each under an id made before the response."""

from __future__ import annotations

import os
import time
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
_values = attrgetter(*(name for name in _COLUMNS if name != "head"))  # which is the last one
PREDICTIONS = "predictions"
"""Operation whose answers have outcomes."""
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
    """A request with its answer, or a part of them.

    Attributes
    ----------
    id : str
        See `new_id`.
    part : int
        0 for the first, which holds the request.
    at : int
        When it came in [microseconds since 1970, UTC].
    client : str
        Who asked: the prefix of a key, else an address.
    process, operation : str
        What was asked, as in the address.
    version, digest : int, str
        The model that answered.
    kind : str
        Media type of the request.
    asked, answer : bytes
        Bodies, or parts of them.
    head : bytes
        What the answer begins with, where many others begin so too; `answer` is the rest.
    more : sequence of bytes
        What follows `answer`; `split` leaves none.
    encoding : str, optional
        How `asked` and `answer` are compressed, see `records.writing.compression`; None: they are not.
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
    asked: bytes | bytearray | memoryview
    answer: bytes
    head: bytes = b""
    more: Sequence[bytes] = ()
    encoding: str | None = None

    @property
    def is_large(self) -> bool:
        """Return whether the exchange is compressed and split: a table, or bodies above LARGE bytes."""
        return self.kind != JSON or self.size > LARGE

    @property
    def size(self) -> int:
        """Bytes of the bodies."""
        return len(self.asked) + len(self.head) + len(self.answer) + sum(map(len, self.more))


def new_id() -> str:
    """Id that no other request has, later ones behind earlier ones: a UUID of version 7 [1]_.

    References
    ----------
    .. [1] RFC 9562, Universally Unique IDentifiers (UUIDs), section 5.7.
    """
    moment, random = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(random[3], 16) & 3]
    return f"{moment[:8]}-{moment[8:]}-7{random[:3]}-{variant}{random[4:7]}-{random[7:19]}"


def split(exchange: StoredExchange) -> list[StoredExchange]:
    """Split an exchange into parts that are written sequentially, with others between them; mostly one.

    The first part is written last: readers see no part before it. Parts of a large exchange are compressed.
    """
    if not exchange.is_large:
        return [
            replace(exchange, answer=b"".join((exchange.answer, *exchange.more)), more=())
            if exchange.more
            else exchange
        ]
    body = memoryview(exchange.asked)
    pieces: list[Any] = [body[first : first + LARGE] for first in range(0, len(body), LARGE)]
    both = enumerate(zip_longest(pieces, _gathered((exchange.answer, *exchange.more)), fillvalue=b""))
    first, *later = [
        replace(
            exchange,
            part=exchange.part + i,
            asked=compressed(one),
            head=b"" if i else exchange.head,
            answer=compressed(answer),
            more=(),
            encoding=ZSTD,
        )
        for i, (one, answer) in both
    ]
    return [*later, first]


def _gathered(parts: Iterable[bytes]) -> Iterator[bytes]:
    """An answer in parts of LARGE bytes at least, but for the last."""
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
        size = sum(len(one.asked) + len(one.answer) for one in many)
        if numbers is not None and len(many) <= MOST_AT_ONCE and size <= LARGE:
            cursor.execute(*_statement(database, many, numbers))  # commits by itself
            return len(many)
        added: response_prefixes.Numbers = {}
        cursor.execute("BEGIN")
        try:
            if numbers is None:
                added = response_prefixes.added(database, cursor, many)
                numbers = [added[one.at // response_prefixes.DAY, one.head] if one.head else None for one in many]
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
    values = [value for one, head in zip(many, numbers, strict=True) for value in (*_values(one), head)]
    return _text(len(many), "?" if database.is_sqlite else "%s"), values


@lru_cache
def _text(rows: int, mark: str) -> str:
    row = f"({', '.join([mark] * len(_COLUMNS))})"
    return f"INSERT INTO {REQUESTS.name} ({', '.join(_COLUMNS)}) VALUES {', '.join([row] * rows)}"


@dataclass(frozen=True, slots=True)
class RecordedPrediction:
    """Complete request for predictions; see `StoredExchange`. `rest` is the response after its prefix."""

    number: int
    id: str
    at: int
    client: str
    version: int
    digest: str
    kind: str
    asked: bytes
    head: bytes
    rest: bytes

    @property
    def answer(self) -> bytes:
        """The answer, byte for byte."""
        return self.head + self.rest


def recorded(connection: Connection, process: str) -> Iterator[RecordedPrediction]:
    """Yield the requests for predictions of a process in order of arrival, with few of them in memory."""
    first = [REQUESTS.c[name] for name in ("number", "id", "at", "client", "version", "digest", "kind", "encoding")]
    query = select(*first, REQUESTS.c.asked, REQUESTS.c.head, REQUESTS.c.answer).where(*predictions_of(process))
    contents = {None: b""}
    for row in connection.execution_options(yield_per=_IN_MEMORY).execute(query.order_by(REQUESTS.c.number)):
        number, id, at, client, version, digest, kind, encoding, body, head, answer = row
        if head not in contents:
            contents = {None: b"", head: response_prefixes.content(connection, head)}
        if has_more(kind, encoding, body, answer):
            body = whole(connection, id, encoding, body, REQUESTS.c.asked)
            answer = whole(connection, id, encoding, answer, REQUESTS.c.answer)
        yield RecordedPrediction(number, id, at, client, version, digest, kind, body, contents[head], answer)


def predictions_of(process: str) -> tuple[Any, ...]:
    """Return the conditions that select the first parts of a process's requests for predictions."""
    return REQUESTS.c.process == process, REQUESTS.c.operation == PREDICTIONS, REQUESTS.c.part == 0


def has_more(kind: str, encoding: str | None, body: bytes, answer: bytes = b"") -> bool:
    """Return whether parts may follow the first: for a large body or the response to a table.

    Before large requests were compressed the size of a first part said so.
    """
    return encoding is not None or kind != JSON or len(body) >= LARGE or len(answer) >= LARGE


def whole(connection: Connection, id: str, encoding: str | None, first: bytes, column: Column[bytes]) -> bytes:
    """One of a request's bodies, of which the first part is given."""
    more = select(column, REQUESTS.c.encoding).where(REQUESTS.c.id == id, REQUESTS.c.part > 0)
    parts = connection.execute(more.order_by(REQUESTS.c.part)).all()
    return b"".join([restored(first, encoding), *(restored(*one) for one in parts)])
