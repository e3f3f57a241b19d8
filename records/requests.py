"""Requests and their answers as they are kept: byte for byte, each under an id that was made before the answer."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from records.database import Database
from records.schema import REQUESTS

_COLUMNS = tuple(column.name for column in REQUESTS.columns if column.name != "number")
_values = attrgetter(*_COLUMNS)
PREDICTIONS = "predictions"
"""Operation whose answers have outcomes."""
_JSON = "application/json"
_IN_MEMORY = 100  # requests that are read at once
MOST_AT_ONCE = 32  # requests of one statement


@dataclass(slots=True)  # frozen, it takes twice the time to make
class Kept:
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
    asked: bytes | bytearray
    answer: bytes

    @property
    def size(self) -> int:
        """Bytes of the bodies."""
        return len(self.asked) + len(self.answer)


def new_id() -> str:
    """Id that no other request has, later ones behind earlier ones: a UUID of version 7 [1]_.

    References
    ----------
    .. [1] RFC 9562, Universally Unique IDentifiers (UUIDs), section 5.7.
    """
    moment, chance = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(chance[3], 16) & 3]
    return f"{moment[:8]}-{moment[8:]}-7{chance[:3]}-{variant}{chance[4:7]}-{chance[7:19]}"


def insert(database: Database, many: Sequence[Kept]) -> None:
    """Write requests in one transaction, many of them by one statement.

    Each statement hands the interpreter to other threads and back, so there are as few as can be.

    Raises
    ------
    RecordsError
        The database did not do its part; nothing is written.
    """
    with database.cursor() as cursor:
        if len(many) <= MOST_AT_ONCE:
            cursor.execute(*_statement(database, many))  # commits by itself
            return
        cursor.execute("BEGIN")
        try:
            for first in range(0, len(many), MOST_AT_ONCE):
                cursor.execute(*_statement(database, many[first : first + MOST_AT_ONCE]))
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


def _statement(database: Database, many: Sequence[Kept]) -> tuple[str, list[Any]]:
    return _text(len(many), "?" if database.is_sqlite else "%s"), [value for one in many for value in _values(one)]


@lru_cache
def _text(rows: int, mark: str) -> str:
    row = f"({', '.join([mark] * len(_COLUMNS))})"
    return f"INSERT INTO {REQUESTS.name} ({', '.join(_COLUMNS)}) VALUES {', '.join([row] * rows)}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request for predictions with its whole answer; see `Kept`."""

    number: int
    id: str
    at: int
    client: str
    version: int
    digest: str
    kind: str
    asked: bytes
    answer: bytes


def recorded(connection: Connection, process: str) -> Iterator[Recorded]:
    """Requests for predictions of a process in the order in which they came, a few of them in memory at a time."""
    first = [REQUESTS.c[name] for name in ("number", "id", "at", "client", "version", "digest", "kind")]
    query = select(*first, REQUESTS.c.asked, REQUESTS.c.answer).where(
        REQUESTS.c.process == process, REQUESTS.c.operation == PREDICTIONS, REQUESTS.c.part == 0
    )
    found = connection.execution_options(yield_per=_IN_MEMORY).execute(query.order_by(REQUESTS.c.number))
    for row in found:
        one = Recorded(*row)  # type: ignore[call-arg]  # a row is a tuple of its columns
        if one.kind != _JSON:  # answers to tables come in parts
            more = select(REQUESTS.c.answer).where(REQUESTS.c.id == one.id, REQUESTS.c.part > 0)
            parts = connection.scalars(more.order_by(REQUESTS.c.part)).all()
            one = replace(one, answer=b"".join([one.answer, *parts]))
        yield one
